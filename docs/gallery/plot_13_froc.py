"""
How good is it? The curve of a small test
=========================================

Sixteen pieces of simulated shin bones, twelve with a fissure from plain to hopeless, are searched with a
long list, and the list is scored. Each point is a setting of the dial: how many lines are hit, at the price
of how many false marks. With sixteen pictures the intervals are wide, and they are drawn. Simulated bones
say nothing about your clinic.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import microcal_xray as mx
from microcal_xray.evaluation import Bootstrap, EvaluationOptions, FalseMarkImages, evaluate_files
from microcal_xray.reporting import candidates_json, image_result
from microcal_xray.simulation import (
    Anatomy,
    Course,
    Detector,
    Fissure,
    simulate_limb,
    truth_record,
    write_truth,
)

WIDTHS_MM = [*np.geomspace(0.012, 0.12, 12), *[None] * 4]


def piece(seed, width_mm):
    """Return a piece of a shin bone, with a fissure of that width or without."""
    course = Course(from_end_mm=70 + seed, angle_to_bone_deg=70 + seed)
    lines = [] if width_mm is None else [Fissure(course, width_mm=width_mm)]
    return simulate_limb(
        anatomy=Anatomy.TIBIA, seed=seed, lines=lines, detector=Detector(360, 240, 0.25), centre_mm=(0, -75)
    )


pieces = {f"{seed}.dcm": piece(seed, width_mm) for seed, width_mm in enumerate(WIDTHS_MM)}
listed = [
    mx.find_lines(replace(one.radiograph, name=name), mx.Settings(false_marks=4))
    for name, one in pieces.items()
]
options = EvaluationOptions(bootstrap=Bootstrap(replicates=300))  # a publication takes 2000
with tempfile.TemporaryDirectory() as folder:
    results = [image_result(one, name) for one, name in zip(listed, pieces, strict=True)]
    candidates = Path(folder) / "candidates.json"
    candidates.write_text(candidates_json(results, mx.Settings(false_marks=4)), encoding="utf-8")
    truth = write_truth(
        [truth_record(one, name) for name, one in pieces.items()], Path(folder) / "truth.json"
    )
    result = evaluate_files(candidates, truth, options=options)

# %%
# The curve, and which of the lines were hit at one false mark per picture.

figure, (froc, each) = plt.subplots(1, 2, figsize=(10, 4.4))
curve = result.curves[FalseMarkImages.ALL]
froc.step([*curve.false_marks, 4], [*curve.sensitivity, curve.sensitivity[-1]], where="post")
for rate, estimate in zip(result.options.rates[:-1], result.sensitivity[FalseMarkImages.ALL], strict=False):
    froc.plot([rate, rate], [estimate.low, estimate.high], color="0.7", linewidth=1.5, zorder=0)
    froc.plot(rate, estimate.value, "o", color="#D55E00")
froc.set(
    xscale="log",
    xlim=(0.08, 5),
    ylim=(0, 1),
    xlabel="false marks per picture",
    ylabel="share of lines hit",
    title=f"{result.counts.lines} lines in {len(pieces)} pictures",
)
rates = result.options.rates[:-1]
froc.set_xticks(rates, [f"{rate:g}" for rate in rates])
froc.minorticks_off()
d_prime = [one.truth[0].d_prime for one in pieces.values() if one.truth]
ratings = {image.file: [target.rating for target in image.targets] for image in result.images}
score = [ratings[name][0] for name, one in pieces.items() if one.truth]
floor = -1.0  # not listed at all
each.axhline(0, color="0.8", zorder=0)
each.plot(d_prime, np.maximum(score, floor), "o")
each.set(
    xscale="log",
    xlabel="d' of the line",
    ylabel="score of the mark on it",
    title="Over the line: listed at one false mark",
)
each.set_xticks([3, 10, 30], ["3", "10", "30"])
each.minorticks_off()

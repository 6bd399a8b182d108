"""
Seven simulated limbs and their truth
=====================================

Radiographs from attenuation physics: tube, filter, scatter, detector, blur and noise. Where each line lies,
how wide it is and how hard it is to see (d') is known, because it was drawn.
"""

import matplotlib.pyplot as plt
import numpy as np

from microcal_xray.simulation import Anatomy, Detector, simulate_limb

COLOURS = {"lucent": "#56B4E9", "sclerotic": "#E69F00"}
MM = 0.35
SEEDS = dict(zip(Anatomy, (21, 2, 21, 4, 5, 6, 21), strict=True))

figure, panels = plt.subplots(2, 4, figsize=(11, 7.4))
for axes, anatomy in zip(panels.flat, Anatomy, strict=False):
    is_small = anatomy in (Anatomy.HAND, Anatomy.CALCANEUS)
    detector = Detector(330, 330, MM) if is_small else Detector(500, 380, MM)
    limb = simulate_limb(anatomy=anatomy, seed=SEEDS[anatomy], detector=detector)
    pixels = limb.radiograph.pixels
    rows, columns = pixels.shape
    axes.imshow(
        pixels,
        extent=(0, columns * MM, rows * MM, 0),
        vmin=np.percentile(pixels, 20),
        vmax=np.percentile(pixels, 99.8),
    )
    for line in limb.truth:
        axes.plot(*(line.path_px.T[::-1] * MM), color=COLOURS[line.kind], linewidth=2)
    hardest = min((line.d_prime for line in limb.truth if line.d_prime is not None), default=None)
    hidden = (
        "no line" if hardest is None else f"d' {hardest:.0f}" + (" at least" if len(limb.truth) > 1 else "")
    )
    axes.set(title=f"{anatomy.value}: {hidden}", xlabel="mm")
panels.flat[-1].set_axis_off()
words = """Blue: a gap, darker.
Orange: denser, brighter.

d' says how well the line
could be told from its
absence at best, by who
knows where to look."""
panels.flat[-1].text(0, 0.35, words, transform=panels.flat[-1].transAxes, linespacing=1.5)

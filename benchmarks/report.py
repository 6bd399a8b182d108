# ruff: noqa: E501
"""Write docs/benchmarks.md from the numbers that accuracy.py and speed.py left in build/bench.

python benchmarks/report.py [--cache FOLDER] [--out FILE]
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from accuracy import CACHE, RATES
from detectors import MICROCAL
from lines import LONGEST_LIST
from speed import PEERS as SPEED_PEERS
from stamps import ROOT

Plain = dict[str, Any]

_HEAD = """# Benchmarks

`make bench` writes this page; nothing in it is written by hand. All detectors are run on the same pictures and
judged by `microcal evaluate`'s own code. Brackets hold 95 % intervals of the patient-clustered bootstrap
({replicates} replicates); real pictures name no patient, so each stands for itself.

Date: {date}. Versions: {versions}.
"""

_RULE = """## How it is judged

A candidate is true when at least half of its length lies within the tolerance of true lines of its kind; a true
line is hit when at least half of its length lies within the tolerance of true candidates of its kind. Tolerance:
{tolerance_mm:g} mm, or where no spacing is known {share:.1%} of the longer side, at least {tolerance_px:g} px.
wAFROC-AUC is the primary figure of merit: 0.5 for an empty list, 1 for the truth. The FROC score is the mean
sensitivity at 1/4, 1/2, 1, 2 and 4 false marks per picture. Candidate recall is the share of lines hit by
the whole list, which is cut after the {longest} strongest of a picture. Seconds per picture are processor time for
the whole list; ours hold the evidence card of every candidate of it, most of the time (see speed, below, for a list of
usual length).

## How the peers are run

Each peer is given the same picture as our detector: read by `read_radiograph`, slow changes taken away, in units
of noise, and may answer where ours may (body without metal and edges). It looks for the same widths, once for
dark and once for bright lines. Where a peer answers with an image, its lines are followed by hysteresis and
linked by `benchmarks/linking.py`, so that filters are compared rather than linking; Steger's method links
by itself. A line's score is its mean response times the square root of its length. The rest was chosen by
the largest FROC score (of equals, the best recall) on the tuning set, {tuning}, which share nothing with the test set:

"""

_CAUTION = """
Our detector runs as it is shipped. Its ranking model was fitted on simulated radiographs of other seeds than those
here and on the pictures of the set `dev`: its numbers on `dev` are those of a training set (docs/detector.md has
them out of fold); the sets `test` and `real` were never fitted on.
The choices of the peers were made on simulated pictures; the range of thresholds that they were made from was
widened, in favour of the peers, after a look at a few pictures of `dev`. Their tuning set was drawn at commit 7d3fdcd, before wide rough bands kept their skirts; they find nothing on either. The truth of the real sets marks the clearest lines only, so a false mark may be a
line that nobody marked; the FROC score that counts false marks on line-free pictures alone is given beside.
"""

_FIGURE_WORDS = {
    "wafroc_auc": "wAFROC-AUC",
    "froc_score": "FROC score",
    "sensitivity at 1": "sensitivity at 1",
}


def page(accuracy: Plain, speed: Plain) -> str:
    """Return the whole page."""
    options = accuracy["options"]
    blocks = [
        _HEAD.format(
            date=accuracy["date"],
            replicates=options["bootstrap"]["replicates"],
            versions=", ".join(f"{name} {number}" for name, number in accuracy["versions"].items()),
        ),
        _RULE.format(
            tolerance_mm=options["rule"]["tolerance_mm"],
            share=options["rule"]["tolerance_share"],
            tolerance_px=options["rule"]["tolerance_px"],
            longest=LONGEST_LIST,
            tuning=accuracy["tuning"]["words"],
        )
        + _tuning_table(accuracy["tuning"]["peers"])
        + _CAUTION,
        *(_set_block(each) for each in accuracy["sets"]),
        _speed_block(speed),
    ]
    return "\n".join(blocks)


def _tuning_table(peers: Plain) -> str:
    rows = [
        (name, str(each["tried"]), _number(each["froc_score"]), each["chosen"])
        for name, each in peers.items()
    ]
    return _table(("peer", "tried", "FROC score on the tuning set", "chosen"), rows)


def _set_block(each: Plain) -> str:
    counts = each["counts"]
    parts = [
        f"## Set `{each['name']}`: {each['words']}\n\n{counts['images']} pictures scored: "
        f"{counts['with_lines']} with {counts['lines']} lines, {counts['line_free']} without, "
        f"{counts['unsure']} unsure.\n",
        _headline(each["detectors"]),
        "Sensitivity at a number of false marks per picture:\n\n" + _sensitivities(each["detectors"]),
        "By kind:\n\n" + _kinds(each["detectors"]),
        f"Difference of {MICROCAL} and each peer on the same pictures; p-values: bootstrap, jackknife "
        "(Obuchowski-Rockette), not adjusted for their number:\n\n" + _differences(each["differences"]),
        _mimics(each["detectors"]),
    ]
    return "\n".join(part for part in parts if part)


def _headline(detectors: Plain) -> str:
    names = ("wafroc_auc", "froc_score", "froc_score_line_free", "recall", "false_marks")
    rows = [
        (name, *(_estimate(each[measure]) for measure in names), f"{each['seconds_per_picture']:.1f}")
        for name, each in detectors.items()
    ]
    head = (
        "detector",
        "wAFROC-AUC",
        "FROC score",
        "FROC score, line-free pictures",
        "candidate recall",
        "false marks in the whole list",
        "processor s per picture",
    )
    return _table(head, rows)


def _sensitivities(detectors: Plain) -> str:
    rows = [(name, *(_estimate(value) for value in each["sensitivity"])) for name, each in detectors.items()]
    return _table(("detector", *(f"{rate:g}" for rate in RATES)), rows)


def _kinds(detectors: Plain) -> str:
    rows = [
        (
            name,
            kind["name"],
            str(kind["lines"]),
            _estimate(kind["at_one"]),
            _estimate(kind["froc_score"]),
            _estimate(kind["recall"]),
        )
        for name, each in detectors.items()
        for kind in each["kinds"]
    ]
    return _table(("detector", "kind", "lines", "sensitivity at 1", "FROC score", "candidate recall"), rows)


def _differences(differences: Plain) -> str:
    rows = [
        (
            peer,
            _FIGURE_WORDS[name],
            _estimate(each["difference"], signed=True),
            _p(each["p_bootstrap"]),
            _p(each["p_jackknife"]),
        )
        for peer, figures in differences.items()
        for name, each in figures.items()
    ]
    return _table(("ours minus", "measure", "difference", "p bootstrap", "p jackknife"), rows)


def _mimics(detectors: Plain) -> str:
    names = sorted({name for each in detectors.values() for name in each["mimics_at_one"]})
    if not names:
        return ""
    rows = [
        (name, *(str(each["mimics_at_one"].get(name, 0)) for each in detectors.values())) for name in names
    ]
    return "What false marks lie on, at one per picture:\n\n" + _table(("look-alike", *detectors), rows)


def _speed_block(speed: Plain) -> str:
    sizes = sorted({each["megapixels"] for each in speed["stages"]})
    cells = {(each["stage"], each["megapixels"]): each for each in speed["stages"]}
    stages = list(dict.fromkeys(each["stage"] for each in speed["stages"]))
    head = ["stage"]
    for size in sizes:
        head += [
            f"{size:g} Mpx, s",
            "MiB",
            *(f"of {peer.split('.')[2].split(',')[0]}" for peer in SPEED_PEERS),
        ]
    rows = []
    for stage in stages:
        row = [stage]
        for size in sizes:
            here = cells[stage, size]
            ratios = (here["seconds"] / cells[peer, size]["seconds"] for peer in SPEED_PEERS)
            row += [
                f"{here['seconds']:.2f}",
                f"{here['peak_mebibytes']:.0f}",
                *(f"{each:.2f}" for each in ratios),
            ]
        rows.append(row)
    return (
        f"## Speed and memory\n\nPython {speed['python']}, {speed['machine']}; one process. "
        f"`import microcal_xray`: {speed['import_seconds']:.2f} s. A made shaft with noise; wall time, best of three "
        "up to 2 Mpx, else one run; the most memory held at once beyond the picture (tracemalloc, a run of its "
        "own); and the time as a multiple of `skimage.filters.frangi` and `sato` (8 scales, one polarity) in the same "
        "run.\n\n" + _table(head, rows) + _evidence_share(speed["whole"])
    )


def _evidence_share(whole: Sequence[Plain]) -> str:
    rows = [
        [
            each["name"],
            f"{each['megapixels']:.1f}",
            str(each["candidates"]),
            f"{each['detection_seconds']:.2f}",
            f"{each['evidence_seconds']:.2f}",
            f"{each['evidence_seconds'] / each['detection_seconds']:.2f}",
        ]
        for each in whole
    ]
    found, measured = (
        sum(each[name] for each in whole) for name in ("detection_seconds", "evidence_seconds")
    )
    rows.append(["all", "", "", f"{found:.2f}", f"{measured:.2f}", f"{measured / found:.2f}"])
    head = ["sample", "Mpx", "candidates", "found in, s", "measured in, s", "share"]
    return (
        "\n\nWhat the evidence cards, the image's quality and its limit take beside the detection, in processor time "
        "on the simulated samples (at one false mark per picture):\n\n" + _table(head, rows)
    )


def _estimate(values: Sequence[float | None], *, signed: bool = False) -> str:
    value, low, high = values
    if low is None or high is None:
        return _number(value, signed=signed)
    return f"{_number(value, signed=signed)} [{_number(low, signed=signed)}, {_number(high, signed=signed)}]"


def _number(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "-"
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def _p(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if value >= 0.0001 else "<0.0001"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description="Write docs/benchmarks.md.")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder with accuracy.json")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md", help="the page")
    asked = parser.parse_args()
    accuracy = json.loads((asked.cache / "accuracy.json").read_text(encoding="utf-8"))
    speed = json.loads((CACHE / "speed.json").read_text(encoding="utf-8"))
    asked.out.write_text(page(accuracy, speed), encoding="utf-8", newline="\n")
    print(f"wrote {asked.out}")


if __name__ == "__main__":
    main()

"""Measure what docs/card.md says by kind, body part and type of picture, and write it there.

microcal simulate --out limbs --count 160 --seed 909 --family held-out
microcal analyze limbs --out results --false-marks 20
python tools/card_numbers.py results limbs

The family `held-out` has limbs and exposures that nothing was fitted on or chosen by. Brackets are 95 %
intervals of the bootstrap over limbs. If the analysis was interrupted, what it has is counted. The peers are
those of docs/benchmarks.md, read from there.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from microcal_xray.evaluation import Estimate, Evaluation, FalseMarkImages, evaluate_files

ROOT = Path(__file__).parents[1]
PAGE, BENCHMARKS = ROOT / "docs" / "card.md", ROOT / "docs" / "benchmarks.md"
_OUTLINES = frozenset({"bump", "periosteal_thickening", "endosteal_thickening"})
_ALONG = frozenset({"longitudinal_fissure", "spiral_fissure"})
_FEW = 10  # lines: fewer say little, and are marked


def main() -> None:
    """Write the measured parts of the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path)
    parser.add_argument("limbs", type=Path)
    asked = parser.parse_args()
    candidates, truth = asked.results / "candidates.json", asked.limbs / "truth.json"
    text = PAGE.read_text(encoding="utf-8")
    text = _between(text, "accuracy", accuracy(candidates, truth))
    PAGE.write_text(_between(text, "peers", peers()), encoding="utf-8", newline="\n")


def accuracy(candidates: Path, truth: Path) -> str:
    """Return the tables of one list of candidates."""
    listed = json.loads(candidates.read_text(encoding="utf-8"))["images"]
    intents = {each["file"]: each["intent"] for each in listed if each["status"] == "ok"}
    every = json.loads(truth.read_text(encoding="utf-8"))["images"]
    images = [each for each in every if each["file"] in intents]
    whole = _part(candidates, truth, images)
    rows = [_row("all", whole)]
    for grouping in ("kind", "anatomy"):
        rows += [_group_row(group, whole) for group in whole.groups[grouping]]
    for intent in sorted({intents[each["file"]] for each in images}):
        rows.append(
            _row(intent, _part(candidates, truth, [e for e in images if intents[e["file"]] == intent]))
        )
    for name, is_meant in {
        "lines across or oblique": lambda target: target not in _OUTLINES | _ALONG,
        "lines along the bone": lambda target: target in _ALONG,
        "bumps and thickenings": lambda target: target in _OUTLINES,
    }.items():
        rows.append(_sorts_row(name, whole, images, is_meant))
    with_lines = [bool(each["lines"]) for each in images]
    head = (
        f"{len(images)} simulated limbs of the family that is kept for reporting, {sum(with_lines)} of them "
        f"with {sum(len(each['lines']) for each in images)} lines:\n\n"
        "| | lines | sensitivity at 1 false mark per picture | FROC score | among up to 20 false marks |\n"
        "| --- | --- | --- | --- | --- |\n"
    )
    return head + "\n".join(rows)


def _row(name: str, found: Evaluation) -> str:
    one = found.options.rates.index(1.0)
    lines = sum(len(image.targets) for image in found.images)
    every = FalseMarkImages.ALL
    numbers = (found.sensitivity[every][one], found.froc_score[every], found.recall)
    return _line(name, lines, numbers)


def _group_row(group: Any, found: Evaluation) -> str:
    one = found.options.rates.index(1.0)
    return _line(group.name, group.lines, (group.sensitivity[one], group.froc_score, group.recall))


def _sorts_row(name: str, found: Evaluation, images: Sequence[Mapping[str, Any]], is_meant: Any) -> str:
    sorts = {each["file"]: [line["target"] for line in each["lines"]] for each in images}
    false = sorted(
        (mark.score for image in found.images for mark in image.marks if mark.outcome.value == "false"),
        reverse=True,
    )
    at_one = false[len(found.images)] if len(false) > len(found.images) else float("-inf")
    ratings = [
        target.rating
        for image in found.images
        for target, sort in zip(image.targets, sorts[image.file], strict=True)
        if is_meant(sort)
    ]
    marked = sum(rating > at_one for rating in ratings)
    listed = sum(rating > float("-inf") for rating in ratings)
    share = (f"{count / len(ratings):.2f} ({count} of {len(ratings)})" for count in (marked, listed))
    return f"| {name} | {len(ratings)} | {next(share)} | - | {next(share)} |"


def _part(candidates: Path, truth: Path, images: Sequence[Mapping[str, Any]]) -> Evaluation:
    names = {each["file"] for each in images}
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for source in (candidates, truth):
            document = json.loads(source.read_text(encoding="utf-8"))
            document["images"] = [each for each in document["images"] if each["file"] in names]
            paths.append(Path(folder) / source.name)
            paths[-1].write_text(json.dumps(document), encoding="utf-8")
        return evaluate_files(*paths)


def _line(name: str, lines: int, numbers: Sequence[Estimate]) -> str:
    cells = " | ".join(_number(each) for each in numbers)
    few = " (few)" if lines < _FEW else ""
    return f"| {name.replace('_', ' ')} | {lines}{few} | {cells} |"


def _number(estimate: Estimate) -> str:
    value = "-" if estimate.value is None else f"{estimate.value:.2f}"
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} [{estimate.low:.2f}, {estimate.high:.2f}]"


def peers() -> str:
    """Return the first table of each set of the benchmarks, less the columns that speak of cost."""
    text = BENCHMARKS.read_text(encoding="utf-8")
    parts = []
    for title, body in re.findall(r"^## (Set `\w+`: .*?)\n(.*?)(?=^## )", text, re.DOTALL | re.MULTILINE):
        rows = re.search(r"^\| detector \|.*?(?=\n\n)", body, re.DOTALL | re.MULTILINE)
        if rows is None:
            raise SystemExit(f"{BENCHMARKS.name}: {title} has no table")
        kept = ["| " + " | ".join(line.strip("| ").split(" | ")[:5]) + " |" for line in rows[0].splitlines()]
        parts.append(f"{title}\n\n" + "\n".join(kept))
    return "\n\n".join(parts)


def _between(text: str, part: str, new: str) -> str:
    begin, end = f"<!-- {part}: written by tools/card_numbers.py -->", f"<!-- end of {part} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{PAGE.name} has no part {part!r}")
    return pattern.sub(lambda _: f"{begin}\n{new}\n{end}", text)


if __name__ == "__main__":
    main()

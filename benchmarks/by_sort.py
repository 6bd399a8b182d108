"""Print recall and sensitivity by sort of line, for lines that stand out enough for the ideal observer.

python benchmarks/by_sort.py CANDIDATES TRUTH [--d-prime 13]

CANDIDATES is a list of `benchmarks/accuracy.py` (build/bench/candidates/test-microcal_xray-*.json), TRUTH the
truth.json of its pictures. Sensitivity at one false mark per picture, counted on all pictures.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

from microcal_xray.evaluation import Bootstrap, EvaluationOptions, Outcome, evaluate_files

OUTLINES = {"bump", "periosteal_thickening", "endosteal_thickening"}


def ratings(candidates: Path, truth: Path, least_d_prime: float) -> tuple[dict[str, list[float]], float]:
    """Return the ratings of the lines of each sort, and the score at one false mark per picture."""
    options = EvaluationOptions(bootstrap=Bootstrap(replicates=0))
    images = evaluate_files(candidates, truth, options=options).images
    lines = {each["file"]: each["lines"] for each in json.loads(truth.read_text(encoding="utf-8"))["images"]}
    false = sorted(
        (mark.score for image in images for mark in image.marks if mark.outcome is Outcome.FALSE),
        reverse=True,
    )
    at_one = false[len(images)] if len(false) > len(images) else float("-inf")
    found: dict[str, list[float]] = defaultdict(list)
    for image in images:
        for target, line in zip(image.targets, lines[image.file], strict=True):
            if line["d_prime"] >= least_d_prime:
                found[line["target"]].append(target.rating)
    return found, at_one


def row(name: str, found: list[float], at_one: float) -> str:
    """Return one line of the table."""
    listed = sum(rating > float("-inf") for rating in found)
    marked = sum(rating > at_one for rating in found)
    return f"| {name} | {len(found)} | {listed} | {marked} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Recall and sensitivity by sort of line.")
    parser.add_argument("candidates", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--d-prime", type=float, default=13.0)
    asked = parser.parse_args()
    found, at_one = ratings(asked.candidates, asked.truth, asked.d_prime)
    print("| sort | lines | among the candidates | marked at one false mark per picture |")
    print("| --- | --- | --- | --- |")
    for name in sorted(found):
        print(row(name.replace("_", " "), found[name], at_one))
    print(row("all", [each for group in found.values() for each in group], at_one))
    thin = [each for name, group in found.items() if name not in OUTLINES for each in group]
    print(row("all but outlines", thin, at_one))


if __name__ == "__main__":
    main()

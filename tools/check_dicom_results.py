"""Make the DICOM results of some images and have programs of others judge them.

dciodvfy (dicom3tools) checks every object against its definition, DicomSRValidator (pixelmed-apps) the
report against its templates, dcmpschk and dcmp2pgm (dcmtk) check and render the presentation state, dsrdump
reads the report. What is not installed is named and not run; a file that is no radiograph of a study is named
and left out.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PIL import Image

from microcal_xray import Findings, find_lines, read_radiograph, read_results
from microcal_xray.errors import MicrocalError
from microcal_xray.exporting import ResultKind, object_bytes, to_dicom
from microcal_xray.reporting import image_result

# The validator's style sheets have more operators than Java allows by default.
_JAVA = " ".join(
    f"-Djdk.xml.{limit}=0" for limit in ("xpathTotalOpLimit", "xpathExprOpLimit", "xpathExprGrpLimit")
)
_LEAST_CORRELATION = 0.85  # of what dcmp2pgm renders with the picture that was searched, bone bright


@dataclass(frozen=True)
class Verdict:
    """What one program says of one object."""

    file: str
    kind: str
    program: str
    errors: list[str]
    figure: float | None = None


def main() -> int:
    """Judge and print; the exit status is 1 if there was any error, or a file could not be judged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="DICOM images")
    parser.add_argument("--programs", default=",".join(PROGRAMS), help="which (default: all)")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    asked = arguments.programs.split(",")
    if unknown := set(asked) - set(PROGRAMS):
        parser.error(f"{', '.join(sorted(unknown))}: no such program; known are {', '.join(PROGRAMS)}")
    missing = [name for name in asked if name != "read_results" and shutil.which(name) is None]
    for name in missing:
        print(f"NOT INSTALLED: {name}; it was not asked", file=sys.stderr)
    programs = {name: PROGRAMS[name] for name in asked if name not in missing}
    verdicts, left_out = [], 0
    for path in arguments.files:
        try:
            verdicts += _judged(path, programs)
        except MicrocalError as error:
            left_out += 1
            print(f"NOT JUDGED: {error}", file=sys.stderr)
    if arguments.json:
        print(json.dumps([asdict(verdict) for verdict in verdicts]))
    else:
        for verdict in verdicts:
            figure = "" if verdict.figure is None else f"  {verdict.figure:.3g}"
            said = "; ".join(verdict.errors) or "no error"
            print(f"{verdict.file:28} {verdict.kind:5} {verdict.program:17} {said}{figure}")
    return int(left_out > 0 or any(verdict.errors for verdict in verdicts))


@dataclass(frozen=True)
class _Case:
    path: Path
    findings: Findings
    objects: dict[ResultKind, Path]
    plain: Path


def _judged(path: Path, programs: dict[str, "Callable[[_Case], list[Verdict]]"]) -> list[Verdict]:
    findings = find_lines(read_radiograph(path, secondary_capture=True))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        objects = {}
        for kind, dataset in to_dicom(findings, path, kinds=list(ResultKind)).items():
            objects[kind] = folder / f"{kind.value}.dcm"
            objects[kind].write_bytes(object_bytes(dataset))
        plain = folder / "plain.dcm"  # dcmp2pgm decodes no JPEG 2000
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = pydicom.dcmread(path)
            if source.file_meta.TransferSyntaxUID.is_compressed:
                source.decompress(generate_instance_uid=False)
            source.save_as(plain)
        case = _Case(path, findings, objects, plain)
        return [verdict for judge in programs.values() for verdict in judge(case)]


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"JAVA_TOOL_OPTIONS": _JAVA}
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
        check=False,
    )


def _errors(run: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in (run.stdout + run.stderr).splitlines() if re.match(r"(Error|E:|F:)", line)]


def _dciodvfy(case: _Case) -> list[Verdict]:
    return [
        Verdict(case.path.name, kind.value, "dciodvfy", _errors(_run("dciodvfy", "-new", path)))
        for kind, path in case.objects.items()
    ]


def _sr_validator(case: _Case) -> list[Verdict]:
    run = _run("DicomSRValidator", "-checkcontentitemorder", "-checktemplateid", case.objects[ResultKind.SR])
    errors = _errors(run)
    if "Found Root Template TID_1500" not in run.stdout + run.stderr:
        errors.append("template 1500 was not found")
    return [Verdict(case.path.name, "sr", "DicomSRValidator", errors)]


def _dcmpschk(case: _Case) -> list[Verdict]:
    run = _run("dcmpschk", case.objects[ResultKind.GSPS])
    passed = "Test passed" in run.stdout + run.stderr
    return [Verdict(case.path.name, "gsps", "dcmpschk", [] if passed else ["the test is not passed"])]


def _dcmp2pgm(case: _Case) -> list[Verdict]:
    if pydicom.dcmread(case.plain, stop_before_pixels=True).SamplesPerPixel != 1:
        return []
    picture = case.plain.with_suffix(".pgm")
    run = _run("dcmp2pgm", "-p", case.objects[ResultKind.GSPS], case.plain, picture)
    if not picture.is_file():
        return [Verdict(case.path.name, "gsps", "dcmp2pgm", _errors(run) or ["nothing was rendered"])]
    with Image.open(picture) as image:
        rendered = np.asarray(image, float)
    radiograph = case.findings.radiograph
    seen = radiograph.usable
    # Ranks: windows and curves bend the greys, but never turn them.
    likeness = float(np.corrcoef(_ranks(rendered[seen]), _ranks(radiograph.pixels[seen]))[0, 1])
    errors = [] if likeness > _LEAST_CORRELATION else ["the greys are not those of the picture"]
    return [Verdict(case.path.name, "gsps", "dcmp2pgm", errors, likeness)]


def _ranks(values: np.ndarray) -> np.ndarray:
    levels = np.unique(values)
    return (
        np.searchsorted(levels, values)
        if len(levels) < 300
        else np.argsort(np.argsort(values, kind="stable"))
    )


def _dsrdump(case: _Case) -> list[Verdict]:
    run = _run("dsrdump", "+Pl", case.objects[ResultKind.SR])
    wanted = ["Imaging Measurement Report", "Result of the search for lines", "False marks asked for"]
    errors = _errors(run) + [f"{words} is not read" for words in wanted if words not in run.stdout]
    count = run.stdout.count('"Finding")=(112061,DCM,"Abnormal lines (1D)")')
    if count != len(case.findings.candidates):
        errors.append(f"{count} findings are read, {len(case.findings.candidates)} were written")
    return [Verdict(case.path.name, "sr", "dsrdump", errors, count)]


def _read_results(case: _Case) -> list[Verdict]:
    results = read_results(case.objects[ResultKind.SR])
    records = image_result(case.findings, case.path.name).as_dict()["candidates"]
    farthest, errors = 0.0, []
    for read, original, record in zip(results.candidates, case.findings.candidates, records, strict=True):
        farthest = max(farthest, float(np.abs(read.path_px - original.path_px).max()))
        errors += [
            f"{name} differs" for name, value in read.numbers.items() if value != _written(record, name)
        ]
    if farthest > 0.01:
        errors.append("a line is more than 0.01 pixel away")
    return [Verdict(case.path.name, "sr", "read_results", errors, farthest)]


def _written(record: dict[str, Any], name: str) -> float | None:
    """Return a number of a candidate in candidates.json: its own, of its evidence or of its card."""
    field, _, bound = name.rpartition("_")
    for place in (record, record["evidence"] or {}):
        if isinstance(place.get(name), int | float):
            return float(place[name])
    card = record.get("measured") or {}
    estimate = card.get(field if bound in ("low", "high") else name) or {}
    found = estimate.get(bound if bound in ("low", "high") else "value")
    return None if found is None else float(found)


PROGRAMS: dict[str, Callable[[_Case], list[Verdict]]] = {
    "dciodvfy": _dciodvfy,
    "DicomSRValidator": _sr_validator,
    "dcmpschk": _dcmpschk,
    "dcmp2pgm": _dcmp2pgm,
    "dsrdump": _dsrdump,
    "read_results": _read_results,
}


if __name__ == "__main__":
    sys.exit(main())

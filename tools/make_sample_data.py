"""Make sample_data/ again: simulated radiographs, their truth, a README, a licence and the SHA-256 list.

python tools/make_sample_data.py sample_data
"""

import hashlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

from microcal_xray.loading.polarity import Photometric
from microcal_xray.radiograph import Intent
from microcal_xray.simulation import (
    Anatomy,
    Course,
    Detector,
    Exposure,
    Fissure,
    Line,
    MicrocallusLine,
    Output,
    Relationship,
    simulate_limb,
    truth_record,
    write_dicom,
    write_truth,
)

_LINEAR = Output()
_LOG2 = Output(relationship=Relationship.LOGARITHMIC, photometric=Photometric.MONOCHROME2, bits=12)
_LOG1 = Output(relationship=Relationship.LOGARITHMIC, photometric=Photometric.MONOCHROME1, bits=10)
_SHOWN1 = Output(intent=Intent.FOR_PRESENTATION, photometric=Photometric.MONOCHROME1, bits=12)
_SHOWN2 = Output(intent=Intent.FOR_PRESENTATION, photometric=Photometric.MONOCHROME2, bits=12)
_THIN = Exposure(air_kerma_ugy=10.0)  # behind a hand or a foot more of it arrives


@dataclass(frozen=True)
class Sample:
    """One file of the folder."""

    file: str
    about: str
    anatomy: Anatomy
    seed: int
    lines: tuple[Line, ...] = ()
    output: Output = _LINEAR
    exposure: Exposure = field(default_factory=Exposure)
    detector: Detector | None = None
    centre_mm: tuple[float, float] | None = None
    transfer_syntax: UID = ExplicitVRLittleEndian


SAMPLES = (
    Sample(
        "tibia_fissure.dcm",
        "one clear, slightly oblique fissure across the shaft",
        Anatomy.TIBIA,
        4,
        (Fissure(Course(118, angle_to_bone_deg=76), width_mm=0.45, depth_mm=6),),
    ),
    Sample(
        "tibia_microcallus.dcm",
        "one clear microcallus line above the ankle",
        Anatomy.TIBIA,
        11,
        (
            MicrocallusLine(
                Course(34, length_mm=26, angle_to_bone_deg=86, sag_mm=0.8), 1.5, added_fraction=0.16
            ),
        ),
        _SHOWN2,
    ),
    Sample(
        "tibia_proximal.dcm",
        "a fainter microcallus line below the knee",
        Anatomy.TIBIA,
        21,
        (
            MicrocallusLine(
                Course(335, 0.3, length_mm=24, angle_to_bone_deg=96, sag_mm=-0.8), 1.1, added_fraction=0.08
            ),
        ),
        _LOG1,
        detector=Detector(1100, 900, 0.143),
        centre_mm=(3.0, -325.0),
        transfer_syntax=JPEG2000Lossless,
    ),
    Sample(
        "femur_fissure.dcm",
        "a short transverse fissure in the cortex of the shaft",
        Anatomy.FEMUR,
        5,
        (
            Fissure(
                Course(128, -0.72, length_mm=9, angle_to_bone_deg=88), width_mm=0.3, depth_mm=5, tilt_deg=3
            ),
        ),
        _LOG2,
        transfer_syntax=JPEGLSLossless,
    ),
    Sample("femur_plain.dcm", "no line", Anatomy.FEMUR, 8, (), _SHOWN1, transfer_syntax=JPEGLSLossless),
    Sample(
        "forearm_fissure.dcm",
        "a thin oblique fissure in the lower radius",
        Anatomy.FOREARM,
        6,
        (
            Fissure(
                Course(24, -0.35, length_mm=18, angle_to_bone_deg=64), width_mm=0.16, depth_mm=2.2, tilt_deg=4
            ),
        ),
        _SHOWN2,
        _THIN,
    ),
    Sample("forearm_plain.dcm", "no line", Anatomy.FOREARM, 9, (), _LINEAR, _THIN),
    Sample(
        "metatarsals.dcm",
        "a fissure in the shaft of the second metatarsal and a microcallus line near the base of the first",
        Anatomy.METATARSALS,
        7,
        (
            Fissure(Course(47, 0.35, length_mm=5.0, angle_to_bone_deg=80), width_mm=0.25, depth_mm=3),
            MicrocallusLine(
                Course(51, 0.0, length_mm=11, angle_to_bone_deg=84, bone="metatarsal-1"),
                1.1,
                added_fraction=0.14,
            ),
        ),
        _SHOWN1,
        _THIN,
    ),
)

README = """# Sample data

Simulated radiographs: no patient, no photograph, no other work was used. Each is drawn by
`microcal_xray.simulation` from attenuation physics, with lines whose place, width and contrast are written
in `truth.json` (schema `microcal-truth/1`, see `docs/output.md`). Patient name, numbers and dates are
invented or empty.

| file | shows | data | pixel |
| --- | --- | --- | --- |
{rows}

`make sample-data` makes all of it again. `sha256sum -c SHA256SUMS` checks the files. On another kind of
processor single pixels may come out one grey level apart.

Licence: CC0 1.0, see LICENSE. Source: this project.
"""

LICENSE = """CC0 1.0 Universal (Public Domain Dedication)

The makers of the files in this folder have dedicated them to the public domain by waiving all of their
rights to them worldwide under copyright law, including all related and neighbouring rights, to the extent
allowed by law.

You can copy, modify, distribute and use the files, even for commercial purposes, all without asking
permission. They come without any warranty.

The full text of the dedication: https://creativecommons.org/publicdomain/zero/1.0/legalcode
SPDX-License-Identifier: CC0-1.0
"""


def make(folder: Path) -> None:
    """Write the files, then what describes them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [_written(sample, folder) for sample in SAMPLES]
    write_truth([record for record, _ in made], folder / "truth.json")
    rows = "\n".join(row for _, row in made)
    _text(folder / "README.md", README.format(rows=rows))
    _text(folder / "LICENSE", LICENSE)
    listed = sorted([sample.file for sample in SAMPLES] + ["truth.json"])
    sums = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in listed)
    _text(folder / "SHA256SUMS", "".join(sums))


def _written(sample: Sample, folder: Path) -> tuple[dict[str, Any], str]:
    simulated = simulate_limb(
        anatomy=sample.anatomy,
        seed=sample.seed,
        lines=sample.lines,
        exposure=sample.exposure,
        detector=sample.detector,
        output=sample.output,
        centre_mm=sample.centre_mm,
    )
    write_dicom(simulated, folder / sample.file, transfer_syntax=sample.transfer_syntax)
    output = simulated.output
    kind = output.intent.value + (
        f", {output.relationship.value}" if output.intent is Intent.FOR_PROCESSING else ""
    )
    data = f"{kind}, {output.photometric.value}, {output.bits} bits, {sample.transfer_syntax.name}"
    pixel = f"{simulated.detector.spacing_mm} mm, {simulated.detector.rows} x {simulated.detector.columns}"
    return truth_record(simulated, sample.file), f"| {sample.file} | {sample.about} | {data} | {pixel} |"


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    make(Path(sys.argv[1] if len(sys.argv) > 1 else "sample_data"))

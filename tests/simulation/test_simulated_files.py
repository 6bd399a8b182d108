import json
import shutil
import subprocess
from functools import cache

import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless

from microcal_xray.errors import OutputError, SettingsError
from microcal_xray.loading import read_radiograph
from microcal_xray.loading.polarity import Photometric
from microcal_xray.radiograph import ImageCaution, Intent, Signal
from microcal_xray.simulation import (
    Anatomy,
    Course,
    Detector,
    Exposure,
    Fissure,
    Output,
    Relationship,
    simulate_folder,
    simulate_limb,
    truth_record,
    write_dicom,
    write_truth,
)

SMALL = Detector(100, 210, 0.5)
HIGH, LOW = Photometric.MONOCHROME2, Photometric.MONOCHROME1
OUTPUTS = {
    "linear 1": Output(),
    "linear 2": Output(photometric=HIGH, bits=16),
    "log 1": Output(relationship=Relationship.LOGARITHMIC, photometric=LOW, bits=10),
    "log 2": Output(relationship=Relationship.LOGARITHMIC, photometric=HIGH, bits=12),
    "shown 1": Output(intent=Intent.FOR_PRESENTATION, photometric=LOW, bits=12),
    "shown 2": Output(intent=Intent.FOR_PRESENTATION, photometric=HIGH, bits=12),
}


@cache  # nothing in it can be written to
def small(output=None, **arguments):
    asked = {"seed": 3, "detector": SMALL, "centre_mm": (0, -40), "output": output} | arguments
    return simulate_limb(**asked)


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_reading_the_file_gives_the_radiograph(output, tmp_path):
    made = small(output)
    read = read_radiograph(write_dicom(made, tmp_path / "made.dcm"))
    assert np.array_equal(read.pixels, made.radiograph.pixels)
    assert read.spacing == made.radiograph.spacing
    assert (read.signal, read.intent) == (made.radiograph.signal, made.radiograph.intent)
    assert read.usable.all()
    assert read.cautions == ImageCaution.NONE


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless], ids=["JPEG-LS", "JPEG 2000"])
def test_compression_loses_nothing(syntax, tmp_path):
    made = small(OUTPUTS["shown 1"])
    path = write_dicom(made, tmp_path / "made.dcm", transfer_syntax=syntax)
    assert path.stat().st_size < made.stored.nbytes
    assert np.array_equal(pydicom.dcmread(path).pixel_array, made.stored)


@pytest.mark.parametrize("name", ["linear", "log", "shown"])
def test_the_two_photometric_twins_hold_the_same_picture(name):
    bits = {"bits": 14}
    twins = [
        small(Output(intent=o.intent, relationship=o.relationship, photometric=p, **bits))
        for o, p in ((OUTPUTS[f"{name} 1"], LOW), (OUTPUTS[f"{name} 2"], HIGH))
    ]
    assert np.array_equal(twins[0].stored, 2**14 - 1 - twins[1].stored)
    assert np.array_equal(twins[0].radiograph.pixels, twins[1].radiograph.pixels)


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_bone_is_brighter_than_air_and_the_bits_are_kept(output):
    made = small(output)
    pixels = made.radiograph.pixels
    air, bone = pixels[:, :4].mean(), np.percentile(pixels, 99)
    assert bone > air
    assert made.stored.max() <= 2**output.bits - 1


def test_linear_data_are_the_logarithm_of_the_signal():
    made = small(Output(), exposure=Exposure(scatter_ratio=0))
    assert made.radiograph.signal is Signal.LOG
    air = made.radiograph.pixels[:, :4].mean()
    assert air == pytest.approx(-np.log(0.9), abs=0.01)  # air is stored at 90 % of the range


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    paths = [write_dicom(small.__wrapped__(), tmp_path / name) for name in ("a.dcm", "b.dcm")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    other = write_dicom(small(seed=4), tmp_path / "c.dcm")
    assert other.read_bytes() != paths[0].read_bytes()


def test_pictures_that_differ_have_other_identifiers(tmp_path):
    a, b = (
        pydicom.dcmread(write_dicom(small(output), tmp_path / "x.dcm"))
        for output in list(OUTPUTS.values())[1:3]
    )
    assert a.SOPInstanceUID != b.SOPInstanceUID
    assert a.SeriesInstanceUID != b.SeriesInstanceUID
    assert a.StudyInstanceUID == b.StudyInstanceUID  # one person


def test_the_patient_is_invented_and_nothing_is_private(tmp_path):
    dataset = pydicom.dcmread(write_dicom(small(), tmp_path / "x.dcm"))
    assert dataset.PatientName == "SIMULATED^LIMB"
    assert not [element for element in dataset.iterall() if element.tag.is_private]
    assert not [e for e in dataset.iterall() if e.VR in ("DA", "TM", "DT") and e.value]
    assert dataset.ImagerPixelSpacing == [0.5, 0.5]


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
@pytest.mark.parametrize("anatomy", [Anatomy.TIBIA, Anatomy.METATARSALS])
def test_dciodvfy_finds_no_error(output, anatomy, tmp_path):
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip(
            "dciodvfy is not installed (Debian package dicom3tools): the DICOM files were NOT validated"
        )
    path = write_dicom(small(output, anatomy=anatomy), tmp_path / "x.dcm")
    said = subprocess.run([program, str(path)], capture_output=True, text=True, check=False, timeout=60)
    assert "Error" not in said.stdout + said.stderr
    assert "DXImage" in said.stdout + said.stderr


def test_the_truth_file(tmp_path):
    line = Fissure(Course(40, angle_to_bone_deg=80), width_mm=0.5)
    made = small(lines=(line,))
    path = write_truth([truth_record(made, "sub/x.dcm")], tmp_path / "truth.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    (image,) = document["images"]
    assert document["schema"] == "microcal-truth/1"
    assert (image["file"], image["rows"], image["columns"]) == ("sub/x.dcm", 100, 210)
    assert image["spacing_mm"] == [0.5, 0.5]
    (true_line,) = image["lines"]
    assert true_line["kind"] == "lucent"
    path_px, path_mm = np.array(true_line["path_px"]), np.array(true_line["path_mm"])
    assert path_mm == pytest.approx(path_px * 0.5, abs=1e-3)
    assert true_line["length_mm"] == pytest.approx(
        np.linalg.norm(np.diff(path_mm, axis=0), axis=1).sum(), rel=0.01
    )


def test_an_unwritable_place_is_named(tmp_path):
    with pytest.raises(OutputError, match="nowhere"):
        write_dicom(small(), tmp_path / "nowhere" / "x.dcm")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="file"):
        simulate_folder(tmp_path / "file", count=1, seed=1)


def test_a_folder_is_whole_and_the_same_again(tmp_path):
    seen = []
    truth = simulate_folder(tmp_path / "a", count=2, seed=7, detector=SMALL, progress=seen.append)
    again = simulate_folder(tmp_path / "b", count=1, seed=7, detector=SMALL)
    assert seen == [1, 2]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "simulated_00001.dcm",
        "simulated_00002.dcm",
        "truth.json",
    ]
    assert (again.parent / "simulated_00001.dcm").read_bytes() == (
        truth.parent / "simulated_00001.dcm"
    ).read_bytes()
    files = [image["file"] for image in json.loads(truth.read_text(encoding="utf-8"))["images"]]
    assert files == ["simulated_00001.dcm", "simulated_00002.dcm"]


def test_an_earlier_simulation_is_replaced(tmp_path):
    simulate_folder(tmp_path, count=2, seed=7, detector=SMALL)
    (tmp_path / ".0123456789abcdef.part").write_bytes(b"left by a kill")
    truth = simulate_folder(tmp_path, count=1, seed=8, detector=SMALL)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["simulated_00001.dcm", "truth.json"]
    assert len(json.loads(truth.read_text(encoding="utf-8"))["images"]) == 1


@pytest.mark.parametrize("name", ["limb.dcm", "truth.json", "simulated_00001.png", "simulated_00001.dcm/x"])
def test_a_folder_in_use_is_refused_and_left_as_it_is(tmp_path, name):
    path = tmp_path / "in-use" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(
        OutputError, match=r"in-use: the folder is not empty and .* choose a new or an empty one$"
    ):
        simulate_folder(tmp_path / "in-use", count=1, seed=1, detector=SMALL)
    assert [each.read_text(encoding="utf-8") for each in path.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"count": 0}, "count is 0"), ({"count": 1, "seed": -1}, "seed is -1")],
)
def test_absurd_numbers_are_refused(arguments, message, tmp_path):
    with pytest.raises(SettingsError, match=message):
        simulate_folder(tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Output(bits=8), "bits is 8"),
        (lambda: Output(intent=Intent.PICTURE), "intent is"),
        (lambda: Exposure(air_kerma_ugy=0), "air_kerma_ugy is 0"),
        (lambda: Exposure(scatter_ratio=3), "scatter_ratio is 3"),
        (lambda: Exposure(tube_kv=40), "tube_kv is 40"),
        (lambda: simulate_limb(seed=-1), "seed is -1"),
    ],
)
def test_absurd_arguments_are_refused(make, message):
    with pytest.raises(SettingsError, match=message):
        make()

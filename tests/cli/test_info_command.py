import json

import numpy as np
import pytest
import tifffile
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

import hostile_folder
from microcal_xray.cli import main


@pytest.fixture
def limb(tmp_path):
    hostile_folder.limb_with_a_line(tmp_path / "limb.png")
    return str(tmp_path / "limb.png")


def test_facts_are_said_in_words(limb, capsys):
    assert main(["info", limb]) == 0
    facts = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert facts["format"] == "PNG"
    assert facts["size"] == "160 rows x 120 columns, 100% usable"
    assert facts["bits"] == "16"
    assert facts["spacing"] == "pixel spacing unknown"
    assert facts["caution"] == "no pixel spacing: nothing is measured in millimetres"


def test_facts_are_said_as_json(limb, capsys):
    assert main(["info", limb, "--json", "--spacing-mm", "0.2"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["rows"], facts["columns"]) == (160, 120)
    assert facts["spacing_mm"] == [0.2, 0.2]
    assert facts["spacing_source"] == "user"
    assert facts["cautions"] == []


def test_an_overruled_polarity_is_said(limb, capsys):
    assert main(["info", limb, "--photometric", "MONOCHROME1"]) == 0
    said = capsys.readouterr().out
    assert "MONOCHROME1, stored with bone low" in said
    assert "the polarity was given by the user" in said


def test_json_says_the_same_as_the_record_in_candidates_json(limb, tmp_path, capsys):
    main(["info", limb, "--json"])
    facts = json.loads(capsys.readouterr().out)
    main(["analyze", limb, "--out", str(tmp_path / "out"), "--jobs", "1"])
    (record,) = json.loads((tmp_path / "out" / "candidates.json").read_text(encoding="utf-8"))["images"]
    del facts["usable_share"]
    assert facts == {name: record[name] for name in facts}


def test_a_file_that_cannot_be_read_is_1(tmp_path, capsys):
    (tmp_path / "empty.dcm").touch()
    assert main(["info", str(tmp_path / "empty.dcm")]) == 1
    assert capsys.readouterr().err == f"microcal: {tmp_path / 'empty.dcm'}: the file is empty\n"


def test_a_missing_file_is_bad_usage(tmp_path, capsys):
    assert main(["info", str(tmp_path / "absent.dcm")]) == 2
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_a_colour_capture_says_its_polarity(tmp_path, capsys, photometric):
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3.4"
    dataset.Rows = dataset.Columns = 40
    dataset.SamplesPerPixel, dataset.PlanarConfiguration, dataset.PixelRepresentation = 3, 0, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PhotometricInterpretation = photometric
    dataset.PixelData = b"\x09" * 4800
    dataset.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert main(["info", str(tmp_path / "a.dcm"), "--secondary-capture"]) == 0
    assert f"{photometric}, in colour; bright is taken for bone" in capsys.readouterr().out


def test_a_tiff_that_was_turned_is_said_to_be(tmp_path, capsys):
    values = np.arange(1600, dtype=np.uint16).reshape(40, 40)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="miniswhite")
    assert main(["info", str(tmp_path / "a.tif")]) == 0
    assert "MONOCHROME1, stored with bone low; turned" in capsys.readouterr().out

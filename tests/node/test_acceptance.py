"""What is taken and answered is what the rest of the package reads, and what the pages say."""

import re
from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileMetaDataset

from microcal_xray.errors import NotARadiographError
from microcal_xray.loading import sop_classes
from microcal_xray.loading.decoding import DECODERS
from microcal_xray.loading.sop_classes import require_radiograph
from microcal_xray.node import Bounds
from microcal_xray.node.acceptance import (
    RADIOGRAPHS,
    SECONDARY_CAPTURES,
    Status,
    is_identifier,
    storage_classes,
    transfer_syntaxes,
)
from microcal_xray.node.receiving import LARGEST_PDU

PAGE = (Path(__file__).parents[2] / "docs" / "dicom.md").read_text(encoding="utf-8")


def header(sop_class):
    made = Dataset()
    made.SOPClassUID, made.file_meta = sop_class, FileMetaDataset()
    return made


def test_all_that_is_taken_is_read_and_all_that_is_read_is_taken():
    for sop_class in RADIOGRAPHS:
        require_radiograph(header(sop_class), secondary_capture=False)
    for sop_class in SECONDARY_CAPTURES:
        require_radiograph(header(sop_class), secondary_capture=True)
        with pytest.raises(NotARadiographError):
            require_radiograph(header(sop_class), secondary_capture=False)
    assert set(RADIOGRAPHS) == sop_classes._RADIOGRAPHS
    assert set(SECONDARY_CAPTURES) == sop_classes._SECONDARY_CAPTURES
    assert storage_classes(secondary_capture=False) == RADIOGRAPHS
    assert set(storage_classes(secondary_capture=True)) == {*RADIOGRAPHS, *SECONDARY_CAPTURES}


def test_every_compression_that_is_decoded_is_taken_and_the_deflated_one_is_not():
    taken = transfer_syntaxes()
    assert set(DECODERS) < set(taken)
    assert taken[0] == "1.2.840.10008.1.2.1"  # where there is a choice, nothing is compressed for us
    assert "1.2.840.10008.1.2.1.99" not in taken


def test_the_conformance_statement_has_every_answer_and_limit():
    said = set(re.findall(r"^\| ([0-9A-F]{4}) \| \S", PAGE, re.MULTILINE))
    assert said == {f"{value:04X}" for name, value in vars(Status).items() if name.isupper()}
    usual = Bounds()
    assert f"| associations as SCP | {usual.associations} at a time" in PAGE
    assert f"PDUs of up to {LARGEST_PDU:,} bytes" in PAGE
    assert f"{usual.request_s:g} s for the request" in PAGE
    assert f"{usual.timeout_s:g} s without a byte" in PAGE
    assert f"{usual.object_s:g} s from one whole object" in PAGE
    for syntax in transfer_syntaxes()[2:]:
        tail = syntax.removeprefix("1.2.840.10008.1.2")
        assert f"{tail}" in PAGE or tail == ".5"


@pytest.mark.parametrize(
    "text", ["", "1", "1..2", "1.2.", ".1", "1.2\n", "1.2 ", "1.٣", "1.2/../3", "1." * 32 + "1"]
)
def test_what_is_no_identifier_is_none(text):
    assert not is_identifier(text)

"""A report read back says what went into it."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_sources import found, saved, source_file
from pydicom.dataset import Dataset

import microcal_xray as mx
from microcal_xray.errors import UnreadableRadiographError
from microcal_xray.exporting import LineTracking, object_bytes
from microcal_xray.findings import CandidateCaution, Kind, Tier
from microcal_xray.radiograph import ImageCaution
from microcal_xray.reporting import image_result

SAMPLE = Path(__file__).parents[2] / "sample_data" / "tibia_microcallus.dcm"
PIXELS_FOR_MM = {"length_px": "length_mm", "width_px": "width_mm"}
WRITTEN = (*PIXELS_FOR_MM, *PIXELS_FOR_MM.values(), "angle_to_bone_deg", "contrast_sd", "score")


def written(path, findings, folder, **options):
    report = folder / "report.dcm"
    report.write_bytes(object_bytes(mx.to_dicom(findings, path, kinds=["sr"], **options)["sr"]))
    return report


@pytest.mark.parametrize("tracking", LineTracking)
@pytest.mark.parametrize("spacing", [[0.15, 0.15], [0.3, 0.15], None], ids=["square", "tall", "none"])
def test_lines_and_numbers_come_back(tmp_path, tracking, spacing):
    path = source_file(tmp_path, ImagerPixelSpacing=spacing)
    findings = found(path, 3)
    results = mx.read_results(written(path, findings, tmp_path, tracking=tracking))
    records = image_result(findings, "leg.dcm").as_dict()["candidates"]
    assert len(results.candidates) == len(records) == 3
    for read, original, record in zip(results.candidates, findings.candidates, records, strict=True):
        assert np.abs(read.path_px - original.path_px).max() <= 0.01
        assert (read.id, read.kind, read.tier, read.cautions) == (
            original.id,
            original.kind,
            original.tier,
            original.cautions,
        )
        record |= record["evidence"] or {}
        for name, value in read.numbers.items():
            assert value == record[name], name
        left_out = {name for name in WRITTEN if record[name] is not None} - set(read.numbers)
        assert left_out == (set() if spacing is None else set(PIXELS_FOR_MM))


@pytest.fixture(scope="module")
def searched():
    """What the whole pipeline finds in a sample, with its evidence cards."""
    return mx.find_lines(mx.read_radiograph(SAMPLE))


def test_the_evidence_card_of_a_real_search_comes_back_with_its_intervals(searched):
    records = image_result(searched, SAMPLE.name).as_dict()["candidates"]
    read = mx.read_results(mx.to_dicom(searched, SAMPLE, kinds=["sr"])["sr"]).candidates
    cards = [record["measured"] for record in records]
    assert len(read) == len(cards) > 0
    assert any(card["equivalent_width_mm"] for card in cards)
    for numbers, card in zip((each.numbers for each in read), cards, strict=True):
        length, width = card["length_mm"], card["equivalent_width_mm"]
        assert (numbers["length_mm_low"], numbers["length_mm_high"]) == (length["low"], length["high"])
        assert numbers["length_mm"] == pytest.approx(length["value"], rel=1e-3)
        names = ("equivalent_width_mm", "equivalent_width_mm_low", "equivalent_width_mm_high")
        known = None if width is None else (width["value"], width["low"], width["high"])
        assert (tuple(numbers[name] for name in names) if width else None) == known
        assert width or not set(names) & set(numbers)
        assert not [name for name in numbers if "_px" in name]


def test_the_card_of_a_picture_without_a_spacing_comes_back_in_pixels(searched):
    first, *_ = searched.candidates
    bare = replace(first.measured, length_mm=None, equivalent_width_mm=None)
    path_only = replace(first, length_mm=None, width_mm=None, measured=bare)
    read = mx.read_results(
        mx.to_dicom(replace(searched, candidates=(path_only,)), SAMPLE, kinds=["sr"])["sr"]
    ).candidates[0]
    card = image_result(searched, SAMPLE.name).as_dict()["candidates"]
    record = next(each for each in card if each["id"] == first.id)["measured"]
    assert (read.numbers["length_px_low"], read.numbers["length_px_high"]) == (
        record["length_px"]["low"],
        record["length_px"]["high"],
    )
    assert not [name for name in read.numbers if "_mm" in name]


def test_the_whole_is_read_from_a_dataset_as_well(tmp_path):
    path = source_file(tmp_path, BurnedInAnnotation="YES")
    dataset = mx.to_dicom(found(path, 2), path, kinds=["sr"])["sr"]
    results = mx.read_results(dataset)
    assert (results.version, results.false_marks) == (mx.__version__, 1.0)
    assert (results.study_instance_uid, results.series_instance_uid, results.sop_instance_uid) == (
        "1.2.3.6",
        "1.2.3.5",
        "1.2.3.4",
    )
    assert results.cautions & ImageCaution.BURNED_IN_TEXT
    first, second = results.candidates
    assert (first.kind, first.tier, first.site, first.laterality) == (
        Kind.SCLEROTIC,
        Tier.STRONG,
        "Tibia",
        "Left",
    )
    assert first.spacing_source == "detector"
    assert second.cautions == CandidateCaution.NEAR_METAL
    assert first.tracking_uid != second.tracking_uid
    assert not first.path_px.flags.writeable


def test_finding_nothing_comes_back_as_nothing(tmp_path):
    path = source_file(tmp_path)
    assert mx.read_results(mx.to_dicom(found(path, 0), path, kinds=["sr"])["sr"]).candidates == ()


def test_another_object_is_none_of_ours(tmp_path):
    path = source_file(tmp_path)
    for foreign in (
        path,
        saved(mx.to_dicom(found(path), path, kinds=["gsps"])["gsps"], tmp_path, "state.dcm"),
    ):
        with pytest.raises(UnreadableRadiographError, match="is no structured report of microcal_xray"):
            mx.read_results(foreign)


@pytest.mark.parametrize("content", [b"", b"text", b"\0" * 200], ids=["empty", "text", "zeros"])
def test_a_file_that_is_none_is_named_in_one_line(tmp_path, content):
    path = tmp_path / "a.dcm"
    path.write_bytes(content)
    with pytest.raises(UnreadableRadiographError, match=r"^\S*a\.dcm: [^\n]*$"):
        mx.read_results(path)
    with pytest.raises(UnreadableRadiographError, match=r"absent\.dcm: "):
        mx.read_results(tmp_path / "absent.dcm")


def spoiled(dataset, spoil):
    read = pydicom.dcmread(io.BytesIO(object_bytes(dataset)))
    measurements = next(
        item for item in read.ContentSequence if item.get("ConceptNameCodeSequence")[0].CodeValue == "126010"
    )
    spoil(read, measurements.ContentSequence[0])
    return read


def no_line(report, group):
    for item in group.ContentSequence:
        if "ContentSequence" in item and item.ValueType == "NUM":
            del item.ContentSequence


def no_appearance(report, group):
    group.ContentSequence = [
        item for item in group.ContentSequence if item.ConceptNameCodeSequence[0].CodeValue != "APPEARANCE"
    ]


def another_appearance(report, group):
    for item in group.ContentSequence:
        if item.ConceptNameCodeSequence[0].CodeValue == "APPEARANCE":
            item.ConceptCodeSequence[0].CodeValue = "1"


def no_whole(report, group):
    report.ContentSequence = report.ContentSequence[:-1]


def no_evidence(report, group):
    del report.CurrentRequestedProcedureEvidenceSequence


def empty_item(report, group):
    group.ContentSequence.append(Dataset())


def lines_of_three_points_and_a_half(report, group):
    for item in group.ContentSequence:
        if "ContentSequence" in item and item.ValueType == "NUM":
            item.ContentSequence[0].GraphicData = [1, 2, 3]


@pytest.mark.parametrize(
    "spoil",
    [
        no_line,
        no_appearance,
        another_appearance,
        no_whole,
        no_evidence,
        empty_item,
        lines_of_three_points_and_a_half,
    ],
)
def test_a_report_that_was_tampered_with_is_refused_in_words(tmp_path, spoil):
    path = source_file(tmp_path)
    dataset = mx.to_dicom(found(path, 1), path, kinds=["sr"])["sr"]
    with pytest.raises(UnreadableRadiographError):
        mx.read_results(spoiled(dataset, spoil))


def test_words_of_a_later_version_do_no_harm(tmp_path):
    path = source_file(tmp_path)

    def later(report, group):
        for item in group.ContentSequence:
            if item.ConceptNameCodeSequence[0].CodeValue == "CONTRAST_SD":
                item.ConceptNameCodeSequence[0].CodeValue = "NEW_NUMBER"

    read = mx.read_results(spoiled(mx.to_dicom(found(path, 1), path, kinds=["sr"])["sr"], later))
    assert "contrast_sd" not in read.candidates[0].numbers
    assert "length_mm" in read.candidates[0].numbers

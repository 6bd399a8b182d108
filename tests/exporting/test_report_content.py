"""What a structured report says, and what it must not say."""

import io
import re

import pydicom
import pytest
from content_tree import coded, groups, items, named, numbers
from dicom_sources import found, source_file

from microcal_xray.bump import BumpCaution
from microcal_xray.exporting import LineTracking, bump_codes, codes, object_bytes, to_dicom
from microcal_xray.exporting.codes import (
    CAUTIONS,
    LATERALITIES,
    NONE_LISTED,
    SITES,
    SOME_LISTED,
    SPACING_BASES,
    Concept,
    caution_concept,
)
from microcal_xray.exporting.numbers import NUMBERS
from microcal_xray.findings import CandidateCaution
from microcal_xray.loading.defined_terms import BODY_PARTS
from microcal_xray.radiograph import ImageCaution, SpacingSource


def report(path, findings, **options):
    return pydicom.dcmread(io.BytesIO(object_bytes(to_dicom(findings, path, kinds=["sr"], **options)["sr"])))


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    path = source_file(tmp_path_factory.mktemp("report"))
    return report(path, found(path, 2))


def test_it_is_a_preliminary_unverified_report_of_tid_1500(ours):
    assert ours.SOPClassUID.name == "Comprehensive SR Storage"
    assert ours.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert (ours.CompletionFlag, ours.PreliminaryFlag, ours.VerificationFlag) == (
        "COMPLETE",
        "PRELIMINARY",
        "UNVERIFIED",
    )
    assert ours.SeriesDescription.startswith("RESEARCH - NOT FOR DIAGNOSIS")


def test_each_candidate_is_a_group_with_its_numbers_in_the_order_of_the_list(ours):
    first, second = groups(ours)
    assert numbers(first) == {
        ("121211", "mm"): "6",
        ("103355008", "mm"): "0.375",
        ("ANGLE_TO_BONE", "deg"): "84.3",
        ("CONTRAST_SD", "1"): "3.21",
        ("FALSE_MARKS", "1"): "0.0123",
        ("SCORE", "1"): "1.34",
    }
    assert ("ANGLE_TO_BONE", "deg") not in numbers(second)  # unknown
    assert ("FALSE_MARKS", "1") not in numbers(second)  # no evidence


def test_appearance_is_coded_and_the_finding_is_a_line(ours):
    first, second = groups(ours)
    assert coded(first, "121071") == coded(second, "121071") == ["112061"]
    assert (coded(first, "APPEARANCE"), coded(second, "APPEARANCE")) == (["112033"], ["112062"])
    assert (coded(first, "TIER"), coded(second, "TIER")) == (["STRONG"], ["WEAK"])
    assert (coded(first, "CAUTION"), coded(second, "CAUTION")) == ([], ["NEARMETAL"])


def test_site_and_side_are_those_of_the_header(ours):
    assert coded(groups(ours)[0], "363698007") == ["12611008"]
    assert coded(groups(ours)[0], "272741003") == ["7771000"]


def test_each_candidate_has_identifiers_of_its_own(ours):
    identifiers = [named(group, "112040")[0].UID for group in groups(ours)]
    assert len(set(identifiers)) == 2
    assert [named(group, "112039")[0].TextValue for group in groups(ours)] == [
        "microcal_xray candidate 1",
        "microcal_xray candidate 2",
    ]


def test_the_switch_for_ohif_changes_the_tracking_identifier_alone(tmp_path, ours):
    path = source_file(tmp_path)
    edited = report(path, found(path, 2), tracking=LineTracking.OHIF_EDITABLE)
    tools = {named(group, "112039")[0].TextValue for group in groups(edited)}
    assert tools == {"Cornerstone3DTools@^0.1.0:PlanarFreehandROI"}
    assert [numbers(group) for group in groups(edited)] == [numbers(group) for group in groups(ours)]
    assert edited.SOPInstanceUID != ours.SOPInstanceUID


def test_beside_each_millimetre_stands_what_it_means(ours):
    for group in groups(ours):
        assert coded(group, "370129005") == ["MM_DETECTOR"]
        units = [
            item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0]
            for item in group.ContentSequence
            if item.ValueType == "NUM"
        ]
        words = {unit.CodeMeaning for unit in units if unit.CodeValue == "mm"}
        assert words == {"mm at the detector"}


@pytest.mark.parametrize(
    ("tags", "reading", "basis", "millimetres"),
    [
        ({"PixelSpacing": [0.1, 0.1], "PixelSpacingCalibrationType": "FIDUCIAL"}, {}, "MM_FIDUCIAL", "0.1"),
        ({"PixelSpacing": [0.1, 0.1], "PixelSpacingCalibrationType": "GEOMETRY"}, {}, "MM_GEOMETRY", "0.1"),
        ({}, {"spacing_mm": 0.2}, "MM_USER", "0.2"),
    ],
)
def test_one_spacing_stands_in_the_report_and_it_is_the_one_that_was_used(
    tmp_path, tags, reading, basis, millimetres
):
    path = source_file(tmp_path, **tags)
    dataset = report(path, found(path, 1, **reading))
    assert coded(groups(dataset)[0], "370129005") == [basis]
    for spacing in (*named(dataset, "111026"), *named(dataset, "111066")):
        assert str(spacing.MeasuredValueSequence[0].NumericValue) == millimetres


def test_without_a_spacing_no_millimetre_stands_anywhere(tmp_path):
    path = source_file(tmp_path, ImagerPixelSpacing=None)
    dataset = report(path, found(path, 2))
    assert numbers(groups(dataset)[0])["121211", "{pixels}"] == "40"
    units = [
        item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue
        for item in items(dataset)
        if item.ValueType == "NUM"
    ]
    assert "mm" not in units
    assert not coded(groups(dataset)[0], "370129005")


def test_finding_nothing_is_a_report_that_says_so_and_excludes_nothing(tmp_path):
    path = source_file(tmp_path)
    dataset = report(path, found(path, 0))
    assert not groups(dataset)
    assert coded(dataset, "RESULT") == [NONE_LISTED.value]
    assert named(dataset, "CANDIDATES")[0].TextValue == "0"
    assert "excludes nothing" in NONE_LISTED.meaning


def test_the_whole_image_has_its_cautions_and_settings(tmp_path, ours):
    assert coded(ours, "RESULT") == [SOME_LISTED.value]
    parameters = [item.TextValue for item in named(ours, "111002")]
    assert "false_marks=1.0" in parameters
    path = source_file(tmp_path, BurnedInAnnotation="YES", ImagerPixelSpacing=None)
    cautions = {CAUTIONS[value] for value in coded(report(path, found(path, 0)), "CAUTION")}
    assert {ImageCaution.BURNED_IN_TEXT, ImageCaution.NO_SPACING} <= cautions


def test_the_image_is_evidence_in_its_own_study(ours):
    (study,) = ours.CurrentRequestedProcedureEvidenceSequence
    (series,) = study.ReferencedSeriesSequence
    (image,) = series.ReferencedSOPSequence
    assert (study.StudyInstanceUID, series.SeriesInstanceUID, image.ReferencedSOPInstanceUID) == (
        "1.2.3.6",
        "1.2.3.5",
        "1.2.3.4",
    )
    assert ours.StudyInstanceUID == "1.2.3.6"
    assert ours.SeriesInstanceUID != "1.2.3.5"


def test_no_word_is_about_a_disease(ours):
    words = str(ours).lower().replace("not for diagnosis", "")
    assert not re.search(r"fractur|diagnos|probabilit|fissure|callus|disease|patholog", words)


def test_a_side_that_is_not_known_is_not_written(tmp_path):
    path = source_file(tmp_path, ImageLaterality=None)
    group = groups(report(path, found(path, 1)))[0]
    assert coded(group, "363698007") == ["12611008"]
    assert not coded(group, "272741003")


def test_a_body_part_that_is_no_term_of_the_standard_is_not_written(tmp_path):
    path = source_file(tmp_path, BodyPartExamined="MEIER HANS")
    dataset = report(path, found(path, 1))
    assert not coded(groups(dataset)[0], "363698007")
    assert "MEIER" not in str(dataset)


def test_every_coded_word_fits_its_elements():
    own = [*vars(codes).values(), *vars(bump_codes).values()]
    concepts = [value for value in own if isinstance(value, Concept)]
    concepts += [*bump_codes.BUMP_KINDS.values(), *bump_codes.CLUSTER_PATTERNS.values()]
    concepts += [end for ends in bump_codes.ENDS.values() for end in ends]
    concepts += [*SITES.values(), *LATERALITIES.values(), *SPACING_BASES.values()]
    concepts += [caution_concept(caution) for caution in (*CandidateCaution, *ImageCaution, *BumpCaution)]
    for concept in concepts:
        assert 0 < len(concept.value) <= 16
        assert 0 < len(concept.meaning) <= 64
        assert concept.meaning.isascii()
    assert len(CAUTIONS) == len(
        [*CandidateCaution, *ImageCaution, *BumpCaution]
    )  # none shares its word with another
    assert set(SITES) <= BODY_PARTS
    assert set(SPACING_BASES) == set(SpacingSource) - {SpacingSource.NONE}


def test_pixels_stand_in_for_millimetres_and_never_beside_them():
    fields = {number.field for number in NUMBERS}
    for number in NUMBERS:
        assert (number.instead_of is not None) == number.field.endswith("_px"), number.name
        assert number.instead_of is None or number.instead_of in fields

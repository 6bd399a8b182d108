"""Bumps and clusters in a structured report: what stands there, and that it comes back."""

import io
import re
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from content_tree import coded, groups, named, numbers
from dicom_sources import found, source_file

import microcal_xray as mx
from invented_bumps import invented_bump
from microcal_xray.bump import BumpCaution, BumpKind, BumpTier
from microcal_xray.cluster import Cluster, ClusterPattern
from microcal_xray.exporting import Analysis, Review, dicom_objects, object_bytes, result_kinds
from microcal_xray.exporting.kinds import ExportOptions
from microcal_xray.findings import Tier
from microcal_xray.reporting import image_result


def with_bumps(path):
    findings = found(path, 2)
    mm = findings.radiograph.mm_per_pixel() if findings.radiograph.spacing else None
    layer = invented_bump(2, mm=mm, kind=BumpKind.PERIOSTEAL, tier=BumpTier.WEAK)
    pair = Cluster(1, ClusterPattern.CLOSE, (1,), (1,), 30.0, mm and 30 * mm, 30.0, mm and 30 * mm, 1.0)
    return replace(findings, bumps=(invented_bump(1, mm=mm), layer), clusters=(pair,))


def report(findings, path):
    return pydicom.dcmread(io.BytesIO(object_bytes(mx.to_dicom(findings, path, kinds=["sr"])["sr"])))


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    path = source_file(tmp_path_factory.mktemp("bumps"))
    return report(with_bumps(path), path)


def test_each_bump_and_cluster_is_a_group_behind_those_of_the_lines(ours):
    findings = [coded(group, "121071") for group in groups(ours)]
    assert findings == [["112061"], ["112061"], ["BUMP"], ["PERIOSTEAL"], ["CLUSTER"]]
    assert named(ours, "BUMPS")[0].TextValue == "2"
    assert named(ours, "CLUSTERS")[0].TextValue == "1"
    identifiers = {named(group, "112040")[0].UID for group in groups(ours)}
    assert len(identifiers) == 5


def test_a_bump_has_its_sizes_with_both_ends_in_millimetres_alone(ours):
    bump = numbers(groups(ours)[2])
    assert bump["121207", "mm"] == "1.2"  # 8 pixels of 0.15 mm
    assert bump["410668003", "mm"] == "4.5"
    assert bump["42798000", "mm2"] == "3.375"
    assert (bump["HEIGHT_LOW", "mm"], bump["HEIGHT_HIGH", "mm"]) == ("1.08", "1.32")
    assert (bump["DIAMETER_RATIO", "1"], bump["RATIO_LOW", "1"], bump["RATIO_HIGH", "1"]) == (
        "1.16",
        "1.1",
        "1.2",
    )
    assert not [unit for _, unit in bump if "pixels" in unit]
    assert coded(groups(ours)[2], "CAUTION") == ["ONESIDED"]
    assert not [name for name, _ in bump if name == "INWARD"]  # unknown


def test_its_outline_is_a_closed_polyline_from_the_corner_of_the_image(ours):
    (height,) = (item for item in groups(ours)[2].ContentSequence if item.ValueType == "NUM" and (
        item.ConceptNameCodeSequence[0].CodeValue == "121207"))  # fmt: skip
    points = np.array(height.ContentSequence[0].GraphicData).reshape(-1, 2)
    assert height.ContentSequence[0].GraphicType == "POLYLINE"
    assert points[0].tolist() == points[-1].tolist()
    assert points[:-1] == pytest.approx(invented_bump().outline_px[:, ::-1] + 0.5, abs=0.01)


def test_without_a_spacing_they_are_in_pixels_and_squares_of_them(tmp_path):
    path = source_file(tmp_path, ImagerPixelSpacing=None)
    bump = numbers(groups(report(with_bumps(path), path))[2])
    assert (bump["121207", "{pixels}"], bump["42798000", "{square_pixels}"]) == ("8", "150")
    assert not [unit for _, unit in bump if unit.startswith("mm")]


def test_they_come_back(tmp_path):
    path = source_file(tmp_path)
    findings = with_bumps(path)
    results = mx.read_results(report(findings, path))
    assert len(results.candidates) == 2
    first, second = results.bumps
    assert (first.kind, first.tier, first.cautions) == (BumpKind.BUMP, Tier.STRONG, BumpCaution.ONE_SIDED)
    assert (second.kind, second.tier) == (BumpKind.PERIOSTEAL, Tier.WEAK)
    record = image_result(findings, "a.dcm").as_dict()["bumps"][0]
    for field in ("height_mm", "length_mm", "area_mm2", "shaft_mm", "callus_index"):
        for name, end in (("", "value"), ("_low", "low"), ("_high", "high")):
            assert first.numbers[f"{field}{name}"] == pytest.approx(record[field][end], abs=1e-9)
    assert first.numbers["false_bumps"] == record["false_bumps"]
    (cluster,) = results.clusters
    assert cluster.pattern is ClusterPattern.CLOSE
    assert dict(cluster.numbers) == pytest.approx({"extent_mm": 4.5, "spacing_mm": 4.5, "members": 2.0})
    assert cluster.middles_px.shape == (2, 2)


def test_a_report_of_a_review_has_none_of_them_as_nobody_judged_them(tmp_path):
    path = source_file(tmp_path)
    findings = with_bumps(path)
    analysis = Analysis(image_result(findings, "leg.dcm"), findings.settings, review=Review((), 2, 1))
    dataset = dicom_objects(analysis, path, ExportOptions(kinds=result_kinds(["sr"])))
    ours = pydicom.dcmread(io.BytesIO(object_bytes(next(iter(dataset.values())))))
    assert not groups(ours)
    assert not named(ours, "BUMPS")


def test_no_word_of_them_is_about_a_disease(ours):
    words = str(ours).lower().replace("not for diagnosis", "")
    assert not re.search(r"fractur|diagnos|probabilit|fissure|callus|disease|patholog", words)

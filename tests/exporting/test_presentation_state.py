"""A presentation state shows the image as it is meant: bone bright, in a window that shows something."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest
from dicom_sources import COLUMNS, ROWS, dx, found, pixels, saved, source_file
from pydicom.dataset import Dataset

from microcal_xray.errors import UnreadableRadiographError
from microcal_xray.exporting import to_dicom
from microcal_xray.loading import Photometric
from microcal_xray.loading.decoding import decode
from microcal_xray.loading.dicom_file import read_whole
from microcal_xray.loading.pixel_layout import pixel_layout
from microcal_xray.radiograph import Intent
from microcal_xray.simulation import Detector, Output, Relationship, simulate_limb, write_dicom


def state(path, count=1, **reading):
    return to_dicom(found(path, count, **reading), path, kinds=["gsps"])["gsps"]


def shown(dataset, path):
    """Return the picture that the presentation state makes of the image, by PS3.4 N.2, from 0 to 1."""
    source = read_whole(path)
    stored = decode(source, pixel_layout(source)).values.astype(np.int64)
    values = stored.astype(float)
    if "ModalityLUTSequence" in dataset:
        values = looked_up(dataset.ModalityLUTSequence[0], stored).astype(float)
    elif "RescaleSlope" in dataset:
        values = stored * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    (voi,) = dataset.SoftcopyVOILUTSequence
    if "VOILUTSequence" in voi:
        grey = looked_up(voi.VOILUTSequence[0], values.astype(np.int64)) / 65535
    else:
        center, width = float(voi.WindowCenter) - 0.5, float(voi.WindowWidth) - 1
        grey = np.clip((values - center) / max(width, 1e-9) + 0.5, 0, 1)
    return 1 - grey if dataset.PresentationLUTShape == "INVERSE" else grey


def looked_up(table, values):
    _, first, _ = table.LUTDescriptor
    entries = np.frombuffer(table.LUTData, "<u2").astype(np.int64)
    return entries[np.clip(values - first, 0, len(entries) - 1)]


OUTPUTS = {
    "linear 1": Output(),
    "linear 2": Output(photometric=Photometric.MONOCHROME2, bits=16),
    "log 1": Output(relationship=Relationship.LOGARITHMIC, photometric=Photometric.MONOCHROME1, bits=10),
    "log 2": Output(relationship=Relationship.LOGARITHMIC, photometric=Photometric.MONOCHROME2, bits=12),
    "shown 1": Output(intent=Intent.FOR_PRESENTATION, photometric=Photometric.MONOCHROME1, bits=12),
    "shown 2": Output(intent=Intent.FOR_PRESENTATION, photometric=Photometric.MONOCHROME2, bits=12),
}


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_bone_is_bright_and_the_greys_are_used(tmp_path, output):
    limb = simulate_limb(seed=3, detector=Detector(100, 210, 0.5), centre_mm=(0, -40), output=output)
    path = write_dicom(limb, tmp_path / "limb.dcm")
    picture = shown(state(path), path)
    assert np.corrcoef(picture.ravel(), limb.radiograph.pixels.ravel())[0, 1] > 0.9
    assert np.ptp(picture) > 0.8
    assert np.std(picture) > 0.1


@pytest.mark.parametrize(
    ("tags", "reading", "shape"),
    [
        ({}, {}, "IDENTITY"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, {}, "INVERSE"),
        # Tags that agree are no second turn, and the presentation LUT alone decides nothing.
        ({"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}, {}, "INVERSE"),
        ({"PresentationLUTShape": "INVERSE"}, {}, "IDENTITY"),
        ({}, {"photometric": Photometric.MONOCHROME1}, "INVERSE"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, {"photometric": Photometric.MONOCHROME2}, "IDENTITY"),
    ],
)
def test_polarity_is_that_of_the_reader(tmp_path, tags, reading, shape):
    path = source_file(tmp_path, **tags)
    dataset = state(path, **reading)
    assert dataset.PresentationLUTShape == shape
    radiograph = found(path, **reading).radiograph
    assert np.corrcoef(shown(dataset, path).ravel(), radiograph.pixels.ravel())[0, 1] > 0.9


def test_a_rescale_is_carried_over(tmp_path):
    path = source_file(tmp_path, RescaleSlope="0.5", RescaleIntercept="-100", RescaleType="US")
    dataset = state(path)
    assert (float(dataset.RescaleSlope), float(dataset.RescaleIntercept)) == (0.5, -100)
    assert np.corrcoef(shown(dataset, path).ravel(), found(path).radiograph.pixels.ravel())[0, 1] > 0.9
    assert "RescaleSlope" not in state(source_file(tmp_path, RescaleSlope="1", RescaleIntercept="0"))


def test_a_lookup_table_of_the_modality_is_carried_over(tmp_path):
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType = [4096, 0, 16], "US"
    table.LUTData = (65535 - 16 * np.arange(4096)).astype("<u2").tobytes()
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    path = source_file(tmp_path, ModalityLUTSequence=[table], PhotometricInterpretation="MONOCHROME1")
    dataset = state(path)
    assert np.corrcoef(shown(dataset, path).ravel(), found(path).radiograph.pixels.ravel())[0, 1] > 0.9
    signed = saved(dx(pixels().astype("<i2"), ModalityLUTSequence=[table]), tmp_path)
    with pytest.raises(UnreadableRadiographError, match="presentation state for signed pixels"):
        state(signed)


@pytest.mark.parametrize(
    ("center", "width", "kept"),
    [
        (1500, 900, (1500, 900)),
        ([1500, 900], [900, 300], (1500, 900)),
        ([5, 1500], [0, 900], (1500, 900)),  # a width of zero
        ([9e6, 1500], [10, 900], (1500, 900)),  # shows nothing of the picture
        ([1500, 900], [900], (1500, 900)),  # one more centre than widths
        (1e30, 5, None),
        ("", "", None),
        (None, None, None),
    ],
)
def test_the_first_window_that_shows_something_is_taken_else_one_of_our_own(tmp_path, center, width, kept):
    tags = {} if center is None else {"WindowCenter": center, "WindowWidth": width}
    path = source_file(tmp_path, **tags)
    dataset = state(path)
    (voi,) = dataset.SoftcopyVOILUTSequence
    if kept:
        assert (float(voi.WindowCenter), float(voi.WindowWidth)) == kept
    picture = shown(dataset, path)
    assert np.ptp(picture) > 0.9
    assert np.std(picture) > 0.1


@pytest.mark.parametrize("broken", ["", "descriptor", "constant", "short"])
def test_a_lookup_table_for_display_is_kept_if_it_can_be_used(tmp_path, broken):
    table = Dataset()
    entries = np.full(4096, 7) if broken == "constant" else np.arange(4096) // 16
    table.LUTDescriptor = [4096, 0, 0] if broken == "descriptor" else [4096, 0, 8]
    table.LUTData = entries.astype("<u2").tobytes()[: 100 if broken == "short" else None]
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    path = source_file(tmp_path, VOILUTSequence=[table])
    dataset = state(path)
    assert ("VOILUTSequence" in dataset.SoftcopyVOILUTSequence[0]) == (not broken)
    assert np.ptp(shown(dataset, path)) > 0.5


def test_the_image_is_shown_whole_with_its_proportions(tmp_path):
    (area,) = state(source_file(tmp_path, ImagerPixelSpacing=[0.3, 0.15])).DisplayedAreaSelectionSequence
    assert list(area.DisplayedAreaTopLeftHandCorner) == [1, 1]
    assert list(area.DisplayedAreaBottomRightHandCorner) == [COLUMNS, ROWS]
    assert list(area.PresentationPixelAspectRatio) == [2000, 1000]
    assert area.PresentationSizeMode == "SCALE TO FIT"


def test_each_kind_and_tier_has_a_layer_and_each_candidate_its_number(tmp_path):
    dataset = state(source_file(tmp_path), 2)
    layers = [item.GraphicLayer for item in dataset.GraphicLayerSequence]
    assert layers == ["LUCENT_STRONG", "LUCENT_WEAK", "SCLEROTIC_STRONG", "SCLEROTIC_WEAK", "NOTICE"]
    texts = {
        annotation.GraphicLayer: [text.UnformattedTextValue for text in annotation.TextObjectSequence]
        for annotation in dataset.GraphicAnnotationSequence
    }
    assert (texts["SCLEROTIC_STRONG"], texts["LUCENT_WEAK"]) == (["1"], ["2"])
    (notice,) = texts["NOTICE"]
    assert notice.startswith("RESEARCH - NOT FOR DIAGNOSIS")
    assert "1: sclerotic, 6.0 mm" in notice
    assert "mm: at the detector" in notice


def test_finding_nothing_says_so_and_draws_nothing(tmp_path):
    dataset = state(source_file(tmp_path), 0)
    (annotation,) = dataset.GraphicAnnotationSequence
    assert "GraphicObjectSequence" not in annotation
    assert "no candidate listed" in annotation.TextObjectSequence[0].UnformattedTextValue


def test_without_a_spacing_the_notice_counts_pixels(tmp_path):
    dataset = state(source_file(tmp_path, ImagerPixelSpacing=None), 1)
    notice = dataset.GraphicAnnotationSequence[-1].TextObjectSequence[0].UnformattedTextValue
    assert "1: sclerotic, 40 pixels" in notice
    assert "mm" not in notice


def test_a_long_list_is_cut_in_the_notice_but_every_line_is_drawn(tmp_path):
    path = source_file(tmp_path)
    findings = found(path, 1)
    many = tuple(replace(findings.candidates[0], id=number) for number in range(1, 101))
    dataset = to_dicom(replace(findings, candidates=many), path, kinds=["gsps"])["gsps"]
    drawn, notice = dataset.GraphicAnnotationSequence
    assert len(drawn.GraphicObjectSequence) == 200
    text = notice.TextObjectSequence[0].UnformattedTextValue
    assert "100 candidates listed" in text
    assert "and 92 more" in text
    assert len(text) <= 1024


SHUTTERS = {
    "RECTANGULAR": {
        "ShutterLeftVerticalEdge": 10,
        "ShutterRightVerticalEdge": 80,
        "ShutterUpperHorizontalEdge": 5,
        "ShutterLowerHorizontalEdge": 110,
    },
    "CIRCULAR": {"CenterOfCircularShutter": [60, 45], "RadiusOfCircularShutter": 40},
    "POLYGONAL": {"VerticesOfThePolygonalShutter": [5, 5, 5, 80, 110, 40]},
}


@pytest.mark.parametrize(
    "shapes", [["RECTANGULAR"], ["CIRCULAR"], ["POLYGONAL"], ["RECTANGULAR", "CIRCULAR"]]
)
def test_the_shutter_is_carried_over_and_numbers_of_other_shapes_are_not(tmp_path, shapes):
    every = {keyword: value for numbers in SHUTTERS.values() for keyword, value in numbers.items()}
    own = {keyword: every[keyword] for shape in shapes for keyword in SHUTTERS[shape]}
    dataset = state(source_file(tmp_path, ShutterShape=shapes, **every))
    assert list(np.atleast_1d(dataset.ShutterShape)) == shapes
    assert {keyword: dataset[keyword].value for keyword in every if keyword in dataset} == own
    assert dataset.ShutterPresentationValue == 0


@pytest.mark.parametrize(
    "tags",
    [
        {"ShutterShape": "RECTANGULAR"},  # without its edges
        {"ShutterShape": "OVAL"},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [900, 45], "RadiusOfCircularShutter": 3},
        {},
    ],
)
def test_a_shutter_that_cannot_be_used_is_left_out(tmp_path, tags):
    assert not [name for name in state(source_file(tmp_path, **tags)).dir() if "Shutter" in name]


def test_it_refers_to_the_image_and_its_side(tmp_path):
    dataset = state(source_file(tmp_path))
    (series,) = dataset.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == "1.2.3.5"
    assert series.ReferencedImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4"
    assert (dataset.Laterality, dataset.Modality) == ("L", "PR")


def test_an_unpaired_body_part_has_no_side(tmp_path):
    assert "Laterality" not in state(source_file(tmp_path, BodyPartExamined="PELVIS", ImageLaterality=None))


def test_a_colour_picture_gets_a_state_of_its_own_kind(tmp_path):
    dataset = dx()
    grey = np.repeat((pixels() // 16).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelData = grey.tobytes()
    path = saved(dataset, tmp_path)
    once, again = state(path), state(path)
    assert once.SOPClassUID.name == "Color Softcopy Presentation State Storage"
    assert once.SOPInstanceUID == again.SOPInstanceUID


def test_the_source_stays_as_it_is(tmp_path):
    path = source_file(tmp_path)
    before = path.read_bytes()
    state(path)
    assert path.read_bytes() == before
    assert pydicom.dcmread(path).PhotometricInterpretation == "MONOCHROME2"

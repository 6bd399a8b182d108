"""A presentation state: the marks as a layer that viewers lay over the untouched image and take off again.

highdicom is imported inside the functions: it is an extra, and takes 0.6 s.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import numpy.typing as npt
from PIL import ImageCms
from pydicom.dataset import Dataset

from ..findings import Candidate, Kind, Tier
from ..radiograph import Spacing
from ..reporting.words import SPACING_SHORT, plural
from .analysis import Analysis
from .display_pipeline import DisplayPipeline, LookupTable, display_pipeline
from .identifiers import uid
from .kinds import NOT_FOR_DIAGNOSIS
from .marks import Mark, marks
from .shutter import put_shutter
from .source import SourceImage
from .structured_report import graphic_data

if TYPE_CHECKING:
    import highdicom as hd

# CIELab of the colours of the overlay, see reporting/words.py; grey viewers draw white.
_COLOURS = {Kind.LUCENT: (69.6, -12.1, -37.4), Kind.SCLEROTIC: (70.6, 21.5, 75.0)}
_PROFILE_CLASS = slice(12, 16)  # ICC.1 7.2.5
_PROFILE_DATE, _SOME_DATE = slice(24, 36), struct.pack(">6H", 2000, 1, 1, 0, 0, 0)  # ICC.1 7.2.8
_NOTICE_LAYER = "NOTICE"
_NOTICE_BOX = (0.01, 0.01, 0.6, 0.06)  # of the screen: left, top, right, bottom
_ASPECT_STEPS = 1000
_MOST_DESCRIBED = 8  # more would hide the picture


class _Common(TypedDict):
    """What highdicom wants of every presentation state."""

    referenced_images: list[Dataset]
    series_instance_uid: str
    series_number: int
    sop_instance_uid: str
    instance_number: int
    manufacturer: str
    manufacturer_model_name: str
    software_versions: str
    device_serial_number: str
    content_label: str
    content_description: str
    content_creator_name: str
    graphic_layers: list[hd.pr.GraphicLayer]
    graphic_annotations: list[hd.pr.GraphicAnnotation]


class _Transformations(TypedDict):
    """The display of a grey image, as highdicom wants it."""

    modality_lut_transformation: hd.ModalityLUTTransformation | None
    voi_lut_transformations: list[hd.pr.SoftcopyVOILUTTransformation]
    presentation_lut_transformation: hd.PresentationLUTTransformation


def presentation_state(analysis: Analysis, source: SourceImage) -> Dataset:
    """Return the presentation state, still without patient, dates and final identifiers.

    Its display is that of the image: its own modality transform, its own first usable window, bone bright.

    Parameters
    ----------
    analysis : Analysis
    source : SourceImage

    Raises
    ------
    UnreadableRadiographError
        If the display of the image cannot be expressed.
    """
    from highdicom import pr

    image = source.reference()
    layers = _layers()
    common: _Common = {
        "referenced_images": [image],
        "series_instance_uid": uid("placeholder"),
        "series_number": 1,
        "sop_instance_uid": uid("placeholder"),
        "instance_number": source.instance_number,
        "manufacturer": "microcal_xray",
        "manufacturer_model_name": "microcal_xray",
        "software_versions": analysis.version,
        "device_serial_number": "0",
        "content_label": "MICROCAL",
        "content_description": NOT_FOR_DIAGNOSIS,
        "content_creator_name": "microcal_xray^",
        "graphic_layers": list(layers.values()),
        "graphic_annotations": _annotations(analysis, image, layers),
    }
    dataset: Dataset
    if source.layout.samples == 1:
        transformations = _transformations(display_pipeline(source))
        dataset = pr.GrayscaleSoftcopyPresentationState(**common, **transformations)
    else:
        dataset = pr.ColorSoftcopyPresentationState(**common, icc_profile=_srgb())
    _set_proportions(dataset, analysis.result.spacing)
    put_shutter(source, dataset)
    return dataset


def _transformations(pipeline: DisplayPipeline) -> _Transformations:
    import highdicom as hd
    from highdicom import pr

    modality = None
    if isinstance(pipeline.modality, LookupTable):
        table = hd.ModalityLUT("US", pipeline.modality.first, pipeline.modality.entries)
        modality = hd.ModalityLUTTransformation(modality_lut=table)
    elif pipeline.modality is not None:
        slope, intercept = pipeline.modality
        modality = hd.ModalityLUTTransformation(
            rescale_slope=slope, rescale_intercept=intercept, rescale_type="US"
        )
    if isinstance(pipeline.voi, LookupTable):
        voi = pr.SoftcopyVOILUTTransformation(voi_luts=[hd.VOILUT(pipeline.voi.first, pipeline.voi.entries)])
    else:
        voi = pr.SoftcopyVOILUTTransformation(
            window_center=pipeline.voi.center,
            window_width=pipeline.voi.width,
            voi_lut_function=pipeline.voi.function,
        )
    # highdicom would write IDENTITY whatever the image is: a MONOCHROME1 radiograph shown as a negative.
    shape = "INVERSE" if pipeline.is_inverse else "IDENTITY"
    return {
        "modality_lut_transformation": modality,
        "voi_lut_transformations": [voi],
        "presentation_lut_transformation": hd.PresentationLUTTransformation(presentation_lut_shape=shape),
    }


def _srgb() -> bytes:
    """Return the colours that a picture without a profile is taken to have, the same bytes at all times."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_PROFILE_CLASS] = b"scnr"  # an input profile, PS3.3 C.11.15.1.1; the tags wanted are the same
    profile[_PROFILE_DATE] = _SOME_DATE
    return bytes(profile)


def _layers() -> dict[str, hd.pr.GraphicLayer]:
    from highdicom import pr
    from highdicom.color import CIELabColor

    layers: dict[str, hd.pr.GraphicLayer] = {}
    for kind in Kind:
        for tier in Tier:
            name = _layer_name(kind, tier)
            description = f"{kind.value} lines, {tier.value}"
            layers[name] = pr.GraphicLayer(name, len(layers) + 1, description, CIELabColor(*_COLOURS[kind]))
    layers[_NOTICE_LAYER] = pr.GraphicLayer(_NOTICE_LAYER, len(layers) + 1, NOT_FOR_DIAGNOSIS)
    return layers


def _layer_name(kind: Kind, tier: Tier) -> str:
    return f"{kind.value}_{tier.value}".upper()


def _annotations(
    analysis: Analysis, image: Dataset, layers: dict[str, hd.pr.GraphicLayer]
) -> list[hd.pr.GraphicAnnotation]:
    from highdicom import pr

    drawn = marks(
        analysis.result.candidates, shape=(image.Rows, image.Columns), spacing=analysis.result.spacing
    )
    annotations = []
    for name, layer in layers.items():
        own = [mark for mark in drawn if name == _layer_name(mark.candidate.kind, mark.candidate.tier)]
        graphics = [_polyline(line) for mark in own for line in mark.lines]
        texts = [_number(mark) for mark in own]
        if name == _NOTICE_LAYER:
            texts = [
                pr.TextObject(
                    _notice(analysis), "DISPLAY", bounding_box=_NOTICE_BOX, text_justification="LEFT"
                )
            ]
        if texts:
            annotations.append(
                pr.GraphicAnnotation([image], layer, graphic_objects=graphics or None, text_objects=texts)
            )
    return annotations


def _polyline(line: npt.NDArray[np.float64]) -> hd.pr.GraphicObject:
    from highdicom import pr

    return pr.GraphicObject("POLYLINE", graphic_data(line), "PIXEL")


def _number(mark: Mark) -> hd.pr.TextObject:
    from highdicom import pr

    (left, top), (right, bottom) = graphic_data(np.array(mark.number_box).reshape(2, 2)).tolist()
    return pr.TextObject(
        str(mark.candidate.id), "PIXEL", bounding_box=(left, top, right, bottom), text_justification="CENTER"
    )


def _notice(analysis: Analysis) -> str:
    spacing = analysis.result.spacing
    count = len(analysis.result.candidates)
    lines = [
        NOT_FOR_DIAGNOSIS,
        f"microcal_xray {analysis.version}: {plural(count, 'candidate') if count else 'no candidate'} "
        f"listed at {analysis.settings.false_marks:g} false marks per normal picture",
        "solid: strong; dashed: weak"
        if count
        else "that nothing is listed does not say that nothing is there",
        *(_described(each) for each in analysis.result.candidates[:_MOST_DESCRIBED]),
        *([f"and {count - _MOST_DESCRIBED} more"] if count > _MOST_DESCRIBED else []),
    ]
    if spacing is not None and count:
        lines.append(f"mm: {SPACING_SHORT[spacing.source]}")
    return "\r\n".join(lines)


def _described(candidate: Candidate) -> str:
    mm = candidate.length_mm
    length = f"{candidate.length_px:.0f} pixels" if mm is None else f"{mm:.1f} mm"
    return f"{candidate.id}: {candidate.kind.value}, {length}"


def _set_proportions(dataset: Dataset, spacing: Spacing | None) -> None:
    area = dataset.DisplayedAreaSelectionSequence[0]
    del area.PixelOriginInterpretation  # it is about images in tiles
    if spacing is not None and not spacing.is_square:
        finer = min(spacing.row_mm, spacing.column_mm)
        sides = (spacing.row_mm, spacing.column_mm)
        area.PresentationPixelAspectRatio = [round(_ASPECT_STEPS * side / finer) for side in sides]

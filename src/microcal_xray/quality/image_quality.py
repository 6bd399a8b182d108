"""All that is measured of an image's quality, and what of it is a reason for caution."""

import math

import numpy as np
import numpy.typing as npt

from ..bone import Anatomy
from ..image_limits import BoneTexture, Compartment, ImageQuality, QualityEstimate
from ..radiograph import ImageCaution, Intent, Radiograph, Signal
from .texture import Structure, bone_structure
from .traces import block_traces, clipped_share

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_BLURRED_MM = 0.8
_BLURRED_PX = 5.0  # working pixels, where the spacing is unknown
_NOISY_SHARE = 0.14  # of the step from soft tissue to bone, in a working pixel
_BLOCK_TRACES = 0.12
_CLIPPED_SHARE = 0.02


def image_quality(
    radiograph: Radiograph,
    pixels: FloatImage,
    anatomy: Anatomy,
    compartments: dict[Compartment, Mask],
    *,
    scale: float,
    step: float,
    resolution_px: QualityEstimate | None,
) -> ImageQuality:
    """Return the quality of an image.

    Parameters
    ----------
    radiograph : Radiograph
    pixels : (R, C) float32 array
        Of the radiograph, on square pixels.
    anatomy : Anatomy
        On working pixels.
    compartments : dict of Compartment to (R', C') bool array
        On working pixels.
    scale : float
        Working pixels per pixel.
    step : float
        From soft tissue to bone, in the unit of the pixels; over 0.
    resolution_px : QualityEstimate or None
    """
    mm = None if radiograph.spacing is None else radiograph.mm_per_pixel()
    textures = []
    for compartment, part in compartments.items():
        found = bone_structure(pixels, part, anatomy.axis_rad, scale=scale)
        if found is not None:
            textures.append(_texture(compartment, found, step=step, signal=radiograph.signal))
    clipped = _clipped(radiograph, anatomy)
    quality = ImageQuality(
        resolution_px=resolution_px,
        resolution_mm=None if mm is None or resolution_px is None else resolution_px.scaled(mm),
        textures=tuple(textures),
        block_traces=block_traces(radiograph.pixels),
        clipped_share=clipped,
    )
    return ImageQuality(**{**vars(quality), "cautions": _cautions(radiograph, quality, scale)})


def _texture(compartment: Compartment, found: Structure, *, step: float, signal: Signal) -> BoneTexture:
    is_log = signal is Signal.LOG
    return BoneTexture(
        compartment=compartment,
        windows=found.windows,
        noise=found.noise.scaled(1 / step),
        noise_log=found.noise if is_log else None,
        texture=found.texture.scaled(1 / step),
        texture_log=found.texture if is_log else None,
        slope=found.slope,
        direction_deg=None if found.direction_rad is None else found.direction_rad.scaled(math.degrees(1)),
    )


def _clipped(radiograph: Radiograph, anatomy: Anatomy) -> float:
    rows, columns = (
        np.minimum(np.arange(side) * part // side, part - 1)
        for side, part in zip(radiograph.pixels.shape, anatomy.bone.shape, strict=True)
    )
    return clipped_share(radiograph.pixels, anatomy.bone[np.ix_(rows, columns)])


def _cautions(radiograph: Radiograph, quality: ImageQuality, scale: float) -> ImageCaution:
    cautions = ImageCaution.NONE
    if radiograph.intent is Intent.FOR_PRESENTATION:
        cautions |= ImageCaution.PROCESSED
    if quality.block_traces > _BLOCK_TRACES and ImageCaution.LOSSY not in radiograph.cautions:
        cautions |= ImageCaution.BLOCK_TRACES
    if quality.clipped_share > _CLIPPED_SHARE and ImageCaution.CLIPPED not in radiograph.cautions:
        cautions |= ImageCaution.CLIPPED
    if _is_blurred(quality, scale):
        cautions |= ImageCaution.BLURRED
    # Noise falls with the side of a pixel: compared is a working pixel, the same size in every picture.
    noise = [each.noise.value * min(scale, 1.0) for each in quality.textures]
    if noise and max(noise) > _NOISY_SHARE:
        cautions |= ImageCaution.UNDER_EXPOSED
    return cautions


def _is_blurred(quality: ImageQuality, scale: float) -> bool:
    if quality.resolution_mm is not None:
        return quality.resolution_mm.low > _BLURRED_MM
    return quality.resolution_px is not None and quality.resolution_px.low * scale > _BLURRED_PX

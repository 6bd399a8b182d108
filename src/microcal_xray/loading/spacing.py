"""Which of DICOM's spacing tags to believe, and what the millimetre then means."""

from dataclasses import dataclass

from ..errors import SettingsError
from ..radiograph import ImageCaution, Spacing, SpacingSource

_SAME_WITHIN = 0.01
_CALIBRATED = {"FIDUCIAL": SpacingSource.FIDUCIAL, "GEOMETRY": SpacingSource.GEOMETRY}

_Numbers = tuple[float, ...] | None


@dataclass(frozen=True)
class SpacingTags:
    """The spacing tags of one header (PS3.3 10.7.1), as numbers: row spacing first, then column spacing.

    Parameters
    ----------
    pixel : tuple of float or None
        PixelSpacing.
    calibration : str or None
        PixelSpacingCalibrationType.
    imager : tuple of float or None
        ImagerPixelSpacing, in the plane of the detector.
    scanned : tuple of float or None
        NominalScannedPixelSpacing, of a digitised film.
    """

    pixel: _Numbers = None
    calibration: str | None = None
    imager: _Numbers = None
    scanned: _Numbers = None


def spacing_from_tags(tags: SpacingTags) -> tuple[Spacing | None, ImageCaution]:
    """Return the spacing that the tags give, its source, and what to distrust.

    PixelSpacing comes first, since it alone can be calibrated; then the plane of the detector; then the film
    scanner. None is ever guessed, and no magnification is applied.

    Examples
    --------
    >>> spacing, cautions = spacing_from_tags(SpacingTags(imager=(0.15, 0.15)))
    >>> spacing.row_mm, spacing.source.value
    (0.15, 'detector')
    """
    pixel, imager, scanned = (_usable(values) for values in (tags.pixel, tags.imager, tags.scanned))
    cautions = ImageCaution.NONE
    if any(bool(given) and not used for given, used in _pairs(tags, pixel, imager, scanned)):
        cautions |= ImageCaution.SPACING_NOT_USED
    calibrated = _CALIBRATED.get(tags.calibration or "")
    if pixel and calibrated is None and imager and not _same(pixel, imager):
        cautions |= ImageCaution.SPACING_TAGS_DISAGREE
    found = pixel or imager or scanned
    if found is None:
        return None, cautions | ImageCaution.NO_SPACING
    source = SpacingSource.DETECTOR
    if pixel and calibrated:
        source = calibrated
    elif not imager and scanned and _same(found, scanned):
        source = SpacingSource.FILM
    return Spacing(*found, source), cautions


def _pairs(
    tags: SpacingTags, *used: tuple[float, float] | None
) -> list[tuple[_Numbers, tuple[float, float] | None]]:
    return list(zip((tags.pixel, tags.imager, tags.scanned), used, strict=True))


def _usable(values: _Numbers) -> tuple[float, float] | None:
    if not values or len(values) != 2:
        return None
    try:
        spacing = Spacing(values[0], values[1])
    except SettingsError:
        return None
    return spacing.row_mm, spacing.column_mm


def _same(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return all(abs(a / b - 1) < _SAME_WITHIN for a, b in zip(first, second, strict=True))

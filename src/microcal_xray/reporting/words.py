"""The words of the reports, in one place: overlay, page and tables say the same."""

from enum import Flag
from typing import TypeVar

from ..findings import CANDIDATE_CAUTIONS, Kind, Tier
from ..radiograph import IMAGE_CAUTIONS, Intent, Signal, Spacing, SpacingSource

_Caution = TypeVar("_Caution", bound=Flag)

NOT_A_DEVICE = "Candidates for a reviewer. Not a medical device."

# Okabe and Ito (2008), Color Universal Design: told apart by colour-blind eyes, and bright on a radiograph.
KIND_COLOURS: dict[Kind, str] = {Kind.LUCENT: "#56b4e9", Kind.SCLEROTIC: "#e69f00"}

KIND_WORDS: dict[Kind, str] = {
    Kind.LUCENT: "lucent (dark line)",
    Kind.SCLEROTIC: "sclerotic (bright line)",
}

TIER_WORDS: dict[Tier, str] = {Tier.STRONG: "strong", Tier.WEAK: "weak"}

SPACING_SHORT: dict[SpacingSource, str] = {
    SpacingSource.DETECTOR: "at the detector",
    SpacingSource.FIDUCIAL: "calibrated by an object",
    SpacingSource.GEOMETRY: "calibrated by geometry",
    SpacingSource.FILM: "on the film",
    SpacingSource.USER: "spacing given by the user",
    SpacingSource.NONE: "pixel spacing unknown",
}

SPACING_SENTENCES: dict[SpacingSource, str] = {
    SpacingSource.DETECTOR: (
        "Lengths are in the plane of the detector; the bone is smaller by an unknown magnification, "
        "typically 2 to 10 %."
    ),
    SpacingSource.FIDUCIAL: "Lengths are calibrated by an object of known size.",
    SpacingSource.GEOMETRY: "Lengths are corrected for the known magnification.",
    SpacingSource.FILM: "Lengths are on the digitised film, by the spacing of the scanner.",
    SpacingSource.USER: "Lengths follow the pixel spacing that the user gave.",
    SpacingSource.NONE: "The pixel spacing is unknown, so nothing is measured in millimetres.",
}

INTENT_WORDS: dict[Intent, str] = {
    Intent.FOR_PROCESSING: "for processing",
    Intent.FOR_PRESENTATION: "for presentation",
    Intent.UNSPECIFIED: "DICOM, intent not stated",
    Intent.PICTURE: "picture file",
}


SIGNAL_WORDS: dict[Signal, str] = {
    Signal.LOG: "log attenuation",
    Signal.GREY: "grey levels, contrasts are relative",
}


UNIT_WORDS: dict[str, str] = {"mm": " mm", "px": " px", "deg": "\u00b0", "1": ""}

CONTRAST_UNIT_WORDS: dict[str, str] = {
    "log": "log{length}",
    "relative": "grey levels{length}, relative",
}

SIDE_WORDS: dict[str, str] = {
    "left": "left cortex",
    "right": "right cortex",
    "upper": "upper cortex",
    "lower": "lower cortex",
}

# The evidence card: (label, what it means).
CARD_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Measured", ""),
    "length": ("Length", "along the smoothed centre line"),
    "equivalent_width": (
        "Equivalent width",
        "as much contrast as a gap (or a band of bone) so wide through the whole bone; no blur changes it",
    ),
    "width": ("Width", "full width at half maximum, the blur of the picture taken away"),
    "not_resolved": ("not resolved", ""),
    "blur": ("blur {blur}", ""),
    "peak_contrast": ("Peak contrast", "of the line as it appears, mean along it"),
    "integrated_contrast": ("Integrated contrast", "contrast times width; no blur changes it"),
    "d_prime": (
        "Stands out, d\u2032",
        "how far it stands out from the noise across it, for an observer who knows its place",
    ),
    "z": ("Over the noise, z", "height over the noise measured along it, in standard errors"),
    "angle_to_bone": ("Angle to bone", "0 along the long axis, 90 across"),
    "angle_to_cortex": ("Angle to cortex", "0 straight through the nearest cortex, 90 along it"),
    "crossed": ("Crosses", "share of the width of the bone, in projection"),
    "reaches": ("reaches", ""),
    "cortex_distance": ("To the cortex", "from the nearest point of the line to the outline of the bone"),
    "end_distance": ("To the end of the bone", "from the middle of the line; a dash where no end is seen"),
    "along_bone": ("Place along the bone", "0 and 1 are its ends; a dash unless both are seen"),
    "tortuosity": ("Tortuosity", "length over the distance of the ends; 1 is straight"),
    "stability": (
        "Stability",
        "in how many changed measurements (other width, more noise, parts of the line) it still stands out",
    ),
    "of": ("{kept} of {tried}", ""),
    "profile": ("Mean profile across", "grey: 95 % band; light: measured; coloured: the fitted line"),
    "intervals": ("In brackets 95 % intervals, as they held on simulated lines.", ""),
}


def caution_names(cautions: Flag) -> list[str]:
    """Return the names of the cautions that are set, as they stand in the files.

    Examples
    --------
    >>> from microcal_xray.findings import CandidateCaution
    >>> caution_names(CandidateCaution.TOUCHES_EDGE | CandidateCaution.NEAR_METAL)
    ['touches_edge', 'near_metal']
    """
    return [str(member.name).lower() for member in cautions]


def cautions_from_names(kind: type[_Caution], names: list[str]) -> _Caution:
    """Return the cautions with these names; the inverse of `caution_names`.

    Raises
    ------
    KeyError
        If a name is not known.
    """
    cautions = kind(0)
    for name in names:
        cautions |= kind[name.upper()]
    return cautions


CAUTION_SENTENCES: dict[str, str] = {
    str(member.name).lower(): sentence
    for member, sentence in (*IMAGE_CAUTIONS.items(), *CANDIDATE_CAUTIONS.items())
}


def plural(count: int, noun: str) -> str:
    """Return the count with its noun.

    Examples
    --------
    >>> plural(1, "candidate"), plural(0, "candidate")
    ('1 candidate', '0 candidates')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def spacing_words(spacing: Spacing | None) -> str:
    """Return the spacing with its unit and its source.

    Examples
    --------
    >>> spacing_words(Spacing(0.143, 0.143, SpacingSource.DETECTOR))
    '0.143 mm per pixel, at the detector'
    >>> spacing_words(None)
    'pixel spacing unknown'
    """
    if spacing is None:
        return SPACING_SHORT[SpacingSource.NONE]
    size = f"{spacing.row_mm:.4g} mm"
    if not spacing.is_square:
        size = f"{spacing.row_mm:.4g} mm (rows) × {spacing.column_mm:.4g} mm (columns)"
    return f"{size} per pixel, {SPACING_SHORT[spacing.source]}"

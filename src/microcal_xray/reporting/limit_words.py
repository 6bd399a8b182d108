"""The words of what an image could show: page and command line say the same."""

from ..findings import Kind
from ..image_limits import (
    BoneTexture,
    Compartment,
    Course,
    Detectability,
    ImageQuality,
    LimitRow,
    QualityEstimate,
)

COMPARTMENT_WORDS: dict[Compartment, str] = {
    Compartment.OUTER: "near the outline of the bone",
    Compartment.INNER: "inside the bone",
}
_NEAR_OR_INSIDE: dict[Compartment, str] = {Compartment.OUTER: "near outline", Compartment.INNER: "inside"}
COURSE_WORDS: dict[Course, str] = {
    Course.ACROSS: "across",
    Course.OBLIQUE: "oblique",
    Course.ALONG: "along",
}
KIND_NOUNS: dict[str, str] = {Kind.LUCENT: "dark line", Kind.SCLEROTIC: "bright line"}
UNREACHED = "none"  # no width that was tried is marked in 80 % of cases
EQUIVALENT_WIDTH = (
    "Equivalent width: of a gap through all of the bone along the beam. A gap through half of it must be "
    "twice as wide. For a bright line: of a band as much brighter as bone is than soft tissue."
)
LITERATURE = (
    "Radiographs miss 44 to 88 % of lower-limb stress fractures (Wright 2015); a second view, a repeat after "
    "two to three weeks or MRI can show what one radiograph does not."
)
_LEAST_SHARE = 0.1  # of the places: fewer are not worth a look at the map
NOT_EXCLUDED = "Smaller, shorter, fainter or more tilted lines are not excluded."
_ROUGH = "Limits of bright lines are rough: 80 % were marked only at about twice of them (docs/limits.md)."
_EXPECTED = (
    "Expected from the noise, texture and sharpness of this image; microcal limit measures it in the image."
)


def limit_sentences(limit: Detectability) -> list[str]:
    """Return what a reviewer should know of the limit, a sentence each; empty where no bone was searched."""
    if not limit.rows:
        return []
    sentences = [_main_sentence(limit)]
    tilted = _tilt_sentence(limit)
    if tilted:
        sentences.append(tilted)
    return [*sentences, NOT_EXCLUDED]


def limit_notes(limit: Detectability) -> list[str]:
    """Return how the limit was found and how to read it, one sentence each."""
    return [_source(limit), EQUIVALENT_WIDTH, _ROUGH]


def _main_sentence(limit: Detectability) -> str:
    rows = [
        row
        for compartment in Compartment
        if (
            row := limit.row(
                kind=Kind.LUCENT,
                compartment=compartment,
                course=Course.ACROSS,
                length_px=limit.map_length_px,
            )
        )
    ]
    marks = "false mark" if limit.false_marks == 1 else "false marks"
    setting = f"At {limit.false_marks:g} {marks} per image"
    line = f"a dark line across the bone, {length_words(rows[0])} long,"
    reached = [row for row in rows if row.width_px is not None]
    if not reached:
        share = max(row.share_of_bone for row in rows)
        if share < _LEAST_SHARE:
            return (
                f"{setting}, {line} is not sure to be marked at any width: a negative result excludes none."
            )
        return (
            f"{setting}, {line} is not sure to be marked at any width in most of the bone: a negative result "
            "excludes it only where the map is coloured."
        )
    widths = " and ".join(f"{width_words(row)} {COMPARTMENT_WORDS[row.compartment]}" for row in reached)
    rest = [COMPARTMENT_WORDS[row.compartment] for row in rows if row.width_px is None]
    exception = f"; {rest[0]} at no width" if rest else ""
    return (
        f"{setting}, {line} is expected to be marked in 80 % of cases from an equivalent width of "
        f"{widths}{exception}."
    )


def _tilt_sentence(limit: Detectability) -> str:
    parts = []
    for compartment in Compartment:
        widths = [row for row in limit.tilts if row.compartment is compartment]
        if widths and widths[0].width_mm is not None:
            words = ", ".join(
                f"{UNREACHED if row.width_mm is None else f'{row.width_mm:.2f} mm'} at {row.tilt_deg:g}\u00b0"
                for row in widths
            )
            parts.append(f"{words} {COMPARTMENT_WORDS[compartment]}")
    if not parts:
        return ""
    return f"Tilted to the beam, through 5 mm of bone: {'; '.join(parts)}."


def _source(limit: Detectability) -> str:
    if limit.probes == 0:
        return _EXPECTED
    return f"Measured with {limit.probes} lines that were put into this image and looked for."


def length_words(row: LimitRow) -> str:
    """Return the length of a line with its unit.

    Examples
    --------
    >>> length_words(LimitRow("lucent", Compartment.INNER, Course.ACROSS, 70.2, 10.0, 2.0, 0.3, 1.0))
    '10 mm'
    """
    return f"{row.length_px:.0f} px" if row.length_mm is None else f"{row.length_mm:.0f} mm"


def width_words(row: LimitRow) -> str:
    """Return the width with its unit; pixels where millimetres are unknown.

    Examples
    --------
    >>> width_words(LimitRow("lucent", Compartment.INNER, Course.ACROSS, 70.2, None, 2.04, None, 1.0))
    '2.0 px'
    >>> width_words(LimitRow("lucent", Compartment.INNER, Course.ACROSS, 70.2, 10.0, None, None, 0.4))
    'none'
    """
    if row.width_px is None:
        return UNREACHED
    return f"{row.width_px:.1f} px" if row.width_mm is None else f"{row.width_mm:.2f} mm"


def limit_table(limit: Detectability) -> list[list[str]]:
    """Return the limit as rows of words: kind and place, course, then one width for each length."""
    if not limit.rows:
        return []
    lengths = list(dict.fromkeys(row.length_px for row in limit.rows))
    first = {row.length_px: row for row in limit.rows}
    head = ["", "to the bone", *(length_words(first[length]) for length in lengths)]
    table = [head]
    for kind in Kind:
        for compartment in Compartment:
            for course in Course:
                rows = [
                    row
                    for row in limit.rows
                    if (row.kind, row.compartment, row.course) == (kind, compartment, course)
                ]
                if rows:
                    place = f"{KIND_NOUNS[kind]} {COMPARTMENT_WORDS[compartment]}"
                    table.append([place, COURSE_WORDS[course], *(width_words(row) for row in rows)])
    return table


def quality_facts(quality: ImageQuality) -> list[tuple[str, str]]:
    """Return what was measured of the quality, as (name, words); what is unknown is left out."""
    facts = [("Sharpest edges", _sharpness(quality))]
    for each in quality.textures:
        facts.append((f"Noise {_NEAR_OR_INSIDE[each.compartment]}", _noise(each)))
        facts.append((f"Texture {_NEAR_OR_INSIDE[each.compartment]}", _texture(each)))
    return [(name, words) for name, words in facts if words]


def _sharpness(quality: ImageQuality) -> str:
    if quality.resolution_px is None:
        return "no clear edge"
    if quality.resolution_mm is not None:
        return f"{_words(quality.resolution_mm, '.2f')} mm wide"
    return f"{_words(quality.resolution_px, '.1f')} px wide"


def _noise(texture: BoneTexture) -> str:
    return f"{_percent(texture.noise)} of the step from soft tissue to bone"


def _texture(texture: BoneTexture) -> str:
    words = f"{_percent(texture.texture)} of that step, slope {_words(texture.slope, '.1f')}"
    if texture.direction_deg is None:
        return f"{words}, no direction"
    return f"{words}, runs at {round(texture.direction_deg.value)}\u00b0 to the bone"


def _percent(estimate: QualityEstimate) -> str:
    return f"{_words(estimate.scaled(100), '.1f')} %"


def _words(estimate: QualityEstimate, form: str) -> str:
    return f"{estimate.value:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"

"""What MR measured of a bone, as the rows of the page's table."""

from ..measured import Estimate
from ..mri.companion import MRFindings
from .mri_words import series_words
from .words import Words

Row = tuple[str, Estimate | None, str]


def rows(found: MRFindings, words: Words) -> list[Row]:
    """Return what was measured, as (name, number, what it means); None: not there.

    Parameters
    ----------
    found : MRFindings
    words : Words
    """
    oedema, rim = found.oedema, found.periosteum
    numbers = {
        "along": oedema.length_mm if oedema else None,
        "across": oedema.across_mm if oedema else None,
        "volume": oedema.volume_mm3 if oedema else None,
        "cross_section": oedema.cross_section if oedema else None,
        "contrast": oedema.contrast if oedema else None,
        "stands_out": oedema.stands_out if oedema else None,
        "rim_along": rim.length_mm if rim else None,
        "rim_around": rim.around_mm if rim else None,
        "rim_thickness": rim.thickness_mm if rim else None,
        "rim_contrast": rim.contrast if rim else None,
    }
    table: list[Row] = [
        (words.text(f"mri.row.{name}"), number, words.text(f"mri.row.{name}.words"))
        for name, number in numbers.items()
    ]
    return table + _rows_of_lines(found, words)


def _rows_of_lines(found: MRFindings, words: Words) -> list[Row]:
    table: list[Row] = []
    for each in found.lines:
        volume = next(volume for volume in found.volumes if volume.name == each.series)
        values = {"series": series_words(volume, words), "slice": each.line.slice_index + 1}
        numbers = {
            "length": each.line.length_mm,
            "depth": each.line.depth_mm,
            "angle": each.line.angle_to_bone_deg,
        }
        for name, number in numbers.items():
            key = f"mri.dark_line.{name}"
            table.append((words.filled(key, values), number, words.filled(f"{key}.words", values)))
    return table

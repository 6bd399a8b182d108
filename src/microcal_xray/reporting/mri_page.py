"""mri.html: what MR shows of a bone, on one page that needs nothing but itself and runs nothing."""

import base64
import hashlib
import io
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from ..findings import Findings
from ..measured import Estimate
from ..mri.companion import MRFindings
from ..mri.descriptors import State
from ..mri.volume import MR_CAUTIONS, MRVolume
from ..version import __version__
from ..whole_files import write_whole
from .foreign_text import printable_text
from .mri_figure import mri_figure
from .mri_record import mri_json
from .mri_rows import rows
from .mri_words import estimate_words, said_words, series_words
from .words import ENGLISH, Language, Words, words_of
from .write import output_folder

_DPI = 130
_DASH = "\u2013"
_MARKS = {State.YES: "yes", State.NO: "no", State.UNSURE: "unsure", State.NOT_MEASURABLE: "none"}
_HEADS = ("descriptor", "state", "measured", "on_what", "used_by")


def write_mri_report(
    found: MRFindings,
    out: str | Path,
    *,
    radiograph: Findings | None = None,
    candidate: int | None = None,
    overlay_png: bytes | None = None,
    language: Language | str = Language.ENGLISH,
) -> Path:
    """Write mri.html, mri.json and mri.png into a folder, made if need be; return the page's path.

    Parameters
    ----------
    found : MRFindings
    out : str or Path
    radiograph : Findings, optional
        Shown at the left of the slices.
    candidate : int, optional
    overlay_png : bytes, optional
        A picture of the radiograph with its candidates, where the findings themselves are not at hand.
    language : Language or str
        Of page and picture, "en" or "fr"; the record is English, and so is what a broken file says.

    Raises
    ------
    ValueError
        If the language is another one.
    OutputError
        If the folder cannot be made or written to.
    """
    words = words_of(language)
    folder = output_folder(out)
    buffer = io.BytesIO()
    mri_figure(found, radiograph=radiograph, candidate=candidate, words=words).savefig(
        buffer, format="png", dpi=_DPI, metadata={"Software": None}
    )
    write_whole(folder / "mri.png", buffer.getvalue())
    write_whole(folder / "mri.json", mri_json(found))
    page = mri_html(found, buffer.getvalue(), overlay_png=overlay_png, words=words)
    return write_whole(folder / "mri.html", page)


def mri_html(
    found: MRFindings, figure_png: bytes, *, overlay_png: bytes | None = None, words: Words = ENGLISH
) -> str:
    """Return the page; its content policy lets it load and run nothing, every foreign text is escaped."""
    style = _template("mri.css")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    plain = (
        "title",
        "heading",
        "figure.caption",
        "descriptors",
        "no_grade",
        "measured",
        "brackets",
        "series",
    )
    return Template(_template("mri.html")).substitute(
        policy=f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
        style=style,
        language=words.language.value,
        for_reviewer=escape(words.text("desk.for_reviewer")),
        figure=_picture(figure_png, words.text("mri.figure")),
        overlay=_overlay(overlay_png, words),
        heads="".join(f"<th>{escape(words.text(f'mri.{name}'))}</th>" for name in _HEADS),
        rows="".join(_descriptor_rows(found, words)),
        place=_place(found, words),
        measures="".join(
            f"<tr><th>{escape(name)}</th><td>{_number(number, words)}</td>"
            f"<td>{escape(printable_text(meaning))}</td></tr>"
            for name, number, meaning in rows(found, words)
        ),
        reference=escape(words.text("mri.reference")),
        notes=_notes(found, words),
        volumes="".join(_series(volume, words) for volume in found.volumes),
        not_a_device=escape(words.text("not_a_device")),
        version=escape(__version__),
        **{name.replace(".", "_"): escape(words.text(f"mri.{name}")) for name in plain},
    )


def _template(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _picture(png: bytes, words: str) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(png).decode("ascii")}" alt="{escape(words)}">'


def _overlay(png: bytes | None, words: Words) -> str:
    if png is None:
        return ""
    picture = _picture(png, words.text("mri.overlay"))
    caption = escape(words.text("mri.overlay.caption"))
    return f'<figure class="radiograph">{picture}<figcaption>{caption}</figcaption></figure>'


def _number(number: Estimate | None, words: Words) -> str:
    return escape(estimate_words(number, words)) if number else _DASH


def _notes(found: MRFindings, words: Words) -> str:
    items = "".join(f"<li>{escape(printable_text(said_words(note, words)))}</li>" for note in found.notes)
    return f'<ul class="cautions">{items}</ul>' if items else ""


def _descriptor_rows(found: MRFindings, words: Words) -> list[str]:
    return [
        f"<tr><th>{escape(said_words(each.name, words))}</th>"
        f'<td class="{_MARKS[each.state]}">{escape(said_words(each.state.value, words))}</td>'
        f"<td>{_number(each.measured, words)}</td>"
        f"<td>{escape(said_words(each.reason, words))}</td><td>{escape(', '.join(each.used_by))}</td></tr>"
        for each in found.descriptors
    ]


def _place(found: MRFindings, words: Words) -> str:
    if found.place is None:
        stretch = None if found.oedema is None else found.from_joint_mm(found.oedema.along_mm)
        if stretch is None:
            return ""
        ends = {"near": f"{stretch[0]:.0f}", "far": f"{stretch[1]:.0f}"}
        return f"<p>{escape(words.filled('mri.from_joint', ends))}</p>"
    one = found.place
    values = {
        "place": estimate_words(one.radiograph_mm, words),
        "near": f"{one.mr_mm.low:.0f}",
        "far": f"{one.mr_mm.high:.0f}",
    }
    key = "mri.place.same" if one.may_be_same else "mri.place.apart"
    return f"<p>{escape(words.filled(key, values))}</p>"


def _series(volume: MRVolume, words: Words) -> str:
    made = volume.acquisition
    said = [MR_CAUTIONS[each] for each in volume.cautions] + list(volume.left_out)
    cautions = "".join(f"<li>{escape(printable_text(said_words(each, words)))}</li>" for each in said)
    field = "" if made.field_strength_t is None else f", {words.number(made.field_strength_t, 'g')} T"
    return (
        f"<tr><th>{escape(printable_text(volume.name))}</th><td>{escape(series_words(volume, words))}{field}"
        f"<small>{escape(printable_text(said_words(made.weighting_reason, words)))}</small></td>"
        f"<td>{escape(_size(volume, words))}"
        f"{f'<ul class=cautions>{cautions}</ul>' if cautions else ''}</td></tr>"
    )


def _size(volume: MRVolume, words: Words) -> str:
    slices, rows_px, columns_px = volume.voxels.shape
    values = {
        "slices": slices,
        "rows": rows_px,
        "columns": columns_px,
        "height": words.number(volume.row_spacing_mm, ".3g"),
        "width": words.number(volume.column_spacing_mm, ".3g"),
    }
    if volume.slice_step_mm is None:
        return words.filled("mri.series.size", values)
    return words.filled("mri.series.stepped", values | {"step": words.number(volume.slice_step_mm, ".2f")})

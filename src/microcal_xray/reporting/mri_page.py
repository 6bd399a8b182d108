"""mri.html: what MR shows of a bone, on one page that needs nothing but itself and runs nothing."""

import base64
import hashlib
import io
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from ..findings import Findings
from ..mri.companion import MRFindings
from ..mri.descriptors import State, shown
from ..mri.volume import MR_CAUTIONS, MRVolume
from ..version import __version__
from ..whole_files import write_whole
from .foreign_text import printable_text
from .mri_figure import mri_figure
from .mri_record import mri_json, rows
from .mri_words import NO_GRADE, REFERENCE, SERIES_WORDS
from .words import NOT_A_DEVICE
from .write import output_folder

_DPI = 130
_DASH = "\u2013"


def write_mri_report(
    found: MRFindings,
    out: str | Path,
    *,
    radiograph: Findings | None = None,
    candidate: int | None = None,
    overlay_png: bytes | None = None,
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

    Raises
    ------
    OutputError
        If the folder cannot be made or written to.
    """
    folder = output_folder(out)
    buffer = io.BytesIO()
    mri_figure(found, radiograph=radiograph, candidate=candidate).savefig(
        buffer, format="png", dpi=_DPI, metadata={"Software": None}
    )
    write_whole(folder / "mri.png", buffer.getvalue())
    write_whole(folder / "mri.json", mri_json(found))
    return write_whole(folder / "mri.html", mri_html(found, buffer.getvalue(), overlay_png=overlay_png))


def mri_html(found: MRFindings, figure_png: bytes, *, overlay_png: bytes | None = None) -> str:
    """Return the page; its content policy lets it load and run nothing, every foreign text is escaped."""
    style = _template("mri.css")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return Template(_template("mri.html")).substitute(
        policy=f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
        style=style,
        figure=_picture(figure_png, "MR slices of the bone, bare and marked, and a long section"),
        overlay=_overlay(overlay_png),
        descriptors="".join(_descriptor_rows(found)),
        no_grade=NO_GRADE,
        place=_place(found),
        measures="".join(
            f"<tr><th>{escape(name)}</th><td>{escape(shown(number)) if number else _DASH}</td>"
            f"<td>{escape(printable_text(words))}</td></tr>"
            for name, number, words in rows(found)
        ),
        reference=REFERENCE,
        notes="".join(f"<li>{escape(printable_text(note))}</li>" for note in found.notes),
        series="".join(_series(volume) for volume in found.volumes),
        not_a_device=NOT_A_DEVICE,
        version=escape(__version__),
    )


def _template(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _picture(png: bytes, words: str) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(png).decode("ascii")}" alt="{escape(words)}">'


def _overlay(png: bytes | None) -> str:
    if png is None:
        return ""
    picture = _picture(png, "the radiograph with its candidates")
    words = "The radiograph, as it was reported."
    return f'<figure class="radiograph">{picture}<figcaption>{words}</figcaption></figure>'


def _descriptor_rows(found: MRFindings) -> list[str]:
    marks = {State.YES: "yes", State.NO: "no", State.UNSURE: "unsure", State.NOT_MEASURABLE: "none"}
    return [
        f'<tr><th>{escape(each.name)}</th><td class="{marks[each.state]}">{escape(each.state.value)}</td>'
        f"<td>{escape(shown(each.measured)) if each.measured else _DASH}</td>"
        f"<td>{escape(each.reason)}</td><td>{escape(', '.join(each.used_by))}</td></tr>"
        for each in found.descriptors
    ]


def _place(found: MRFindings) -> str:
    if found.place is None:
        stretch = None if found.oedema is None else found.from_joint_mm(found.oedema.along_mm)
        if stretch is None:
            return ""
        return f"<p>The marrow signal lies {stretch[0]:.0f} to {stretch[1]:.0f} mm from the joint.</p>"
    one = found.place
    words = (
        "may be the same place" if one.may_be_same else "are not the same place, as far as both are measured"
    )
    return (
        f"<p>The place on the radiograph lies {escape(shown(one.radiograph_mm))} from the joint "
        "(magnification and joint line allowed for), the marrow signal "
        f"{one.mr_mm.low:.0f} to {one.mr_mm.high:.0f} mm: they {words}.</p>"
    )


def _series(volume: MRVolume) -> str:
    made = volume.acquisition
    step = volume.slice_step_mm
    size = (
        f"{len(volume.voxels)} slices"
        + ("" if step is None else f" {step:.2f} mm apart")
        + f", {volume.voxels.shape[1]} \u00d7 {volume.voxels.shape[2]} of "
        f"{volume.row_spacing_mm:.3g} \u00d7 {volume.column_spacing_mm:.3g} mm"
    )
    said = [MR_CAUTIONS[each] for each in volume.cautions] + list(volume.left_out)
    cautions = "".join(f"<li>{escape(printable_text(each))}</li>" for each in said)
    field = "" if made.field_strength_t is None else f", {made.field_strength_t:g} T"
    return (
        f"<tr><th>{escape(printable_text(volume.name))}</th><td>{escape(SERIES_WORDS[made.weighting])}{field}"
        f"<small>{escape(printable_text(made.weighting_reason))}</small></td><td>{escape(size)}"
        f"{f'<ul class=cautions>{cautions}</ul>' if cautions else ''}</td></tr>"
    )

"""A page for each room that has public names: a table of all, then every docstring."""

import importlib
import inspect
from pathlib import Path
from types import ModuleType

from .whole import write_if_new

ROOMS = (
    "microcal_xray",
    "microcal_xray.loading",
    "microcal_xray.preprocessing",
    "microcal_xray.bone",
    "microcal_xray.detection",
    "microcal_xray.measurement",
    "microcal_xray.contour",
    "microcal_xray.quality",
    "microcal_xray.limit",
    "microcal_xray.registration",
    "microcal_xray.mri",
    "microcal_xray.mri.simulated",
    "microcal_xray.mri.simulated_dicom",
    "microcal_xray.simulation",
    "microcal_xray.searching",
    "microcal_xray.measuring",
    "microcal_xray.reporting",
    "microcal_xray.evaluation",
    "microcal_xray.exporting",
    "microcal_xray.batch",
    "microcal_xray.sharding",
    "microcal_xray.pacs",
    "microcal_xray.reviewing",
    "microcal_xray.node",
)


def public_names(module: ModuleType) -> list[str]:
    """Return what a room shows: its `__all__`, or what it defines itself without an underscore."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    own = [
        name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    ]
    return [name for name in own if not name.startswith("_") and callable(getattr(module, name))]


def write_api_pages(folder: Path) -> None:
    """Write index.rst and a page for each room into a folder."""
    said = {room: (importlib.import_module(room).__doc__ or "").strip().splitlines()[0] for room in ROOMS}
    rows = [f"   * - :doc:`{room} <{room}>`\n     - {said[room]}" for room in ROOMS]
    index = [
        "Python",
        "======",
        "",
        "``import microcal_xray as mx`` gives everything that a script or a notebook usually needs:",
        "the first page. The others are the rooms behind it. Points are (row, column), ``None`` means",
        "unknown, and units end the names (:doc:`conventions </conventions>`).",
        "",
        ".. list-table::",
        "   :widths: 30 70",
        "",
        *rows,
        "",
        ".. toctree::",
        "   :hidden:",
        "",
        *(f"   {room.removeprefix('microcal_xray.')} <{room}>" for room in ROOMS),
        "",
    ]
    write_if_new(folder / "index.rst", "\n".join(index))
    told: dict[int, str] = {}
    for room in ROOMS:
        write_if_new(folder / f"{room}.rst", _page(room, told))


def _page(room: str, told: dict[int, str]) -> str:
    """Return the page of a room; what an earlier page told in full is only named, with a link."""
    module = importlib.import_module(room)
    names = [name for name in public_names(module) if name != "__version__"]
    things = {name: getattr(module, name) for name in sorted(names, key=str.lower)}
    functions = {name: thing for name, thing in things.items() if inspect.isroutine(thing)}
    classes = {name: thing for name, thing in things.items() if inspect.isclass(thing)}
    rooms = {name for name, thing in things.items() if inspect.ismodule(thing)}
    lines = [room, "=" * len(room), "", f".. currentmodule:: {room}", "", *_opening(module), ""]
    in_full = []
    for title, listed in (("Functions", functions), ("Classes", classes)):
        new = [name for name, thing in listed.items() if id(thing) not in told]
        if new:
            lines += [title, "-" * len(title), "", ".. autosummary::", "   :nosignatures:", ""]
            lines += [*(f"   {name}" for name in new), ""]
        old = [f":py:obj:`{name} <{told[id(thing)]}>`" for name, thing in listed.items() if id(thing) in told]
        if old:
            lines += [f"{title} told elsewhere: {', '.join(old)}.", ""]
        told.update((id(listed[name]), f"{room}.{name}") for name in new)
        in_full += [_directive(name, listed[name]) for name in new]
    if in_full:
        lines += ["In full", "-------", "", *in_full]
    data = [name for name in things if name not in functions and name not in classes and name not in rooms]
    lines += [line for name in data for line in (f".. py:data:: {name}", "")]
    return "\n".join(lines)


def _directive(name: str, thing: object) -> str:
    if not inspect.isclass(thing):
        return f".. autofunction:: {name}\n"
    options = ["   :members:"]
    if issubclass(thing, Exception):
        options.append("   :show-inheritance:")
    return "\n".join([f".. autoclass:: {name}", *options, ""])


def _opening(module: ModuleType) -> list[str]:
    """Return the docstring of a room without its examples, which the tutorials tell better."""
    text = inspect.getdoc(module) or ""
    return text.partition("\nExamples\n--------")[0].splitlines()

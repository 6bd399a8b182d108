"""Which classes of a data set of boxes are looked for; the others are mimics."""

from collections.abc import Sequence

from .truth import Mimic, TrueBox

_FRACTURE_NAMES = ("fracture", "fractured")


def wanted_names(names: Sequence[str], classes: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the names that are looked for, in lower case; empty when all are.

    Parameters
    ----------
    names : sequence of str
        The classes of the data set.
    classes : tuple of str or None
        What the caller asks for. None: those called "fracture" or "fractured", or all where there is none.

    Examples
    --------
    >>> wanted_names(("fracture", "metal", "text"), None)
    ('fracture',)
    """
    if classes is not None:
        return tuple(name.lower() for name in classes)
    return tuple(name.lower() for name in names if name.lower() in _FRACTURE_NAMES)


def parted(
    boxes: Sequence[TrueBox], wanted: tuple[str, ...]
) -> tuple[tuple[TrueBox, ...], tuple[Mimic, ...]]:
    """Return the boxes that are looked for, and the others as mimics."""
    kept = tuple(box for box in boxes if not wanted or box.name.lower() in wanted)
    return kept, tuple(Mimic(box.name, box=box.box) for box in boxes if box not in kept)

"""Which weighting a series has, from the numbers and terms of its header alone; unknown when unsure."""

from dataclasses import dataclass

from .volume import Weighting

# Spin echoes, in milliseconds. The gaps between the ranges are wide on purpose: what lies there is unknown.
_SHORT_TR_MS = 1000.0
_LONG_TR_MS = 1500.0
_SHORT_TE_MS = 35.0
_LONG_TE_MS = 60.0
# Fat has a T1 of about 290 ms at 1.5 T and 370 ms at 3 T; its null lies at ln 2 of it, a little under for
# short TR (Bydder and Young 1985, J Comput Assist Tomogr 9:659). 0.2 T to 3 T give 90 to 260 ms.
_FAT_NULL_MS = (90.0, 260.0)


@dataclass(frozen=True)
class SequenceTags:
    """What a header says of the pulse sequence.

    Parameters
    ----------
    repetition_time_ms, echo_time_ms, inversion_time_ms : float or None
    scanning : frozenset of str
        Terms of ScanningSequence ("SE", "IR", "GR", "EP", "RM"), or the same from an enhanced header.
    fat_suppressed : bool or None
        From ScanOptions, the spectrally selected suppression, or a water image of Dixon's method.
    sequence_name : str
        The vendor's own code, in lower case; "" when absent. Never shown.
    """

    repetition_time_ms: float | None = None
    echo_time_ms: float | None = None
    inversion_time_ms: float | None = None
    scanning: frozenset[str] = frozenset()
    fat_suppressed: bool | None = None
    sequence_name: str = ""


def guess_weighting(tags: SequenceTags) -> tuple[Weighting, str]:
    """Return the weighting, and the values that say so.

    Notes
    -----
    Spin echo and turbo spin echo: TR up to 1000 ms with TE up to 35 ms is T1; TR from 1500 ms is T2 with TE
    from 60 ms and proton density with TE up to 35 ms. An inversion time at the null of fat (90 to 260 ms)
    with an inversion recovery sequence is STIR. Gradient echoes depend on flip angle and spoiling, which
    headers tell unreliably: unknown.

    Examples
    --------
    >>> guess_weighting(SequenceTags(500, 12, None, frozenset({"SE"})))
    (<Weighting.T1: 't1'>, 'TR 500 ms, TE 12 ms')
    >>> guess_weighting(SequenceTags(4000, 60, 160, frozenset({"SE", "IR"})))[0].value
    'stir'
    """
    repetition, echo, inversion = tags.repetition_time_ms, tags.echo_time_ms, tags.inversion_time_ms
    is_inverted = "IR" in tags.scanning or "tir" in tags.sequence_name
    if is_inverted and inversion and _FAT_NULL_MS[0] <= inversion <= _FAT_NULL_MS[1]:
        return Weighting.STIR, f"inversion recovery, TI {inversion:g} ms"
    if is_inverted:
        return Weighting.UNKNOWN, "inversion recovery without an inversion time at the null of fat"
    if tags.scanning & {"GR", "EP"}:
        return Weighting.UNKNOWN, "a gradient echo: its times alone do not tell"
    if not repetition or not echo:
        return Weighting.UNKNOWN, "no repetition time or no echo time in the header"
    said = f"TR {repetition:g} ms, TE {echo:g} ms"
    plain = _of_spin_echo(repetition, echo)
    if plain is Weighting.UNKNOWN:
        return plain, f"{said} lie between the usual ranges"
    if tags.fat_suppressed:
        return Weighting(f"{plain.value}-fat-suppressed"), f"{said}, fat suppressed"
    return plain, said


def _of_spin_echo(repetition_ms: float, echo_ms: float) -> Weighting:
    if repetition_ms <= _SHORT_TR_MS and echo_ms <= _SHORT_TE_MS:
        return Weighting.T1
    if repetition_ms >= _LONG_TR_MS and echo_ms >= _LONG_TE_MS:
        return Weighting.T2
    if repetition_ms >= _LONG_TR_MS and echo_ms <= _SHORT_TE_MS:
        return Weighting.PROTON_DENSITY
    return Weighting.UNKNOWN

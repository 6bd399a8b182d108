"""Whether a place on a radiograph and a place on the same bone in MR can be the same."""

from dataclasses import dataclass

from ..findings import Candidate
from ..measured import Estimate
from ..radiograph import SpacingSource

# The plane of the detector shows a limb larger than it is by 2 to 10 % typically; nothing in the header says
# by how much, so the whole range is allowed for.
LARGEST_MAGNIFICATION = 1.10
_JOINT_MM = 3.0  # a joint line in projection is not the end of the marrow; assumed, half an interval


@dataclass(frozen=True)
class RadiographPlace:
    """A candidate's place on its bone.

    Parameters
    ----------
    candidate : int or None
        Its number; None for a place that the user gave.
    from_joint_mm : Estimate
        Along the bone, as measured on the radiograph.
    is_magnified : bool
        Whether it is in the plane of the detector, so that the bone is smaller by an unknown part.
    """

    candidate: int | None
    from_joint_mm: Estimate
    is_magnified: bool = False

    @property
    def in_bone_mm(self) -> Estimate:
        """The same with what magnification may take away, and what a joint line is sure to."""
        one = self.from_joint_mm
        low = one.low / (LARGEST_MAGNIFICATION if self.is_magnified else 1.0)
        return Estimate(one.value, max(min(low - _JOINT_MM, one.value), 0.0), one.high + _JOINT_MM, "mm")


def place_of_candidate(candidate: Candidate, spacing: SpacingSource) -> RadiographPlace | None:
    """Return where a candidate lies from the end of its bone; None where the radiograph does not show that.

    Parameters
    ----------
    candidate : Candidate
        With its evidence card.
    spacing : SpacingSource
        Where the radiograph's millimetre comes from.
    """
    card = candidate.measured
    if card is None or card.place.end_distance_mm is None:
        return None
    magnified = spacing in (SpacingSource.DETECTOR, SpacingSource.FILM)
    return RadiographPlace(candidate.id, card.place.end_distance_mm, magnified)


@dataclass(frozen=True)
class PlaceComparison:
    """A place on the radiograph beside the MR signal on the same bone, both from the joint.

    Parameters
    ----------
    radiograph_mm : Estimate
    mr_mm : Estimate
        Middle of the signal; its interval is the extent of the signal.
    difference_mm : Estimate
        MR less radiograph.
    may_be_same : bool
        Whether the two intervals meet. It does not say that they are the same.
    """

    radiograph_mm: Estimate
    mr_mm: Estimate
    difference_mm: Estimate
    may_be_same: bool


def compare_places(radiograph: RadiographPlace, signal_mm: tuple[float, float]) -> PlaceComparison:
    """Return the comparison of a candidate with a stretch of signal.

    Parameters
    ----------
    radiograph : RadiographPlace
    signal_mm : (low, high) tuple of float
        From the joint.

    Examples
    --------
    >>> place = RadiographPlace(1, Estimate(100.0, 98.0, 102.0, "mm"), is_magnified=True)
    >>> compare_places(place, (80.0, 95.0)).may_be_same
    True
    >>> compare_places(place, (40.0, 60.0)).may_be_same
    False
    """
    one = radiograph.in_bone_mm
    low, high = sorted(signal_mm)
    other = Estimate((low + high) / 2, low, high, "mm")
    return PlaceComparison(
        radiograph_mm=one,
        mr_mm=other,
        difference_mm=Estimate(other.value - one.value, other.low - one.high, other.high - one.low, "mm"),
        may_be_same=one.low <= other.high and other.low <= one.high,
    )

"""Pieces from which limbs are put together: tables of stations, small round bones."""

from ..anatomy import Bone, JointEnd, Station

StationRow = tuple[float, float, float, float, float, float, float]


def stations(*rows: StationRow) -> tuple[Station, ...]:
    """Return stations from rows: along, left, right, half depth, cortex left, cortex right, trabecular."""
    return tuple(Station(*row) for row in rows)


def block(
    name: str,
    origin_mm: tuple[float, float],
    *,
    width_mm: float,
    height_mm: float,
    depth_mm: float,
    direction_deg: float = 0.0,
    trabecular: float = 0.27,
) -> Bone:
    """Return a short, round bone (of the wrist, of the tarsus) about its middle.

    Parameters
    ----------
    name : str
    origin_mm : (x, y)
        Its middle.
    width_mm, height_mm, depth_mm : float
        Full extents across, along and along the beam.
    direction_deg : float
    trabecular : float
    """
    half, reach, depth = width_mm / 2, height_mm / 2, depth_mm / 2
    shape = tuple(
        Station(share * reach, width * half, width * half, size * depth, 0.7, 0.7, trabecular)
        for share, width, size in (
            (-1.05, 0.92, 0.8),
            (-0.6, 1.0, 0.95),
            (0.0, 0.94, 1.0),
            (0.6, 0.97, 0.95),
            (1.05, 0.86, 0.8),
        )
    )
    bulge = 0.25 * reach
    upper = (
        (-half, reach - bulge),
        (-0.5 * half, reach - 0.25 * bulge),
        (0.1 * half, reach),
        (half, reach - bulge),
    )
    lower = (
        (-half, bulge - reach),
        (-0.2 * half, -reach),
        (0.5 * half, 0.3 * bulge - reach),
        (half, bulge - reach),
    )
    rounding = 0.2 * height_mm
    return Bone(
        name,
        shape,
        near_end=JointEnd(lower, plate_mm=0.7, rounding_mm=rounding),
        far_end=JointEnd(upper, plate_mm=0.7, rounding_mm=rounding),
        origin_mm=origin_mm,
        direction_deg=direction_deg,
        roundness=2.5,
    )

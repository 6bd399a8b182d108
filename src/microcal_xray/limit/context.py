"""What the ranking says of the bone around a place, whether there is a line or not."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..findings import Kind
from ..image_limits import Course
from .ground import Ground, Places
from .line_filter import BLOCK_PX
from .scores import LineAt

FloatArray = npt.NDArray[np.float64]

# Groups of the ranking's terms that look at the bone, not at the line.
CONTEXT_GROUPS = frozenset(("texture", "levels", "ends", "direction", "bone_width", "surroundings"))
_POINTS = 14
_ACROSS_RAD, _OBLIQUE_RAD = math.radians(60), math.radians(30)


@dataclass(frozen=True)
class Contexts:
    """The context at anchors all over the bone; between them it is a weighted mean of the near ones.

    Parameters
    ----------
    points_px : (A, 2) float array
        (row, column) on the working image.
    values : mapping of (Kind, Course) to (A,) float array
        In natural logarithms, as the terms of the ranking.
    """

    points_px: FloatArray
    values: Mapping[tuple[Kind, Course], FloatArray]

    def at(self, line: LineAt, places: Places) -> FloatArray:
        """Return the context of a line at N blocks, (N,)."""
        points = (np.stack(places, axis=1) + 0.5) * BLOCK_PX
        apart = np.linalg.norm(points[:, None] - self.points_px[None], axis=2)
        values = self.values[line.kind, course_of(line.angle_to_bone_rad)]
        # From the nearest anchor on: its own weight is 1, however far it is.
        nearest = apart.min(axis=1, keepdims=True)
        weights = np.exp((nearest**2 - apart**2) / (2 * self._reach_px() ** 2))
        return np.asarray((weights * values).sum(axis=1) / weights.sum(axis=1))

    def _reach_px(self) -> float:
        """Return the usual distance of an anchor to its nearest neighbour."""
        if len(self.points_px) < 2:
            return 1.0
        apart = np.linalg.norm(self.points_px[:, None] - self.points_px[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        return max(float(np.median(apart.min(axis=1))), 1.0)


def course_of(angle_to_bone_rad: float) -> Course:
    """Return how a line runs to the bone.

    Parameters
    ----------
    angle_to_bone_rad : float
        Of the line to the bone's long axis; any turn will do.

    Examples
    --------
    >>> course_of(-1.4).value, course_of(0.1).value
    ('across', 'along')
    """
    apart = abs((angle_to_bone_rad + math.pi / 2) % math.pi - math.pi / 2)
    if apart >= _ACROSS_RAD:
        return Course.ACROSS
    return Course.OBLIQUE if apart >= _OBLIQUE_RAD else Course.ALONG


def anchors_of(ground: Ground, most: int) -> Places:
    """Return at most so many blocks, evenly drawn from the bone.

    Parameters
    ----------
    ground : Ground
    most : int
    """
    rows, columns = np.nonzero(ground.bone)
    # A low-discrepancy order: neighbours in it are far apart in the bone.
    order = np.argsort((np.arange(len(rows)) * 0.6180339887498949) % 1.0, kind="stable")
    kept = np.sort(order[:most])
    return rows[kept], columns[kept]


def straight_path(middle_px: FloatArray, direction_rad: float, length_px: float) -> FloatArray:
    """Return a straight path about a middle, (N, 2).

    Parameters
    ----------
    middle_px : (2,) float array
        (row, column).
    direction_rad : float
        Of the line, 0 along a row.
    length_px : float
    """
    along = np.linspace(-0.5, 0.5, _POINTS)[:, None] * length_px
    return np.asarray(middle_px + along * (math.sin(direction_rad), math.cos(direction_rad)))

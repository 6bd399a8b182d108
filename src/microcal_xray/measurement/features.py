"""What is said of each candidate path, in numbers without unit; what the ranking weighs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..detection import Polarity, RidgePath
from .around import surroundings, widths
from .courses import Courses, courses_of, nearest
from .maps import PictureMaps
from .profiles import ends, levels, profiles

FloatArray = npt.NDArray[np.float64]
Columns = dict[str, FloatArray]

_NEAR_PX, _PARALLEL_RAD, _CROWD_PX = 25.0, 0.35, 60.0


@dataclass(frozen=True)
class FeatureTable:
    """n candidates by F features.

    Parameters
    ----------
    names : tuple of str
        ``group.feature``; the groups are the names of `findings.EVIDENCE_TERMS`.
    values : (n, F) float32 array
    """

    names: tuple[str, ...]
    values: npt.NDArray[np.float32]

    def of(self, rows: Sequence[int]) -> "FeatureTable":
        """Return the table of some of the candidates."""
        return FeatureTable(self.names, self.values[list(rows)])


def feature_table(paths: Sequence[RidgePath], maps: PictureMaps) -> FeatureTable:
    """Return the features of the candidates of one picture.

    Parameters
    ----------
    paths : sequence of RidgePath
        All candidates of the picture: each is also compared with its neighbours. At least one.
    maps : PictureMaps
    """
    courses = courses_of(
        [path.points_px for path in paths], [path.polarity is Polarity.DARK for path in paths]
    )
    groups = {
        "detection": _detection(paths, courses),
        **profiles(courses, maps),
        "levels": levels(courses, maps),
        "ends": ends(courses, maps),
        "direction": _direction(courses, maps),
        "bone_width": widths(courses, maps),
        "surroundings": surroundings(courses, maps),
        "neighbours": _neighbours(paths, courses),
    }
    columns = {f"{group}.{name}": value for group, found in groups.items() for name, value in found.items()}
    return FeatureTable(tuple(columns), np.stack(list(columns.values()), axis=1).astype(np.float32))


def _detection(paths: Sequence[RidgePath], courses: Courses) -> Columns:
    quantiles = np.array([np.quantile(path.z, (0.05, 0.25, 0.9)) for path in paths])
    return {
        "score": np.array([path.score for path in paths]),
        "length": np.log(courses.length_px),
        "z_mean": np.array([path.z.mean() for path in paths]),
        "z_least": quantiles[:, 0],
        "z_quarter": quantiles[:, 1],
        "z_most": quantiles[:, 2],
        "sigma": np.array([path.sigma_px.mean() for path in paths]),
    }


def _direction(courses: Courses, maps: PictureMaps) -> Columns:
    chord = np.linalg.norm(courses.points_px[:, -1] - courses.points_px[:, 0], axis=1)
    columns = {"tortuosity": courses.length_px / np.maximum(chord, 1)}
    heading = np.arctan2(courses.along[..., 0], courses.along[..., 1])
    for number, axis in enumerate(maps.axes):
        coherence = nearest(axis.coherence, courses.points_px)
        apart = heading - nearest(axis.axis_rad, courses.points_px)
        # The mean of the doubled angle: an axis has no sign.
        angle = np.abs(np.angle((coherence * np.exp(2j * apart)).sum(axis=1))) / 2
        clear = coherence.mean(axis=1)
        columns |= {
            f"angle_{number}": angle,
            f"coherence_{number}": clear,
            f"across_{number}": np.sin(angle) ** 2 * clear,
            f"along_{number}": np.cos(angle) ** 2 * clear,
        }
    return columns


def _neighbours(paths: Sequence[RidgePath], courses: Courses) -> Columns:
    score = np.array([path.score for path in paths])
    same = courses.is_dark[:, None] == courses.is_dark[None]
    stronger = score[None] > score[:, None]
    apart = np.linalg.norm(courses.middle_px[:, None] - courses.middle_px[None], axis=2)
    heading = np.arctan2(courses.heading[:, 0], courses.heading[:, 1])
    turned = np.abs((heading[:, None] - heading[None] + np.pi / 2) % np.pi - np.pi / 2)
    parallel = (apart < _NEAR_PX) & (turned < _PARALLEL_RAD) & ~np.eye(len(paths), dtype=bool)
    best = np.where(same, score[None], 0).max(axis=1)
    return {
        "rank": np.log1p((same & stronger).sum(axis=1)),
        "share_of_best": score / np.maximum(best, 1e-6),
        "parallel_same": np.log1p((parallel & same).sum(axis=1)),
        "parallel_stronger": np.log1p((parallel & same & stronger).sum(axis=1)),
        "parallel_other": np.where(parallel & ~same, score[None], 0).max(axis=1) / np.maximum(score, 1),
        "crowd": np.log1p(((apart < _CROWD_PX) & stronger).sum(axis=1)),
    }

"""A lower leg whose oedema, rim and line are known, as pairs of T1 and fat-suppressed volumes.

It stands in this room and not in `simulation`, which draws what X-rays are weakened by: nothing of its physics
is shared, and the readers and measures here can be tested without it. Edges are drawn with the share of each
voxel that they cover (within the slice by their distance, through the slice by several layers), the signal
is bent by a smooth coil profile, and the noise is Rician.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from .volume import FloatArray, MRAcquisition, MRVolume, Weighting

_LAYERS = 3  # through each slice
_SHAFT_MM = 60.0  # from the joint to where the flare has ended
_PLATE_MM = 1.5  # bone under the joint's cartilage


@dataclass(frozen=True)
class Oedema:
    """An ellipsoid of raised water in the marrow, cut off by the cortex.

    Parameters
    ----------
    from_joint_mm : float
        Its middle.
    length_mm, across_mm : float
        Its axes along and across the bone.
    side_rad : float
        Towards which side of the bone it lies.
    shift_mm : float
        How far from the middle of the bone.
    on_t1 : bool
        Whether T1 signal is lowered too.
    """

    from_joint_mm: float = 95.0
    length_mm: float = 40.0
    across_mm: float = 14.0
    side_rad: float = 0.0
    shift_mm: float = 3.0
    on_t1: bool = True


@dataclass(frozen=True)
class Rim:
    """Raised water outside the cortex.

    Parameters
    ----------
    from_joint_mm, length_mm : float
    arc_rad : float
        How far around the bone it reaches.
    thickness_mm : float
    side_rad : float
    """

    from_joint_mm: float = 95.0
    length_mm: float = 30.0
    arc_rad: float = 1.6
    thickness_mm: float = 2.5
    side_rad: float = 0.0


@dataclass(frozen=True)
class DarkLine:
    """A dark plane from the inner side of the cortex into the marrow.

    Parameters
    ----------
    from_joint_mm : float
    depth_mm : float
        From the inner side of the cortex.
    gap_mm : float
        Where it begins; 0: at the cortex.
    thickness_mm : float
    width_mm : float
        Across the direction into the bone.
    side_rad : float
    """

    from_joint_mm: float = 95.0
    depth_mm: float = 9.0
    gap_mm: float = 0.0
    thickness_mm: float = 1.4
    width_mm: float = 12.0
    side_rad: float = 0.0


@dataclass(frozen=True)
class Slices:
    """How the leg is scanned.

    Parameters
    ----------
    plane : {"sagittal", "coronal", "axial"}
    pixel_mm, thickness_mm, step_mm : float
        In-plane spacing, slice thickness and slice distance.
    turned_deg : float
        Turns the whole stack about an oblique axis.
    """

    plane: Literal["sagittal", "coronal", "axial"] = "sagittal"
    pixel_mm: float = 0.8
    thickness_mm: float = 3.0
    step_mm: float = 3.3
    turned_deg: float = 0.0


@dataclass(frozen=True)
class Leg:
    """What the leg is like.

    Parameters
    ----------
    seed : int
        Of its shape, its lean, the coil and the noise.
    oedema : Oedema or None
    rim : Rim or None
    line : DarkLine or None
    noise : float
        Standard deviation of each channel, over the signal of fat on T1.
    coil : float
        How far the coil's profile bends the signal; 0.2 is about 20 % up and down.
    slices : Slices
    """

    seed: int = 0
    oedema: Oedema | None = field(default_factory=Oedema)
    rim: Rim | None = None
    line: DarkLine | None = None
    noise: float = 0.02
    coil: float = 0.15
    slices: Slices = Slices()


@dataclass(frozen=True)
class MRTruth:
    """What is known of a simulated leg. None: it has no such thing.

    Parameters
    ----------
    joint_mm, far_mm : (3,) float array
        The upper end of the bone on its axis, and a point on the axis further down.
    oedema_length_mm, oedema_across_mm, oedema_mm3 : float or None
    rim_length_mm : float or None
    line_mm : float or None
        Length of the line in the marrow, in a slice along it.
    """

    joint_mm: FloatArray
    far_mm: FloatArray
    oedema_length_mm: float | None = None
    oedema_across_mm: float | None = None
    oedema_mm3: float | None = None
    rim_length_mm: float | None = None
    line_mm: float | None = None


@dataclass(frozen=True)
class SimulatedMR:
    """A pair of series of one leg.

    Parameters
    ----------
    t1, stir : MRVolume
    truth : MRTruth
    """

    t1: MRVolume
    stir: MRVolume
    truth: MRTruth


_Floats = npt.NDArray[np.float32]
# Fat on T1 is 1. STIR as seen at 1.5 T: suppressed fat near the noise, oedema brighter than muscle.
_T1 = {"marrow": 0.9, "fat": 1.0, "muscle": 0.35, "cortex": 0.03, "oedema": 0.42, "rim": 0.35, "line": 0.1}
_STIR = {"marrow": 0.1, "fat": 0.08, "muscle": 0.22, "cortex": 0.03, "oedema": 0.75, "rim": 0.7, "line": 0.1}


def simulate_mr(leg: Leg = Leg()) -> SimulatedMR:
    """Return a pair of volumes of one leg.

    Parameters
    ----------
    leg : Leg

    Examples
    --------
    >>> pair = simulate_mr(Leg(seed=1, slices=Slices(pixel_mm=1.4)))
    >>> pair.stir.acquisition.weighting.value, pair.truth.oedema_length_mm
    ('stir', 40.0)
    """
    rng = np.random.default_rng(leg.seed)
    body = _Body(leg, rng)
    stack = _stack(leg.slices)
    shape = stack.voxels.shape
    sums = np.zeros((2, *shape), np.float32)
    offsets = (np.arange(_LAYERS) + 0.5) / _LAYERS - 0.5
    centres = stack.voxel_centres_mm().reshape(-1, 3)
    for offset in offsets:
        points = (centres + offset * leg.slices.thickness_mm * stack.normal).astype(np.float32)
        sums += body.signals(points, leg.slices.pixel_mm).reshape(2, *shape)
    sums *= body.coil(centres).reshape(shape).astype(np.float32) / len(offsets)
    noisy = [np.hypot(each + rng.normal(0, leg.noise, shape), rng.normal(0, leg.noise, shape)) for each in sums]
    made = {"row_direction": stack.row_direction, "column_direction": stack.column_direction}
    volumes = [
        MRVolume(
            voxels=1000 * values,
            positions_mm=stack.positions_mm,
            row_spacing_mm=leg.slices.pixel_mm,
            column_spacing_mm=leg.slices.pixel_mm,
            name=f"simulated {acquisition.weighting.value}",
            acquisition=acquisition,
            **made,
        )
        for values, acquisition in zip(noisy, _acquisitions(leg.slices), strict=True)
    ]
    return SimulatedMR(volumes[0], volumes[1], body.truth())


def _acquisitions(slices: Slices) -> tuple[MRAcquisition, MRAcquisition]:
    common = {"field_strength_t": 1.5, "body_part": "LEG", "laterality": "R", "flip_angle_deg": 90.0}
    thickness = slices.thickness_mm
    return (
        MRAcquisition(Weighting.T1, "TR 550 ms, TE 12 ms", 550.0, 12.0, None, slice_thickness_mm=thickness, **common),
        MRAcquisition(
            Weighting.STIR,
            "inversion recovery, TI 160 ms",
            4200.0,
            48.0,
            160.0,
            slice_thickness_mm=thickness,
            **common,
        ),
    )


def _stack(slices: Slices) -> MRVolume:
    """Return an empty stack that covers the upper lower leg, from 18 mm over the joint to 158 mm under it."""
    x, y, z = np.eye(3)
    row, column, sizes = {
        "sagittal": (y, -z, (84.0, 176.0, 60.0)),
        "coronal": (x, -z, (84.0, 176.0, 60.0)),
        "axial": (x, y, (84.0, 76.0, 176.0)),
    }[slices.plane]
    turn = _rotation(np.array([0.5, 0.7, 0.51]), np.deg2rad(slices.turned_deg))
    middle = np.array([0.0, 0.0, -70.0])
    row, column = turn @ row, turn @ column
    normal = np.cross(row, column)
    columns, rows = (round(size / slices.pixel_mm) for size in sizes[:2])
    count = round(sizes[2] / slices.step_mm)
    first = middle - (
        row * (columns - 1) * slices.pixel_mm
        + column * (rows - 1) * slices.pixel_mm
        + normal * (count - 1) * slices.step_mm
    ) / 2
    positions = first + np.arange(count)[:, None] * slices.step_mm * normal
    return MRVolume(
        np.zeros((count, rows, columns), np.float32),
        positions,
        row,
        column,
        slices.pixel_mm,
        slices.pixel_mm,
        acquisition=MRAcquisition(slice_thickness_mm=slices.thickness_mm),
    )


def _rotation(axis: FloatArray, angle_rad: float) -> FloatArray:
    """Return Rodrigues' rotation matrix."""
    a, b, c = axis / np.linalg.norm(axis)
    cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
    return np.asarray(np.eye(3) + np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * cross @ cross)


class _Body:
    """The leg as functions of place: along the bone, and around it."""

    def __init__(self, leg: Leg, rng: np.random.Generator) -> None:
        lean = rng.normal(0, 0.04, 2)
        self.leg = leg
        self.down = np.array([lean[0], lean[1], -1.0]) / np.sqrt(1 + lean @ lean)
        self.joint = np.array([*rng.normal(0, 2, 2), rng.normal(0, 3)])
        self.side = np.cross(self.down, [0.0, 0.0, 1.0])
        # Angle 0 points to the front (-y), where sagittal slices show it in their plane.
        front = np.array([0.0, -1.0, 0.0])
        self.u = front - (front @ self.down) * self.down
        self.u /= np.linalg.norm(self.u)
        self.v = np.cross(self.down, self.u)
        self.radius = rng.uniform(11.5, 13.5)
        self.triangle = rng.uniform(0.06, 0.12)
        self.phase = rng.uniform(0, 2 * np.pi)
        self.cortex = rng.uniform(3.4, 4.6)
        self.bend = rng.normal(0, 1, 6) * leg.coil

    def place(self, points: npt.NDArray[np.floating]) -> tuple[npt.NDArray[np.floating], ...]:
        """Return depth below the joint, and the two coordinates across."""
        away = points - self.joint.astype(points.dtype)
        return (
            away @ self.down.astype(points.dtype),
            away @ self.u.astype(points.dtype),
            away @ self.v.astype(points.dtype),
        )

    def outer(self, along: npt.NDArray[np.floating], angle: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        flare = np.clip(1 - along / _SHAFT_MM, 0, 1) ** 2
        shape = 1 + self.triangle * np.cos(3 * angle - self.phase)
        return (self.radius + 13.0 * flare) * shape

    def wall(self, along: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        return 1.2 + (self.cortex - 1.2) * np.clip(along / _SHAFT_MM, 0, 1)

    def oedema(self, along: npt.NDArray[np.floating], x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        """Return the distance inside the surface of the oedema, to first order."""
        one = self.leg.oedema
        assert one is not None
        dx = x - one.shift_mm * np.cos(one.side_rad)
        dy = y - one.shift_mm * np.sin(one.side_rad)
        a, b = one.length_mm / 2, one.across_mm / 2
        da = along - one.from_joint_mm
        q = np.sqrt((da / a) ** 2 + (dx**2 + dy**2) / b**2) + 1e-6
        slope = np.sqrt(da**2 / a**4 + (dx**2 + dy**2) / b**4) / q + 1e-6
        return (1 - q) / slope

    def signals(self, points: _Floats, pixel_mm: float) -> _Floats:
        """Return T1 and STIR at points, (2, N), without coil and noise."""
        along, x, y = self.place(points)
        radius, angle = np.hypot(x, y), np.arctan2(y, x)
        outer = self.outer(along, angle)
        inner = outer - self.wall(along)

        def cover(inside_mm: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
            return np.clip(0.5 + inside_mm / pixel_mm, 0, 1)

        bone = cover(outer - radius) * cover(along)
        marrow = cover(inner - radius) * cover(along - _PLATE_MM)
        fibula = np.hypot(x + 10, y - 26)
        leg = np.hypot(points[:, 0] + 8, points[:, 1] - 8) * np.float32(1)
        shares = {"muscle": cover(46 - leg), "fat": cover(51 - leg)}
        found = {}
        for name, of in (("t1", _T1), ("stir", _STIR)):
            value = of["fat"] * shares["fat"]
            value = _over(value, of["muscle"], shares["muscle"])
            value = _over(value, of["cortex"], cover(6.0 - fibula))
            value = _over(value, of["marrow"], cover(3.4 - fibula))
            if self.leg.rim is not None:
                value = _over(value, of["rim"], self._rim(along, radius - outer, angle, cover))
            value = _over(value, of["cortex"], bone)
            value = _over(value, of["marrow"], marrow)
            if self.leg.oedema is not None and (name == "stir" or self.leg.oedema.on_t1):
                value = _over(value, of["oedema"], cover(self.oedema(along, x, y)) * marrow)
            if self.leg.line is not None:
                value = _over(value, of["line"], self._line(along, x, y, inner, cover) * marrow)
            found[name] = value
        return np.stack([found["t1"], found["stir"]]).astype(np.float32)

    def _rim(self, along, outside, angle, cover):  # type: ignore[no-untyped-def]
        one = self.leg.rim
        assert one is not None
        turn = np.abs(np.angle(np.exp(1j * (angle - one.side_rad))))
        return (
            cover(one.length_mm / 2 - np.abs(along - one.from_joint_mm))
            * cover(one.thickness_mm - outside)
            * cover((one.arc_rad / 2 - turn) * self.radius)
        )

    def _line(self, along, x, y, inner, cover):  # type: ignore[no-untyped-def]
        one = self.leg.line
        assert one is not None
        inward = x * np.cos(one.side_rad) + y * np.sin(one.side_rad)
        aside = -x * np.sin(one.side_rad) + y * np.cos(one.side_rad)
        depth = inner - inward
        # Thinner than a voxel: its share of it.
        across = np.clip(
            (one.thickness_mm + self.leg.slices.pixel_mm) / 2 - np.abs(along - one.from_joint_mm), 0, None
        )
        thin = np.minimum(across / self.leg.slices.pixel_mm, min(1.0, one.thickness_mm / self.leg.slices.pixel_mm))
        return (
            thin
            * cover(one.depth_mm - depth)
            * cover(depth - one.gap_mm + (self.leg.slices.pixel_mm if one.gap_mm == 0 else 0))
            * cover(one.width_mm / 2 - np.abs(aside))
        )

    def coil(self, points: FloatArray) -> FloatArray:
        """Return the smooth profile of the coil."""
        a, b, c = (points / 90.0).T
        b_terms = np.stack([a, b, c, a * b, c**2, a**2])
        return np.asarray(np.exp(self.bend @ (b_terms - b_terms.mean(axis=1, keepdims=True)) / 1.5))

    def truth(self) -> MRTruth:
        """Return what is known, the volume by counting on a fine grid."""
        leg = self.leg
        known: dict[str, float] = {}
        if leg.oedema is not None:
            inside, grid = self._fine_oedema()
            known["oedema_mm3"] = float(inside.sum()) * 0.5**3
            known["oedema_length_mm"] = leg.oedema.length_mm
            x, y = grid[1][inside], grid[2][inside]
            turns = np.linspace(0, np.pi, 18, endpoint=False)
            known["oedema_across_mm"] = float(max(np.ptp(x * np.cos(t) + y * np.sin(t)) for t in turns)) + 0.5
        if leg.rim is not None:
            known["rim_length_mm"] = leg.rim.length_mm
        if leg.line is not None:
            known["line_mm"] = leg.line.depth_mm - leg.line.gap_mm
        return MRTruth(joint_mm=self.joint, far_mm=self.joint + 140 * self.down, **known)

    def _fine_oedema(self) -> tuple[npt.NDArray[np.bool_], tuple[FloatArray, ...]]:
        one = self.leg.oedema
        assert one is not None
        half = one.length_mm / 2
        across = np.arange(-20, 20, 0.5) + 0.25
        steps = np.arange(one.from_joint_mm - half, one.from_joint_mm + half, 0.5) + 0.25
        along, x, y = np.meshgrid(steps, across, across, indexing="ij")
        radius, angle = np.hypot(x, y), np.arctan2(y, x)
        inner = self.outer(along, angle) - self.wall(along)
        return np.asarray((self.oedema(along, x, y) > 0) & (radius < inner)), (along, x, y)


def _over(below: npt.NDArray[np.floating], value: float, share: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return below + share * (value - below)

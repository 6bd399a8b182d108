"""A simulated lower leg as functions of place: what lies where, and which signal it gives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .simulated_leg import Leg, MRTruth
from .volume import FloatArray

_SHAFT_MM = 60.0  # from the joint to where the flare has ended
_PLATE_MM = 1.5  # bone under the joint's cartilage

_Array = npt.NDArray[Any]  # single precision where there are many points, double elsewhere
_Cover = Callable[[_Array], _Array]
# Fat on T1 is 1. STIR as seen at 1.5 T: suppressed fat near the noise, oedema brighter than muscle.
_T1 = {"marrow": 0.9, "fat": 1.0, "muscle": 0.35, "cortex": 0.03, "oedema": 0.42, "rim": 0.35, "line": 0.1}
_STIR = {"marrow": 0.1, "fat": 0.08, "muscle": 0.22, "cortex": 0.03, "oedema": 0.75, "rim": 0.7, "line": 0.1}


class Body:
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

    def place(self, points: _Array) -> tuple[_Array, ...]:
        """Return depth below the joint, and the two coordinates across."""
        away = points - self.joint.astype(points.dtype)
        return (
            away @ self.down.astype(points.dtype),
            away @ self.u.astype(points.dtype),
            away @ self.v.astype(points.dtype),
        )

    def outer(self, along: _Array, angle: _Array) -> _Array:
        """Return the distance of the outer surface from the middle."""
        flare = np.clip(1 - along / _SHAFT_MM, 0, 1) ** 2
        shape = 1 + self.triangle * np.cos(3 * angle - self.phase)
        return np.asarray((self.radius + 13.0 * flare) * shape)

    def wall(self, along: _Array) -> _Array:
        """Return the thickness of the cortex."""
        return np.asarray(1.2 + (self.cortex - 1.2) * np.clip(along / _SHAFT_MM, 0, 1))

    def oedema(self, along: _Array, x: _Array, y: _Array) -> _Array:
        """Return the distance inside the surface of the oedema, to first order."""
        one = self.leg.oedema
        assert one is not None
        dx = x - one.shift_mm * np.cos(one.side_rad)
        dy = y - one.shift_mm * np.sin(one.side_rad)
        a, b = one.length_mm / 2, one.across_mm / 2
        da = along - one.from_joint_mm
        q = np.sqrt((da / a) ** 2 + (dx**2 + dy**2) / b**2) + 1e-6
        slope = np.sqrt(da**2 / a**4 + (dx**2 + dy**2) / b**4) / q + 1e-6
        return np.asarray((1 - q) / slope)

    def signals(self, points: _Array, pixel_mm: float) -> _Array:
        """Return T1 and STIR at points, (2, N), without coil and noise."""
        along, x, y = self.place(points)
        radius, angle = np.hypot(x, y), np.arctan2(y, x)
        outer = self.outer(along, angle)
        inner = outer - self.wall(along)

        def cover(inside_mm: _Array) -> _Array:
            return np.asarray(np.clip(0.5 + inside_mm / pixel_mm, 0, 1))

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

    def _rim(self, along: _Array, outside: _Array, angle: _Array, cover: _Cover) -> _Array:
        one = self.leg.rim
        assert one is not None
        turn = np.abs(np.angle(np.exp(1j * (angle - one.side_rad))))
        return (
            cover(one.length_mm / 2 - np.abs(along - one.from_joint_mm))
            * cover(one.thickness_mm - outside)
            * cover((one.arc_rad / 2 - turn) * self.radius)
        )

    def _line(self, along: _Array, x: _Array, y: _Array, inner: _Array, cover: _Cover) -> _Array:
        one = self.leg.line
        assert one is not None
        inward = x * np.cos(one.side_rad) + y * np.sin(one.side_rad)
        aside = -x * np.sin(one.side_rad) + y * np.cos(one.side_rad)
        depth = inner - inward
        # Thinner than a voxel: its share of it.
        across = np.clip(
            (one.thickness_mm + self.leg.slices.pixel_mm) / 2 - np.abs(along - one.from_joint_mm), 0, None
        )
        thin = np.minimum(
            across / self.leg.slices.pixel_mm, min(1.0, one.thickness_mm / self.leg.slices.pixel_mm)
        )
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


def _over(below: _Array, value: float, share: _Array) -> _Array:
    return below + share * (value - below)

"""What a simulated lower leg is like, and what is known of it."""

from dataclasses import dataclass, field
from typing import Literal

from .volume import FloatArray


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

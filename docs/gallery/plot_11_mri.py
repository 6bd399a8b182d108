"""
MR beside the radiograph
========================

A simulated leg with oedema of the marrow, a rim of periosteal signal and a dark line, in T1 and STIR. The
bone is found, each signal is measured, and the place is compared with that of a candidate on a radiograph.
No grade is given.
"""

import microcal_xray as mx
from microcal_xray.mri.simulated import DarkLine, Leg, Oedema, Rim, simulate_mr
from microcal_xray.reporting.mri_figure import mri_figure
from microcal_xray.simulation import Anatomy, Course, Detector, Fissure, simulate_limb

FROM_JOINT_MM = 90
limb = simulate_limb(
    anatomy=Anatomy.TIBIA,
    seed=11,
    lines=[Fissure(Course(from_end_mm=FROM_JOINT_MM, angle_to_bone_deg=85), width_mm=0.5)],
    detector=Detector(520, 340, 0.35),
    centre_mm=(0, -60),
)
findings = mx.find_lines(limb.radiograph)
pair = simulate_mr(
    Leg(
        seed=21,
        oedema=Oedema(from_joint_mm=FROM_JOINT_MM, length_mm=40, across_mm=15),
        rim=Rim(from_joint_mm=FROM_JOINT_MM, length_mm=26),
        line=DarkLine(from_joint_mm=FROM_JOINT_MM, depth_mm=9),
    )
)
place = mx.RadiographPlace(1, mx.Estimate(FROM_JOINT_MM, FROM_JOINT_MM - 3, FROM_JOINT_MM + 3, "mm"))
found = mx.measure_mri([pair.t1, pair.stir], radiograph=place)
figure = mri_figure(found, radiograph=findings, candidate=1)

# %%
# What was measured beside what was drawn:

for what, drawn, measured in (
    ("marrow signal along the bone", pair.truth.oedema_length_mm, found.oedema.length_mm),
    ("periosteal signal along the bone", pair.truth.rim_length_mm, found.periosteum.length_mm),
    ("dark line", pair.truth.line_mm, found.lines[0].line.length_mm),
):
    told = f"{measured.value:.1f} ({measured.low:.1f} to {measured.high:.1f})"
    print(f"{what:33} drawn {drawn:5.1f} mm, measured {told}")

"""
Why the beam's direction decides
================================

The same fissure, 0.3 mm wide and 8 mm deep, tilted more and more to the beam. The bone is as broken in the
last picture as in the first; what it takes from the beam is spread out, until noise and texture hide it.
"""

import matplotlib.pyplot as plt
import numpy as np

from microcal_xray.simulation import Anatomy, Course, Detector, Exposure, Fissure, simulate_limb

TILTS_DEG, MM = (0, 5, 10, 20, 30), 0.143
figure, panels = plt.subplots(2, len(TILTS_DEG), figsize=(11, 4.8), sharey="row", height_ratios=(1.25, 1))
for (picture, curve), tilt_deg in zip(panels.T, TILTS_DEG, strict=True):
    fissure = Fissure(
        Course(from_end_mm=60, angle_to_bone_deg=88), width_mm=0.3, depth_mm=8, tilt_deg=tilt_deg
    )
    limb = simulate_limb(
        anatomy=Anatomy.TIBIA,
        seed=4,
        lines=[fissure],
        detector=Detector(420, 300, MM),
        centre_mm=(0, -60),
        exposure=Exposure(air_kerma_ugy=10),
    )
    truth = limb.truth[0]
    row, column = truth.path_px.mean(axis=0).astype(int)
    part = limb.radiograph.pixels[row - 90 : row + 90, column - 75 : column + 75]
    picture.imshow(
        part, extent=(0, 150 * MM, 180 * MM, 0), vmin=np.percentile(part, 2), vmax=np.percentile(part, 99.5)
    )
    picture.set(title=f"tilted by {tilt_deg}°", xlabel="mm")
    middle = part[40:140, 55:95].mean(axis=1)
    curve.plot((np.arange(100) - 50) * MM, middle - np.polyval(np.polyfit(range(100), middle, 3), range(100)))
    curve.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    curve.set(
        xlabel="mm across the line", title=f"contrast {-100 * np.expm1(-abs(truth.contrast_log)):.0f} %"
    )
panels[0, 0].set_ylabel("mm")
panels[1, 0].set_ylabel("log attenuation")

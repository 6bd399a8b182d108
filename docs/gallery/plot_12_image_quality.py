"""
Dose, noise and what is lost with it
====================================

One knee-high bit of bone at three exposures. Noise falls with the square root of the dose, but the texture
of bone does not: from some dose on, it is trabeculae that hide a line, not quanta.
"""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

import microcal_xray as mx
from microcal_xray.simulation import Anatomy, Detector, Exposure, simulate_limb

MM, DOSES_UGY = 0.143, (0.3, 3.0, 30.0)


def power(pixels):
    """Return frequency and mean power over directions, of windows of 64 pixels without their trend."""
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (64, 64))[::32, ::32].reshape(-1, 64, 64)
    taper = np.outer(np.hanning(64), np.hanning(64))
    spectra = np.abs(np.fft.fft2((windows - windows.mean(axis=(1, 2), keepdims=True)) * taper)) ** 2
    mean = np.median(spectra, axis=0) * MM**2 / (taper**2).sum()
    radius = np.hypot(np.fft.fftfreq(64, MM)[:, None], np.fft.fftfreq(64, MM)[None])
    edges = np.linspace(0.2, 0.5 / MM, 22)
    middle = (edges[1:] + edges[:-1]) / 2
    return middle, [mean[(radius >= a) & (radius < b)].mean() for a, b in pairwise(edges)]


figure, panels = plt.subplot_mosaic(
    [["a", "b", "c"], ["power", "power", "limit"]], figsize=(10, 8), height_ratios=(1.25, 1)
)
limits = []
for name, dose, colour in zip("abc", DOSES_UGY, ("#D55E00", "#E69F00", "#0072B2"), strict=True):
    limb = simulate_limb(
        anatomy=Anatomy.TIBIA,
        seed=8,
        lines=[],
        detector=Detector(620, 420, MM),
        centre_mm=(0, -60),
        exposure=Exposure(air_kerma_ugy=dose),
    )
    findings = mx.find_lines(limb.radiograph)
    pixels = limb.radiograph.pixels
    rows, columns = pixels.shape
    panels[name].imshow(pixels, extent=(0, columns * MM, rows * MM, 0), vmin=1.0, vmax=4.3)
    panels[name].set(title=f"{dose:g} µGy in free air", xlabel="mm")
    frequency, level = power(pixels[300:600, 130:290])
    panels["power"].loglog(frequency, level, color=colour, label=f"{dose:g} µGy")
    first = next(
        row for row in findings.limit.rows if row.kind == "lucent" and row.compartment is mx.Compartment.INNER
    )
    limits.append(first.width_mm)
panels["a"].set_ylabel("mm")
panels["power"].set(
    title="Noise and texture inside bone", xlabel="frequency (1/mm)", ylabel="power (log attenuation² mm²)"
)
panels["power"].set_xticks([0.3, 1, 3], ["0.3", "1", "3"])
panels["power"].minorticks_off()
panels["power"].legend()
panels["limit"].plot(range(3), limits, "o-", color="0.2")
panels["limit"].set(
    title="Smallest line listed",
    ylabel="equivalent width (mm)",
    xlabel="air kerma at the detector (µGy)",
    ylim=(0, None),
    xlim=(-0.3, 2.3),
)
panels["limit"].set_xticks(range(3), [f"{dose:g}" for dose in DOSES_UGY])

"""Print how long each stage takes and how much memory the whole needs, and how long the import takes.

python benchmarks/speed.py [MEGAPIXELS ...]
"""

import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from microcal_xray import __version__, find_lines, radiograph_from_array
from microcal_xray.bone import find_anatomy
from microcal_xray.detection import Polarity, RidgeField, ridge_field, trace
from microcal_xray.preprocessing import find_field, flatten
from microcal_xray.settings import Settings


def seconds(task: Callable[[], object], repeats: int = 3) -> float:
    """Return the best wall time of several runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def limb(megapixels: float) -> npt.NDArray[np.float32]:
    """Return a shaft with noise, five to four in shape."""
    columns = round((megapixels * 1e6 / 1.25) ** 0.5)
    across = np.abs(np.linspace(-1, 1, columns))
    profile = 300.0 * (across < 0.8) + 500.0 * (across < 0.3) - 250.0 * (across < 0.15)
    rng = np.random.default_rng(0)
    grain = rng.normal(0, 15, (round(1.25 * columns), columns))
    return np.asarray(profile + grain, np.float32)


def stages(megapixels: float) -> None:
    """Print one line per stage for one picture."""
    pixels = limb(megapixels)
    usable = np.ones(pixels.shape, bool)
    widths_px = tuple(width / 0.143 for width in Settings().widths_mm)
    field = find_field(pixels, usable=usable)
    even = flatten(pixels, scale_px=42, usable=usable)

    def ridge() -> RidgeField:
        return ridge_field(even, widths_px=widths_px, polarity=Polarity.DARK, usable=field.body)

    ridges = ridge()
    radiograph = radiograph_from_array(pixels, spacing_mm=0.143)
    for name, task in (
        ("usable field", lambda: find_field(pixels, usable=usable)),
        ("anatomy", lambda: find_anatomy(pixels, body=field.body, axis_scale_px=30)),
        ("even background", lambda: flatten(pixels, scale_px=42, usable=usable)),
        ("ridge field, one kind", ridge),
        (
            "tracing, one kind",
            lambda: trace(ridges, low_sd=1.5, high_sd=3, minimum_length_px=21, usable=field.body),
        ),
        ("find_lines, both kinds", lambda: find_lines(radiograph)),
    ):
        print(f"{megapixels:5.1f} Mpx  {name:24s} {seconds(task):7.2f} s")


def main() -> None:
    """Measure."""
    print(f"microcal_xray {__version__}, Python {platform.python_version()}, {platform.machine()}")
    command = [sys.executable, "-c", "import microcal_xray"]
    print(f"import microcal_xray      {seconds(lambda: subprocess.run(command, check=True)):7.2f} s")
    for megapixels in [float(word) for word in sys.argv[1:]] or [1.0, 5.0]:
        stages(megapixels)
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()

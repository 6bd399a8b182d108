"""Draw the figure of docs/limits.md: the limit of the sample tibia as a map.

python tools/draw_limit.py
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from microcal_xray import find_lines, read_radiograph
from microcal_xray.reporting.limit_map import limit_map, map_range_px

_ROOT = Path(__file__).parents[1]


def main() -> None:
    """Write docs/pictures/limit_map.png."""
    radiograph = read_radiograph(_ROOT / "sample_data" / "tibia_fissure.dcm")
    limit = find_lines(radiograph).limit
    if limit is None or limit.width_map_mm is None:
        raise SystemExit("the sample shows no bone; make sample-data again")
    picture, ends = limit_map(radiograph, limit, longer_side_px=700), map_range_px(limit)
    if picture is None or ends is None:
        raise SystemExit("the sample has no limit; fit the limit model again")
    figure = Figure(figsize=(3.6, 6.4), layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.asarray(picture))
    axes.set_axis_off()
    millimetres = [width * radiograph.mm_per_pixel() for width in ends]
    axes.set_title(
        f"smallest equivalent width, {millimetres[0]:.2f} mm (violet)\n"
        f"to {millimetres[1]:.2f} mm (yellow); grey: none",
        fontsize=8,
    )
    figure.savefig(_ROOT / "docs" / "pictures" / "limit_map.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()

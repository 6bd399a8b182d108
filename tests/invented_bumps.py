"""Invented bumps and a cluster, for all tests of what is written of them."""

from dataclasses import replace

import numpy as np

from microcal_xray.bump import Bump, BumpCaution, BumpKind, BumpTier, OutlinesSeen
from microcal_xray.cluster import Cluster, ClusterPattern
from microcal_xray.measured import Estimate


def invented_bump(number=1, *, mm=0.1, kind=BumpKind.BUMP, tier=BumpTier.STRONG):
    """8 pixels high, 30 long, 150 in area, on a shaft of 50."""
    rows = np.linspace(40, 70, 16)
    base = np.stack([rows, np.full(16, 70.0)], axis=1)
    top = base + np.stack([np.zeros(16), 8 * np.sin(np.linspace(0, np.pi, 16))], axis=1)

    def both(value, power=1):
        name = {1: "px", 2: "px2"}[power]
        pixels = Estimate(value, 0.9 * value, 1.1 * value, name)
        return pixels, None if mm is None else pixels.times(mm**power, name.replace("px", "mm"))

    (height, height_mm), (length, length_mm), (area, area_mm2) = both(8.0), both(30.0), both(150.0, 2)
    shaft, shaft_mm = both(50.0)
    index = Estimate(1.16, 1.1, 1.2, "1")
    return Bump(
        number, kind, tier, 0.9, 0.126, base, top, height, height_mm, length, length_mm, area, area_mm2,
        shaft, shaft_mm, index, 0.41, 0.0, cautions=BumpCaution.ONE_SIDED,
    )  # fmt: skip


def with_invented_bumps(make_findings, **more):
    """A strong bump, a weak layer, and the first line and bump as a cluster."""
    mm = 0.1 if more.get("spacing_mm", (0.1, 0.1)) else None
    pair = Cluster(1, ClusterPattern.CLOSE, (1,), (1,), 30.0, mm and 3.0, 30.0, mm and 3.0, 1.0)
    return replace(
        make_findings(**more),
        bumps=(
            invented_bump(1, mm=mm),
            invented_bump(2, mm=mm, kind=BumpKind.PERIOSTEAL, tier=BumpTier.WEAK),
        ),
        outlines=OutlinesSeen(300.0, mm and 30.0, 100.0, mm and 10.0),
        clusters=(pair,),
    )

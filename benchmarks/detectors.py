"""The detectors that are compared, each with the choices that its tuning tries."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import peers
from lines import LONGEST_LIST, Choice, Ranking, ScoredLine, listed, traced
from scene import Scene, Units, scene_of

from microcal_xray import Candidate, Kind, Radiograph, Settings, find_lines

Candidates = tuple[Candidate, ...]

MICROCAL = "microcal_xray"
MICROCAL_SETTINGS = Settings(false_marks=100.0)  # the whole list: an evaluation needs the weak ones as well
_SIGN = {Kind.SCLEROTIC: np.float32(1), Kind.LUCENT: np.float32(-1)}
_FILTERS: dict[str, peers.ResponseFilter] = {
    "scikit-image sato": peers.sato,
    "scikit-image frangi": peers.frangi,
    "SimpleITK objectness": peers.objectness,
    "OpenCV ridge filter": peers.opencv_ridge,
}
STEGER = "Steger (ridge-detector)"
PEERS = (*_FILTERS, STEGER)
_INSETS = ((0.0, 0.0), (1.5, 10.0))  # mm, px
_SHARES = (0.1, 0.25, 0.5)
_STEGER_GREYS = ((6.0, 12.0), (12.0, 24.0))


@dataclass(frozen=True)
class Variant:
    """One way to run a peer.

    Parameters
    ----------
    units : Units
        Of the brightness that the filter is given.
    greys : (float, float) or None
        Contrasts between which Steger's lines are linked.
    choice : Choice
    """

    units: Units
    greys: tuple[float, float] | None
    choice: Choice

    def words(self) -> str:
        """Return the choice for a table."""
        unit = "noise of the picture" if self.units is Units.PICTURE else "standard deviation around"
        parts = [f"brightness in units of the {unit}"]
        if self.greys is not None:
            parts.append(f"linked between contrasts {self.greys[0]:g} and {self.greys[1]:g}")
        if self.choice.share is not None:
            parts.append(f"followed down to the upper {self.choice.share:.0%} of the pixels")
        parts.append(f"{self.choice.inset_mm:g} mm ({self.choice.inset_px:g} px) from the outline")
        parts.append(f"ranked by {self.choice.ranking.value}")
        return "; ".join(parts)


def variants_of(peer: str) -> tuple[Variant, ...]:
    """Return everything that the tuning of a peer tries, in a fixed order."""
    if peer == STEGER:
        filtered: list[tuple[Units, tuple[float, float] | None]]
        filtered = [(Units.LOCAL, greys) for greys in _STEGER_GREYS]
        shares: tuple[float | None, ...] = (None,)
    else:
        filtered = [(units, None) for units in Units]
        shares = _SHARES
    return tuple(
        Variant(units, greys, Choice(share, *inset, ranking))
        for (units, greys), share, inset, ranking in itertools.product(filtered, shares, _INSETS, Ranking)
    )


def found_by_microcal(radiograph: Radiograph) -> Candidates:
    """Return what the detector of this package finds, as shipped, its list cut like those of the peers."""
    return find_lines(radiograph, MICROCAL_SETTINGS).candidates[:LONGEST_LIST]


def found_by_peer(peer: str, radiograph: Radiograph, variants: Sequence[Variant]) -> list[Candidates]:
    """Return what a peer finds in each of several variants; work that they share is done once."""
    scene = scene_of(radiograph)
    if scene is None:
        return [() for _ in variants]
    found: dict[Variant, Candidates] = {}
    for units, greys in dict.fromkeys((variant.units, variant.greys) for variant in variants):
        mine = [variant for variant in variants if (variant.units, variant.greys) == (units, greys)]
        found |= _found(peer, scene, units, greys, mine)
    return [found[variant] for variant in variants]


def _found(
    peer: str,
    scene: Scene,
    units: Units,
    greys: tuple[float, float] | None,
    variants: Sequence[Variant],
) -> dict[Variant, Candidates]:
    shares = dict.fromkeys(variant.choice.share for variant in variants)
    lines: dict[float | None, list[ScoredLine]] = {share: [] for share in shares}
    means: dict[Kind, float] = {}
    for kind in Kind:
        image = _SIGN[kind] * scene.brightness[units]
        if greys is not None:
            found = peers.steger(image, scene.widths_px, low_grey=greys[0], high_grey=greys[1])
            lines[None] += [ScoredLine(kind, path, response) for path, response in found]
            # The package hands out no response map: the picture's own lines are the measure.
            means[kind] = float(np.median([response for _, response in found])) if found else 1.0
            continue
        response = _FILTERS[peer](image, scene.widths_px)
        means[kind] = float(response[scene.searched].mean())
        for share in shares:
            if share is not None:
                lines[share] += traced(response, scene, kind=kind, share=share)
    return {
        variant: listed(lines[variant.choice.share], scene, choice=variant.choice, mean_response=means)
        for variant in variants
    }

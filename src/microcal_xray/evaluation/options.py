"""What is asked of an evaluation; saved with every result."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import SettingsError
from .froc import RATES
from .groups import D_PRIME_EDGES, WIDTH_EDGES_MM
from .hit_rule import HitRule
from .ideal import TEMPLATES_PER_IMAGE
from .pool import FalseMarkImages
from .resampling import Bootstrap


@dataclass(frozen=True)
class EvaluationOptions:
    """How a detector is evaluated.

    Parameters
    ----------
    rule : HitRule
    bootstrap : Bootstrap
    rates : tuple of float
        False marks per picture at which the sensitivity is read; rising. 1 must be among them.
    false_mark_images : FalseMarkImages
        The pictures on which they are counted. All pictures are the standard FROC; where the truth marks only
        the clearest lines, a false mark beside them may be a line, and the line-free pictures are fairer.
        The sensitivity for all three sets is reported in any case; this one is used for the groups.
    classes : tuple of str or None
        Names of the box classes that are looked for. None: "fracture" or "fractured", or all.
    d_prime_edges, width_edges_mm : tuple of float
        Edges of the bands; rising.
    templates : float
        Independent templates per picture of the ideal observer; see `ideal`.

    Raises
    ------
    SettingsError
        If a value cannot be used; the message names it.
    """

    rule: HitRule = field(default_factory=HitRule)
    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    rates: tuple[float, ...] = RATES
    false_mark_images: FalseMarkImages = FalseMarkImages.ALL
    classes: tuple[str, ...] | None = None
    d_prime_edges: tuple[float, ...] = D_PRIME_EDGES
    width_edges_mm: tuple[float, ...] = WIDTH_EDGES_MM
    templates: float = TEMPLATES_PER_IMAGE

    def __post_init__(self) -> None:
        for name in ("rates", "d_prime_edges", "width_edges_mm"):
            values = getattr(self, name)
            if not values or not (np.diff((0.0, *values)) > 0).all() or not np.isfinite(values).all():
                raise SettingsError(f"{name} is {values!r}; it must rise, over 0")
        if 1.0 not in self.rates:
            raise SettingsError(f"rates is {self.rates!r}; 1 must be among them, for the headline")
        if not max(self.rates) < self.templates < np.inf:
            raise SettingsError(f"templates is {self.templates!r}; it must be over the largest rate")

    def as_dict(self) -> dict[str, Any]:
        """Return the options as plain values, ready for JSON."""
        plain = dataclasses.asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


DEFAULT_OPTIONS = EvaluationOptions()

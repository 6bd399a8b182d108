"""How long a scale bar is drawn: a round number of millimetres that fits."""

import math


def round_length(longest: float) -> float:
    """Return the longest of 1, 2, 5, 10, 20, 50, ... (and 0.1, 0.2, 0.5) that is not over `longest`.

    Parameters
    ----------
    longest : float
        Over 0, in any unit.

    Examples
    --------
    >>> [round_length(longest) for longest in (0.3, 1, 4.9, 37, 100)]
    [0.2, 1.0, 2.0, 20.0, 100.0]
    """
    power = 10.0 ** math.floor(math.log10(longest) + 1e-9)
    step = max(step for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9))
    return float(f"{step * power:.6g}")

"""The data of Van Dyke et al. (1993), and what the standard programs print for them."""

from pathlib import Path

import numpy as np

_DATA = Path(__file__).parent / "data" / "van_dyke.txt"

# Treatment x reader, as printed by OR-DBM MRMC 2.51 (University of Iowa) for the trapezoidal areas.
PRINTED_AREAS = np.array(
    [
        [0.91964573, 0.85877617, 0.90386473, 0.97310789, 0.82979066],
        [0.94782609, 0.90531401, 0.92173913, 0.99935588, 0.92995169],
    ]
)


def ratings() -> tuple[np.ndarray, np.ndarray]:
    """Return (2, 5, 69) ratings of cases without, and (2, 5, 45) with dissection: treatment, reader, case."""
    lines = [
        line.split() for line in _DATA.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    cases = [np.array([[int(digit) for digit in case] for case in line], float) for line in lines]
    negative = np.stack(cases[0::2]).transpose(2, 0, 1)
    positive = np.stack(cases[1::2]).transpose(2, 0, 1)
    return negative, positive

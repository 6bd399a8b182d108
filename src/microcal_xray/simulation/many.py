"""A folder of simulated radiographs with their truth."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..errors import OutputError, SettingsError
from ..loading.polarity import Photometric
from ..radiograph import Intent
from .anatomy import Anatomy
from .detector import Detector
from .dicom import write_dicom
from .output import Output, Relationship
from .simulate import Exposure, SimulatedRadiograph, simulate_limb
from .truth import truth_record, write_truth

_OUTPUTS = (
    Output(),
    Output(intent=Intent.FOR_PRESENTATION, photometric=Photometric.MONOCHROME2, bits=12),
    Output(relationship=Relationship.LOGARITHMIC, photometric=Photometric.MONOCHROME2, bits=12),
    Output(intent=Intent.FOR_PRESENTATION, photometric=Photometric.MONOCHROME1, bits=12, edge_gain=1.2),
    Output(photometric=Photometric.MONOCHROME2, bits=16),
)
_VOLTAGES_KV = (55, 60, 66)


def simulate_folder(
    out: str | Path,
    *,
    count: int,
    seed: int = 0,
    detector: Detector | None = None,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write simulated radiographs as DICOM files, and truth.json beside them; return the path of truth.json.

    The limbs, their lines, the exposure and the form of the output change from file to file.

    Parameters
    ----------
    out : str or Path
        The folder; it is made if needed. Files of the same names are replaced, each whole or not at all.
    count : int
        1 to 100000.
    seed : int
        The same seed gives the same bytes. The first files are the same for every count.
    detector : Detector, optional
        None: the usual size for each limb.
    progress : callable, optional
        Called with the number of files written so far, after each.

    Raises
    ------
    SettingsError
        If `count` or `seed` is out of range.
    OutputError
        If the folder cannot be made or written to.
    """
    if not 1 <= count <= 100_000:
        raise SettingsError(f"count is {count!r}; it must be 1 to 100000")
    if seed < 0:
        raise SettingsError(f"seed is {seed!r}; it must be 0 or more")
    folder = _made(Path(out))
    records = []
    for index in range(count):
        simulated = simulate_one_of_many(index, seed=seed, detector=detector)
        path = write_dicom(simulated, folder / f"simulated_{index + 1:05d}.dcm")
        records.append(truth_record(simulated, path.name))
        if progress is not None:
            progress(index + 1)
    return write_truth(records, folder / "truth.json")


def simulate_one_of_many(index: int, *, seed: int, detector: Detector | None = None) -> SimulatedRadiograph:
    """Return the radiograph of that index, from 0, in the folder of that seed."""
    sequence = np.random.SeedSequence([seed, index])
    rng = np.random.default_rng(sequence)
    anatomies = tuple(Anatomy)
    return simulate_limb(
        anatomy=anatomies[index % len(anatomies)],
        seed=int(sequence.generate_state(1)[0]),
        exposure=Exposure(
            tube_kv=_VOLTAGES_KV[int(rng.integers(len(_VOLTAGES_KV)))],
            air_kerma_ugy=float(rng.uniform(12, 40)),
            scatter_ratio=float(rng.uniform(0.2, 0.4)),
        ),
        detector=detector,
        output=_OUTPUTS[index % len(_OUTPUTS)],
    )


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: no folder can be made here ({error.strerror}); choose another"
        ) from error
    return folder

"""Whether this installation can do its main job: what is installed, what can be decoded, and a trial run."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from ..environment import DISTRIBUTIONS, installed_versions, package_version, platform_words
from ..errors import MicrocalError
from ..findings import Kind
from ..loading.complaints import one_line
from ..loading.decoders_found import SyntaxSupport, decoder_packages, supported_syntaxes
from ..loading.origins import INSTALLED_AS
from ..measurement import shipped_rankers
from ..reporting import image_result_from_dict
from ..reporting.capsule import run_capsule
from .analysis import analyze
from .asked import asked_packages, does
from .options import BatchOptions
from .recorded import read_recorded
from .supervisor import BatchStoppedError

_JOB_GIB = 1.0  # about what one job holds at its worst on a picture of 10 megapixels
_RUN_GIB = 1.0  # overlays and page of some hundred pictures
_SIZE_PX = (160, 120)
_EXTRAS = (
    ("cluster", "distributed", "shards on a Dask cluster: analyze --dask"),
    ("codecs-full", "imagecodecs", "JPEG Extended of 12 bits"),
    ("dicom", "highdicom", "results as DICOM objects: export, analyze --dicom"),
    ("pacs", "pynetdicom", "an archive, by DIMSE: send, fetch, listen"),
    ("parquet", "pyarrow", "the tables as Parquet: analyze --format parquet"),
    ("review", "waitress", "the reviewer's server: review"),
    ("s3", "s3fs", "an object store: shards and analyze --shard with s3://"),
)
_INSTALL_AGAIN = "install the package again, in the versions of requirements.lock"


class State(StrEnum):
    """What a check came to."""

    GOOD = "good"
    WARNING = "warning"  # the main job runs, but something is missing or scarce
    FAILED = "failed"  # the main job does not run


@dataclass(frozen=True)
class Check:
    """One thing that was tried.

    Parameters
    ----------
    name : str
    state : State
    words : str
        What was found; unless good, with the remedy.
    """

    name: str
    state: State
    words: str


@dataclass(frozen=True)
class Extra:
    """A package that is not installed unless it is asked for.

    Parameters
    ----------
    name : str
        Of the extra: ``pip install microcal-xray[NAME]``.
    package : str
    version : str or None
        None: not installed.
    adds : str
        What it is needed for.
    asked : str
        The versions that will do, as ``>=3.0.4``; empty: any.
    """

    name: str
    package: str
    version: str | None
    adds: str
    asked: str = ""

    @property
    def is_there(self) -> bool:
        """Whether it is installed in a version that will do."""
        return self.version is not None and does(self.version, self.asked)


@dataclass(frozen=True)
class Health:
    """What is installed here and whether it works.

    Parameters
    ----------
    capsule : mapping
        Versions, ranking model and platform, as every result records them.
    decoders : mapping of str to (str or None)
        Versions of the packages that decode; None: not installed.
    syntaxes : tuple of SyntaxSupport
        How each compressed transfer syntax is decoded.
    extras : tuple of Extra
        What can be added to the installation, there or not; the main job needs none.
    checks : tuple of Check
    """

    capsule: Mapping[str, Any]
    decoders: Mapping[str, str | None]
    syntaxes: tuple[SyntaxSupport, ...]
    extras: tuple[Extra, ...]
    checks: tuple[Check, ...]

    @property
    def is_able(self) -> bool:
        """Whether the main job runs."""
        return all(check.state is not State.FAILED for check in self.checks)


def examine(folder: str | Path = ".") -> Health:
    """Return what is installed and whether the main job runs, by a trial in a child process.

    Parameters
    ----------
    folder : path
        Where results are to be written; nothing is left there.

    Examples
    --------
    >>> examine().is_able  # doctest: +SKIP
    True
    """
    syntaxes = supported_syntaxes()
    checks = [_versions(), _model(), _decoding(syntaxes), _memory(), _writing(Path(folder)), _trial()]
    return Health(_capsule(), decoder_packages(), syntaxes, _extras(), tuple(checks))


def _extras() -> tuple[Extra, ...]:
    asked = {(one.extra, one.package): one.versions for one in asked_packages()}
    return tuple(
        Extra(name, package, package_version(package), adds, asked.get((name, package), ""))
        for name, package, adds in _EXTRAS
    )


def _capsule() -> dict[str, Any]:
    try:
        return run_capsule()
    except OSError:  # the model is not there, which a check tells
        return {"versions": installed_versions(), "models": {"ranker": None}, "platform": platform_words()}


def _versions() -> Check:
    """Say whether what is asked for is here; another package may have put an older one in its place."""
    asked = [one for one in asked_packages() if one.extra is None]
    unmet = [one for one in asked if not one.is_met]
    builds = [name for name in DISTRIBUTIONS["opencv"] if package_version(name)]
    if unmet:
        said = ", ".join(f"{one.package} {one.found or 'missing'}, not {one.versions}" for one in unmet)
        wanted = " ".join(f'"{one.package}{one.versions}"' for one in unmet)
        return Check("versions", State.WARNING, f"{said}: pip install {wanted}")
    if len(builds) > 1:
        said = f"{' and '.join(builds)} are here and overwrite each other"
        return Check("versions", State.WARNING, f"{said}: uninstall all of them and install one again")
    if not asked:
        return Check("versions", State.GOOD, "run from its source, so what it asks for is not known")
    return Check("versions", State.GOOD, f"all {len(asked)} packages that it asks for")


def _model() -> Check:
    try:
        kinds = ", ".join(shipped_rankers())
    except (MicrocalError, OSError, ValueError, KeyError, TypeError) as error:
        reason = type(error).__name__
        return Check("model", State.FAILED, f"cannot be read ({reason}); {_INSTALL_AGAIN}")
    return Check("model", State.GOOD, f"ranks {kinds} lines")


def _decoding(syntaxes: tuple[SyntaxSupport, ...]) -> Check:
    without = [each for each in syntaxes if not each.found]
    count = f"{len(syntaxes) - len(without)} of {len(syntaxes)} compressed transfer syntaxes"
    if not without:
        return Check("decoding", State.GOOD, count)
    remedies = dict.fromkeys(_remedy(each.lacking[0]) for each in without)
    names = "; ".join(each.name for each in without)
    return Check("decoding", State.WARNING, f"{count}; not {names}: {' or '.join(remedies)}")


def _remedy(decoder: str) -> str:
    if decoder == "imagecodecs":
        return "pip install microcal-xray[codecs-full]"
    return f"pip install {' '.join(INSTALLED_AS.get(decoder, (decoder,)))}"


def _memory() -> Check:
    free = free_memory_gib()
    if free is None:
        return Check("memory", State.GOOD, "the system does not say how much is free")
    said = f"{free:.1f} GiB free"
    if free < _JOB_GIB:
        return Check("memory", State.WARNING, f"{said}; close other programs and run with --jobs 1")
    return Check("memory", State.GOOD, f"{said}, enough for --jobs {int(free / _JOB_GIB)}")


def free_memory_gib(limits: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Return the memory that is free, in GiB; None where the system does not say.

    Parameters
    ----------
    limits : Path
        Where a container's own limit stands, on Linux.
    """
    if sys.platform != "linux":
        return None
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):  # counts caches that can be given back
                free = int(line.split()[1]) * 1024
    except (OSError, ValueError):
        return None
    try:
        limit = int((limits / "memory.max").read_text(encoding="ascii"))
        used = int((limits / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return free / 2**30
    return max(0, min(free, limit - used)) / 2**30


def _writing(folder: Path) -> Check:
    """Say whether a file can be written; a folder that does not exist yet is judged by the one above."""
    while not folder.is_dir() and folder != folder.parent:
        if os.path.lexists(folder):
            return Check("writing", State.FAILED, "a file of that name is in the way; choose another folder")
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
            file.flush()
        free = shutil.disk_usage(folder).free / 2**30
    except OSError as error:
        reason = one_line(error.strerror or type(error).__name__)
        return Check("writing", State.FAILED, f"not possible there ({reason}); choose another folder")
    if free < _RUN_GIB:
        return Check("writing", State.WARNING, f"{free:.1f} GiB free there; make room or choose another disk")
    return Check("writing", State.GOOD, f"{free:.0f} GiB free there")


def _trial() -> Check:
    """Analyse a drawn bone with a dark line, as `microcal analyze` does."""
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _draw(folder / "trial.png")
            summary = analyze([folder / "trial.png"], folder / "out", options=BatchOptions(jobs=1))
            (image,) = read_recorded(folder / "out").images
            result = image_result_from_dict(image.record)
    except BatchStoppedError as error:
        return Check("trial", State.FAILED, f"{one_line(error)}; {_INSTALL_AGAIN}")
    except (MicrocalError, OSError):
        return Check("trial", State.FAILED, "the temporary folder cannot be used; set TMPDIR to another one")
    if summary.failed:
        return Check("trial", State.FAILED, f"{one_line(result.reason)}; {_INSTALL_AGAIN}")
    if not any(candidate.kind is Kind.LUCENT for candidate in result.candidates):
        return Check("trial", State.FAILED, f"the line of a drawn bone was not found; {_INSTALL_AGAIN}")
    return Check("trial", State.GOOD, "the line of a drawn bone was found, report and overlay written")


def _draw(path: Path) -> None:
    """Write a picture of a bone down the middle with one dark line across it."""
    # Imported here: Pillow is needed for nothing else in this room.
    from PIL import Image

    rows, columns = np.mgrid[: _SIZE_PX[0], : _SIZE_PX[1]] - (np.array(_SIZE_PX)[:, None, None] - 1) / 2
    grey = 300 * _within(columns, 50) + 500 * _within(columns, 30) - 250 * _within(columns, 15)
    across = rows - 0.18 * columns
    grey -= 120 * np.exp(-0.5 * (across / 1.7) ** 2) * (np.abs(columns) < 25)
    grey += np.random.default_rng(0).normal(0, 4, _SIZE_PX)
    Image.fromarray((grey * 40 + 2000).clip(0, 65535).astype(np.uint16)).save(path)


def _within(distance: Any, half_px: float) -> Any:
    return 1 / (1 + np.exp((np.abs(distance) - half_px) / 2))

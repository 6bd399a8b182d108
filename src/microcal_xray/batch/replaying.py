"""A recorded run once more, and whether it comes to the same."""

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..origin import Reading
from ..reporting import Status, failed_result
from ..reporting.capsule import run_capsule
from ..reporting.foreign_text import printable_text
from ..settings import Settings
from .differences import Difference, differences
from .matching import FolderFile, FoundBy, Match, folder_files, matches
from .options import BatchOptions, usable_cores
from .progress import Progress
from .recorded import RecordedImage, read_recorded
from .replayed_file import FileReplay, PixelTask, ReplayTask, as_read, hash_pixels
from .supervisor import Item, Outcome, Result, supervise

_NOT_COMPARED = frozenset(["file", "capsule"])  # a file may be renamed; the capsule tells the causes
# What a file says about itself, which may change while its pixels stay: it is anonymised or compressed anew.
_OF_THE_FILE = frozenset(
    [
        "file_format",
        "modality",
        "body_part",
        "laterality",
        "view",
        "photometric",
        "compression",
        "bits_stored",
        "decoder",
    ]
)
_USUAL_OPTIONS = BatchOptions()
_DIGEST_LETTERS = 12


class Verdict(StrEnum):
    """What became of one recorded image."""

    SAME = "same"
    DIFFERENT = "different"
    MISSING = "missing"


@dataclass(frozen=True)
class ImageReplay:
    """One recorded image and what it came to.

    Parameters
    ----------
    file : str
        Its recorded name.
    verdict : Verdict
    found_as : str or None
        The name of its file in the folder; None: missing.
    found_by : FoundBy or None
        By what it was found; None: missing.
    differences : tuple of Difference
        What may be the cause first (versions, model, decoders, pixels), then what differs in the result.
        Empty unless different.
    exact : bool
        Whether all numbers are the same to the last digit that is written, not just within the tolerances.
    """

    file: str
    verdict: Verdict
    found_as: str | None = None
    found_by: FoundBy | None = None
    differences: tuple[Difference, ...] = ()
    exact: bool = False


@dataclass(frozen=True)
class Replay:
    """What a replay came to.

    Parameters
    ----------
    images : tuple of ImageReplay
        In the order of the record. Skipped files are not among them: they held no radiograph.
    environment : tuple of Difference
        Versions, ranking model and platform that are not as recorded; results may be the same all the same.
    skipped : int
        Number of recorded files that were not replayed, as they were skipped then.
    """

    images: tuple[ImageReplay, ...]
    environment: tuple[Difference, ...] = ()
    skipped: int = 0

    def count(self, verdict: Verdict) -> int:
        """Return the number of images with a verdict."""
        return sum(image.verdict is verdict for image in self.images)

    @property
    def is_same(self) -> bool:
        """Whether every image is the same."""
        return self.count(Verdict.SAME) == len(self.images)


def replay(
    result: str | Path,
    folder: str | Path,
    *,
    options: BatchOptions = _USUAL_OPTIONS,
    report: Callable[[Progress], None] = lambda progress: None,
) -> Replay:
    """Run a recorded analysis again and say whether it comes to the same; nothing is written.

    Each file is found by its bytes, else by its pixels, else by its name, and analysed in a child process
    with the recorded settings.

    Parameters
    ----------
    result : path
        A candidates.json, or the output folder with one.
    folder : path
        Where the input files are now; a single file does as well.
    options : BatchOptions
        Jobs and limits; how files are read and searched comes from the record.
    report : callable, optional
        Called with a `Progress` before the first file is analysed and after each one.

    Returns
    -------
    Replay

    Raises
    ------
    UnreadableResultError
        If `result` is no result of ours or holds no capsule.
    SettingsError
        If the folder does not exist.
    BatchStoppedError
        If no worker process can be started.

    Examples
    --------
    >>> replay("report/candidates.json", "radiographs/").is_same  # doctest: +SKIP
    True
    """
    run = read_recorded(result)
    images = [image for image in run.images if image.status is not Status.SKIPPED]

    def pixel_hashes(
        pairs: Sequence[tuple[FolderFile, Reading]],
    ) -> Mapping[tuple[FolderFile, Reading], str]:
        tasks = [PixelTask(number, file.path, reading) for number, (file, reading) in enumerate(pairs)]
        with contextlib.closing(_worked(tasks, hash_pixels, options)) as outcomes:
            return {pairs[each.item.number]: each.result for each in outcomes if each.result}

    found = matches(images, folder_files(folder), pixel_hashes)
    environment = environment_differences(run.capsule, run_capsule())
    judged = _judgements(run.settings, images, found, environment, options, report)
    return Replay(
        images=tuple(
            judged.get(number, ImageReplay(printable_text(image.file), Verdict.MISSING))
            for number, image in enumerate(images)
        ),
        environment=environment,
        skipped=len(run.images) - len(images),
    )


def environment_differences(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return which versions, model and platform are not as a capsule says.

    Parameters
    ----------
    recorded, now : mapping
        Capsules of whole runs. What `recorded` does not name is not compared.

    Examples
    --------
    >>> before = {"versions": {"numpy": "2.1.0"}, "models": {"ranker": "ab"}, "platform": {"system": "Linux"}}
    >>> after = {"versions": {"numpy": "2.2.0"}, "models": {"ranker": "cd"}, "platform": {"system": "Linux"}}
    >>> [str(each) for each in environment_differences(before, after)]
    ['numpy 2.1.0 -> 2.2.0', 'model ranker ab -> cd']
    """
    return tuple(
        _digests_cut(each) if each.what.startswith("models ") else _named(each)
        for each in differences(recorded, now)
    )


def _named(difference: Difference) -> Difference:
    return replace(difference, what=difference.what.removeprefix("versions "))


def _digests_cut(difference: Difference) -> Difference:
    before, after = (str(digest)[:_DIGEST_LETTERS] for digest in (difference.recorded, difference.now))
    return Difference(f"model {difference.what.removeprefix('models ')}", before, after)


def _judgements(
    settings: Settings,
    images: Sequence[RecordedImage],
    found: Sequence[Match | None],
    environment: tuple[Difference, ...],
    options: BatchOptions,
    report: Callable[[Progress], None],
) -> dict[int, ImageReplay]:
    """Return what the images that were found come to, by their number."""
    matched = {number: match for number, match in enumerate(found) if match}
    tasks = [
        ReplayTask(
            number,
            match.found.path,
            images[number].file,
            images[number].origin.reading,
            with_mask=_mask_of(images[number].record) is not None,
        )
        for number, match in matched.items()
    ]
    report(Progress(total=len(tasks)))
    judged: dict[int, ImageReplay] = {}
    with contextlib.closing(_worked(tasks, FileReplay(settings, options.masks), options)) as outcomes:
        for outcome in outcomes:
            number, file = outcome.item.number, outcome.item.file
            record = outcome.result or as_read(failed_result(file, outcome.failure or ""))
            judged[number] = _judged(images[number], matched[number], record, environment)
            report(Progress(total=len(tasks), done=len(judged), file=printable_text(file)))
    return judged


def _judged(
    image: RecordedImage, match: Match, record: Mapping[str, Any], environment: tuple[Difference, ...]
) -> ImageReplay:
    compared = _compared(image.record, match.by)
    causes = [each for each in _of_capsules(image, record) if each not in environment]
    result = _of_results(image.record, record, compared)
    is_same = not result and all(each.what != "pixels" for each in causes)
    return ImageReplay(
        file=printable_text(image.file),
        verdict=Verdict.SAME if is_same else Verdict.DIFFERENT,
        found_as=match.found.name,
        found_by=match.by,
        differences=() if is_same else (*environment, *causes, *result),
        exact=is_same and all(record.get(name) == image.record[name] for name in compared),
    )


def _of_capsules(image: RecordedImage, record: Mapping[str, Any]) -> list[Difference]:
    """Return which decoders and pixels are not as recorded."""
    capsule = record["capsule"] or {}
    decoders = capsule.get("decoders")  # none where the file could not be read
    found = list(differences(image.origin.decoders, decoders)) if decoders else []
    masks = (_mask_of(image.record), _mask_of(record))
    if masks[0] != masks[1]:
        found.append(Difference("bone mask", *(each and each[:_DIGEST_LETTERS] for each in masks)))
    pixels = capsule.get("pixel_sha256")
    if image.pixel_sha256 and pixels and pixels != image.pixel_sha256:
        found.append(Difference("pixels", image.pixel_sha256[:_DIGEST_LETTERS], pixels[:_DIGEST_LETTERS]))
    return found


def _mask_of(record: Mapping[str, Any]) -> str | None:
    """Return the hash of the bone mask that a file was analysed with; None: bone was looked for."""
    return (record.get("capsule") or {}).get("bone_sha256")


def _of_results(
    recorded: Mapping[str, Any], now: Mapping[str, Any], names: Sequence[str]
) -> tuple[Difference, ...]:
    if recorded["status"] != now["status"]:  # all else follows from it
        names = ["status", "reason"]
    return differences({name: recorded.get(name) for name in names}, now)


def _compared(record: Mapping[str, Any], by: FoundBy) -> list[str]:
    left_out = _NOT_COMPARED | _OF_THE_FILE if by is FoundBy.PIXELS else _NOT_COMPARED
    return [name for name in record if name not in left_out]


def _worked(
    tasks: Sequence[Item], work: Callable[[Item], Result], options: BatchOptions
) -> Generator[Outcome[Item, Result], None, None]:
    return supervise(tasks, work, jobs=options.jobs or usable_cores(), limits=options.limits)

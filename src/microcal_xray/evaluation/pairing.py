"""Find for each picture of the truth its list of candidates."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from .candidate_lists import CandidateList
from .foreign import UnreadableTruthError
from .truth import TrueImage


@dataclass(frozen=True)
class Pairing:
    """The pictures that can be scored, and how many cannot.

    Parameters
    ----------
    pairs : tuple of (CandidateList, TrueImage)
        In the order of the truth.
    not_listed : tuple of str
        Pictures of the truth that the candidates file does not list: left out.
    without_truth : tuple of str
        Pictures of the candidates file that the truth does not list: left out.
    set_aside : tuple of str
        Pictures of which the truth says nothing: unsure, and no line is drawn.
    """

    pairs: tuple[tuple[CandidateList, TrueImage], ...]
    not_listed: tuple[str, ...]
    without_truth: tuple[str, ...]
    set_aside: tuple[str, ...]


def pair(candidates: Sequence[CandidateList], truth: Sequence[TrueImage]) -> Pairing:
    """Return each picture of the truth with its candidates.

    Files are the same when their paths are; else when their file names are, or their names without the
    ending, as long as that leaves no doubt: the two were often written from different folders.

    Raises
    ------
    UnreadableTruthError
        If a name is ambiguous, the sizes of a picture disagree, or no picture is in both.

    Examples
    --------
    >>> paired = pair([CandidateList("images/a.png"), CandidateList("images/b.png")], [TrueImage("a.png")])
    >>> [answer.file for answer, _ in paired.pairs], paired.without_truth
    (['images/a.png'], ('images/b.png',))
    """
    free = {answer.file: answer for answer in candidates}
    found: dict[str, CandidateList] = {}
    for key in (str, _name, _stem):
        _take_matches([image for image in truth if image.file not in found], free, found, key)
    pairs = tuple((found[image.file], image) for image in truth if image.file in found)
    if not pairs:
        raise UnreadableTruthError(
            f"no picture is in both: the candidates have {_example(candidates)}, "
            f"the truth has {_example(truth)}; give the truth of these pictures"
        )
    for answer, image in pairs:
        _check_size(answer, image)
    return Pairing(
        pairs=tuple(paired for paired in pairs if not _says_nothing(paired[1])),
        not_listed=tuple(image.file for image in truth if image.file not in found),
        without_truth=tuple(free),
        set_aside=tuple(image.file for _, image in pairs if _says_nothing(image)),
    )


def _take_matches(
    truth: Sequence[TrueImage],
    free: dict[str, CandidateList],
    found: dict[str, CandidateList],
    key: Callable[[str], str],
) -> None:
    answers, images = defaultdict(list), defaultdict(list)
    for file in free:
        answers[key(file)].append(file)
    for image in truth:
        images[key(image.file)].append(image.file)
    for name, files in images.items():
        if len(files) == 1 and len(answers[name]) == 1:
            found[files[0]] = free.pop(answers[name][0])
        elif answers[name]:
            raise UnreadableTruthError(
                f"{name!r} names {len(files)} pictures of the truth and {len(answers[name])} of the "
                "candidates; write paths that tell them apart"
            )


def _check_size(answer: CandidateList, image: TrueImage) -> None:
    for name, theirs, ours in (("rows", image.rows, answer.rows), ("columns", image.columns, answer.columns)):
        if theirs is not None and ours is not None and theirs != ours:
            raise UnreadableTruthError(
                f"{answer.file}: {ours} {name}, but the truth says {theirs}; "
                "give the truth of the same picture"
            )


def _says_nothing(image: TrueImage) -> bool:
    return image.unsure and not image.lines and not image.boxes


def _name(file: str) -> str:
    return PurePosixPath(file).name


def _stem(file: str) -> str:
    return PurePosixPath(file).stem


def _example(images: Sequence[CandidateList] | Sequence[TrueImage]) -> str:
    return f"{images[0].file!r}" if images else "none"

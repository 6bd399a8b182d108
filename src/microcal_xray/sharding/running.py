"""One shard to its part: the same shard, settings and version give the same bytes, however often."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..batch import BatchOptions, Earlier, Progress, usable_cores
from ..batch.differences import differences
from ..batch.finishing import shown_rows
from ..batch.journal import Expected, Journal, opened_journal
from ..batch.journal_rows import FileResult
from ..batch.supervisor import supervise
from ..errors import OutputError
from ..origin import Origin
from ..reporting import Status, failed_result, skipped_result, written
from ..reporting.parquet import require_pyarrow
from .addresses import given_root, is_bucket, require_root
from .one_shard_file import ShardAnalysis, ShardTask
from .parts import (
    PartHead,
    PartRow,
    asked_of_part,
    error_lines,
    errors_name,
    part_name,
    read_head,
    write_part,
)
from .place import Place
from .scratch import scratch_folder
from .shard import LARGEST_SHARD_BYTES, Shard, ShardEntry, shard_from_bytes, shard_name
from .store import require_s3fs

_USUAL_OPTIONS = BatchOptions()


@dataclass(frozen=True)
class ShardSummary:
    """What a shard came to.

    Parameters
    ----------
    number, files, ok, failed, skipped, candidates : int
    resumed : bool
        It was finished before, and nothing was done.
    """

    number: int
    files: int
    ok: int
    failed: int
    skipped: int
    candidates: int
    resumed: bool = False


def read_shard(place: Place, name: str) -> Shard:
    """Return a shard from the place where it lies.

    Parameters
    ----------
    place : Place
    name : str
        Of its file.

    Raises
    ------
    SettingsError
        If there is none, or it is not what it should be.
    """
    content = place.read(name, most_bytes=LARGEST_SHARD_BYTES)
    return shard_from_bytes(content or b"", named=f"{place.address}/{name}")


def numbered_shard(place: Place, number: int) -> Shard:
    """Return the shard of a number, as `make_shards` wrote it.

    Parameters
    ----------
    place : Place
    number : int

    Raises
    ------
    SettingsError
        If there is none, or it has another number.
    """
    name = shard_name(number)
    shard = read_shard(place, name)
    return shard if shard.number == number else shard_from_bytes(b"", named=f"{place.address}/{name}")


def analyze_shard(
    shard: Shard,
    out: Place,
    *,
    options: BatchOptions = _USUAL_OPTIONS,
    root: str | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
) -> ShardSummary:
    """Analyse the files of a shard and write its part and its list of errors; nothing if they are there.

    Each file is analysed in a child process, under limits of time and memory, as in `analyze`; there are no
    overlays and no page. The part appears whole, after its list of errors, when all is done: a run that is
    killed leaves nothing, and is to be given again.

    Parameters
    ----------
    shard : Shard
    out : Place
    options : BatchOptions
        `earlier`: RESUME leaves a finished part, RETRY_FAILED too if no file failed, FRESH replaces it.
    root : str, optional
        Where the files are here, if not where the shard says.
    report : callable, optional
        Called with a `Progress` before the first file and after each one.

    Returns
    -------
    ShardSummary

    Raises
    ------
    SettingsError
        If there is no such root.
    OutputError
        If there is a part of another shard, or of other settings or versions; or if nothing can be written.
    BatchStoppedError
        If the store of the files does not answer, or the machine is out of room.
    MicrocalError
        If pyarrow or, for s3://, s3fs is not installed.
    """
    require_pyarrow()
    work = _work(shard, options, root)
    asked = asked_of_part(shard, options)
    finished = _finished(out, shard, asked, options.earlier)
    if finished is not None:
        return finished
    with (
        scratch_folder() as scratch,
        opened_journal(scratch, full_depth_bytes=0) as journal,
    ):
        journal.expect(map(_expected, shard.entries))
        marks = _marks(shard, journal, scratch, work, options, report)
        head = _head(shard, asked, journal)
        out.write(errors_name(shard.number), error_lines(shown_rows(journal)).encode())
        write_part(_rows(journal, marks), head, scratch / "part")
        out.take(part_name(shard.number), scratch / "part")
    return _summary(head)


_Marks = dict[str, tuple[str | None, str | None]]  # hashes of the pixels and of the instance of each file


def _work(shard: Shard, options: BatchOptions, root: str | None) -> ShardAnalysis:
    base = require_root(shard.root) if root is None else given_root(root)
    if is_bucket(base):
        require_s3fs()
    elif root is None:
        base = given_root(base)
    return ShardAnalysis(base, options.settings, options.reading)


def _finished(out: Place, shard: Shard, asked: dict[str, object], earlier: Earlier) -> ShardSummary | None:
    if earlier is Earlier.FRESH:
        return None
    head = read_head(out, shard.number)
    if head is None or (earlier is Earlier.RETRY_FAILED and head.failed):
        return None
    if head.asked.get("shard") != asked["shard"]:
        what = "the part of another shard"
    elif found := differences(head.asked, asked):
        what = f"a part that was asked otherwise ({found[0]})"
    else:
        return replace(_summary(head), resumed=True)
    raise OutputError(
        f"{out.address}: {part_name(shard.number)} is {what}; replace it by --fresh, or choose another place"
    )


def _expected(entry: ShardEntry) -> Expected:
    if entry.status is Status.SKIPPED:
        return Expected(entry.file, known=written(skipped_result(entry.file, entry.reason or "")))
    if entry.status is Status.FAILED:
        return Expected(entry.file, known=written(failed_result(entry.file, entry.reason or "")))
    return Expected(entry.file, mark=(entry.bytes or 0, 0))


def _marks(
    shard: Shard,
    journal: Journal,
    scratch: Path,
    work: ShardAnalysis,
    options: BatchOptions,
    report: Callable[[Progress], None],
) -> _Marks:
    """Work until no file of the shard is without a result; return the hashes by which they are compared."""
    lengths = {entry.file: entry.bytes or 0 for entry in shard.entries if entry.status is Status.OK}
    known = [entry for entry in shard.entries if entry.status is not Status.OK]
    progress = Progress(total=len(shard.entries))
    report(progress)
    for entry in known:
        progress = progress.after(entry.file, entry.status, entry.reason)
        report(progress)
    marks: _Marks = {}
    while True:
        with contextlib.closing(_results(journal, lengths, scratch, work, options)) as results:
            for result in results:
                is_again = result.file in marks
                marks[result.file] = (result.pixel_sha256, result.instance_sha256)
                if not is_again:
                    status = result.written.status if result.written is not None else Status.SKIPPED
                    reason = result.written.reason if result.written is not None else None
                    progress = progress.after(result.file, status, reason)
                    report(progress)
        if not journal.call_up("unfounded"):
            return marks


def _results(
    journal: Journal, lengths: dict[str, int], scratch: Path, work: ShardAnalysis, options: BatchOptions
) -> Generator[FileResult, None, None]:
    with contextlib.closing(
        supervise(
            _tasks(journal, lengths, scratch),
            work,
            jobs=options.jobs or usable_cores(),
            limits=options.limits,
            answer=lambda question: journal.claim(*question),
        )
    ) as outcomes:
        for outcome in outcomes:
            # A worker that was killed left the file; the next task brings its own.
            outcome.item.fetched.unlink(missing_ok=True)
            origin = Origin(reading=work.reading)
            result = outcome.result or FileResult(
                written(failed_result(outcome.item.file, outcome.failure or "", origin=origin))
            )
            journal.keep(result)
            yield result


def _tasks(journal: Journal, lengths: dict[str, int], scratch: Path) -> Iterator[ShardTask]:
    for number, todo in enumerate(journal.todo()):
        yield ShardTask(todo.file, lengths[todo.file], scratch / f"{number}", todo.is_first)


def _rows(journal: Journal, marks: _Marks) -> Iterator[PartRow]:
    for row in shown_rows(journal):
        pixels, instance = marks.get(row.file, (None, None))
        yield PartRow(row, pixels, instance, same_pixels=row.status is Status.SKIPPED and pixels is not None)


def _head(shard: Shard, asked: dict[str, object], journal: Journal) -> PartHead:
    counts = dict.fromkeys(Status, 0)
    candidates = 0
    for row in shown_rows(journal):
        counts[row.status] += 1
        candidates += row.candidates
    return PartHead(
        number=shard.number,
        asked=asked,
        files=len(shard.entries),
        ok=counts[Status.OK],
        failed=counts[Status.FAILED],
        skipped=counts[Status.SKIPPED],
        candidates=candidates,
        first=shard.entries[0].file,
    )


def _summary(head: PartHead) -> ShardSummary:
    return ShardSummary(head.number, head.files, head.ok, head.failed, head.skipped, head.candidates)


def total(summaries: Sequence[ShardSummary]) -> ShardSummary:
    """Return the sums over shards; `number` is how many they are, `resumed` whether all were there before.

    Parameters
    ----------
    summaries : sequence of ShardSummary

    Examples
    --------
    >>> total([ShardSummary(0, 2, 1, 1, 0, 3), ShardSummary(1, 1, 1, 0, 0, 0, resumed=True)]).files
    3
    """
    return ShardSummary(
        number=len(summaries),
        files=sum(each.files for each in summaries),
        ok=sum(each.ok for each in summaries),
        failed=sum(each.failed for each in summaries),
        skipped=sum(each.skipped for each in summaries),
        candidates=sum(each.candidates for each in summaries),
        resumed=all(each.resumed for each in summaries),
    )

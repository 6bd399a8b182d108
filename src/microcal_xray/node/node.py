"""The node: door, inbox, work and replies, put together; begun and stopped."""

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..batch.lock_file import HeldError, LockFile
from ..errors import MicrocalError, OutputError
from ..exporting import require_highdicom
from ..pacs import Sent
from ..pacs.association import require_pynetdicom
from .acceptance import Answer, proposed, storage_classes, transfer_syntaxes
from .analysing import AnalysisError, Analyst, StoppedError, StudyTask
from .counters import Counters
from .door import Admitted, Door, Host
from .encryption import server_context
from .health import Health, HealthServer
from .inbox import Inbox, hashed
from .options import NodeOptions
from .quieter import Log, QuieterLog
from .receiving import Associations
from .records import Records
from .replying import replied, undelivered
from .studies import Record, Step, revision
from .work import Work

STATE_FOLDER = ".microcal-node"
_LOCK = "node.lock"
_LOOK_S = 0.3
_STOP_S = 10.0  # for objects that are under way, and for a result that is being sent


def listen(
    options: NodeOptions,
    *,
    stop: threading.Event,
    log: Log = lambda event, values: None,
    started: Callable[[int, int | None], None] = lambda port, health_port: None,
) -> None:
    """Receive radiographs, analyse each study once it is quiet, and send its results; until it is stopped.

    What was acknowledged outlives the process and a loss of power: begun again with the same `out`, the node
    goes on where it was.

    Parameters
    ----------
    options : NodeOptions
    stop : Event
        Set from anywhere, it ends the node. What is under way is finished or can be begun again.
    log : callable
        Told of each event and its values; none names a patient.
    started : callable
        Told of the port and the port of the health, once connections are taken.

    Raises
    ------
    MicrocalError
        If pynetdicom or highdicom is not installed, the address is in use, or `out` is not ours to fill.

    Examples
    --------
    >>> from pathlib import Path
    >>> options = NodeOptions(port=11112, out=Path("results"), allowed=("ARCHIVE",))
    >>> listen(options, stop=threading.Event())  # doctest: +SKIP
    """
    require_pynetdicom()
    require_highdicom()
    with _held(options.out) as state:
        _Node(options, state, stop, log).run(started)


@contextmanager
def _held(out: Path) -> Iterator[Path]:
    """Make the folders, or take over those of an earlier node; no other one can have them meanwhile."""
    state = out / STATE_FOLDER
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()) and not state.is_dir():
            raise OutputError(f"{out}: the folder is not empty and no node's; choose a new or an empty one")
        if state.is_symlink():
            raise OutputError(f"{state}: is a link; remove it, since images in it name the patient")
        state.mkdir(mode=0o700, exist_ok=True)
        state.chmod(0o700)
        lock = LockFile(state / _LOCK)
    except HeldError as error:
        raise OutputError(f"{out}: another node runs there; stop it or choose another folder") from error
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputError(f"{out}: a file is in the way; choose another folder") from error
    except OSError as error:
        raise OutputError(f"{out}: cannot be used ({error.strerror}); choose another folder") from error
    try:
        yield state
    finally:
        lock.release(remove=False)


class _Node:
    """All parts of a node that runs."""

    def __init__(self, options: NodeOptions, state: Path, stop: threading.Event, log: Log) -> None:
        self._options, self._stop, self._log = options, stop, QuieterLog(log)
        self._began = time.monotonic()
        self._counters = Counters()
        self._records = Records(state / "studies")
        self._inbox = Inbox(state, options.bounds, make_room=lambda: self._work.forget_one())
        self._work = Work(self._inbox, self._records, settle_s=options.settle_s, keep_s=options.keep_s)
        self._analyst = Analyst(options.batch, options.export)
        classes = storage_classes(secondary_capture=options.batch.secondary_capture)
        self._associations = Associations(
            title=options.title,
            contexts=proposed(classes, transfer_syntaxes()),
            bounds=options.bounds,
            inbox=self._inbox,
            answered=self._answered,
            log=self._log,
        )
        host = Host(self._associations.having, self._associations.end, self._begin, self._refused)
        tls = server_context(options.tls) if options.tls else None
        try:
            self._door = Door(
                (options.bind, options.port),
                title=options.title,
                allowed=frozenset(each.strip() for each in options.allowed),
                bounds=options.bounds,
                host=host,
                tls=tls,
            )
        except OSError as error:
            # Not the error's own words: they name the address once more, in brackets.
            reason = os.strerror(error.errno) if error.errno else error.strerror
            raise MicrocalError(
                f"{options.bind}:{options.port}: cannot listen there ({reason}); "
                "choose another address or port"
            ) from error

    def run(self, started: Callable[[int, int | None], None]) -> None:
        health = self._health_server()
        threads = [
            threading.Thread(target=self._repeat, args=(turn, pause_s), daemon=True, name=name)
            for name, turn, pause_s in (
                ("door", self._door.turn, 0.0),
                ("analysis", self._analyze_one, _LOOK_S),
                ("reply", self._reply_to_one, _LOOK_S),
            )
        ]
        for thread in threads:
            thread.start()
        started(self._door.port, health.port if health else None)
        self._repeat(self._tidy, _LOOK_S)
        self._log("stopping", {})
        self._finish(threads)
        if health is not None:
            health.close()

    def _finish(self, threads: list[threading.Thread]) -> None:
        door, *workers = threads
        door.join()
        self._door.close()
        deadline = time.monotonic() + _STOP_S
        while self._associations.receives and time.monotonic() < deadline:
            self._associations.sweep()
            time.sleep(_LOOK_S / 10)
        self._associations.close()
        self._analyst.stop()
        for worker in workers:
            worker.join(max(0.0, deadline - time.monotonic()))

    def _repeat(self, turn: Callable[[], None], pause_s: float) -> None:
        while not self._stop.is_set():
            try:
                turn()
            except Exception as error:  # a node goes on; what cannot be done is tried again
                self._counters.add("errors", type(error).__name__)
                said = str(error) if isinstance(error, MicrocalError) else type(error).__name__
                self._log("error", {"in": threading.current_thread().name, "error": said})
                self._stop.wait(1.0)
            if pause_s:
                self._stop.wait(pause_s)

    def _tidy(self) -> None:
        self._associations.sweep()
        self._work.forget_the_old()
        self._log.tell()

    def _begin(self, admitted: Admitted) -> None:
        self._counters.add("associations")
        self._associations.begin(admitted)

    def _refused(self, host: str, reason: str) -> None:
        self._counters.add("refused_connections", reason.replace(" ", "_"))
        self._log("refused", {"from": host, "reason": reason})

    def _answered(self, who: str, answer: Answer, size: int) -> None:
        self._counters.add("objects", answer.word.replace(" ", "_"))
        self._counters.add("object_bytes", count=size)
        values: dict[str, object] = {"from": who, "bytes": size, "status": f"{answer.status:04X}"}
        if answer.study is not None:
            values["study"] = hashed(answer.study)
        self._log(answer.word, values)

    def _analyze_one(self) -> None:
        with self._work.claimed(Step.ANALYZE) as claim:
            if claim is None:
                return
            study, images = claim
            self._log("analysing", {"study": study, "images": len(images)})
            task = StudyTask(self._inbox.folder(study), self._options.out / study)
            record = self._records.of(study)
            try:
                outcome = self._analyst.analyzed(task, images=len(images))
            except StoppedError:
                return
            except AnalysisError as error:
                record = self._records.keep(study, record.failed(str(error), time.time()))
                self._counters.add("analyses", "failed")
                self._log("analysis failed", {"study": study, "try": record.tries, "reason": str(error)})
                return
            record = record.analyzed_as(revision(images))
            if self._options.reply is None:
                record = record.finished(time.time())
            self._records.keep(study, record)
            self._counters.add("analyses", "done")
            self._counters.add("images", "analyzed", count=outcome.analyzed)
            self._counters.add("images", "failed", count=outcome.failed)
            self._counters.add("images", "skipped", count=outcome.skipped)
            self._counters.add("images", "without_results", count=outcome.without)
            self._log(
                "analysed",
                {
                    "study": study,
                    "images": outcome.analyzed,
                    "failed": outcome.failed,
                    "candidates": outcome.candidates,
                    "results": outcome.objects,
                },
            )

    def _reply_to_one(self) -> None:
        connection = self._options.reply
        with self._work.claimed(Step.SEND) as claim:
            if claim is None:
                return
            study, _ = claim
            if connection is None:  # an earlier node had somebody to send to
                self._records.keep(study, self._records.of(study).finished(time.time()))
                return

            def told(sent: Sent) -> None:
                self._counters.add("results", sent.proof.value)

            record = replied(
                self._options.out / study,
                self._records.of(study),
                connection,
                keep=lambda record: self._keep(study, record),
                now_s=time.time,
                pause=self._wait,
                told=told,
            )
            if record.finished_s is None:
                self._counters.add("replies", "failed")
                self._log("not sent", {"study": study, "try": record.tries, "reason": record.reason})
            else:
                self._counters.add("replies", "done")
                lost = undelivered(record)
                values: dict[str, object] = {"study": study, "results": len(record.sent)}
                self._log("sent", {**values, **({"refused": lost} if lost else {})})

    def _keep(self, study: str, record: Record) -> None:
        self._records.keep(study, record)

    def _wait(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def _health_server(self) -> HealthServer | None:
        port = self._options.health_port
        if port is None:
            return None
        try:
            return HealthServer(port, self._health)
        except OSError as error:
            raise MicrocalError(f"health port {port}: cannot listen there ({error.strerror})") from error

    def _health(self) -> Health:
        status = "stopping" if self._stop.is_set() else "full" if self._inbox.is_full else "ok"
        return Health(
            status=status,
            uptime_s=round(time.monotonic() - self._began, 3),
            associations=self._associations.count,
            waiting=self._door.waiting,
            studies=self._work.states(),
            inbox_bytes=self._inbox.size,
            peak_memory_bytes=_peak_memory_bytes(),
            counts=self._counters.counts(),
        )


def _peak_memory_bytes() -> int | None:
    if sys.platform == "win32":
        return None
    if sys.platform == "linux":  # where the other way counts what the parent had when it started us
        found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
        if found:
            return int(found[1]) * 1024
    import resource  # not there on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024

"""Runs inputs one after the other in a process of its own, which may hang, grow or die without harm to the others."""

from __future__ import annotations

import random
import resource
import signal
import traceback
import warnings
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

MOST_SECONDS = 20.0  # of CPU for one input: a machine that is busy otherwise makes no fault
MOST_WAITED = 120.0  # seconds by the clock
MOST_BYTES = 1 << 30  # of memory that a process ever held
GREEDY = "more than 1 GiB of memory"
NEVER = 12 << 30  # bytes of addresses after which a process ends by itself


@dataclass(frozen=True)
class Outcome:
    """What became of an input; ``fault`` is empty when it was taken or refused in one message."""

    name: str
    content: bytes
    answer: str
    fault: str = ""
    story: str = ""
    seconds: float = 0.0


def serve(target: str, seed: int, pipe: Connection) -> None:
    """Answers each number with the outcome of the input it stands for, and each pair with that of the input given."""
    from tests.fuzz.targets import TARGETS_BY_NAME  # noqa: PLC0415 - the watching process stays small

    resource.setrlimit(resource.RLIMIT_AS, (NEVER, NEVER))
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as folder:
        tried = TARGETS_BY_NAME[target](Path(folder))
        names = sorted(tried.seeds)
        pipe.send("ready")
        while (asked := pipe.recv()) is not None:
            if isinstance(asked, int):
                chance = random.Random(f"{target}/{seed}/{asked}")
                name = names[asked % len(names)]
                content = tried.spoil(tried.seeds[name], chance, list(tried.seeds.values()))
            else:
                name, content = asked
            pipe.send((name, content))
            pipe.send(_outcome(tried, name, content))


def _outcome(tried: object, name: str, content: bytes) -> Outcome:
    from rss_analytics.errors import RssError  # noqa: PLC0415

    answer, fault, story, start = "taken", "", "", process_time()
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)  # ends the process, whatever it is busy with
    try:
        tried.run(name, content)  # type: ignore[attr-defined]
    except RssError as error:
        answer = error.code
    except BaseException as error:
        answer, story = "fault", traceback.format_exc()[-6000:]
        fault = (
            f"{error or 'false'}" if isinstance(error, AssertionError) else f"{type(error).__name__} at {_place(error)}"
        )
    signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = process_time() - start
    if not fault and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > MOST_BYTES:
        answer, fault = "fault", GREEDY
    return Outcome(name, content, answer, fault, story, seconds)


def _place(error: BaseException) -> str:
    """The innermost line of the package, or of the trial itself, that an error went through."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    ours = [(name, line) for name, line in places if "rss_analytics/" in name] or places
    name, line = ours[-1]
    return f"{name.rpartition('rss_analytics/')[2] if 'rss_analytics/' in name else Path(name).name}:{line}"


class Worker:
    """A process that tries inputs, watched from outside and started again when it hangs, grows or dies."""

    def __init__(self, target: str, seed: int) -> None:
        self._how = (target, seed)
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(*self._how, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()

    def outcome(self, asked: int | tuple[str, bytes]) -> Outcome:
        """What became of an input: of one by its number, or of a given one by its name and content."""
        name, content, broken = "unknown", b"", True
        try:
            self._pipe.send(asked)
            name, content = self._pipe.recv()
            if self._pipe.poll(MOST_WAITED):
                found: Outcome = self._pipe.recv()
                broken = found.fault == GREEDY
            else:
                found = Outcome(name, content, "fault", f"no answer after {MOST_WAITED:g} s", "", MOST_SECONDS)
        except (EOFError, ConnectionError):
            self._process.join(5)
            busy = self._process.exitcode == -signal.SIGPROF
            fault = f"busy for {MOST_SECONDS:g} s" if busy else f"the process ended with {self._process.exitcode}"
            found = Outcome(name, content, "fault", fault, "", MOST_SECONDS if busy else 0.0)
        if broken:
            self.stop()
            self._start()
        return found

    def stop(self) -> None:
        """Ends the process."""
        self._pipe.close()
        self._process.kill()
        self._process.join()

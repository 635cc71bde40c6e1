"""How it is struck: one system call of a process fails, or the process dies at it, by strace; or by Python where nobody may trace."""

from __future__ import annotations

import errno
import gc
import json
import os
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import event

from sayso.facts.errors import SaysoError

from .quick import Verdicts
from .stage import OPERATIONS, State, judge

CHANGING = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "unlink",
    "rmdir",
    "mkdir",
    "ftruncate",
    "openat",
    "fallocate",
    "sendto",
)
READING = ("read", "pread64", "getdents64", "newfstatat", "lseek", "flock", "fcntl", "recvfrom")
FAULTS = dict.fromkeys(CHANGING, ("EIO", "ENOSPC", "KILL")) | dict.fromkeys(READING, ("EIO",))
LASTING = ("write", "pwrite64")
"""Calls that are also struck from the n-th on for good, as when a disk stays full."""
NETWORK = {"sendto": ("KILL",), "recvfrom": ("ECONNRESET", "KILL"), "connect": ("ECONNREFUSED",), "poll": ("EINTR",)}
"""The calls by which a house speaks with its server, and how they fail when the way to it does.

A lost connection is struck where it is read: a client that could not send waits for what the server has to say of it, which
comes at once from a server that is gone, and never from one that only strace hid. Its real end is in `DEATHS`.
"""
DEATHS = ("BACKEND", "AFTER", "SERVER")
"""How a server ends at a statement: its process for us dies before it, or after it; all of it stops at once before it."""
SERVED = ("client", "server")
"""The ways in which a house in PostgreSQL is struck; the others strike one in SQLite."""
PATIENCE = 300
"""Seconds after which something is taken to hang: long, since a machine that is busy makes everything slow."""


class Blow(Struct, frozen=True):
    """One system call of one operation, the n-th of its kind, and how it fails."""

    operation: str
    call: str
    number: int
    fault: str
    by: str = "strace"

    def __str__(self) -> str:
        return f"{self.operation}: {self.call} {self.number} {self.fault} by {self.by}"


class Outcome(Struct):
    """What became of a run: whether the blow fell, what the process said, and what is wrong afterwards."""

    blow: Blow
    fell: bool
    said: str
    acknowledged: list[str]
    problems: list[str]
    seen: bool = False
    """Whether an earlier blow of the same operation left the very same bytes, which were judged then."""


def may_trace() -> bool:
    """Whether strace is here and may attach to a process."""
    if not shutil.which("strace"):
        return False
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as sleeper:
        with subprocess.Popen(["strace", "-qq", "-o", os.devnull, "-p", str(sleeper.pid)], stderr=subprocess.DEVNULL) as tracer:
            attached = _attached(sleeper.pid, tracer)
            tracer.terminate()
        sleeper.kill()
    return attached


def plan(operation: str, counted: Counter[str], by: str) -> list[Blow]:
    """Every blow that *operation* can get, given how often it makes each call."""
    ways = {"strace": FAULTS, "client": NETWORK, "server": dict.fromkeys(counted, DEATHS)}
    faults = ways.get(by) or dict.fromkeys(counted, ("EIO", "ENOSPC", "KILL", "LIE"))
    blows = [
        Blow(operation, call, number, fault, by)
        for call, count in sorted(counted.items())
        for number in range(1, count + 1)
        for fault in faults.get(call, ())
    ]
    if by == "strace":
        blows += [Blow(operation, call, n, "ENOSPC+", by) for call in LASTING for n in range(1, counted[call] + 1)]
    return blows


def counts(state: State, operation: str, folder: Path, by: str) -> Counter[str]:
    """How often *operation* makes each call when nothing fails."""
    here = state.copied(folder / f"counting-{operation}-{by}")
    log = here.folder / "calls"
    prepare = {"python": _count_into, "server": _count_statements}.get(by)
    child = _Child(here, operation, prepare(log) if prepare is not None else None)
    if prepare is None:
        child.traced("-o", str(log), "-e", f"trace={','.join(FAULTS if by == 'strace' else NETWORK)}")
    said, _ = child.finished()
    assert said == "done", said
    calls: Counter[str] = Counter()
    if prepare is not None:
        calls.update(json.loads(log.read_text()))
    else:
        by_thread: dict[tuple[str, str], int] = Counter(re.findall(r"^(\d+) +(\w+)\(", log.read_text(errors="replace"), re.M))
        for (_, call), count in by_thread.items():
            calls[call] = max(calls[call], count)
    here.remove()
    return calls


def strike(blow: Blow, state: State, folder: Path, verdicts: Verdicts | None = None) -> Outcome:
    """Run one operation on a copy of *state* with one blow, then judge what is left, where *verdicts* does not know it."""
    here = state.copied(folder / "struck")
    log = folder / "struck.log"
    try:
        if blow.by in ("python", "server"):
            prepare = _struck if blow.by == "python" else _ended
            child = _Child(here, blow.operation, prepare(blow, log))
        else:
            child = _Child(here, blow.operation, None)
            lasting = "+" if blow.fault.endswith("+") else ""
            how = "signal=SIGKILL" if blow.fault == "KILL" else f"error={blow.fault.rstrip('+')}"
            what = f"inject={blow.call}:{how}:when={blow.number}{lasting}"
            child.traced("-o", str(log), "-e", f"trace={blow.call}", "-e", what)
        said, acknowledged = child.finished()
        told = log.read_text(errors="replace") if log.exists() else ""
        fell = "INJECTED" in told or "killed by SIGKILL" in told
        if here.server is not None:
            if blow.fault == "SERVER" and fell:
                here.server.start()
            here.server.awake()
        problems, seen = (verdicts or Verdicts(folder / "verdicts")).of(
            here, blow.operation, acknowledged, lambda: apart(lambda: judge(here, blow.operation, acknowledged))
        )
        if said.startswith("raw"):
            problems = [*problems, f"what went wrong was not said in one line: {said}"]
        if said == "never ended":
            problems = [*problems, "it never ended"]
        return Outcome(blow=blow, fell=fell, said=said, acknowledged=acknowledged, problems=problems, seen=seen)
    finally:
        here.remove()
        log.unlink(missing_ok=True)


def apart(ask: Callable[[], list[str]]) -> list[str]:
    """What *ask* answers in a process of its own, so that nothing of it lasts in this one; however that ends is an answer."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        gc.disable()  # it ends soon, and to walk through what it shares would copy it
        try:
            answer = ask()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
            answer = [f"judging ended in {type(error).__name__}: {str(error)[:200]}"]
        with os.fdopen(w, "w") as out:
            json.dump(answer, out)
        os._exit(0)
    os.close(w)
    raw = _all_of(r, pid)
    os.waitpid(pid, 0)
    try:
        return list(json.loads(raw))
    except ValueError:
        return ["judging never ended"]


class _Child:
    """A process that opens the house, waits until somebody watches it, and does the operation."""

    def __init__(self, state: State, operation: str, prepare: Callable[[Any], None] | None) -> None:
        ready, ready_w = os.pipe()
        go, self._go = os.pipe()
        self._said, said_w = os.pipe()
        self._tracer: subprocess.Popen[bytes] | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._said)
            os.close(self._go)
            _live(state, operation, prepare, ready_w, go, said_w)
        for handle in (ready_w, go, said_w):
            os.close(handle)
        os.read(ready, 1)
        os.close(ready)

    def traced(self, *options: str) -> None:
        self._tracer = subprocess.Popen(["strace", "-f", "-qq", *options, "-p", str(self.pid)], stderr=subprocess.DEVNULL)
        if not _attached(self.pid, self._tracer):
            raise RuntimeError("strace could not attach")

    def finished(self) -> tuple[str, list[str]]:
        """What it said at its end, and what it acknowledged on the way."""
        os.close(self._go)
        raw = _all_of(self._said, self.pid)
        os.waitpid(self.pid, 0)
        if self._tracer is not None:
            self._tracer.wait()
        lines = [line.decode() for line in raw.splitlines()]
        ends = [line[1:] for line in lines if line.startswith("=")]
        return (ends[-1] if ends else "killed"), [line[1:] for line in lines if line.startswith("+")]


def _live(state: State, operation: str, prepare: Callable[[Any], None] | None, ready: int, go: int, said: int) -> None:
    """The life of the child. What it says goes out by `writev`, a call that nobody strikes."""
    try:
        house = state.open()
        if prepare is not None:
            prepare(house)
        os.write(ready, b"!") if prepare is None else os.writev(ready, [b"!"])
        select.select([go], [], [])
        try:
            OPERATIONS[operation][1](house, lambda line: (os.writev(said, [f"+{line}\n".encode()]), None)[1])
            end = "=done"
        except SaysoError as error:
            end = f"={type(error).__name__}: {error}"
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
            frames = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
            end = f"=raw {type(error).__name__}: {error} at {' '.join(frames[-6:])}"
        os.writev(said, [end.replace("\n", " ").encode()[:500] + b"\n"])
        house.close()
    finally:
        os._exit(0)


def _attached(pid: int, tracer: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and tracer.poll() is None:
        if not re.search(r"^TracerPid:\t0$", Path(f"/proc/{pid}/status").read_text(), re.M):
            return True
        time.sleep(0.001)
    return False


def _all_of(handle: int, pid: int) -> bytes:
    """Everything that comes through a pipe; whoever keeps it open for too long is ended."""
    found, until = b"", time.monotonic() + PATIENCE
    while True:
        there, _, _ = select.select([handle], [], [], max(0.0, until - time.monotonic()))
        if not there:
            os.kill(pid, signal.SIGKILL)
            found += b"=never ended\n"
            break
        more = os.read(handle, 65536)
        if not more:
            break
        found += more
    os.close(handle)
    return found


# -- where nobody may trace: the same at the functions that Python calls, and at the commit of the database

_FUNCTIONS = ("write", "pwrite", "fsync", "open", "rename", "replace", "unlink", "mkdir", "rmdir", "ftruncate")


def _wrap(house: Any, around: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> None:
    for name in _FUNCTIONS:
        setattr(os, name, around(name, getattr(os, name)))
    os.remove = os.unlink
    dialect = house.engine.dialect
    dialect.do_commit = around("commit", dialect.do_commit)


def _count_into(log: Path) -> Callable[[Any], None]:
    seen: Counter[str] = Counter()
    write = Path.write_text

    def around(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **more: Any) -> Any:
            seen[name] += 1
            done = real(*given, **more)
            write(log, json.dumps(seen))
            return done

        return counted

    return lambda house: _wrap(house, around)


def _struck(blow: Blow, log: Path) -> Callable[[Any], None]:
    """Have the n-th call fail, kill, or lie: done, and reported as failed."""
    seen: Counter[str] = Counter()
    write = Path.write_text

    def around(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def fails(*given: Any, **more: Any) -> Any:
            seen[name] += 1
            if (name, seen[name]) != (blow.call, blow.number):
                return real(*given, **more)
            write(log, "INJECTED")
            if blow.fault == "KILL":
                os.kill(os.getpid(), signal.SIGKILL)
            if blow.fault == "LIE":
                real(*given, **more)
            if name == "commit":
                raise sqlite3.OperationalError("database or disk is full" if blow.fault == "ENOSPC" else "disk I/O error")
            number = errno.ENOSPC if blow.fault == "ENOSPC" else errno.EIO
            raise OSError(number, os.strerror(number))

        return fails

    return lambda house: _wrap(house, around)


# -- where the database is a server: its process for us dies, or all of it, at one of our statements


def _around_statements(house: Any, around: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> None:
    for engine in (house.engine, house._reader):
        event.listen(engine, "before_cursor_execute", lambda *_: None)  # where somebody listens, no statement takes a shorter way
        for name in ("do_execute", "do_executemany", "do_commit"):
            real = getattr(engine.dialect, name)
            setattr(engine.dialect, name, around("commit" if name == "do_commit" else "statement", real))


def _count_statements(log: Path) -> Callable[[Any], None]:
    seen: Counter[str] = Counter()
    log.write_text("{}")  # the witness asks no database

    def around(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **more: Any) -> Any:
            seen[name] += 1
            log.write_text(json.dumps(seen))
            return real(*given, **more)

        return counted

    return lambda house: _around_statements(house, around)


def _ended(blow: Blow, log: Path) -> Callable[[Any], None]:
    """Have the server's process end at the n-th statement or commit, before it or after it, or all of the server."""
    seen: Counter[str] = Counter()

    def around(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def ends(first: Any, *given: Any, **more: Any) -> Any:
            seen[name] += 1
            if (name, seen[name]) != (blow.call, blow.number):
                return real(first, *given, **more)
            log.write_text("INJECTED")
            connection = getattr(first, "connection", first)  # of a cursor; of a commit it is given
            done = real(first, *given, **more) if blow.fault == "AFTER" else None
            if blow.fault == "SERVER":
                os.kill(_parent_of(connection.info.backend_pid), signal.SIGQUIT)
            else:
                os.kill(connection.info.backend_pid, signal.SIGKILL)
            return done if blow.fault == "AFTER" else real(first, *given, **more)

        return ends

    return lambda house: _around_statements(house, around)


def _parent_of(pid: int) -> int:
    found = re.search(r"^PPid:\t(\d+)$", Path(f"/proc/{pid}/status").read_text(), re.M)
    assert found is not None
    return int(found[1])

"""What became of each blow, in a file that a run which was stopped goes on from: the plan first, then an outcome a line."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from .blows import Blow, Outcome

ROOT = Path(__file__).resolve().parents[2]
Plans = dict[str, list[Blow]]


class _Begun(Struct):
    source: str
    plans: Plans
    commit: str


class _Done(Struct):
    outcome: Outcome
    seconds: float
    commit: str
    source: str


class Results:
    """The outcomes so far, in memory and, where a file is named, in it; what *count* plans is planned once."""

    def __init__(self, path: Path | None, count: Callable[[], Plans], *, again: bool = False) -> None:
        self._path = path
        self.outcomes: list[Outcome] = []
        self.repeated = 0
        """How many blows were struck anew, of a later source, since something was wrong the first time."""
        self.seconds = 0.0
        """How long all runs took together, each on one core."""
        self._source, self._commit = source(), commit()
        self.commits: Counter[str] = Counter()
        """How many of the outcomes are of which commit's source; more than one only where *again* said so."""
        lines = path.read_bytes().splitlines() if path is not None and path.exists() else []
        if lines:
            begun = msgspec.json.decode(lines[0], type=_Begun)
            if begun.source != self._source and not again:
                sys.exit(
                    f"{path} holds outcomes of {begun.commit}, and this is {self._commit}, another source; "
                    "name a new file or remove it, or go on in it with --again, which the table then says"
                )
            self.plans = begun.plans
            if path is not None and not path.read_bytes().endswith(b"\n"):
                with path.open("ab") as file:  # half a line: it was stopped while it wrote
                    file.write(b"\n")
            self._go_on(lines[1:], again=again)
            return
        self.plans = count()
        self._write(_Begun(source=self._source, plans=self.plans, commit=self._commit))

    def _go_on(self, lines: list[bytes], *, again: bool) -> None:
        """Take what was kept, the newest of each blow; with *again* not what went wrong, which is struck anew."""
        newest: dict[str, _Done] = {}
        for line in lines:
            with contextlib.suppress(msgspec.DecodeError):  # such half lines
                one = msgspec.json.decode(line, type=_Done)
                self.repeated += str(one.outcome.blow) in newest
                self.seconds += one.seconds
                newest[str(one.outcome.blow)] = one
        for one in newest.values():
            if again and one.outcome.problems:
                self.repeated += 1
            else:
                self.outcomes.append(one.outcome)
                self.commits[one.commit] += 1

    def keep(self, outcome: Outcome, seconds: float) -> None:
        """Keep one more, before the next is begun."""
        self.outcomes.append(outcome)
        self.seconds += seconds
        self.commits[self._commit] += 1
        self._write(_Done(outcome=outcome, seconds=seconds, commit=self._commit, source=self._source))

    def _write(self, one: _Begun | _Done) -> None:
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(one) + b"\n")


def source() -> str:
    """The digest of what is struck and of how: outcomes of another source say nothing about this one."""
    found = hashlib.sha256()
    for folder in ("src/sayso", "tests/faults"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def commit() -> str:
    """The commit that is struck, as a page names it; where what is struck was changed since, or no git is here, it says so."""
    try:
        name = _git("rev-parse", "--short=10", "HEAD")
        changed = _git("status", "--porcelain", "--", "src/sayso", "tests/faults")
    except (OSError, subprocess.CalledProcessError):
        return f"source {source()[:10]}"
    return f"commit {name}{' with changes' if changed else ''}"


def _git(*asked: str) -> str:
    command = ["git", "-C", str(ROOT), *asked]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

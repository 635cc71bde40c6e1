"""What became of each blow, in a file that a run which was stopped goes on from: the plan first, then an outcome a line."""

from __future__ import annotations

import contextlib
import hashlib
import sys
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


class _Done(Struct):
    outcome: Outcome
    seconds: float


class Results:
    """The outcomes so far, in memory and, where a file is named, in it; what *count* plans is planned once."""

    def __init__(self, path: Path | None, count: Callable[[], Plans], *, again: bool = False) -> None:
        self._path = path
        self.outcomes: list[Outcome] = []
        self.repeated = 0
        """How many blows were struck anew, of a later source, since something was wrong the first time."""
        self.seconds = 0.0
        """How long all runs took together, each on one core."""
        lines = path.read_bytes().splitlines() if path is not None and path.exists() else []
        if lines:
            begun = msgspec.json.decode(lines[0], type=_Begun)
            if begun.source != source() and not again:
                sys.exit(f"{path} holds outcomes of another source than this; name a new file")
            self.plans = begun.plans
            if path is not None and not path.read_bytes().endswith(b"\n"):
                with path.open("ab") as file:  # half a line: it was stopped while it wrote
                    file.write(b"\n")
            for line in lines[1:]:
                with contextlib.suppress(msgspec.DecodeError):  # such half lines
                    self._take(msgspec.json.decode(line, type=_Done))
            newest = {str(one.blow): one for one in self.outcomes}
            wrong = {name for name, one in newest.items() if one.problems}
            self.repeated = len(self.outcomes) - len(newest) + (len(wrong) if again else 0)
            self.outcomes = [one for name, one in newest.items() if not (again and name in wrong)]
            return
        self.plans = count()
        self._write(_Begun(source=source(), plans=self.plans))

    def keep(self, outcome: Outcome, seconds: float) -> None:
        """Keep one more, before the next is begun."""
        done = _Done(outcome=outcome, seconds=seconds)
        self._take(done)
        self._write(done)

    def _take(self, done: _Done) -> None:
        self.outcomes.append(done.outcome)
        self.seconds += done.seconds

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

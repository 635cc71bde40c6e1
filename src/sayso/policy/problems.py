"""What is wrong with a policy file, one problem at a time, each with its line and the mend."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sayso.policy.places import Places


@dataclass(frozen=True)
class Problem:
    """What is wrong, on which line, and what to do; `kind` is the table it was found in, empty for the file as a whole."""

    line: int
    what: str
    mend: str
    kind: str = ""

    def of(self, file: str) -> str:
        """Return the problem as one line that names *file*.

        >>> Problem(3, "no `title`", "add one").of("mine.toml")
        'mine.toml:3: no `title`; add one'
        """
        return f"{file}:{self.line}: {self.what}; {self.mend}"


@dataclass
class Problems:
    """Collects problems while a file is read, so that all of them can be told at once."""

    places: Places
    found: list[Problem] = field(default_factory=list)

    def note(self, table: str, position: int, key: str | None, what: str, mend: str) -> None:
        """Note a problem of a row or of one of its keys."""
        self.found.append(Problem(self.places.of(table, position, key), what, mend, table))

    def at(self, line: int, what: str, mend: str, kind: str = "") -> None:
        """Note a problem of a line."""
        self.found.append(Problem(line, what, mend, kind))

    @property
    def kinds(self) -> set[str]:
        """Return in which tables problems were found."""
        return {one.kind for one in self.found}

    def words(self, what: str, raw: Any, line: int, kind: str = "") -> tuple[str, ...]:
        """Return the words of a list; empty, with the problem noted, where it is none or names one twice."""
        if not isinstance(raw, list) or not raw or not all(isinstance(one, str) and one for one in raw):
            self.at(line, f"`{what}` is no list of words", f'write it like {what} = ["one", "other"]', kind)
            return ()
        if len(set(raw)) < len(raw):
            self.at(line, f"`{what}` names a value twice", "name each once", kind)
        return tuple(raw)

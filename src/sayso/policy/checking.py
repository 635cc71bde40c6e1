"""Everything that is wrong with a policy file, told at once: what keeps it from loading, and what it says in vain."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sayso.policy import sense, shelf
from sayso.policy.problems import Problem
from sayso.policy.reading import read
from sayso.policy.table import Policy


@dataclass(frozen=True)
class Checked:
    """A policy file as found: the policy, or `None` where `problems` keep it from loading; `doubts` do not."""

    file: str
    policy: Policy | None
    problems: tuple[Problem, ...]
    doubts: tuple[Problem, ...]

    @property
    def lines(self) -> list[str]:
        """Return every problem and doubt as one line with file, line and the mend, from the top of the file down."""
        return [one.of(self.file) for one in sorted((*self.problems, *self.doubts), key=lambda one: one.line)]


def check(path: str | Path) -> Checked:
    """Return what is wrong with the policy file at *path*, or with the shipped one of that name; refuses what is no file.

    >>> check("anthropic-consumer").lines
    []
    """
    text, name = shelf.text_of(path)
    return check_text(text, name=name)


def check_text(text: str, *, name: str) -> Checked:
    """Return what is wrong with the policy that *text* spells; lines are told of a file *name*.

    >>> print(*check_text('title = "small"', name="mine.toml").lines[:2], sep="\\n")
    mine.toml:1: `purposes` is no list of words; write it like purposes = ["one", "other"]
    mine.toml:1: no `[facts]`; declare the values of tier, contract, surface and origin there
    """
    policy, problems = read(text, name=name)
    return Checked(name, policy, tuple(problems), tuple(sense.doubts(policy)) if policy is not None else ())

"""Persons of public life and of stories: a short list of our own, for those who want to keep such names standing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("figures.txt")


@cache
def figures() -> tuple[frozenset[str], frozenset[str]]:
    """Return the full names, and the single words that mean one of them when they stand alone; in small letters.

    >>> full, alone = figures()
    >>> "michael jordan" in full, "jordan" in alone, "einstein" in alone
    (True, False, True)
    """
    full: set[str] = set()
    alone: set[str] = set()
    for line in PATH.read_text(encoding="utf-8").splitlines():
        for entry in () if line.startswith("#") else line.split(";"):
            name, _, short = entry.lower().partition("|")
            (full if " " in name or "-" in name else alone).add(name)
            if short:
                alone.add(short)
    return frozenset(full), frozenset(alone)


@cache
def words() -> frozenset[str]:
    """Return the words of these names that say something by themselves, for the model."""
    full, alone = figures()
    # `the`, `von` and other short ones say nothing
    return frozenset(word for name in (*full, *alone) for word in name.split(" ") if len(word) > 3)

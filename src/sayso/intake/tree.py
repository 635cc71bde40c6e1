"""Turns as they came to a well-formed tree: parents exist and come first, nothing runs in a circle, one branch is active."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sayso.facts.conversation import Turn


class Tree(Struct, frozen=True):
    """The turns in an order where parents come first, the branch a person sees, and what was wrong on the way."""

    turns: tuple[Turn, ...]
    active: tuple[str, ...]
    marks: tuple[str, ...]


def grow(turns: Iterable[Turn], leaf: str | None = None) -> Tree:
    """Return the tree of *turns*; *leaf* names the last turn of the active branch, otherwise it is the latest leaf.

    A turn written twice counts as last written. A parent that is missing makes a root (`parent_missing`), a circle is cut
    at its first turn (`parents_in_a_circle`). Hidden turns are in the tree, and never in the active branch.

    >>> one, two = Turn(id="1", role="user", parts=()), Turn(id="2", role="assistant", parts=(), parent="1")
    >>> grow([two, one]).active
    ('1', '2')
    """
    found: dict[str, Turn] = {}
    marks: dict[str, None] = {}
    for turn in turns:
        if turn.id in found:
            marks["turn_written_twice"] = None
        found[turn.id] = turn
    for key, turn in found.items():
        if turn.parent is not None and turn.parent not in found:
            marks["parent_missing"] = None
            found[key] = replace(turn, parent=None)
    for key in _circles(found):
        marks["parents_in_a_circle"] = None
        found[key] = replace(found[key], parent=None)
    ordered = _parents_first(found)
    if leaf is None or leaf not in found:
        leaf = _latest_leaf(ordered)
    return Tree(tuple(ordered), _branch(found, leaf), tuple(marks))


def _circles(found: dict[str, Turn]) -> list[str]:
    """Return one turn of every circle of parents."""
    cut: list[str] = []
    walk: dict[str, int] = {}
    for number, key in enumerate(found):
        here: str | None = key
        while here is not None and here not in walk:
            walk[here] = number
            here = found[here].parent
        if here is not None and walk[here] == number and _in_circle(found, here):
            cut.append(here)
    return cut


def _in_circle(found: dict[str, Turn], start: str) -> bool:
    here = found[start].parent
    for _ in range(len(found)):
        if here is None or here == start:
            break
        here = found[here].parent
    return here == start


def _parents_first(found: dict[str, Turn]) -> list[Turn]:
    """Return the turns as they came, save that a parent is put before its first child."""
    placed: dict[str, None] = {}
    for key in found:
        line: list[str] = []
        here: str | None = key
        while here is not None and here not in placed:
            line.append(here)
            here = found[here].parent
        placed.update(dict.fromkeys(reversed(line)))
    return [found[key] for key in placed]


def _latest_leaf(turns: Sequence[Turn]) -> str | None:
    """Return the leaf with the latest time; of equals, and where no time is known, the one that came last."""
    parents = {turn.parent for turn in turns}
    leaves = [turn for turn in turns if turn.id not in parents]
    known = [turn for turn in leaves if turn.at is not None]
    if len(known) < len(leaves) or not leaves:
        return leaves[-1].id if leaves else None
    return max(enumerate(known), key=lambda pair: (_when(pair[1]), pair[0]))[1].id


def _when(turn: Turn) -> float:
    return turn.at.timestamp() if isinstance(turn.at, datetime) else 0.0


def _branch(found: dict[str, Turn], leaf: str | None) -> tuple[str, ...]:
    line: list[str] = []
    here = leaf
    while here is not None:
        turn = found[here]
        if not turn.hidden:
            line.append(here)
        here = turn.parent
    return tuple(reversed(line))

"""Can a row ever decide? Earlier rows are taken away from it box by box; what is left is what it decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sayso.policy.table import UseRow, When

Box = Mapping[str, frozenset[str]]
_TOO_MANY = 20_000


def hidden(rows: Sequence[UseRow], domain: Mapping[str, Sequence[str]]) -> dict[int, int | None]:
    """Return the positions of rows that never decide, each with the one earlier row that hides it, or `None` where several do.

    *rows* are those of one purpose in order; *domain* holds every value of every fact they ask for.
    """
    found: dict[int, int | None] = {}
    for position, row in enumerate(rows):
        alone = next((at for at, other in enumerate(rows[:position]) if _inside(row.when, other.when)), None)
        if alone is not None:
            found[position] = alone
        elif not _left(row, rows[:position], domain):
            found[position] = None
    return found


def _inside(inner: When, outer: When) -> bool:
    return all(fact in inner and set(inner[fact]) <= set(values) for fact, values in outer.items())


def _left(row: UseRow, earlier: Sequence[UseRow], domain: Mapping[str, Sequence[str]]) -> bool:
    """Return whether anything of *row* is left when *earlier* rows have taken theirs."""
    boxes: list[Box] = [{fact: frozenset(row.when.get(fact, values)) for fact, values in domain.items()}]
    for other in earlier:
        boxes = [rest for box in boxes for rest in _minus(box, other.when)]
        if not boxes:
            return False
        if len(boxes) > _TOO_MANY:
            return True  # too many corners to follow: a row is refused only when it is surely dead
    return True


def _minus(box: Box, when: When) -> list[Box]:
    """Return what is left of *box* outside *when*, as boxes that do not overlap."""
    if any(not box[fact] & frozenset(values) for fact, values in when.items()):
        return [box]
    rest: list[Box] = []
    inside = dict(box)
    for fact, values in when.items():
        outside = inside[fact] - frozenset(values)
        if outside:
            rest.append({**inside, fact: outside})
        inside[fact] = inside[fact] & frozenset(values)
    return rest

"""Answers over time, by screen and language, and where one of them leads more people to a yes than the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from sayso.app.console.steered import Difference, difference, interval
from sayso.app.console.tally import Tally, week

WEEKS = 26


class Cell(Struct, frozen=True, kw_only=True):
    """Answers on one screen in one language."""

    purpose: str
    screen: str
    """Digest of the notice; empty where none was named, as from a command."""
    name: str
    language: str
    allow: int
    refuse: int
    low: float
    high: float

    @property
    def all(self) -> int:
        """Return how many answered."""
        return self.allow + self.refuse

    @property
    def share(self) -> float:
        """Return the share of yeses."""
        return self.allow / self.all if self.all else 0.0


class Arms(Struct, frozen=True, kw_only=True):
    """A pair that was compared: a screen against the others of its notice in one language, or a language against the others."""

    by: str
    """`screen` or `language`."""
    cell: Cell
    found: Difference


class ChoicesView(Struct, frozen=True, kw_only=True):
    """What the page shows: weeks, cells, and what looks steered."""

    since: str
    weeks: tuple[tuple[str, int, int], ...]
    """Monday, yeses, noes."""
    cells: tuple[Cell, ...]
    arms: tuple[Arms, ...]
    """Every pair that has answers enough, what looks steered first."""
    later: int
    behind: int


def view(tally: Tally, today: date, weeks: int = WEEKS) -> ChoicesView:
    """Return the answers of the last *weeks* weeks."""
    since = date.fromisoformat(week(today.isoformat())) - timedelta(weeks=weeks - 1)
    counts = tally.days("choice", since)
    by_week: dict[str, Counter[str]] = {(since + timedelta(weeks=one)).isoformat(): Counter() for one in range(weeks)}
    by_cell: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    later = 0
    for (day, purpose, screen, language, _, say), count in counts.items():
        if say == "later":
            later += count
            continue
        by_week.setdefault(week(day), Counter())[say] += count
        by_cell[purpose, screen, language][say] += count
    cells = [_cell(key, said, tally.screens) for key, said in by_cell.items()]
    cells.sort(key=lambda one: (one.purpose, one.name, one.screen, -one.all, one.language))
    return ChoicesView(
        since=since.isoformat(),
        weeks=tuple((monday, said["allow"], said["refuse"]) for monday, said in sorted(by_week.items())),
        cells=tuple(cells),
        arms=tuple(compared(cells)),
        later=later,
        behind=tally.behind,
    )


def compared(cells: list[Cell]) -> list[Arms]:
    """Return each cell against the others it can fairly be compared with, what looks steered first.

    A screen stands against the other screens of the same notice in the same language, a language against the others on the same
    screen. Answers without a screen are compared with nothing.
    """
    groups: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for one in cells:
        if one.screen:
            groups["screen", one.purpose, one.name, one.language].append(one)
            groups["language", one.purpose, one.screen].append(one)
    pairs = [
        (
            key[0],
            one,
            sum(other.allow for other in group if other is not one),
            sum(other.all for other in group if other is not one),
        )
        for key, group in groups.items()
        if len(group) > 1
        for one in (group if len(group) > 2 else [max(group, key=lambda cell: cell.share)])
    ]
    told = [(by, one, yes, of) for by, one, yes, of in pairs if difference(one.allow, one.all, yes, of) is not None]
    found = [
        Arms(by=by, cell=one, found=made)
        for by, one, yes, of in told
        if (made := difference(one.allow, one.all, yes, of, looked=len(told))) is not None
    ]
    return sorted(found, key=lambda one: (not one.found.steered, -abs(one.found.by)))


def _cell(key: tuple[str, str, str], said: Counter[str], screens: Mapping[str, str]) -> Cell:
    purpose, screen, language = key
    low, high = interval(said["allow"], said["allow"] + said["refuse"])
    return Cell(
        purpose=purpose,
        screen=screen,
        name=screens.get(screen, ""),
        language=language,
        allow=said["allow"],
        refuse=said["refuse"],
        low=low,
        high=high,
    )

"""Every conversation ruled and counted: a little at a time, so that nobody waits for it, and once a day kept.

A small house is counted while the officer waits and is exact. A large one is counted beside the pages, between other people's
requests; what is shown then says when it was counted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from sayso.app import kept
from sayso.app.counted import first_because, longest
from sayso.app.house import House
from sayso.facts.errors import SaysoError
from sayso.facts.words import ConversationId, Purpose
from sayso.policy import decide

log = logging.getLogger("sayso.console")
MAIN: Purpose = "model_training"
PATIENCE = 0.08
"""Seconds an officer waits for a count to end; one that takes longer goes on beside."""
AGAIN = timedelta(minutes=5)
"""How old a count of a large house may be before it is counted anew, and longer where the last one took long."""
SELDOM = 20
"""How many times as long as a count took nobody counts anew: what is shown says when it was counted."""
PAUSE = 2.0
"""How many times as long as a step took a count beside the pages rests, so that pages are answered meanwhile."""
CHUNK = 100
PREFIX = "rulings/"


class Counted(Struct, frozen=True, kw_only=True):
    """What the conversations come to under the policy in force: no pseudonym is in it, so it may be kept."""

    at: datetime
    policy: str
    conversations: int
    accounts: int
    due: int
    held: int
    uses: dict[str, dict[str, int]]
    because: dict[str, list[tuple[str, str, int]]]
    """Per purpose: row, its text, conversations."""
    kept: list[tuple[str, str, int]]
    ends: dict[str, int]
    says: dict[str, int]
    holds: dict[str, int] = {}
    """Per hold in force: conversations it keeps."""
    ending: dict[str, dict[str, int]] = {}
    """Per month, or `no known end`: by the row that keeps longest, conversations of which the last reason ends then."""


class _Sum:
    """A count under way."""

    def __init__(self, at: datetime, policy: str, purposes: tuple[Purpose, ...]) -> None:
        self.at, self.policy = at, policy
        self.total = self.due = self.held = 0
        self.uses: dict[str, Counter[str]] = {purpose: Counter() for purpose in purposes}
        self.because: dict[str, Counter[tuple[str, str]]] = {purpose: Counter() for purpose in purposes}
        self.kept: Counter[tuple[str, str]] = Counter()
        self.ends: Counter[str] = Counter()
        self.says: Counter[str] = Counter()
        self.holds: Counter[str] = Counter()
        self.ending: dict[str, Counter[str]] = {}

    def done(self) -> Counted:
        return Counted(
            at=self.at,
            policy=self.policy,
            conversations=self.total,
            accounts=self.says.total(),
            due=self.due,
            held=self.held,
            uses={purpose: dict(counted) for purpose, counted in self.uses.items()},
            because={purpose: [(*row, count) for row, count in counted.items()] for purpose, counted in self.because.items()},
            kept=[(*row, count) for row, count in self.kept.items()],
            ends=dict(self.ends),
            says=dict(self.says),
            holds=dict(self.holds),
            ending={month: dict(rows) for month, rows in self.ending.items()},
        )


class Counting:
    """The count as it was last, and the one that is under way; *one* is the lock under which the house is used."""

    def __init__(self, house: House, one: AbstractContextManager[object]) -> None:
        self._house, self._one = house, one
        self._guard = threading.Lock()
        self._last: Counted | None = None
        self._running: threading.Thread | None = None
        self._slow = False
        self._took = timedelta()

    def now(self) -> Counted | None:
        """Return the count of now where that is quick, else the last one; `None` while the very first one is under way."""
        with self._guard:
            if self._running is not None and self._running.is_alive():
                return self._last or self._stored()
            last = self._last or self._stored()
            if last is not None and self._slow and self._house.now() - last.at < max(AGAIN, SELDOM * self._took):
                return last
            steps = self._steps()
            until = time.monotonic() + PATIENCE
            for made in steps:
                if made is not None:
                    self._slow, self._last = False, made
                    return made
                if time.monotonic() > until:
                    break
            self._slow = True
            self._running = threading.Thread(target=self._rest, args=(steps,), name="sayso-counting", daemon=True)
            self._running.start()
            return last

    @property
    def running(self) -> bool:
        """Whether a count is under way beside the pages."""
        return self._running is not None and self._running.is_alive()

    def nothing(self) -> Counted:
        """Return a count of nothing, to be shown with the word that the first one is under way."""
        policy = self._house.policy_in_force()
        return _Sum(self._house.now(), policy.name, policy.purposes).done()

    def days(self, limit: int = 60) -> list[Counted]:
        """Return what was kept of the last days, oldest first."""
        with self._house.reading() as conn:
            found = [kept.kept(conn, name) for name in kept.names(conn, PREFIX, limit)]
        return [msgspec.json.decode(one[1], type=Counted) for one in found if one is not None]

    def save(self) -> None:
        """Keep the last count as that of its day; for who may write."""
        if self._last is not None:
            with self._one, self._house.writing() as work:
                kept.keep(work.conn, f"{PREFIX}{self._last.at:%Y-%m-%d}", 0, msgspec.json.encode(self._last))

    def _stored(self) -> Counted | None:
        found = self.days(1)
        return found[-1] if found else None

    def _rest(self, steps: Iterator[Counted | None]) -> None:
        began = step = time.monotonic()
        try:
            for made in steps:
                if made is not None:
                    self._last, self._took = made, timedelta(seconds=time.monotonic() - began)
                    self.save()
                    return
                time.sleep(PAUSE * (time.monotonic() - step))
                step = time.monotonic()
        except SaysoError as error:
            # Nobody waits for it here; the pages go on showing the last count, with its day, and the next look counts anew.
            log.error("rulings were not counted: %s", error)

    def _steps(self) -> Iterator[Counted | None]:
        """Yield nothing after each step, and the count at its end; the house is locked within a step and free between them."""
        house = self._house
        with self._one:
            past, policy = house.present(), house.policy_in_force()
            sums = _Sum(house.now(), policy.name, policy.purposes)
        start, names = 0, past.some(0, CHUNK)
        while names:
            with self._one:
                self._rule(names, sums)
                start += len(names)
                names = house.present().some(start, CHUNK)
            yield None
        with self._one:
            accounts = list(house.present().accounts())
        for start in range(0, len(accounts), 20 * CHUNK):
            with self._one:
                past = house.present()
                sums.says.update(past.answer(one, MAIN) for one in accounts[start : start + 20 * CHUNK])
            yield None
        yield sums.done()

    def _rule(self, names: list[ConversationId], sums: _Sum) -> None:
        past, policy, now = self._house.present(), self._house.policy_in_force(), self._house.now()
        for one in names:
            if one not in past or one in past.shredded:
                continue
            standing = past.standing(one)
            ruled = decide(policy, standing, standing.at)
            sums.total += 1
            sums.due += ruled.due(now)
            sums.held += bool(standing.holds)
            sums.holds.update(standing.holds)
            for purpose in sums.uses:
                if purpose in ruled.use:
                    sums.uses[purpose][ruled.use[purpose].use] += 1
                    sums.because[purpose][first_because(ruled, purpose)] += 1
            last, month = longest(ruled), "no known end" if ruled.keep_until is None else ruled.keep_until.strftime("%Y-%m")
            sums.kept[last] += 1
            sums.ends[month] += 1
            sums.ending.setdefault(month, Counter())[last[0]] += 1

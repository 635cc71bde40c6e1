"""Requests of people as officers see them: what is open, the first due on top, and what became of the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs import asked
from sayso.app.jobs.asked import Asked, Book
from sayso.facts.deeds import Looked
from sayso.facts.errors import Refused, Unfit
from sayso.facts.words import AccountId

SHOWN = 50


class AskedView(Struct, frozen=True, kw_only=True):
    """Some requests, how many there are of each state, and where the next page begins."""

    at: datetime
    items: tuple[Asked, ...]
    counts: dict[str, int]
    late: int
    """Requests that were answered after their last day."""
    following: int | None


class AskedDesk:
    """What officers see and do about requests; *one* is the lock under which the house is used."""

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one
        self._book = Book(house)

    def view(self, by: str, state: str, start: int) -> AskedView:
        """Return the requests of *state* from the *start*-th on, of `""` those that are open; that *by* looked is recorded."""
        found, now = self._book.all(), self._house.now()
        fits = _fitting(state, now)
        wanted = sorted((one for one in found if fits(one)), key=lambda one: (one.due, one.number))
        shown = tuple(wanted[start : start + SHOWN])
        if shown:
            self._looked(by, f"requests {state}".strip(), len(shown))
        return AskedView(
            at=now,
            items=shown,
            counts=dict(asked.counted(found, now)),
            late=sum(one.late() for one in found),
            following=start + SHOWN if len(wanted) > start + SHOWN else None,
        )

    def add(self, by: str, what: str, account: str, file: str, received: datetime | None) -> Asked:
        """Write down a request that came another way."""
        with self._one:
            whose = AccountId(account) if account else None
            return asked.add(self._house, what, by=by, account=whose, file=file, received=received)

    def note(self, by: str, what: str, account: str, file: str, received: datetime | None) -> tuple[Asked, bool]:
        """Write a request down, and say whether it is new: the same right of the same account is open once."""
        with self._one:
            before = {one.number for one in self._book.all()}
            whose = AccountId(account) if account else None
            made = asked.add(self._house, what, by=by, account=whose, file=file, received=received)
            return made, made.number not in before

    def find(self, by: str, number: int) -> Asked:
        """Return the request of line *number*, or Refused; that *by* looked is recorded."""
        found = next((one for one in self._book.all() if one.number == number), None)
        if found is None:
            raise Refused("no such request")
        self._looked(by, f"request {number}", 1)
        return found

    def page(self, by: str, state: str, after: tuple[datetime, int] | None, most: int) -> tuple[list[Asked], bool]:
        """Return up to *most* requests of *state* behind *after*, the first due on top, and whether more follow; it is recorded."""
        fits = _fitting(state, self._house.now())
        fitting = sorted((one for one in self._book.all() if fits(one)), key=lambda one: (one.due, one.number))
        left = [one for one in fitting if after is None or (one.due, one.number) > after]
        shown = left[:most]
        if shown:
            self._looked(by, f"requests {state}", len(shown))
        return shown, len(left) > most

    def extend(self, by: str, number: int, why: str, until: datetime | None) -> Asked:
        """Take longer to answer."""
        with self._one:
            return asked.extend(self._house, number, by=by, why=why, until=until)

    def close(self, by: str, number: int, why: str, *, refused: bool) -> Asked:
        """Note that a request was answered."""
        with self._one:
            return asked.close(self._house, number, by=by, why=why, refused=refused)

    def _looked(self, by: str, what: str, size: int) -> None:
        with self._one, self._house.writing() as work:
            work.record([Looked(at=work.at, by=by, what=what, size=size)])


def _fitting(state: str, now: datetime) -> Callable[[Asked], bool]:
    if state == "all":
        return lambda _: True
    if state in ("", "unanswered"):
        return lambda one: one.closed is None
    if state == "late":
        return Asked.late
    if state not in ("open", "soon", "overdue", "done", "refused"):
        raise Unfit("no such state")
    return lambda one: one.state(now) == state

"""What people asked for by law, and by when it is to be answered: received, extended with a reason, done or refused.

The month is that of Art. 12(3) GDPR, counted as periods of the Union are (Regulation 1182/71): it ends with the end of the day that
has the same number, or of the month's last. It may be extended by two months. Holidays are not known here, so a period that would
end on one ends a little early, never late.
"""

from __future__ import annotations

import re
import threading
from bisect import insort
from collections import Counter
from datetime import datetime, timedelta
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from sayso.app.house import House
from sayso.facts.deeds import RequestClosed, RequestExtended, RequestReceived, Wanted
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import Event
from sayso.facts.instants import add_calendar, iso
from sayso.facts.words import AccountId
from sayso.ledger import Entry

WANTED: tuple[Wanted, ...] = get_args(Wanted)
MONTH, LONGEST = 1, 3
SOON = timedelta(days=7)
"""How long before its last day a request is called urgent."""
_FILE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9./_-]{0,39}")
KINDS: tuple[type[Event], ...] = (RequestReceived, RequestExtended, RequestClosed)
State = Literal["open", "soon", "overdue", "done", "refused"]


class Asked(Struct, frozen=True, kw_only=True):
    """One request as it stands; `number` is that of its line, `due` the last day on which it can be answered in time."""

    number: int
    what: Wanted
    account: AccountId | None
    file: str
    by: str
    received: datetime
    due: datetime
    extended: str = ""
    """Why it takes longer; empty where nobody said so."""
    closed: datetime | None = None
    how: str = ""
    why: str = ""
    closed_by: str = ""

    def state(self, at: datetime) -> State:
        """Return how it stands at *at*."""
        if self.closed is not None:
            return "refused" if self.how == "refused" else "done"
        if at >= self.due + timedelta(days=1):
            return "overdue"
        return "soon" if at >= self.due - SOON else "open"

    def late(self) -> bool:
        """Return whether it was answered after its last day."""
        return self.closed is not None and self.closed >= self.due + timedelta(days=1)


class Book:
    """Every request, read once and then only what is new; the ledger keeps these lines under an index of their own."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._guard = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._known: dict[int, Asked] = {}
        self._open: dict[int, Asked] = {}
        self._closed: dict[str, list[tuple[datetime, int]]] = {"done": [], "refused": [], "late": []}
        """Due day and number of what was answered, in that order: they only grow, so nobody sorts or counts them again."""
        self._upto = 0

    def all(self) -> list[Asked]:
        """Return every request, the oldest first."""
        with self._guard:
            self._read()
            return list(self._known.values())

    def open(self) -> list[Asked]:
        """Return what is not answered yet, the first to be answered first."""
        with self._guard:
            self._read()
            return sorted(self._open.values(), key=_first_due)

    def some(self, state: str, at: datetime, start: int, count: int) -> list[Asked]:
        """Return at most *count* requests of *state* from the *start*-th on, the first due on top; of `""` what is open."""
        if state in self._closed:
            with self._guard:
                self._read()
                return [self._known[number] for _, number in self._closed[state][start : start + count]]
        if state == "all":
            return sorted(self.all(), key=_first_due)[start : start + count]
        return [one for one in self.open() if state in ("", "unanswered") or one.state(at) == state][start : start + count]

    def counts(self, at: datetime) -> tuple[dict[State, int], int]:
        """Return how many requests there are of each state, and how many were answered late."""
        found = Counter(one.state(at) for one in self.open())
        told = {state: len(self._closed[state]) if state in self._closed else found[state] for state in get_args(State)}
        return told, len(self._closed["late"])

    def _read(self) -> None:
        with self._house.reading() as conn:
            size = self._house.ledger.size(conn)
            if size < self._upto:
                self._begin()
            if size > self._upto:
                for entry in self._house.ledger.of_kind(conn, *KINDS, after=self._upto):
                    self._take(entry)
                self._upto = size

    def _take(self, entry: Entry) -> None:
        number = entry.seq if isinstance(entry.line, RequestReceived) else getattr(entry.line, "request", 0)
        before = self._known.get(number)
        _fold(self._known, entry)
        now = self._known.get(number)
        if now is None or (before is not None and before.closed is not None):
            return
        if now.closed is None:
            self._open[number] = now
            return
        self._open.pop(number, None)
        for state in ("refused" if now.how == "refused" else "done", *(["late"] if now.late() else [])):
            insort(self._closed[state], (now.due, number))


def of_account(house: House, account: AccountId) -> list[Asked]:
    """Return what *account* asked for, the newest first; at the cost of its own lines."""
    known: dict[int, Asked] = {}
    with house.reading() as conn:
        kinds = [str(kind.__struct_config__.tag) for kind in KINDS]
        for entry in house.ledger.of_account(conn, account, kinds):
            _fold(known, entry)
    return list(reversed(known.values()))


def add(
    house: House,
    what: str,
    *,
    by: str,
    account: AccountId | None = None,
    received: datetime | None = None,
    file: str = "",
) -> Asked:
    """Return a request, recorded; one that an account has open already for the same right is given back as it is."""
    wanted = next((one for one in WANTED if one == what), None)
    if wanted is None:
        raise Unfit(f"`{what[:40]}` is no right that can be asked for here; there are {', '.join(WANTED)}")
    if file and not _FILE.fullmatch(file):
        raise Unfit("give the file a number of your own, up to 40 letters, digits and `. / _ -`; never a name")
    _assert_named(by)
    if account is None and not file:
        raise Unfit("name the account, or the number of the file where the letter lies")
    with house.writing() as work:
        day = _day(received or work.at)
        if day > work.at:
            raise Unfit(f"it was received on {iso(day)[:10]}, which has not come yet")
        if account is not None:
            if not house.past.knows(account):
                raise Refused("no such account")
            for one in of_account(house, account):
                if one.closed is None and one.what == wanted:
                    return one
        line = RequestReceived(
            at=work.at, what=wanted, by=by, received=day, due=add_calendar(day, months=MONTH), account=account, file=file
        )
        (entry,) = work.record([line])
    known: dict[int, Asked] = {}
    _fold(known, entry)
    return known[entry.seq]


def extend(house: House, number: int, *, by: str, why: str, until: datetime | None = None) -> Asked:
    """Give a request two months more, or until an earlier day; the person has to be told why within the first month."""
    _assert_named(by)
    reason = _reason(why)
    with house.writing() as work:
        found = _open(house, number)
        latest = add_calendar(found.received, months=LONGEST)
        day = _day(until) if until is not None else latest
        if found.extended:
            raise Refused(f"request {number} was extended already, and that can be done once")
        if found.state(work.at) == "overdue":
            raise Refused(f"request {number} is overdue; it can be extended only within the first month, so answer it now")
        if not found.due < day <= latest:
            raise Unfit(f"it can be extended to a day after {iso(found.due)[:10]} and up to {iso(latest)[:10]}")
        work.record([RequestExtended(at=work.at, request=number, until=day, by=by, why=reason, account=found.account)])
        return replace(found, due=day, extended=reason)


def close(house: House, number: int, *, by: str, why: str, refused: bool = False) -> Asked:
    """Note that a request was answered: done as asked, or refused, and the person told why and whom they can turn to."""
    _assert_named(by)
    reason = _reason(why)
    how: Literal["done", "refused"] = "refused" if refused else "done"
    with house.writing() as work:
        found = _open(house, number)
        work.record([RequestClosed(at=work.at, request=number, how=how, by=by, why=reason, account=found.account)])
        return replace(found, closed=work.at, how=how, why=reason, closed_by=by)


def _assert_named(by: str) -> None:
    if not by.strip():
        raise Unfit("say who does it; it is recorded")


def the_one(house: House, number: int | None) -> int:
    """Return *number*, or that of the only request that is open; Unfit where none is, or several are."""
    if number is not None:
        return number
    found = Book(house).open()
    if len(found) != 1:
        raise Unfit(f"{len(found)} requests are open; name one by its number, `sayso request list` has them")
    return found[0].number


def _open(house: House, number: int) -> Asked:
    found = {one.number: one for one in Book(house).all()}.get(number)
    if found is None:
        raise Unfit(f"line {number} is no request; `sayso request list` has the numbers")
    if found.closed is not None:
        raise Refused(f"request {number} was answered already")
    return found


def _fold(known: dict[int, Asked], entry: Entry) -> None:
    line = entry.line
    match line:
        case RequestReceived():
            known[entry.seq] = Asked(
                number=entry.seq, what=line.what, account=line.account, file=line.file, by=line.by,
                received=line.received, due=line.due,
            )  # fmt: skip
        case RequestExtended() if line.request in known:
            known[line.request] = replace(known[line.request], due=line.until, extended=line.why)
        case RequestClosed() if line.request in known:
            known[line.request] = replace(known[line.request], closed=line.at, how=line.how, why=line.why, closed_by=line.by)
        case _:
            pass


def _first_due(one: Asked) -> tuple[datetime, int]:
    return one.due, one.number


def _day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _reason(why: str) -> str:
    reason = " ".join(why.split())[:500]
    if not reason:
        raise Unfit("say why; it is recorded with your name")
    return reason

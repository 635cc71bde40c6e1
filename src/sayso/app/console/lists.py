"""What a number counts: conversations by pseudonym, or lines of the ledger, some at a time. Looking is recorded first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from msgspec import Struct

from sayso.app.counted import first_because, longest
from sayso.app.house import House
from sayso.app.jobs.build import why_not
from sayso.facts.deeds import Looked, Released
from sayso.facts.events import ChoiceMade
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy import decide

SHOWN = 50
LOOKED_AT = 500
"""Conversations or lines looked at for one page; the next page goes on from there."""
LATE = timedelta(days=31)
"""How long after it was given an answer may be recorded and still be found on the page of its week."""


class Line(Struct, frozen=True, kw_only=True):
    """One counted thing: a pseudonym or the number of a line, and what is told beside it."""

    name: str
    at: datetime | None
    facts: tuple[str, ...] = ()


class Lines(Struct, frozen=True, kw_only=True):
    """Some of what a number counts, and where the next page begins; no next one where all was looked at."""

    items: tuple[Line, ...]
    following: int | None


ABOUT: Purpose = "model_training"
Fits = Callable[[Standing, Ruling], bool]


def fitting(what: str, purpose: str, value: str) -> Fits | None:
    """Return what tells a counted conversation from the others; `None` for a number that nothing counts."""
    match what:
        case "all":
            return lambda _, __: True
        case "due":
            return lambda standing, ruled: ruled.due(standing.at)
        case "held":
            return lambda standing, _: bool(standing.holds)
        case "use":
            return lambda _, ruled: purpose in ruled.use and ruled.use[purpose].use == value
        case "because":
            return lambda _, ruled: purpose in ruled.use and first_because(ruled, purpose)[0] == value
        case "kept":
            return lambda _, ruled: longest(ruled)[0] == value
        case "ends":
            return lambda _, ruled: ("no known end" if ruled.keep_until is None else f"{ruled.keep_until:%Y-%m}") == value
        case "ending":
            month = fitting("ends", "", value)
            return lambda standing, ruled: month is not None and month(standing, ruled) and longest(ruled)[0] == purpose
        case "hold":
            return lambda standing, _: value in standing.holds
    return None


def conversations(house: House, fits: Fits, start: int) -> Lines:
    """Return the next conversations that fit, from the *start*-th on."""
    past, policy = house.present(), house.policy_in_force()
    found: list[Line] = []
    place = start
    for one in past.some(start, LOOKED_AT):
        place += 1
        if one in past.shredded:
            continue
        standing = past.standing(one)
        ruled = decide(policy, standing, standing.at)
        if fits(standing, ruled):
            until = "" if ruled.keep_until is None else f"{ruled.keep_until:%Y-%m-%d}"
            found.append(Line(name=one, at=standing.last_turn_at or standing.at, facts=(until,)))
            if len(found) == SHOWN:
                break
    more = bool(past.some(place, 1))
    return Lines(items=tuple(found), following=place if more else None)


def accounts(house: House, say: str | None, start: int) -> Lines:
    """Return the next accounts, from the *start*-th on, whose answer is *say*; of `None` all."""
    past = house.present()
    found: list[Line] = []
    place = start
    for one in islice(past.accounts(), start, start + LOOKED_AT):
        place += 1
        answer = past.answer(one, ABOUT)
        if say is None or answer == say:
            found.append(Line(name=one, at=None, facts=(answer,)))
            if len(found) == SHOWN:
                break
    more = next(islice(past.accounts(), place, place + 1), None) is not None
    return Lines(items=tuple(found), following=place if more else None)


def left_out(house: House, line: Released, why: str, start: int) -> Lines:
    """Return the next conversations that the release *line* left out for *why*, by the facts and the policy it was built from.

    Only the facts about those that are looked at are read. What was told by opening a conversation cannot be listed again.
    """
    names = house.present().some(start, LOOKED_AT + 1)
    wanted = names[:LOOKED_AT]
    with house.reading() as conn:
        policy = house.policy_at(conn, line.pin)
        past = house.ledger.history_of(conn, wanted, upto=line.pin)
        past.cuts, past.purposes = house.cuts(conn), house.purposes(conn)
    past.advance(line.at)
    found: list[Line] = []
    place = start
    for one in wanted:
        place += 1
        if one not in past or one in past.shredded:
            continue
        standing = past.standing(one)
        ruled = decide(policy, standing, standing.at)
        if not ruled.may(line.purpose) and why_not(ruled, line.purpose) == why:
            found.append(Line(name=one, at=standing.last_turn_at, facts=(why,)))
            if len(found) == SHOWN:
                break
    return Lines(items=tuple(found), following=place if place - start < len(names) else None)


def choices(house: House, after: int, since: datetime, until: datetime | None, wanted: dict[str, str]) -> Lines:
    """Return the next answers after line *after* that were given in [since, until) and are as *wanted*: numbers, no accounts."""
    found: list[Line] = []
    looked, last = 0, after
    with house.reading() as conn:
        # What was recorded earlier was answered earlier, so the answers before that day are passed over and not read.
        after = max(after, house.ledger.recorded_before(conn, since))
        end = None if until is None else house.ledger.recorded_before(conn, until + LATE)
        for entry in house.ledger.of_kind(conn, ChoiceMade, after=after, upto=end, limit=LOOKED_AT):
            looked, last, line = looked + 1, entry.seq, entry.line
            if isinstance(line, ChoiceMade) and since <= line.at and (until is None or line.at < until) and _as(line, wanted):
                found.append(Line(name=str(entry.seq), at=line.at, facts=(line.say, line.notice or "", line.locale or "")))
            if len(found) == SHOWN or looked == LOOKED_AT:  # there may be more
                return Lines(items=tuple(found), following=last)
    return Lines(items=tuple(found), following=None)


def _as(line: ChoiceMade, wanted: dict[str, str]) -> bool:
    said = {"purpose": line.purpose, "screen": line.notice or "", "language": line.locale or "", "say": line.say}
    return all(said[name] == value for name, value in wanted.items())


def look(house: House, by: str, what: str, lines: Lines) -> None:
    """Record that *by* was shown these; before they are shown."""
    with house.writing() as work:
        work.record([Looked(at=work.at, by=by, what=what, size=len(lines.items))])


def instant(day: date) -> datetime:
    """Return the first instant of *day*, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)

"""Requests of people for their rights: a month to answer, two more with a reason, and never a name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import asked, auditing, people, takeout_facts
from sayso.app.jobs.asked import Book
from sayso.facts.deeds import RequestReceived
from sayso.facts.errors import Refused, SaysoError, Unfit
from sayso.facts.instants import iso, parse_instant

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("received", "due", "latest"),
    [
        ("2025-06-15", "2025-07-15", "2025-09-15"),
        ("2025-01-31", "2025-02-28", "2025-04-30"),
        ("2024-01-31", "2024-02-29", "2024-04-30"),
        ("2024-11-30", "2024-12-30", "2025-02-28"),
        ("2025-08-31", "2025-09-30", "2025-11-30"),
    ],
)
def test_a_month_ends_with_the_same_day_or_the_months_last(
    house: House, clock: StoryClock, received: str, due: str, latest: str
) -> None:
    clock.set(parse_instant(received) + timedelta(hours=15) if received > "2025-09" else clock.now())
    made = asked.add(house, "access", by="olga", file="2025/7", received=parse_instant(received))
    assert iso(made.due)[:10] == due
    at = made.due + timedelta(hours=23, minutes=59)
    assert made.state(at) == "soon"
    assert made.state(made.due + DAY) == "overdue"
    assert iso(asked.add_calendar(made.received, months=asked.LONGEST))[:10] == latest


def test_ana_asks_once_and_sees_when_an_answer_is_due(house: House) -> None:
    ana = people.account_of(house, "ana")
    first = asked.add(house, "erasure", by="person", account=ana)
    again = asked.add(house, "erasure", by="person", account=ana)
    assert first.number == again.number
    other = asked.add(house, "access", by="person", account=ana)
    assert [one.number for one in asked.of_account(house, ana)] == [other.number, first.number]
    assert asked.of_account(house, people.account_of(house, "bo")) == []
    assert auditing.audit(house).report.findings == ()


def test_it_is_extended_once_with_a_reason_and_only_while_the_month_runs(house: House, clock: StoryClock) -> None:
    made = asked.add(house, "access", by="olga", file="7")
    for until in (made.due, made.received + 93 * DAY, made.received):
        with pytest.raises(Unfit, match="can be extended to a day after"):
            asked.extend(house, made.number, by="olga", why="many systems", until=until)
    with pytest.raises(Unfit, match="say why"):
        asked.extend(house, made.number, by="olga", why=" ")
    longer = asked.extend(house, made.number, by="olga", why="many systems")
    assert iso(longer.due)[:10] == "2025-12-01"
    with pytest.raises(Refused, match="once"):
        asked.extend(house, made.number, by="olga", why="more")
    late = asked.add(house, "erasure", by="olga", file="8")
    clock.set(late.due + DAY)
    with pytest.raises(Refused, match="overdue"):
        asked.extend(house, late.number, by="olga", why="more")


def test_it_is_answered_once_and_an_answer_that_came_late_says_so(house: House, clock: StoryClock) -> None:
    made = asked.add(house, "objection", by="olga", file="7")
    clock.set(made.due + DAY)
    assert [one.state(house.now()) for one in Book(house).open()] == ["overdue"]
    done = asked.close(house, made.number, by="olga", why="ended", refused=True)
    assert (done.state(house.now()), done.late()) == ("refused", True)
    with pytest.raises(Refused, match="already"):
        asked.close(house, made.number, by="olga", why="again")
    assert Book(house).open() == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"what": "a pony"}, "no right"),
        ({"file": "Ana Example"}, "never a name"),
        ({"file": "letter"}, "never a name"),
        ({"file": "1" * 41}, "never a name"),
        ({"file": ""}, "name the account"),
        ({"received": datetime.max.replace(tzinfo=parse_instant("2025-01-01").tzinfo)}, "not come yet"),
        ({"account": "nobody"}, "no such account"),
    ],
)
def test_what_is_no_request_leaves_no_line(house: House, more: dict[str, object], said: str) -> None:
    told: dict[str, object] = {"what": "access", "by": "olga", "file": "7", **more}
    what = str(told.pop("what"))
    with pytest.raises(SaysoError, match=said):
        asked.add(house, what, **told)  # type: ignore[arg-type]  # words of each case
    with house.reading() as conn:
        assert list(house.ledger.of_kind(conn, RequestReceived)) == []


def test_a_number_that_is_no_request_is_refused(house: House) -> None:
    for number in (1, 0, -1, 10**9):
        with pytest.raises(Unfit, match="is no request"):
            asked.close(house, number, by="olga", why="w")


def test_anas_take_out_has_her_requests_and_no_officers_name(house: House, talk: Callable[..., None]) -> None:
    ana = people.account_of(house, "ana")
    made = asked.add(house, "access", by="olga", account=ana)
    asked.close(house, made.number, by="olga", why="sent to you")
    _, lines = takeout_facts.lines(house, ana, 0)
    told = [one["line"] for one in lines if one["line"]["type"].startswith("request")]
    assert [one["by"] for one in told] == ["operator", "operator"]
    assert told[1]["why"] == "sent to you"


def test_a_book_reads_on_where_it_ended(house: House) -> None:
    book = Book(house)
    assert book.all() == []
    made = asked.add(house, "access", by="olga", file="7")
    assert [one.number for one in book.open()] == [made.number]
    asked.close(house, made.number, by="olga", why="w")
    assert (book.open(), len(book.all())) == ([], 1)

"""What people asked for by law: noted, listed with the day it is to be answered by, extended once, and noted as answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from sayso.app.http.v1.keeping import Why
from sayso.app.http.v1.ops import At, Call, Nothing, Page, Paged, Reply, Room, known
from sayso.app.http.v1.problems import Failure
from sayso.app.jobs.asked import Asked
from sayso.facts.deeds import Wanted
from sayso.facts.errors import Refused
from sayso.facts.instants import iso, parse_instant

room = Room("requests", "What people asked for by law, and by when it is to be answered.")
State = Literal["open", "soon", "overdue", "done", "refused"]
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A day, UTC."""


class NewRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which right, of whom: an account, or your own number of the file where the letter lies. Never a name."""

    what: Annotated[Wanted, Meta(examples=["access"])]
    account: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    file: Annotated[str, Meta(max_length=40, examples=["letter-7"])] = ""
    received: Day | None = None
    """The day it reached you; today where you do not say, and never a day to come."""


class Request(Struct, frozen=True, kw_only=True):
    """One request as it stands; `answer_by` is the last day in time (GDPR Art. 12(3)), `late` that it was missed."""

    request: int
    what: str
    account: str | None
    file: str
    by: str
    received: Annotated[Day, Meta(examples=["2026-11-02"])]
    answer_by: Annotated[Day, Meta(examples=["2026-12-02"])]
    state: State
    late: bool
    extended: str
    """Why it takes longer; empty where nobody said so."""
    answered_at: At | None
    answered_by: str
    why: str


class Asking(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of them: those that are not answered unless another state is named, `late` for what was answered too late."""

    state: Literal["unanswered", "open", "soon", "overdue", "done", "refused", "late", "all"] = "unanswered"


class Extending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it takes longer, as the person was told within the first month, and until which day: the latest there is, by default."""

    why: Why
    until: Day | None = None


class Answering(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it was answered, and what was done or why it was refused, as the person was told."""

    how: Annotated[Literal["done", "refused"], Meta(examples=["done"])]
    why: Why


@room.op(
    "POST", "/requests", "request", body=NewRequest, gives=Request, status=201, also=(200,), problems=("unfit", "not-found")
)  # fmt: skip
def note_request(call: Call[Nothing, NewRequest]) -> Reply:
    """Note what somebody asked for; what the account has open already for the same right is given back as it is (200)."""
    given = call.body
    day = None if given.received is None else parse_instant(given.received, what="received")
    made, new = known(lambda: call.hosts.requests.note(call.by, given.what, given.account or "", given.file, day))
    return Reply(
        value=_shown(made, call.setting.desk.now()),
        status=201 if new else 200,
        headers={"location": f"/v1/requests/{made.number}"},
    )


@room.op("GET", "/requests", "request", query=Asking, gives=Page[Request])
def list_requests(call: Call[Asking, Nothing]) -> Page[Request]:
    """List requests, what is due first on top; that they were shown is recorded."""
    asked, after = call.query, call.after(tuple[datetime, int])
    shown, more = call.hosts.requests.page(call.by, asked.state, after, asked.limit)
    now = call.setting.desk.now()
    last = (shown[-1].due, shown[-1].number) if more else None
    return Page(items=tuple(_shown(one, now) for one in shown), next=call.next(last))


@room.op("GET", "/requests/{request}", "request", gives=Request)
def show_request(call: Call[Nothing, Nothing]) -> Request:
    """Show one request; that it was shown is recorded."""
    return _shown(known(lambda: call.hosts.requests.find(call.by, _number(call))), call.setting.desk.now())


@room.op("GET", "/accounts/{account}/requests", "request", query=Paged, gives=Page[Request])
def list_requests_of(call: Call[Paged, Nothing]) -> Page[Request]:
    """List what one account asked for, the newest first, as its person sees it on their own pages."""
    account = known(lambda: call.setting.desk.person(call.account)).account
    after, now = call.after(int), call.setting.desk.now()
    left = [one for one in call.setting.desk.asked(account) if after is None or one.number < after]
    shown = left[: call.query.limit]
    last = shown[-1].number if len(left) > len(shown) else None
    return Page(items=tuple(_shown(one, now) for one in shown), next=call.next(last))


@room.op("POST", "/requests/{request}/extend", "answer", body=Extending, gives=Request, problems=("unfit", "conflict"))
def extend_request(call: Call[Nothing, Extending]) -> Request:
    """Take up to two months longer, once, and before the first month is over; tell the person why."""
    until = None if call.body.until is None else parse_instant(call.body.until, what="until")
    known(lambda: call.hosts.requests.find(call.by, _number(call)))
    try:
        made = call.hosts.requests.extend(call.by, _number(call), call.body.why, until)
    except Refused as error:
        raise Failure("conflict", str(error)) from None
    return _shown(made, call.setting.desk.now())


@room.op("POST", "/requests/{request}/answer", "answer", body=Answering, gives=Request, problems=("unfit", "conflict"))
def answer_request(call: Call[Nothing, Answering]) -> Request:
    """Note that a request was answered: done as asked, or refused. It does nothing else, and cannot be taken back."""
    known(lambda: call.hosts.requests.find(call.by, _number(call)))
    try:
        made = call.hosts.requests.close(call.by, _number(call), call.body.why, refused=call.body.how == "refused")
    except Refused as error:
        raise Failure("conflict", str(error)) from None
    return _shown(made, call.setting.desk.now())


def _number(call: Call[Any, Any]) -> int:
    return int(call.path["request"])


def _shown(one: Asked, now: datetime) -> Request:
    return Request(
        request=one.number,
        what=one.what,
        account=one.account,
        file=one.file,
        by=one.by,
        received=iso(one.received)[:10],
        answer_by=iso(one.due)[:10],
        state=one.state(now),
        late=one.late() or one.state(now) == "overdue",
        extended=one.extended,
        answered_at=one.closed,
        answered_by=one.closed_by,
        why=one.why,
    )

"""Ends: notice periods, what ends when, and the sweep that destroys what is due."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from sayso.app.http.v1.keeping import Why, desk
from sayso.app.http.v1.ops import At, Call, Nothing, Page, Paged, Reply, Room
from sayso.facts import endings

room = Room("ends", "What ends and when: notice periods, previews, sweeps.")


class Retention(Struct, frozen=True, kw_only=True):
    """Days between an announcement and the end, to take a deletion back, and to keep proof of who is forgotten."""

    notice: int
    grace: int
    evidence: int


class NewRetention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The days from now on, and why."""

    notice: Annotated[int, Meta(ge=0, le=366, examples=[14])]
    grace: Annotated[int, Meta(ge=0, le=366, examples=[7])]
    evidence: Annotated[int, Meta(ge=0, le=3653, examples=[1461])]
    why: Why


class Ahead(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many days to look ahead; 0 is what is due now."""

    days: Annotated[int, Meta(ge=0, le=3653)] = 0


class Ending(Struct, frozen=True, kw_only=True):
    """A conversation that ends: when, by which row of the policy, the day that was announced, and whether its person deleted it."""

    account: str
    conversation: str
    until: At
    why: str
    announced: At | None
    asked: bool


class Sweep(Struct, frozen=True, kw_only=True):
    """What is due (`more`: than was looked at), the sweep that runs, and what the last one here destroyed."""

    due: int
    more: bool
    running: bool
    stopping: bool
    looked: int
    shredded: int | None
    kept: int | None
    failed: str


class Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is ordered."""

    why: Why


@room.op("GET", "/retention", "retain", gives=Retention)
def show_retention(call: Call[Nothing, Nothing]) -> Retention:
    """Show the days in force; its `ETag` goes with a change."""
    found = call.hosts.retention()
    return Retention(notice=found.notice, grace=found.grace, evidence=found.evidence)


@room.op("PUT", "/retention", "retain", body=NewRetention, gives=Retention, guarded=True, problems=("unfit",))
def put_retention(call: Call[Nothing, NewRetention]) -> Retention:
    """Set the days; what waits for its day is looked at anew."""
    given = call.body
    wanted = endings.Retention(notice=given.notice, grace=given.grace, evidence=given.evidence)
    made = call.hosts.put_retention(wanted, by=call.by, why=given.why)
    return Retention(notice=made.notice, grace=made.grace, evidence=made.evidence)


@room.op("GET", "/endings", "retain", query=Ahead, gives=Page[Ending], problems=("unfit",))
def list_endings(call: Call[Ahead, Nothing]) -> Page[Ending]:
    """List what is due or ends soon, the first first; that pseudonyms were shown is recorded. It changes nothing else."""
    asked = call.query
    found = call.hosts.endings(asked.days, by=call.by, most=asked.limit + 1, after=call.after(tuple[At, str]))
    shown = found[: asked.limit]
    last = (shown[-1].until, shown[-1].conversation) if len(found) > len(shown) else None
    items = tuple(
        Ending(
            account=one.account,
            conversation=one.conversation,
            until=one.until,
            why=one.why,
            announced=one.announced,
            asked=one.asked,
        )
        for one in shown
    )
    return Page(items=items, next=call.next(last))


@room.op("GET", "/sweeps", "retain", gives=Sweep)
def show_sweep(call: Call[Nothing, Nothing]) -> Sweep:
    """Show what a sweep would find, and the one that runs or ran last."""
    return _sweep(call)


@room.op("POST", "/sweeps", "retain", body=Order, gives=Sweep, status=202, problems=("unfit",))
def start_sweep(call: Call[Nothing, Order]) -> Sweep:
    """Begin a sweep beside everything else; what it destroys does not come back."""
    desk(call).start_sweep(call.by, call.body.why)
    return _sweep(call)


@room.op("POST", "/sweeps/stop", "retain", body=Order, gives=Sweep, status=202, problems=("unfit",))
def stop_sweep(call: Call[Nothing, Order]) -> Reply:
    """Have the sweep that runs end after its batch; what it destroyed stays destroyed."""
    desk(call).stop_sweep(call.by, call.body.why)
    return Reply(value=_sweep(call))


def _sweep(call: Call[Any, Any]) -> Sweep:
    seen = desk(call).sweeping(call.by)
    return Sweep(
        due=seen.due,
        more=seen.more,
        running=seen.running,
        stopping=seen.stopping,
        looked=seen.looked,
        shredded=None if seen.done is None else seen.done.shredded,
        kept=None if seen.done is None else seen.done.kept,
        failed=seen.failed,
    )

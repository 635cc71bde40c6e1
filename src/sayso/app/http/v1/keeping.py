"""Holds: legal orders to keep. They open nothing, and stop a destruction in the vault itself."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from sayso.app.console import Console
from sayso.app.http.v1.ops import At, Call, Nothing, Page, Paged, Room
from sayso.app.http.v1.problems import Failure
from sayso.facts.events import Scope
from sayso.facts.words import AccountId, ConversationId

room = Room("holds", "Legal orders to keep, placed and ended with a reason that is recorded.")
Why = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S", examples=["ordered by the court"])]
Names = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...], Meta(min_length=1, max_length=1_000)]
Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Reach(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an order reaches: all that is named must fit; what is not named leaves open. Nothing named is everything."""

    accounts: Annotated[Names, Meta(examples=[["a-1"]])] | None = None
    regions: Names | None = None
    tiers: Names | None = None
    conversations: Names | None = None
    since: At | None = None
    until: At | None = None


class NewHold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to keep. *silent*: it may not be told of; *future*: it is for what comes, and may reach nothing now."""

    hold: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^/\x00-\x1f\x7f]+$", examples=["case-1"])]
    matter: Annotated[Text, Meta(examples=["Smith v. Example"])]
    reach: Annotated[Reach, Meta(examples=[{"accounts": ["a-1"]}])]
    why: Why
    paper: Text = ""
    silent: bool = False
    future: bool = False


class Hold(Struct, frozen=True, kw_only=True):
    """A hold in force, and how many conversations it kept when they were counted."""

    hold: str
    matter: str
    since: At
    silent: bool
    conversations: int


class Placed(Struct, frozen=True, kw_only=True):
    """What placing or ending did: conversations and accounts it reaches, rows withdrawn, and what nothing holds any more."""

    hold: str
    matter: str
    conversations: int
    accounts: int
    withdrawn: int
    released: int


class Ended(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it ends."""

    why: Why


@room.op("GET", "/holds", "hold", query=Paged, gives=Page[Hold])
def list_holds(call: Call[Paged, Nothing]) -> Page[Hold]:
    """List the holds in force, by name; silent ones too."""
    after = call.after(str)
    left = sorted((one for one in _holds(call) if after is None or one.hold > after), key=lambda one: one.hold)
    shown = left[: call.query.limit]
    return Page(items=tuple(shown), next=call.next(shown[-1].hold if len(left) > len(shown) else None))


@room.op("GET", "/holds/{hold}", "hold", gives=Hold)
def show_hold(call: Call[Nothing, Nothing]) -> Hold:
    """Show one hold in force."""
    return _one(call)


@room.op("POST", "/holds", "hold", body=NewHold, gives=Placed, status=201, problems=("unfit",))
def place_hold(call: Call[Nothing, NewHold]) -> Placed:
    """Place a hold; what it reaches is used for nothing else from then on, and is withdrawn from releases."""
    given = call.body
    reach = given.reach
    scope = Scope(
        accounts=None if reach.accounts is None else tuple(AccountId(one) for one in reach.accounts),
        regions=reach.regions,
        tiers=reach.tiers,
        conversations=None if reach.conversations is None else tuple(ConversationId(one) for one in reach.conversations),
        since=reach.since,
        until=reach.until,
    )
    told: dict[str, Any] = {"matter": given.matter, "paper": given.paper, "silent": given.silent, "future": given.future}
    return _placed(desk(call).place_hold(call.by, given.hold, scope, told, given.why))


@room.op("POST", "/holds/{hold}/end", "hold", body=Ended, gives=Placed, problems=("unfit",))
def end_hold(call: Call[Nothing, Ended]) -> Placed:
    """End a hold; what no other reason keeps is due from then on."""
    return _placed(desk(call).end_hold(call.by, _one(call).hold, call.body.why))


def desk(call: Call[Any, Any]) -> Console:
    """Return the officers' desk, where these orders are given; 404 where there is none."""
    found = call.setting.desk.console
    if found is None:
        raise Failure("not-found")
    return found


def _holds(call: Call[Any, Any]) -> list[Hold]:
    return [
        Hold(
            hold=one.placed.hold,
            matter=one.placed.matter,
            since=one.placed.at,
            silent=one.placed.silent is True,
            conversations=one.conversations,
        )
        for one in desk(call).holds()
    ]


def _one(call: Call[Any, Any]) -> Hold:
    found = next((one for one in _holds(call) if one.hold == call.path["hold"]), None)
    if found is None:
        raise Failure("not-found")
    return found


def _placed(state: Any) -> Placed:
    return msgspec.convert(state, Placed, from_attributes=True)

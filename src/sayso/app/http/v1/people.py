"""Accounts: enrolled under a pseudonym, their facts told, deleted and brought back. No name ever comes out."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from sayso.app.http.v1.ops import At, Call, Nothing, Reply, Room, known
from sayso.app.http.v1.problems import Failure
from sayso.facts.errors import Refused
from sayso.facts.words import UNKNOWN, AccountId

room = Room("accounts", "Who chooses: accounts under a pseudonym, with the facts a policy asks for.")
Fact = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class NewAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to enrol: your own name for the account, kept sealed, and what you know. What is not known is never used for a yes."""

    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["ana"])]
    tier: Annotated[Fact, Meta(examples=["pro"])] = UNKNOWN
    region: Annotated[Fact, Meta(examples=["US"])] = UNKNOWN
    birth_year: Annotated[int, Meta(ge=1900, le=2100, examples=[1990])] | None = None


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a policy asks about an account; `unknown` where you do not know."""

    tier: Annotated[Fact, Meta(examples=["free"])]
    region: Annotated[Fact, Meta(examples=["DE"])]


class Stated(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a person says they live, in their own word; `null` where they say nothing, or take it back."""

    region: Annotated[str, Meta(min_length=2, max_length=3, pattern="^[A-Z]{2,3}$", examples=["DE"])] | None


class Account(Struct, frozen=True, kw_only=True):
    """An account as it stands: its answer per purpose, and since when it is deleted."""

    account: str
    tier: str
    region: str
    says: dict[str, str]
    deleted_at: At | None = None


class Leaving(Struct, frozen=True, kw_only=True):
    """What a deletion means: by when nothing can be read (`null` while something without a known end keeps it), and until when
    it can be taken back (`null` where it cannot)."""

    unreadable_by: At | None
    undo_until: At | None


@room.op("POST", "/accounts", "people", body=NewAccount, gives=Account, status=201, also=(200,), problems=("unfit",))
def enrol_account(call: Call[Nothing, NewAccount]) -> Reply:
    """Enrol an account and get its pseudonym; one that is known (200) stays as it is."""
    given = call.body
    account, new = call.hosts.enrol(given.name, tier=given.tier, region=given.region, birth_year=given.birth_year)
    return Reply(value=_shown(call, account), status=201 if new else 200, headers={"location": f"/v1/accounts/{account}"})


@room.op("GET", "/accounts/{account}", "people", gives=Account)
def show_account(call: Call[Nothing, Nothing]) -> Account:
    """Show an account, also one that is deleted and can still come back."""
    return _shown(call, call.account)


@room.op("GET", "/accounts/{account}/facts", "people", gives=Facts)
def show_facts(call: Call[Nothing, Nothing]) -> Facts:
    """Show what a policy asks about an account; its `ETag` goes with a change."""
    account = known(lambda: call.setting.desk.person(call.account))
    return Facts(tier=account.tier, region=account.region)


@room.op("PUT", "/accounts/{account}/facts", "people", body=Facts, gives=Facts, guarded=True, problems=("unfit", "conflict"))
def put_facts(call: Call[Nothing, Facts]) -> Facts:
    """Tell another plan or region; what follows for conversations and releases is done before this answers."""
    known(lambda: call.hosts.tell(call.account, tier=call.body.tier, region=call.body.region))
    return call.body


@room.op("GET", "/accounts/{account}/stated-region", "people", gives=Stated)
def show_stated_region(call: Call[Nothing, Nothing]) -> Stated:
    """Show where the person says they live; its `ETag` goes with a change."""
    return Stated(region=known(lambda: call.setting.desk.person(call.account)).region_stated)


@room.op(
    "PUT", "/accounts/{account}/stated-region", "people", body=Stated, gives=Stated, guarded=True, problems=("unfit", "conflict")
)
def put_stated_region(call: Call[Nothing, Stated]) -> Stated:
    """Pass on where the person says they live. It permits nothing: where it differs from your word the region is unknown."""
    known(lambda: call.setting.desk.state_region(call.account, call.body.region))
    return call.body


@room.op("DELETE", "/accounts/{account}", "people", gives=Leaving)
def delete_account(call: Call[Nothing, Nothing]) -> Leaving:
    """Delete an account with all its conversations: out of sight and unused at once; deleted twice it is the same."""
    known(lambda: call.setting.desk.person(call.account))
    until = call.setting.desk.delete_account(call.account)
    return Leaving(unreadable_by=until, undo_until=call.setting.desk.undo_until(call.account, None))


@room.op("POST", "/accounts/{account}/return", "people", gives=Account, problems=("conflict",))
def return_account(call: Call[Nothing, Nothing]) -> Account:
    """Bring a deleted account back, while that can be done."""
    known(lambda: call.setting.desk.person(call.account))
    try:
        call.setting.desk.undo(call.account, None)
    except Refused as error:
        raise Failure("conflict", str(error)) from None
    return _shown(call, call.account)


def _shown(call: Call[Any, Any], account: AccountId) -> Account:
    found = known(lambda: call.setting.desk.person(account))
    return Account(account=found.account, tier=found.tier, region=found.region, says=dict(found.says), deleted_at=found.deleted_at)

"""Getting in: the key that asks, other keys, and links that let a person in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from sayso.app.grants import Scope, ServiceKey
from sayso.app.http import links
from sayso.app.http.v1.keeping import Why
from sayso.app.http.v1.ops import At, Call, Nothing, Page, Paged, Reply, Room, known
from sayso.app.http.v1.problems import KINDS, Failure
from sayso.facts.words import AccountId

room = Room("keys", "Keys of services, and signed links that let a person in.")


class Key(Struct, frozen=True, kw_only=True):
    """A key and what it may do; the key itself is shown once, when it is made, and stored nowhere."""

    id: str
    name: str
    scopes: tuple[str, ...]
    since: At
    revoked: At | None = None


class Own(Struct, frozen=True, kw_only=True):
    """The key that asks."""

    id: str
    name: str
    scopes: tuple[str, ...]


class NewKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which service, with which scopes (none that the key that asks has not), and why."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$", examples=["billing"])]
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, examples=[["count"]])]
    why: Why


class MadeKey(Key, frozen=True, kw_only=True):
    """A new key, with its text: keep it now."""

    key: str


class Revoking(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is revoked."""

    why: Why


class NewLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link for one person: for which account, where to, for how many minutes, and where they live as the host knows it."""

    account: Annotated[str, Meta(min_length=1, max_length=200, examples=["a-1"])]
    to: Literal["choice", "signup", "conversations", "history"] = "choice"
    minutes: Annotated[int, Meta(ge=1, le=60)] = 15
    region: Annotated[str, Meta(pattern="^[A-Z]{2,3}$", examples=["DE"])] | None = None


class Link(Struct, frozen=True, kw_only=True):
    """A signed link that lets one person in, once."""

    link: str
    minutes: int


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of problem."""

    slug: str
    status: int
    title: str
    next: str


@room.op("GET", "/key", "any", gives=Own)
def show_own_key(call: Call[Nothing, Nothing]) -> Own:
    """Say which key this is and what it may do."""
    key = _asking(call)
    return Own(id=key.id, name=key.name, scopes=tuple(sorted(key.scopes)))


@room.op("POST", "/links", "link", body=NewLink, gives=Link, status=201, problems=("unfit",))
def make_link(call: Call[Nothing, NewLink]) -> Link:
    """Make a signed link that lets one person in, once; 404 for an account that is not, or was deleted."""
    given, setting = call.body, call.setting
    person = known(lambda: setting.desk.person(AccountId(given.account)))
    if person.deleted_at is not None:
        raise Failure("not-found")
    at = setting.desk.now()
    told: dict[str, Any] = {"base_url": setting.origin, "minutes": given.minutes, "to": given.to, "region": given.region}
    made = links.mint(setting.secret, person.account, "person", at=at, **told)
    return Link(link=made, minutes=given.minutes)


@room.op("GET", "/keys", "keys", query=Paged, gives=Page[Key])
def list_keys(call: Call[Paged, Nothing]) -> Page[Key]:
    """List the keys there are and were, in the order they were made."""
    after = call.after(tuple[datetime, str])
    every = sorted(call.hosts.grants.state().keys.values(), key=lambda one: (one.since, one.id))
    left = [one for one in every if after is None or (one.since, one.id) > after]
    shown = left[: call.query.limit]
    last = (shown[-1].since, shown[-1].id) if len(left) > len(shown) else None
    return Page(items=tuple(_key(one) for one in shown), next=call.next(last))


@room.op("POST", "/keys", "keys", body=NewKey, gives=MadeKey, status=201, secret=True, problems=("unfit", "refused"))
def make_key(call: Call[Nothing, NewKey]) -> MadeKey:
    """Make a key. Asked twice under one `Idempotency-Key` it is made once, and told once."""
    made, text = call.hosts.make_key(_asking(call), call.body.name, call.body.scopes, call.body.why)
    return MadeKey(**msgspec.structs.asdict(_key(made)), key=text)


@room.op("POST", "/keys/{id}/revoke", "keys", body=Revoking, gives=Key, problems=("unfit",))
def revoke_key(call: Call[Nothing, Revoking]) -> Key:
    """Revoke a key: it opens nothing from the next request on, also not for who asks here."""
    if call.path["id"] not in call.hosts.grants.state().keys:
        raise Failure("not-found")
    return _key(call.hosts.revoke(call.path["id"], call.body.why, _asking(call)))


@room.op("GET", "/problems/{slug}", "anyone", gives=Kind)
def show_problem(call: Call[Nothing, Nothing]) -> Reply:
    """Explain a kind of problem: what its `type` leads to."""
    kind = KINDS.get(call.path["slug"])
    if kind is None:
        raise Failure("not-found")
    return Reply(value=Kind(slug=call.path["slug"], status=kind.status, title=kind.title, next=kind.next))


def _asking(call: Call[Any, Any]) -> ServiceKey:
    if call.key is None:
        raise Failure("no-key")
    return call.key


def _key(one: ServiceKey) -> Key:
    return Key(id=one.id, name=one.name, scopes=tuple(sorted(one.scopes)), since=one.since, revoked=one.revoked)

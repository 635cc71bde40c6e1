"""Releases: what was built, what was withdrawn since, and proofs for one person of what is in them or is not."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from sayso.app.http.v1.ops import TEXT, At, Call, Nothing, Page, Paged, Reply, Room, known
from sayso.app.http.v1.problems import Failure
from sayso.facts.errors import Unfit

room = Room("releases", "Training sets: cards, recalls, and proofs of presence, absence and belief.")


class Release(Struct, frozen=True, kw_only=True):
    """A release: its rows, how many were withdrawn since, in which revision; what was left out, by row of the policy."""

    release: str
    purpose: str
    policy: str
    built_at: At
    rows: int
    withdrawn: int
    revision: int
    digest: str
    left_out: dict[str, int]


class Withdrawn(Struct, frozen=True, kw_only=True):
    """The blinded ids of the rows that were withdrawn, in their order."""

    release: str
    revision: int
    ids: tuple[str, ...]


class Recalled(Struct, frozen=True, kw_only=True):
    """What a recall came to: all that is withdrawn, what was new, and by which rows of the policy."""

    release: str
    revision: int
    rows: int
    withdrawn: int
    added: int
    why: dict[str, int]


class Went(Struct, frozen=True, kw_only=True):
    """How much of one person is still in a release and was withdrawn, and the runs that read it."""

    release: str
    purpose: str
    built_at: At
    still: int
    withdrawn: int
    runs: tuple[str, ...]


class Whereabouts(Struct, frozen=True, kw_only=True):
    """Every release, the newest first, and how much of one person went into it."""

    releases: tuple[Went, ...]


@room.op("GET", "/releases", "release", query=Paged, gives=Page[Release])
def list_releases(call: Call[Paged, Nothing]) -> Page[Release]:
    """List the releases, the oldest first."""
    names, after = call.hosts.releases(), call.after(int) or 0
    shown = names[after : after + call.query.limit]
    end = after + len(shown)
    return Page(items=tuple(_release(call, one) for one in shown), next=call.next(end if end < len(names) else None))


@room.op("GET", "/releases/{release}", "release", gives=Release)
def show_release(call: Call[Nothing, Nothing]) -> Release:
    """Show one release."""
    return _release(call, _name(call))


@room.op("GET", "/releases/{release}/card", "release", gives=str, media=TEXT)
def show_card(call: Call[Nothing, Nothing]) -> Reply:
    """Give the card of a release, as its readers have it (Markdown)."""
    return Reply(value=call.hosts.card(_name(call)).encode())


@room.op("GET", "/releases/{release}/withdrawn", "release", gives=Withdrawn)
def list_withdrawn(call: Call[Nothing, Nothing]) -> Withdrawn:
    """List what was withdrawn from a release; whoever has a copy leaves these rows out."""
    _, gone = call.hosts.release(_name(call))
    return Withdrawn(release=call.path["release"], revision=gone.revision, ids=tuple(gone.ids))


@room.op("POST", "/releases/{release}/recall", "release", gives=Recalled)
def recall_release(call: Call[Nothing, Nothing]) -> Recalled:
    """Withdraw what may not be used any more; most of it was withdrawn when the person said so, this also finds what lapsed."""
    made = call.hosts.recall(_name(call))
    return Recalled(
        release=made.release, revision=made.revision, rows=made.rows, withdrawn=made.withdrawn, added=made.added, why=made.why
    )


@room.op("GET", "/accounts/{account}/releases", "chats", gives=Whereabouts)
def list_whereabouts(call: Call[Nothing, Nothing]) -> Whereabouts:
    """Say of every release how much of one person is in it."""
    account = known(lambda: call.setting.desk.person(call.account)).account
    went = call.setting.desk.went(account)
    return Whereabouts(
        releases=tuple(
            Went(
                release=one.release,
                purpose=one.purpose,
                built_at=one.built_at,
                still=one.still,
                withdrawn=one.withdrawn,
                runs=tuple(name for name, _ in one.runs),
            )
            for one in went
        )
    )


@room.op("GET", "/accounts/{account}/releases/{release}/proof", "prove", gives=dict[str, Any])
def prove_release(call: Call[Nothing, Nothing]) -> dict[str, Any]:
    """Prove that something of a person is in a release, or that nothing is. It holds their secret: it is for them."""
    account = known(lambda: call.setting.desk.person(call.account)).account
    return dict(known(lambda: call.setting.desk.proof(account, call.path["release"])))


@room.op("GET", "/accounts/{account}/belief", "prove", gives=dict[str, Any])
def prove_belief(call: Call[Nothing, Nothing]) -> dict[str, Any]:
    """Prove what the log's newest line about beliefs says of a person; 404 while there is none. It is for them alone."""
    account = known(lambda: call.setting.desk.person(call.account)).account
    try:
        return dict(known(lambda: call.hosts.belief(account)))
    except Unfit as error:
        raise Failure("not-found", str(error)) from None


def _name(call: Call[Any, Any]) -> str:
    name = call.path["release"]
    if name not in call.hosts.releases():
        raise Failure("not-found")
    return name


def _release(call: Call[Any, Any], name: str) -> Release:
    made, gone = call.hosts.release(name)
    return Release(
        release=name,
        purpose=made.plan.purpose,
        policy=made.plan.policy,
        built_at=made.plan.at,
        rows=made.rows,
        withdrawn=len(gone.ids),
        revision=gone.revision,
        digest=made.digest,
        left_out=dict(made.plan.left_out),
    )

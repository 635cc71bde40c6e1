"""The policy: what is in force, in words and as it was written, and what is wrong with a text that might be proposed."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from sayso.app.http.v1.ops import TEXT, At, Call, Nothing, Reply, Room
from sayso.policy.checking import check_text

room = Room("policy", "The policy in force, in words; and a text checked before anybody proposes it.")
LONGEST = 131_072


class Said(Struct, frozen=True, kw_only=True):
    """One row of a table (`choice`, `use`, `keep`, `cap`, `scrub`) in words, and what it rests on."""

    table: str
    row: str
    sentence: str
    because: str


class Governing(Struct, frozen=True, kw_only=True):
    """The policy in force, since when, how many officers it takes to change it, and every row of its version of now."""

    name: str
    title: str
    digest: str
    since: At
    version: str
    officers: int
    rows: tuple[Said, ...]


class PolicyText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy as it would be proposed: TOML, and its name in messages."""

    toml: Annotated[str, Meta(max_length=100_000, examples=['title = "Example"'])]
    name: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")] = "policy"


class Checked(Struct, frozen=True, kw_only=True):
    """Whether the text loads, its digest where it does; what is wrong with it, and what is only doubtful, line by line."""

    loads: bool
    digest: str | None
    same: bool
    """Whether it is the text in force."""
    problems: tuple[str, ...]
    doubts: tuple[str, ...]


@room.op("GET", "/policy", "policy", gives=Governing)
def show_policy(call: Call[Nothing, Nothing]) -> Governing:
    """Show the policy in force in words."""
    seen = call.hosts.policies.view()
    return Governing(
        name=seen.name,
        title=seen.title,
        digest=seen.digest,
        since=seen.line.at,
        version=seen.version,
        officers=2 if seen.two else 1,
        rows=tuple(
            Said(table=table, row=one.row, sentence=one.sentence, because=one.because) for table, rows in seen.words for one in rows
        ),
    )


@room.op("GET", "/policy/text", "policy", gives=str, media=TEXT)
def show_policy_text(call: Call[Nothing, Nothing]) -> Reply:
    """Give the policy in force as it was written (TOML); its SHA-256 is the digest that lines name."""
    return Reply(value=call.hosts.policies.text("").encode())


@room.op("POST", "/policy/check", "policy", body=PolicyText, gives=Checked, reads=True, limit=LONGEST)
def check_policy(call: Call[Nothing, PolicyText]) -> Checked:
    """Say what is wrong with a text; nothing is recorded, and nothing comes into force."""
    given = call.body
    found = check_text(given.toml, name=given.name)
    return Checked(
        loads=found.policy is not None,
        digest=None if found.policy is None else found.policy.digest,
        same=found.policy is not None and found.policy.digest == call.hosts.policies.view().digest,
        problems=tuple(one.of(given.name) for one in found.problems),
        doubts=tuple(one.of(given.name) for one in found.doubts),
    )

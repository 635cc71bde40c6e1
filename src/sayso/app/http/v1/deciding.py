"""Decided: may this be used for that, now or at an instant of the past, and by which rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from sayso.app.hosts import HostDesk
from sayso.app.http.v1.ops import LARGE, At, Call, Nothing, Room
from sayso.app.http.v1.problems import Failure
from sayso.facts.words import ConversationId

room = Room("decisions", "May this be used for that, and why. Computed anew each time, from the facts; stored nowhere.")
Purpose = Annotated[str, Meta(min_length=1, max_length=60, pattern="^[a-z_]+$", examples=["model_training"])]


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For what, and as of when: now where no instant is named."""

    purpose: Purpose = "model_training"
    at: At | None = None


class Many(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conversations to ask about, for one purpose."""

    purpose: Purpose
    conversations: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...], Meta(min_length=1, max_length=1_000, examples=[["c-1"]])
    ]


class Row(Struct, frozen=True, kw_only=True):
    """One row of the policy that decided."""

    row: str
    text: str
    source: str
    policy: str


class Decision(Struct, frozen=True, kw_only=True):
    """`use` is allow, deny or undetermined; only `allow` lets anything be used, and then only these ranges of turns.

    `use` is deny, without rows, for a conversation that is not here: what is not known is not used.
    """

    conversation: str
    purpose: str
    use: str
    turns: tuple[tuple[int, int], ...] = ()
    because: tuple[Row, ...] = ()
    at: At | None = None
    keep_until: At | None = None
    next_change_at: At | None = None
    sentences: tuple[str, ...] = ()


class Decided(Struct, frozen=True, kw_only=True):
    """One decision for each conversation that was asked about, in that order."""

    decisions: tuple[Decision, ...]


@room.op("GET", "/decisions/{conversation}", "decide", query=Asked, gives=Decision, problems=("unfit",))
def decide(call: Call[Asked, Nothing]) -> Decision:
    """Ask whether a conversation may be used for a purpose. It counts every order; what it says of them is not for the person."""
    found = _decided(call.hosts, call.conversation, call.query.purpose, call.query.at)
    if found is None:
        raise Failure("not-found")
    return found


@room.op("POST", "/decisions", "decide", body=Many, gives=Decided, limit=LARGE, reads=True, problems=("unfit",))
def decide_many(call: Call[Nothing, Many]) -> Decided:
    """Ask for many at once; it changes nothing. What is not here is denied."""
    made = []
    for name in call.body.conversations:
        found = _decided(call.hosts, ConversationId(name), call.body.purpose, None)
        made.append(found or Decision(conversation=name, purpose=call.body.purpose, use="deny"))
    return Decided(decisions=tuple(made))


def _decided(hosts: HostDesk, conversation: ConversationId, purpose: str, at: datetime | None) -> Decision | None:
    """Return the decision, `None` for a conversation that is not here or of which nothing is left."""
    if not hosts.has(conversation):
        return None
    found = hosts.decide(conversation, purpose, at)
    ruled = found.ruling.use[purpose]
    return Decision(
        conversation=conversation,
        purpose=purpose,
        use=ruled.use,
        turns=ruled.turns,
        because=tuple(Row(row=one.row, text=one.text, source=one.source, policy=one.policy) for one in ruled.because),
        at=found.ruling.at,
        keep_until=found.ruling.keep_until,
        next_change_at=found.ruling.next_change_at,
        sentences=found.sentences,
    )

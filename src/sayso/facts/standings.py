"""The standing of a conversation at an instant: everything known about it, as a policy may ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sayso.facts.words import NONE, UNKNOWN, AccountId, ConversationId, Purpose, Say

Age = Literal["adult", "minor", "undeclared", "unknown", "conflict"]


class Stretch(Struct, frozen=True, kw_only=True):
    """A run of consecutive turns collected under the same account, tier, region, contract, surface, model, origin and answers.

    Terms bind data as collected, so this, not the conversation, is what a policy rules on. `say` holds per purpose the answer
    that covered these turns when they were collected; turns are counted from 0, `last` included.
    """

    first: int
    last: int
    began_at: datetime
    ended_at: datetime
    account: AccountId
    tier: str = UNKNOWN
    region: str = UNKNOWN
    contract: str = NONE
    organisation: str = NONE
    surface: str = "chat"
    model: str = ""
    origin: str = "typed"
    imported: bool = False
    age: Age = "undeclared"
    say: Mapping[Purpose, Say] = {}
    tier_now: str = UNKNOWN
    region_now: str = UNKNOWN
    organisation_now: str = NONE


def alike(one: Stretch, other: Stretch) -> bool:
    """Return whether two stretches differ in nothing but their position and time."""
    places = ("first", "last", "began_at", "ended_at")
    return all(getattr(one, field) == getattr(other, field) for field in Stretch.__struct_fields__ if field not in places)


class Standing(Struct, frozen=True, kw_only=True):
    """Everything known about one conversation at `at`; `say_now` is the strictest present answer of all who contributed."""

    conversation: ConversationId
    account: AccountId
    at: datetime
    stretches: tuple[Stretch, ...]
    say_now: Mapping[Purpose, Say] = {}
    refused_at: Mapping[Purpose, datetime] = {}
    """Per purpose since when the present answer is a refusal, or when the yes of a stretch was `withdrawn`; else absent."""
    private: bool | None = False
    last_turn_at: datetime | None = None
    flagged_at: datetime | None = None
    feedback_at: datetime | None = None
    deleted_at: datetime | None = None
    holds: tuple[str, ...] = ()
    age_now: Age = "undeclared"

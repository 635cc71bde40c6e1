"""What the pages and the command line show: values computed from facts, ready to be put into words."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sayso.facts.canonical import canonical
from sayso.facts.errors import Refused
from sayso.facts.rulings import Ruling
from sayso.facts.words import UNKNOWN, AccountId, ConversationId, Covers, Purpose, Say, Via
from sayso.ledger import Request
from sayso.policy.turning import Turn

PROMISE = "sayso-promise"
"""The header of an answer that carries the promise that it will be public."""


class TooOften(Refused):
    """The person has begun as many take-outs as one day has room for."""


class PersonView(Struct, frozen=True, kw_only=True):
    """One account as its holder and an officer may see it."""

    account: AccountId
    name: str
    tier: str
    region: str
    says: Mapping[Purpose, Say]
    deleted_at: datetime | None = None
    region_told: str = UNKNOWN
    """The operator's word of where they live, doubted or not."""
    region_stated: str | None = None
    """The person's own word; `None` where they have said none."""


class PrivateView(Struct, frozen=True, kw_only=True):
    """What would hold of a private chat held now: whether it may be used under any answer, and for how many days it is kept."""

    used: bool
    days: int | None
    """`None` while it would be kept without a known end."""


class ChoiceView(Struct, frozen=True, kw_only=True):
    """One line of a person's history of answers; `seq` names its receipt."""

    seq: int
    at: datetime
    purpose: Purpose
    say: Say
    via: str
    notice: str | None
    covers: str
    unfair_since: datetime | None = None
    """When the notice was found unfair; a yes on it does not count then, and a no does."""

    @property
    def counts(self) -> bool:
        """Whether the answer counts: all do but a yes on a notice that was found unfair."""
        return self.unfair_since is None or self.say != "allow"


class WhyView(Struct, frozen=True, kw_only=True):
    """Why one purpose is ruled as it is: the facts that counted with their values, and the least change that would turn it."""

    counted: tuple[tuple[str, tuple[str, ...]], ...]
    turn: Turn


class Sent(Struct, frozen=True, kw_only=True):
    """A request under its sender's key, and what it asks for: sent again it gives the same answer, and no other line."""

    key: str
    asked: Mapping[str, str]
    part: int = 1
    """Which of the answers that one press becomes."""


class Where(Struct, frozen=True, kw_only=True):
    """Where an answer was pressed, and whether the browser sent `Sec-GPC: 1`; `None` where there was no browser."""

    path: str
    gpc: bool | None = None
    deadline: datetime | None = None
    """The last minute to decide that the screen named; `None` where it named none."""
    region: str | None = None
    """Where the person lives as the host's signed link claims; `None` where it claims nothing."""


class Press(Struct, frozen=True, kw_only=True):
    """What somebody answers, as it is to be recorded; *request* is what they sent it by, where that has a name."""

    account: AccountId
    purpose: Purpose
    say: Literal["allow", "refuse"]
    via: Via = "settings"
    withdraws: Via | None = None
    """What it came by where it takes a yes back, if that has a word of its own."""
    notice: str | None = None
    locale: str | None = None
    pressed: str | None = None
    covers: Covers = "from_now"
    request: Request | None = None
    where: Where | None = None
    """Where it was pressed; `None` where nobody looked."""


class ConversationView(Struct, frozen=True, kw_only=True):
    """One conversation as its owner sees it; `title` is opened for the owner alone."""

    conversation: ConversationId
    account: AccountId
    title: str
    began_at: datetime
    last_turn_at: datetime
    turns: int
    surface: str
    private: bool
    imported: bool
    deleted_at: datetime | None
    held: bool
    ruling: Ruling
    releases: tuple[str, ...] = ()
    withdrawn_from: tuple[str, ...] = ()
    """Releases it was in and was withdrawn from since."""
    why: Mapping[Purpose, WhyView] = {}
    """What counted and what would turn it; only where one conversation is shown, since a list has no room for it."""
    announced: datetime | None = None
    """The day on which it will be deleted, where that was announced and still holds."""


class EndView(Struct, frozen=True, kw_only=True):
    """One end that was announced to the person: which conversation, on which day, and why."""

    conversation: ConversationId
    day: datetime
    why: str


class Find(Struct, frozen=True, kw_only=True):
    """Which of a person's conversations to show: a filter, words of the title, days (from, up to), and what was seen before."""

    show: str = "all"
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: tuple[datetime, str] | None = None
    """The last turn and the name of the last conversation seen; what comes behind it is shown."""
    limit: int = 50

    @property
    def narrowed(self) -> bool:
        """Return whether not everything is asked for."""
        return self.show != "all" or bool(self.words) or self.since is not None or self.until is not None


class PageOf(Struct, frozen=True, kw_only=True):
    """A page of conversations, and where to go on: `total` where it is known, `looked` where not all looked at fits."""

    items: tuple[ConversationView, ...]
    total: int | None = None
    more: tuple[datetime, str] | None = None
    looked: int = 0


class HeldView(Struct, frozen=True, kw_only=True):
    """A legal order its person may be told of, and how many of their conversations it keeps."""

    matter: str
    conversations: int
    since: datetime


class WentView(Struct, frozen=True, kw_only=True):
    """One release and how much of one person is in it, and was withdrawn; the runs that read it, by name and begin."""

    release: str
    purpose: Purpose
    built_at: datetime
    still: int
    withdrawn: int
    runs: tuple[tuple[str, datetime], ...] = ()


class ClauseView(Struct, frozen=True, kw_only=True):
    """One clause of the policy that differs: what it said, what it says, and whether it lets more be used or kept."""

    before: str | None
    after: str | None
    effect: Literal["more", "less", "none"]
    because: str
    source: str
    kind: str


class ChangedView(Struct, frozen=True, kw_only=True):
    """What changed in the policy since an instant, clause by clause; `since` is `None` for who has not answered."""

    since: datetime | None
    clauses: tuple[ClauseView, ...] = ()
    other: bool = False
    """Whether another policy or another of its versions is in force than then, even where no clause differs."""


class Count(Struct, frozen=True, kw_only=True):
    """A number with its label; `row` is the policy row it counts, where there is one."""

    label: str
    count: int
    row: str = ""


class ReleaseView(Struct, frozen=True, kw_only=True):
    """One release: its size, what was left out and why, and how much was withdrawn since."""

    name: str
    purpose: Purpose
    built_at: datetime
    rows: int
    withdrawn: int
    left_out: tuple[Count, ...]


class Overview(Struct, frozen=True, kw_only=True):
    """What an officer sees first. No names, no words of any conversation."""

    at: datetime
    policy: str
    accounts: int
    conversations: int
    uses: Mapping[Purpose, tuple[Count, ...]]
    """Per purpose: conversations by ruling (allow, deny, undetermined)."""
    because: Mapping[Purpose, tuple[Count, ...]]
    """Per purpose: conversations by the row that decided."""
    kept: tuple[Count, ...]
    """Conversations by the reason that keeps them longest."""
    says: tuple[Count, ...]
    """Accounts by their present answer for model training."""
    due: int
    held: int
    holds: tuple[tuple[str, str, int], ...]
    """Holds in force: name, matter, conversations kept by it."""
    releases: tuple[ReleaseView, ...]
    damaged: tuple[tuple[str, str], ...] = ()
    """Policies whose copy in the data folder went bad since they were loaded: name and file."""
    counting: bool = False
    """Whether a newer count is under way; then `at` says when this one began."""
    ends: tuple[Count, ...]
    """Conversations by the month in which the last reason to keep them ends; `no known end` last."""


def carried(promised: Mapping[str, object]) -> str:
    """Return a promise as the header `PROMISE` carries it: base64 of its RFC 8785 JSON."""
    return base64.b64encode(canonical(dict(promised))).decode()

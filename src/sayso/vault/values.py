"""What the vault hands back: values without a word of anybody's conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sayso.facts.words import AccountId, ConversationId, Digest

State = Literal["live", "hidden", "shredded"]
"""Readable; deleted by the person but not yet destroyed; its key destroyed."""


class Enrolled(Struct, frozen=True, kw_only=True):
    """An account of the directory; `digest` is over its row, for the ledger; `created` says whether it is new."""

    account: AccountId
    digest: Digest
    created: bool


class Block(Struct, frozen=True, kw_only=True):
    """What is to be sealed: `policy` is a policy's digest; unknown instants of the first and last turn are held by any hold."""

    account: str
    conversation: str
    payload: bytes
    turns: int
    policy: str
    began: datetime | None = None
    ended: datetime | None = None


class SealedBlock(Struct, frozen=True, kw_only=True):
    """A block that is on the disk: digests over its stored bytes and over the row of the wrapped key."""

    conversation: ConversationId
    account: AccountId
    block: int
    turns: int
    digest: Digest
    key_digest: Digest
    bytes: int


class Unsealed(Struct, frozen=True, kw_only=True):
    """A conversation opened: its payloads in order, one for each block."""

    conversation: ConversationId
    account: AccountId
    turns: int
    payloads: list[bytes]


class Spread(Struct, frozen=True, kw_only=True):
    """What accounts have that is not shredded: how many, until when, how many lack a time or a turn, which holds may reach them."""

    count: int
    last: datetime | None
    undated: int
    holds: tuple[str, ...]


class Stored(Struct, frozen=True, kw_only=True):
    """What the index knows of one conversation; `held` names the holds that keep it."""

    conversation: ConversationId
    account: AccountId
    state: State
    turns: int
    blocks: int
    bytes: int
    began_at: datetime | None
    ended_at: datetime | None
    hidden_at: datetime | None
    next_change_at: datetime | None
    held: tuple[str, ...] = ()


class Forgetting(Struct, frozen=True, kw_only=True):
    """How far an account is forgotten: `gone` once nothing is held and the directory row is destroyed."""

    account: AccountId
    shredded: tuple[ConversationId, ...]
    held: tuple[ConversationId, ...]
    gone: bool


class Hold(Struct, frozen=True, kw_only=True):
    """A legal order to keep, as the vault knows it; `everything` where it names neither accounts nor conversations."""

    hold: str
    matter: str
    conversations: tuple[ConversationId, ...]
    accounts: tuple[AccountId, ...]
    everything: bool
    since: datetime | None
    until: datetime | None


class Fingerprint(Struct, frozen=True):
    """The digest of one stored thing, taken without a key: `worn` is the mark of an account that is to get a new key."""

    kind: Literal["account", "key", "block", "remark", "worn"]
    id: str
    digest: Digest


class Epoch(Struct, frozen=True, kw_only=True):
    """The life of one master key: how many accounts are still under it, and whether what is new goes under it."""

    epoch: str
    accounts: int
    current: bool


class Turned(Struct, frozen=True, kw_only=True):
    """What one batch of a turn did; digests are over the new rows, for the ledger."""

    epoch: str
    previous: str | None
    """The epoch before, in the batch that began the new one."""
    accounts: tuple[tuple[AccountId, Digest], ...]
    keys: tuple[tuple[ConversationId, Digest], ...]
    rekeyed: tuple[AccountId, ...]
    """Those of `accounts` that got a new key."""
    left: int
    """How many accounts are still under an earlier epoch."""


class Compacted(Struct, frozen=True, kw_only=True):
    """What a compaction moved out of which segments; the old files go with `settle` after the commit."""

    segments: tuple[int, ...]
    moved: int
    freed: int


class Settled(Struct, frozen=True, kw_only=True):
    """Which segment files were removed, and whether the database's own log holds nothing old any more."""

    removed: tuple[int, ...]
    log_empty: bool


class Stats(Struct, frozen=True, kw_only=True):
    """How much is stored, in counts and bytes."""

    accounts: int
    leaving: int
    live: int
    hidden: int
    shredded: int
    blocks: int
    turns: int
    live_bytes: int
    dead_bytes: int
    segments: int
    holds: int

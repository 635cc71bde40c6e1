"""What we did about it: deeds the ledger records beside events, so that an audit can recompute each one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from sayso.facts.events import AnyEvent, Event
from sayso.facts.words import AccountId, ConversationId, Digest, Purpose

Wanted = Literal["access", "erasure", "objection", "correction", "restriction", "portability"]
"""What a person can ask for, by the names of the rights (GDPR Art. 15 to 21)."""


class Opened(Event, frozen=True, kw_only=True, omit_defaults=True, tag="opened"):
    """The ledger began, for this instance, with this public signing key, and one that cosigns the published log beside it."""

    instance: str
    signing_key: str
    cosigning_key: str | None = None
    """Of ML-DSA-44, as one line of text; absent in ledgers that began without one."""


class CosigningKeySet(Event, frozen=True, kw_only=True, tag="cosigning_key_set"):
    """From now on the published log is cosigned by this public key, and by none before it."""

    key: str


class PolicySet(Event, frozen=True, kw_only=True, omit_defaults=True, tag="policy_set"):
    """A profile came into force; `digest` is over every byte of its file."""

    profile: str
    digest: Digest
    notice_given: datetime | None = None
    """Since when people had notice of it, as the officer said; absent where it loosens nothing for anybody."""
    proposal: int | None = None
    """The line that proposed it, where one officer proposed and another approved; then both are named, and why it was approved."""
    proposed_by: str | None = None
    approved_by: str | None = None
    why: str | None = None


class PolicyProposed(Event, frozen=True, kw_only=True, omit_defaults=True, tag="policy_proposed"):
    """An officer proposed a policy instead of the one in force then; from `until` on nobody can approve it any more."""

    by: str
    why: str
    profile: str
    digest: Digest
    instead: Digest
    until: datetime
    notice_given: datetime | None = None


class ProposalEnded(Event, frozen=True, kw_only=True, tag="proposal_ended"):
    """The proposal of line `proposal` was turned down by another officer, or taken back by whoever made it."""

    proposal: int
    by: str
    how: Literal["turned_down", "taken_back"]
    why: str


class PersonsSet(Event, frozen=True, kw_only=True, tag="persons_set"):
    """From now on it takes so many officers to put a policy into force: one, or two who agree."""

    policy: Literal[1, 2]
    by: str
    agreed: str
    """Who agreed, where that lets one alone do what took two; empty where it asks for more."""
    why: str


class NoticePublished(Event, frozen=True, kw_only=True, tag="notice_published"):
    """An immutable notice version can be shown from now on."""

    notice: Digest
    name: str


class Sealed(Event, frozen=True, kw_only=True, tag="sealed"):
    """A block of turns was sealed; the digests are over ciphertext and wrapped key, so that checking needs no key."""

    conversation: ConversationId
    account: AccountId
    block: int
    turns: int
    digest: Digest
    key_digest: Digest
    bytes: int


class RetentionSet(Event, frozen=True, kw_only=True, tag="retention_set"):
    """From now on nothing ends unannounced before `notice` days, and a deletion can be taken back for `grace` days."""

    notice: int
    grace: int
    evidence: int | UnsetType = UNSET
    """Days for which the lines of a forgotten account still open; not spelled out in lines written before this was asked."""


class Announced(Event, frozen=True, kw_only=True, tag="announced"):
    """The end of a conversation was announced for `until`, since nothing but the row `why` kept it up to there."""

    conversation: ConversationId
    until: datetime
    why: str


class Shredded(Event, frozen=True, kw_only=True, tag="shredded"):
    """A conversation's key was destroyed because no reason to keep it was left."""

    conversation: ConversationId
    why: str


class Forgotten(Event, frozen=True, kw_only=True, tag="forgotten"):
    """The last trace that links an account's pseudonym to a person was destroyed."""

    account: AccountId


class OpeningsDestroyed(Event, frozen=True, kw_only=True, tag="openings_destroyed"):
    """The lines about these forgotten accounts, and nobody else, open to nothing from now on: their leaves are what is left."""

    accounts: tuple[AccountId, ...]
    lines: tuple[tuple[int, int], ...]
    """Runs of line numbers, first and last, ascending."""
    conversations: int
    """How many conversations these lines were about: an audit of what was built before counts so many fewer."""


class Destroyed(Event, frozen=True, kw_only=True, tag="destroyed"):
    """What is read where a line's opening was destroyed: that there was one. No line that is written says this."""


class Swept(Event, frozen=True, kw_only=True, tag="swept"):
    """A sweep ended: how many were due, shredded, and kept after all."""

    due: int
    shredded: int
    kept: int


class LeftOut(Struct, frozen=True, kw_only=True):
    """How many conversations a release left out for one reason."""

    why: str
    count: int


class Released(Event, frozen=True, kw_only=True, omit_defaults=True, tag="released"):
    """A release was built from the facts up to line `pin`, ruled at `at`; `manifest` and `lineage` are file digests."""

    release: str
    purpose: Purpose
    pin: int
    root: Digest
    manifest: Digest
    lineage: Digest
    rows: int
    accounts: Digest | None = None
    """The root over the blinded accounts whose conversations are in it; absent in releases that were built without."""


class Believed(Event, frozen=True, kw_only=True, tag="believed"):
    """What each account was believed to have answered by line `pin`: the root over `accounts` blinded beliefs, and their file."""

    pin: int
    root: Digest
    accounts: int
    digest: Digest


class Recalled(Event, frozen=True, kw_only=True, tag="recalled"):
    """Rows of a release were withdrawn; `digest` is over the revocation file of this revision."""

    release: str
    revision: int
    rows: int
    digest: Digest


class RecallConfirmed(Event, frozen=True, kw_only=True, tag="recall_confirmed"):
    """An officer noted that a training run takes in a revision of what was withdrawn from its release."""

    release: str
    revision: int
    run: str
    by: str
    why: str


class Erased(Event, frozen=True, kw_only=True, tag="erased"):
    """Withdrawn rows of a release lost their words in its files; `digest` is over the record of this erasure."""

    release: str
    number: int
    digest: Digest


class EpochBegun(Event, frozen=True, kw_only=True, tag="epoch_begun"):
    """A new master key is in use: what is new goes under it from here on, and everything else follows batch by batch."""

    epoch: str
    previous: str


class Rewrapped(Event, frozen=True, kw_only=True, tag="rewrapped"):
    """A batch of a turn: digests over the rows as they are now, so that checking needs no key; `rekeyed` got a new account key."""

    epoch: str
    accounts: tuple[tuple[AccountId, Digest], ...] = ()
    keys: tuple[tuple[ConversationId, Digest], ...] = ()
    rekeyed: tuple[AccountId, ...] = ()


class EpochTurned(Event, frozen=True, kw_only=True, tag="epoch_turned"):
    """Nothing is under an earlier master key any more; `destroyed` says whether we destroyed that, else the operator must."""

    epoch: str
    previous: str
    accounts: int
    rekeyed: int
    destroyed: bool


class TakenOut(Event, frozen=True, kw_only=True, tag="taken_out"):
    """What is stored of an account was read out for its person; `by` is `person` or `operator`, `size` counts conversations."""

    account: AccountId
    by: str
    size: int


class HeldRead(Event, frozen=True, kw_only=True, tag="held_read"):
    """A conversation was opened under a hold, by somebody named, for a purpose named."""

    hold: str
    conversation: ConversationId
    by: str
    why: str = ""


class Looked(Event, frozen=True, kw_only=True, tag="looked"):
    """An officer was shown conversations by pseudonym, or answers by the number of their line: what they asked for, how many."""

    by: str
    what: str
    size: int


class Acted(Event, frozen=True, kw_only=True, tag="acted"):
    """An officer ordered something, by name and with the reason they gave; `on` is what it was done to."""

    by: str
    did: str
    on: str = ""
    why: str = ""


class RequestReceived(Event, frozen=True, kw_only=True, omit_defaults=True, tag="request_received"):
    """Somebody asked for a right of theirs on the day `received`; it is to be answered by the end of the day `due`.

    `by` is `person` where they asked on their own pages, else the officer who wrote it down. No name and no word stands in it: an
    account, where one is known, and a number under which the letter lies elsewhere.
    """

    what: Wanted
    by: str
    received: datetime
    due: datetime
    account: AccountId | None = None
    file: str = ""


class RequestExtended(Event, frozen=True, kw_only=True, omit_defaults=True, tag="request_extended"):
    """The answer to the request of line `request` takes longer, until the end of the day `until`; the person was told why."""

    request: int
    until: datetime
    by: str
    why: str
    account: AccountId | None = None


class RequestClosed(Event, frozen=True, kw_only=True, omit_defaults=True, tag="request_closed"):
    """The request of line `request` was answered: done as asked, or refused with a reason that the person was told."""

    request: int
    how: Literal["done", "refused"]
    by: str
    why: str
    account: AccountId | None = None


class Reviewed(Event, frozen=True, kw_only=True, omit_defaults=True, tag="reviewed"):
    """An officer was shown stretches of a conversation's scrubbed words, remarked on them, or had remarks written out, and why."""

    conversation: ConversationId
    release: str
    by: str
    did: str
    """`looked`, `remarked`, `took back`, `exported` (where and what, no words) or `exported with text`."""
    why: str
    size: int
    """How many stretches, or remarks."""
    digest: Digest | None = None
    """Over the sealed remark as the vault has it; only where one was made."""


class Restored(Event, frozen=True, kw_only=True, tag="restored"):
    """The data came from an older copy: the lines from `size` + 1 to `lost` are gone, and what they deleted is deleted anew."""

    size: int
    lost: int
    root: Digest
    """The root that the lost past had at its last line."""
    again: int
    """How many of its deletions, refusals and holds were recorded anew."""


class HouseMoved(Event, frozen=True, kw_only=True, tag="house_moved"):
    """For the `number`th time ledger and index (`database`) or sealed words (`segments`) were moved to a place of another kind."""

    number: int
    what: str
    to: str


AnyDeed = (
    Opened
    | CosigningKeySet
    | PolicySet
    | PolicyProposed
    | ProposalEnded
    | PersonsSet
    | NoticePublished
    | Sealed
    | RetentionSet
    | Announced
    | Shredded
    | Forgotten
    | OpeningsDestroyed
    | Destroyed
    | Swept
    | Released
    | Believed
    | Recalled
    | RecallConfirmed
    | Erased
    | EpochBegun
    | Rewrapped
    | EpochTurned
    | TakenOut
    | HeldRead
    | Looked
    | Acted
    | RequestReceived
    | RequestExtended
    | RequestClosed
    | Reviewed
    | Restored
    | HouseMoved
)
AnyLine = AnyEvent | AnyDeed
"""Everything a ledger line can hold."""

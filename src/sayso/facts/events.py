"""What happened, one frozen value per kind: the vocabulary of the ledger and of case files alike.

Every event has `at` (aware, UTC) and its kind under ``type``. ``spec/policy-case.md`` lists the fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from sayso.facts.errors import Unfit
from sayso.facts.instants import parse_instant
from sayso.facts.words import NONE, UNKNOWN, AccountId, ConversationId, Covers, Digest, Purpose, Via


class Event(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """Something that happened at an instant."""

    at: datetime


class AccountOpened(Event, frozen=True, kw_only=True, tag="account"):
    """An account as first known, or known anew; an absent fact is unknown."""

    account: AccountId
    tier: str = UNKNOWN
    region: str = UNKNOWN
    birth_year: int | str | None = None
    contract: str = NONE
    digest: Digest | None = None


class TierChanged(Event, frozen=True, kw_only=True, tag="tier"):
    """The account pays for another tier from now on."""

    account: AccountId
    tier: str


class RegionChanged(Event, frozen=True, kw_only=True, tag="region"):
    """The account lives under another law from now on."""

    account: AccountId
    region: str


class RegionStated(Event, frozen=True, kw_only=True, tag="region_stated"):
    """The person said where they live, or took it back (`unknown`). It brings doubt, and never replaces the operator's word."""

    account: AccountId
    region: str = UNKNOWN


RegionBy = Literal["operator", "host", "person", "conflict", "unknown"]
"""How a region is known: by the operator's word, the host's signed link, the person, by words that disagree, by nobody."""
_PATH = re.compile(r"[a-z][a-z0-9 /_-]{0,59}|/[a-z0-9/_-]{0,59}")


class Circumstances(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was so when a person pressed, as far as evidence needs it. There is no room for an address or a browser's name."""

    path: str
    """Where it was pressed: a page without anything that is the person's, such as `/me/choice`, or a command."""
    tier: str = UNKNOWN
    region: str = UNKNOWN
    region_by: RegionBy = "unknown"
    """How the region is known. It is never guessed from an address. Where two sources disagree the region is `unknown`."""
    region_against: tuple[Literal["host", "person"], ...] | UnsetType = UNSET
    """In a conflict, who said another region than the operator, or where the operator said none, than the other; told since persons
    can state one. Where it is not told it was the host."""
    age: str = UNKNOWN
    """The age group, as a policy is asked for it: adult, minor, undeclared, unknown, conflict."""
    basis: str = UNKNOWN
    """What the policy in force says the use rests on in that region; `unknown` where it does not say."""
    deadline: datetime | None = None
    """The last minute to answer that the screen named; `None` where it named none."""
    gpc: bool | None = None
    """Whether the browser sent `Sec-GPC: 1`; `None` where no browser was there. Seen, and never an answer."""

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise ValueError("path is a page or a command in small letters, without a query")


class ChoiceMade(Event, frozen=True, kw_only=True, tag="choice"):
    """What one person answered for one purpose, and the exact notice they answered on."""

    account: AccountId
    purpose: Purpose = "model_training"
    say: Literal["allow", "refuse"]
    via: Via = "settings"
    notice: str | None = None
    covers: Covers = "from_now"
    locale: str | None = None
    pressed: str | None = None
    under: Circumstances | UnsetType = UNSET
    """What was so then. Not spelled out where it was not looked at, so that older lines keep their bytes."""


class NoticeShown(Event, frozen=True, kw_only=True, tag="notice_shown"):
    """The question was shown; showing it is not an answer."""

    account: AccountId
    purpose: Purpose = "model_training"
    notice: str | None = None


class Deferred(Event, frozen=True, kw_only=True, tag="deferred"):
    """The person put the question off."""

    account: AccountId
    purpose: Purpose = "model_training"
    notice: str | None = None
    under: Circumstances | UnsetType = UNSET


class NoticeInvalidated(Event, frozen=True, kw_only=True, tag="notice_invalidated"):
    """A notice was found unfair: from now on every yes given on it counts as never given. A no on it stays a no."""

    notice: str
    why: str = ""
    by: str = ""


class Lapsed(Event, frozen=True, kw_only=True, tag="lapsed"):
    """The last day to answer went by without an answer. It changes nothing: what silence means is for the policy to say."""

    account: AccountId
    purpose: Purpose = "model_training"
    deadline: datetime


class TurnTaken(Event, frozen=True, kw_only=True, tag="turn"):
    """One turn of a conversation was collected; the words themselves are in the vault."""

    account: AccountId
    conversation: ConversationId
    surface: str = "chat"
    model: str = ""
    role: str = "user"
    incognito: bool | None = False
    origin: str = "typed"
    imported: bool = False
    """Brought from elsewhere: no answer given here covers it unless it says `stored`."""


class Flagged(Event, frozen=True, kw_only=True, tag="flagged"):
    """A safety classifier flagged the conversation, with its score where known."""

    conversation: ConversationId
    score: float | None = None


class FlagCleared(Event, frozen=True, kw_only=True, tag="flag_cleared"):
    """The flag was overturned."""

    conversation: ConversationId


class FeedbackGiven(Event, frozen=True, kw_only=True, tag="feedback"):
    """The person rated or reported the conversation."""

    conversation: ConversationId


class FeedbackWithdrawn(Event, frozen=True, kw_only=True, tag="feedback_withdrawn"):
    """The person took the rating back."""

    conversation: ConversationId


class Deleted(Event, frozen=True, kw_only=True, tag="deleted"):
    """A person deleted one conversation, or a whole account."""

    conversation: ConversationId | None = None
    account: AccountId | None = None

    def __post_init__(self) -> None:
        if (self.conversation is None) == (self.account is None):
            raise ValueError("name a conversation or an account, one of them")


class Undone(Event, frozen=True, kw_only=True, tag="undone"):
    """The person took a deletion back while that could be done; what was withdrawn because of it stays withdrawn."""

    conversation: ConversationId | None = None
    account: AccountId | None = None

    def __post_init__(self) -> None:
        if (self.conversation is None) == (self.account is None):
            raise ValueError("name a conversation or an account, one of them")


class Scope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a hold reaches: every list that is given must fit; an empty scope reaches everything.

    `exempt` takes out of it: one scope, or several of which any takes out. An exception may have exceptions of its own.
    """

    accounts: tuple[AccountId, ...] | None = None
    regions: tuple[str, ...] | None = None
    tiers: tuple[str, ...] | None = None
    contracts: tuple[str, ...] | UnsetType = UNSET
    conversations: tuple[ConversationId, ...] | None = None
    since: datetime | None = msgspec.field(default=None, name="from")
    until: datetime | None = msgspec.field(default=None, name="to")
    exempt: Scope | tuple[Scope, ...] | None = msgspec.field(default=None, name="except")

    def exceptions(self) -> tuple[Scope, ...]:
        """Return what is taken out, as a tuple of scopes."""
        return () if self.exempt is None else (self.exempt,) if isinstance(self.exempt, Scope) else self.exempt


class HoldPlaced(Event, frozen=True, kw_only=True, tag="hold_placed"):
    """A legal order to keep: it keeps, and permits no use. `silent`: the order forbids telling the people it reaches."""

    hold: str
    scope: Scope = Scope()
    matter: str = ""
    by: str | UnsetType = UNSET
    """Who placed it. What is not said is not spelled out, so that lines written before this was asked keep their bytes."""
    paper: str | UnsetType = UNSET
    """On what paper: the order, its court and its date."""
    silent: bool | UnsetType = UNSET


class HoldEnded(Event, frozen=True, kw_only=True, tag="hold_ended"):
    """The order to keep ended."""

    hold: str


class RunStarted(Event, frozen=True, kw_only=True, tag="run_started"):
    """A training run began to read a release."""

    release: str
    run: str = ""


class Merged(Event, frozen=True, kw_only=True, tag="merged"):
    """Account `account` became part of account `into`."""

    account: AccountId
    into: AccountId


class Moved(Event, frozen=True, kw_only=True, tag="moved"):
    """The account went over to an organisation, whose contract rules from then on."""

    account: AccountId
    organisation: str


AnyEvent = (
    AccountOpened
    | TierChanged
    | RegionChanged
    | RegionStated
    | ChoiceMade
    | NoticeShown
    | NoticeInvalidated
    | Deferred
    | Lapsed
    | TurnTaken
    | Flagged
    | FlagCleared
    | FeedbackGiven
    | FeedbackWithdrawn
    | Deleted
    | Undone
    | HoldPlaced
    | HoldEnded
    | RunStarted
    | Merged
    | Moved
)
"""Every kind of event, for strict decoding."""


_TEXTS = ("tier", "region", "contract", "organisation", "surface", "model", "origin")
_VIA = {"popup": "notice", "admin": "administrator"}
"""Other names for where an answer came from."""


def parse_event(raw: object, *, where: str = "event") -> AnyEvent:
    """Return the event that *raw* (JSON data) spells; refuses unknown kinds and fields with one line that names *where*.

    >>> parse_event({"at": "2025-09-01", "type": "choice", "account": "ana", "say": "allow"}).say
    'allow'
    """
    if not isinstance(raw, Mapping):
        raise Unfit(f'{where} is not an object; write it as {{"at": ..., "type": ...}}')
    data = {key: _told(key, value) for key, value in raw.items()}
    data["at"] = parse_instant(data.get("at"), what=f"{where}: at").isoformat()
    if "deadline" in data:
        data["deadline"] = parse_instant(data["deadline"], what=f"{where}: deadline").isoformat()
    scope = data.get("scope")
    if isinstance(scope, Mapping):
        data["scope"] = _scope_instants(scope, where)
    try:
        event: AnyEvent = msgspec.convert(data, AnyEvent)
    except (msgspec.ValidationError, ValueError) as error:
        raise Unfit(f"{where}: {_plain(str(error))}") from None
    return replace(event, at=event.at.astimezone(UTC))


def _told(key: object, value: object) -> object:
    """Return a fact as it was told; what is null or of a kind that no such fact has is not known, and what is not known denies."""
    if key in _TEXTS and not isinstance(value, str):
        return UNKNOWN
    if key == "incognito" and not isinstance(value, bool):
        return None
    if key == "birth_year" and (isinstance(value, bool) or not isinstance(value, int | str | None)):
        return UNKNOWN
    return _VIA.get(value, value) if key == "via" and isinstance(value, str) else value


def _scope_instants(scope: Mapping[object, object], where: str) -> dict[object, object]:
    """Return *scope* with `from`, `to` and those of its exception spelled out in full."""
    plain = dict(scope)
    for key in ("from", "to"):
        if plain.get(key) is not None:
            plain[key] = parse_instant(plain[key], what=f"{where}: scope.{key}").isoformat()
    inner = plain.get("except")
    if isinstance(inner, Mapping):
        plain["except"] = _scope_instants(inner, where)
    elif isinstance(inner, list):
        plain["except"] = [_scope_instants(one, where) if isinstance(one, Mapping) else one for one in inner]
    return plain


def _plain(text: str) -> str:
    """Return a decoder's complaint in the house's spelling."""
    text = text[:1].lower() + text[1:]
    return text.replace("object ", "").replace(" - at `$.", " at `").replace(" - at `$`", "")

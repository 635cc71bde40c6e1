"""What the events say about one account and one conversation, kept while they are folded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime
from sys import intern
from typing import NamedTuple

from msgspec import UNSET

from sayso.facts.answers import Answers
from sayso.facts.events import (
    AccountOpened,
    ChoiceMade,
    Circumstances,
    Deferred,
    Deleted,
    FeedbackGiven,
    FeedbackWithdrawn,
    FlagCleared,
    Flagged,
    Merged,
    NoticeShown,
    RegionChanged,
    RegionStated,
    TurnTaken,
    Undone,
)
from sayso.facts.standings import Age
from sayso.facts.words import NONE, UNKNOWN, AccountId, ConversationId, Covers, Purpose, Say

MAJORITY = 18


class Line:
    """Values of one fact through time; the value at an instant is the last one set by then."""

    __slots__ = ("_at", "_first", "_order", "_values")

    def __init__(self, first: str) -> None:
        self._at: list[datetime] = []
        self._values: list[str] = []
        self._order: list[int] = []
        self._first = first

    def set(self, at: datetime, value: str, order: int = 0) -> None:
        """Set the value from *at* on, as the *order*-th thing heard; an instant before the last one counts as the last one."""
        at = max(at, self._at[-1]) if self._at else at
        self._at.append(at)
        self._values.append(value)
        self._order.append(order)

    def at(self, instant: datetime, order: int | None = None) -> str:
        """Return the value in force at *instant*; with *order*, leave out what of that instant was heard after that place."""
        position = bisect_right(self._at, instant)
        while order is not None and position and self._at[position - 1] == instant and self._order[position - 1] > order:
            position -= 1
        return self._values[position - 1] if position else self._first


class AccountPast:
    """Everything the events say about one account."""

    def __init__(self) -> None:
        self.tier = Line(UNKNOWN)
        self.region = Line(UNKNOWN)
        """Where they live, as far as nobody doubts it: the operator's word, or unknown."""
        self.told = UNKNOWN
        """The operator's last word of it, doubted or not."""
        self.doubted = False
        """Whether the host said another: until they agree it is not known."""
        self.stated: str | None = None
        """The person's own word, which can only bring doubt; `None` where they have said none, or took it back."""
        self.contract = Line(NONE)
        self.organisation = Line(NONE)
        self.birth_years: list[int | str] = []
        self.answers: dict[Purpose, Answers] = {}
        self.deleted_at: datetime | None = None
        self.into: AccountId | None = None
        self.merged_at: datetime | None = None

    def open(self, event: AccountOpened | RegionChanged, order: int) -> None:
        """Take in what is told of the account and its person; told again, the last word counts."""
        self.doubted, self.told = False, event.region
        self._settle(event.at, order)
        if isinstance(event, RegionChanged):
            return
        self.tier.set(event.at, event.tier, order)
        self.contract.set(event.at, event.contract, order)
        if event.birth_year is not None:
            self.birth_years = [*(one for one in self.birth_years if one != event.birth_year), event.birth_year]

    def state(self, event: RegionStated, order: int) -> None:
        """Take in what the person says of where they live, or that they take it back."""
        self.stated = None if event.region == UNKNOWN else event.region
        self._settle(event.at, order)

    def weigh(self, event: ChoiceMade | NoticeShown | Deferred, order: int) -> None:
        """Take the region for unknown from an answer on whose host disagreed, until one on which it agrees."""
        under = event.under if isinstance(event, ChoiceMade) else UNSET
        if not isinstance(under, Circumstances) or under.region_by not in ("conflict", "operator"):
            return
        before = self.doubted
        if under.region_by == "operator":
            self.doubted = False
        elif under.region_against is UNSET or "host" in under.region_against:
            self.doubted = True
        if self.doubted != before:
            self._settle(event.at, order)

    def _settle(self, at: datetime, order: int) -> None:
        """Let the operator's word stand from *at* on, unless the host or the person says another: then nobody knows."""
        doubted = self.doubted or self.stated not in (None, self.told)
        self.region.set(at, UNKNOWN if doubted else self.told, order)

    def join(self, event: Merged, stays: AccountPast, purposes: Iterable[Purpose], order: int) -> None:
        """Become part of *stays*: where the two answers differ, the stricter one counts until the person answers anew."""
        self.into, self.merged_at = event.into, event.at
        # The person's word of where they live goes along, and of two words the one that brings doubt.
        if self.stated is not None and stays.stated in (None, stays.told):
            stays.stated = self.stated
            stays._settle(event.at, order)
        # Whatever either was ever asked for, and not only what this fold is asked for: a no must not get lost by joining.
        for purpose in dict.fromkeys((*purposes, *stays.answers, *self.answers)):
            if "refuse" in (stays.answered(purpose).at(event.at), self.answered(purpose).at(event.at)):
                stays.answered(purpose).add(event.at, "refuse")
                self.answered(purpose).add(event.at, "refuse")

    def void(self, notice: str) -> None:
        """Let every yes on *notice* count as never given."""
        for answers in self.answers.values():
            answers.void(notice)

    def rejoin(self, stays: AccountPast) -> bool:
        """Look again what joining *stays* did, where a yes of either counts no more; return whether a no came to light."""
        if self.merged_at is None:
            return False
        found = False
        for purpose in dict.fromkeys((*stays.answers, *self.answers)):
            both = (stays.answered(purpose), self.answered(purpose))
            if "refuse" in (one.at(self.merged_at) for one in both):
                for one in both:
                    found = one.refuse_at(self.merged_at) or found
        return found

    def answered(self, purpose: Purpose) -> Answers:
        """Return the line of answers for *purpose*, empty at first."""
        if purpose not in self.answers:
            self.answers[purpose] = Answers()
        return self.answers[purpose]

    def age(self, at: datetime) -> Age:
        """Return the age group at *at*, of the last year told; an earlier year that gives another makes it a `conflict`.

        Whoever turns out to be a minor is one: that opens nothing, and children's words go at once.
        """
        groups = [_group(year, at) for year in self.birth_years]
        if not groups:
            return "undeclared"
        return groups[-1] if groups[-1] == "minor" or len(set(groups)) == 1 else "conflict"


def _group(year: int | str, at: datetime) -> Age:
    """Return the age group of whoever was born in *year*: who might still be 17 is `unknown`, a year that is no year too."""
    if not isinstance(year, int) or not at.year - 130 <= year <= at.year:
        return "unknown"
    turned = at.year - year
    return "adult" if turned > MAJORITY else "unknown" if turned == MAJORITY else "minor"


class Taken(NamedTuple):
    """A turn with its position in its conversation and its place in the whole line of events."""

    position: int
    order: int
    turn: TurnTaken


class ConversationPast:
    """Everything the events say about one conversation."""

    def __init__(self, owner: AccountId) -> None:
        self.owner = owner
        self.turns: list[Taken] = []
        self.private: bool | None = False
        self.flagged_at: datetime | None = None
        self.feedback_at: datetime | None = None
        self.deleted_at: datetime | None = None

    def mark(self, event: Flagged | FlagCleared | FeedbackGiven | FeedbackWithdrawn) -> None:
        """Take in a flag or a rating, or that it was taken back."""
        match event:
            case Flagged():
                self.flagged_at = max(self.flagged_at or event.at, event.at)  # flagged again: kept from the last one
            case FlagCleared():
                self.flagged_at = None
            case FeedbackGiven():
                self.feedback_at = event.at
            case FeedbackWithdrawn():
                self.feedback_at = None


class Owned:
    """Which conversations each account began, and which accounts were merged into which: who owns what, without asking all."""

    def __init__(self) -> None:
        self._count = 0
        self._begun: dict[AccountId, list[tuple[int, ConversationId]]] = {}
        self._joined: dict[AccountId, set[AccountId]] = {}

    def begun(self, account: AccountId, conversation: ConversationId) -> None:
        """Take in the first turn of *conversation*, by *account*."""
        self._begun.setdefault(account, []).append((self._count, conversation))
        self._count += 1

    def beginners(self) -> tuple[AccountId, ...]:
        """Return every account that began a conversation, under the name it had then."""
        return tuple(self._begun)

    def merged(self, account: AccountId, into: AccountId) -> None:
        """Take in that *account* became part of *into*."""
        self._joined.setdefault(into, set()).add(account)

    def of(self, account: AccountId, living: Callable[[AccountId], AccountId]) -> list[ConversationId]:
        """Return what *account* owns in the order it began; *living* tells what an account has become part of."""
        behind = self.behind(account, living)
        if len(behind) == 1:  # nearly everybody: it is in order already
            return [conversation for _, conversation in self._begun.get(behind[0], ())]
        found = [one for known in behind for one in self._begun.get(known, ())]
        return [conversation for _, conversation in sorted(found)]

    def count(self, account: AccountId, living: Callable[[AccountId], AccountId]) -> int:
        """Return how many `of` gives, at the same cost for any number."""
        return sum(len(self._begun.get(known, ())) for known in self.behind(account, living))

    def behind(self, account: AccountId, living: Callable[[AccountId], AccountId]) -> list[AccountId]:
        """Return every account that is *account* by now, itself among them where it is not part of another."""
        behind, more = {account}, [account]
        while more:
            fresh = self._joined.get(more.pop(), set()) - behind
            behind |= fresh
            more += fresh
        return sorted(one for one in behind if living(one) == account)


def undo(
    event: Deleted | Undone,
    accounts: dict[AccountId, AccountPast],
    conversations: dict[ConversationId, ConversationPast],
    early: dict[ConversationId, datetime],
) -> None:
    """Take a deletion back; what was deleted by itself stays so when its account comes back."""
    if event.account is not None and event.account in accounts:
        accounts[event.account].deleted_at = None
    if event.conversation is not None:
        early.pop(event.conversation, None)
        if event.conversation in conversations:
            conversations[event.conversation].deleted_at = None


def delete(
    event: Deleted | Undone,
    accounts: dict[AccountId, AccountPast],
    conversations: dict[ConversationId, ConversationPast],
    early: dict[ConversationId, datetime],
) -> None:
    """Take a deletion in: the first counts, also where the conversation is not there yet."""
    if event.account is not None:
        account = accounts.setdefault(event.account, AccountPast())
        account.deleted_at = account.deleted_at or event.at
    elif event.conversation in conversations:
        known = conversations[event.conversation]
        known.deleted_at = known.deleted_at or event.at
    elif event.conversation is not None:
        early.setdefault(event.conversation, event.at)


def heard(event: ChoiceMade | NoticeShown | Deferred) -> tuple[Say, Covers, str | None]:
    """Return what an event says as an answer, what that reaches, and the notice it was said on."""
    on = None if event.notice is None else intern(event.notice)  # millions of answers name the same few
    if isinstance(event, ChoiceMade):
        return event.say, event.covers, on
    return ("deferred" if isinstance(event, Deferred) else "noticed"), "from_now", on


def void(notice: str, accounts: dict[AccountId, AccountPast]) -> None:
    """Let every yes on *notice* count as never given, and let what that uncovers reach the accounts that others became part of."""
    for known in accounts.values():
        known.void(notice)
    joined = [(known, accounts[known.into]) for known in accounts.values() if known.into in accounts and known.into is not None]
    found = True
    while found:
        found = False
        for known, stays in joined:
            found = known.rejoin(stays) or found

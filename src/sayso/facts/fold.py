"""Events in server order, taken in one by one: what is known of each account and conversation, up to an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sayso.facts.deeds import Forgotten, Shredded
from sayso.facts.endings import Endings
from sayso.facts.errors import Unfit
from sayso.facts.events import (
    AccountOpened,
    ChoiceMade,
    Deferred,
    Deleted,
    Event,
    FeedbackGiven,
    FeedbackWithdrawn,
    FlagCleared,
    Flagged,
    HoldEnded,
    HoldPlaced,
    Merged,
    Moved,
    NoticeInvalidated,
    NoticeShown,
    RegionChanged,
    RegionStated,
    TierChanged,
    TurnTaken,
    Undone,
)
from sayso.facts.instants import iso
from sayso.facts.pasts import AccountPast, ConversationPast, Owned, Taken, delete, heard, undo, void
from sayso.facts.words import PURPOSES, AccountId, ConversationId, Purpose


class Fold:
    """What the events up to an instant say, before anything is asked of it; `History` is what is asked."""

    def __init__(
        self,
        events: Iterable[Event],
        at: datetime | None = None,
        *,
        purposes: tuple[Purpose, ...] = PURPOSES,
        cuts: tuple[datetime, ...] = (),
    ) -> None:
        self.purposes = purposes
        self.cuts = cuts
        """Instants, ascending, at which the terms change: a stretch never reaches across one."""
        self._accounts: dict[AccountId, AccountPast] = {}
        self._conversations: dict[ConversationId, ConversationPast] = {}
        self.owned = Owned()
        self._holds: dict[str, HoldPlaced] = {}
        self._positions: dict[ConversationId, int] = {}
        self._early: dict[ConversationId, datetime] = {}
        """Conversations deleted before a turn of theirs arrived: one that comes late is deleted all the same."""
        self._last: datetime | None = None
        self._ahead: list[tuple[Event, int, int]] = []
        self._order = 0
        self.forgotten: dict[AccountId, datetime] = {}
        self.shredded: set[ConversationId] = set()
        self.invalid: dict[str, NoticeInvalidated] = {}  # notices found unfair, by digest: no yes on one counts
        self.endings = Endings()
        self.at = at
        self.extend(events)

    def extend(self, events: Iterable[Event]) -> None:
        """Fold further *events* in, in server order; those after `at` only keep their place in a conversation."""
        for event in events:
            position = self._place(event) if isinstance(event, TurnTaken) else 0
            self._order += 1
            if self.at is None or event.at <= self.at:
                self._apply(event, position, self._order)
            else:
                self._ahead.append((event, position, self._order))

    def advance(self, at: datetime) -> None:
        """Move on to *at*: what is asked from now on is asked of that instant. Time only goes forward."""
        reached = self.at if self.at is not None else self._last
        if reached is not None and at < reached:
            raise Unfit(f"a history at {iso(reached)} cannot go back to {iso(at)}; fold the events anew up to that instant")
        self.at = at
        ahead, self._ahead = self._ahead, []
        for event, position, order in ahead:
            if event.at <= at:
                self._apply(event, position, order)
            else:
                self._ahead.append((event, position, order))

    def _now(self) -> datetime:
        now = self.at if self.at is not None else self._last
        if now is None:
            raise Unfit("no event and no instant; name the instant to rule at")
        return now

    def _line(self, account: AccountId) -> list[AccountId]:
        """Return *account* and, in order, every account it became part of; the last is the living one."""
        line = [account]
        while (known := self._accounts.get(line[-1])) is not None and known.into is not None and known.into not in line:
            line.append(known.into)
        return line

    def _account(self, account: AccountId) -> AccountPast:
        known = self._accounts.get(account)
        if known is None:
            known = self._accounts[account] = AccountPast()
        return known

    def _apply(self, event: Event, position: int, order: int) -> None:
        self._last = event.at if self._last is None else max(self._last, event.at)
        match event:
            case AccountOpened() | RegionChanged():
                self._account(event.account).open(event, order)
            case RegionStated():
                self._account(event.account).state(event, order)
            case TierChanged():
                self._account(event.account).tier.set(event.at, event.tier, order)
            case ChoiceMade() | NoticeShown() | Deferred():
                self._answer(event, order)
            case NoticeInvalidated():
                self.invalid.setdefault(event.notice, event)
                void(event.notice, self._accounts)
            case TurnTaken():
                self._take(event, position, order)
            case Flagged() | FlagCleared() | FeedbackGiven() | FeedbackWithdrawn():
                if (known := self._conversations.get(event.conversation)) is not None:
                    known.mark(event)
            case Deleted() | Undone():
                (undo if isinstance(event, Undone) else delete)(event, self._accounts, self._conversations, self._early)
            case HoldPlaced():
                self._holds[event.hold] = event
            case HoldEnded():
                self._holds.pop(event.hold, None)
            case Merged():
                self._merge(event, order)
            case Moved():
                self._account(event.account).organisation.set(event.at, event.organisation, order)
            case Shredded():
                self.shredded.add(event.conversation)
            case Forgotten():
                self.forgotten.setdefault(event.account, event.at)
            case _:
                self.endings.take(event)  # the other deeds, and runs, change no standing

    def _place(self, turn: TurnTaken) -> int:
        """Return the position of *turn* in its conversation: the order of collection, whatever its clock says."""
        position = self._positions.get(turn.conversation, 0)
        self._positions[turn.conversation] = position + 1
        return position

    def _take(self, turn: TurnTaken, position: int, order: int) -> None:
        known = self._conversations.get(turn.conversation)
        if known is None:
            self.owned.begun(turn.account, turn.conversation)
            known = self._conversations[turn.conversation] = ConversationPast(turn.account)
            known.private = turn.incognito
            known.deleted_at = self._early.get(turn.conversation)
        elif known.private is not True and turn.incognito is not False:
            known.private = turn.incognito
        known.turns.append(Taken(position, order, turn))

    def _answer(self, event: ChoiceMade | NoticeShown | Deferred, order: int) -> None:
        """Take in what was said; on a notice found unfair before, a yes is none, and showing it was no showing."""
        self._account(event.account).weigh(event, order)
        say, covers, on = heard(event)
        if event.notice in self.invalid and say not in ("refuse", "deferred"):
            return
        # A no under a name that was merged away is the same person's: it reaches the account that stays.
        for one in self._line(event.account) if say == "refuse" else [event.account]:
            self._account(one).answered(event.purpose).add(event.at, say, covers, order, on)

    def _merge(self, event: Merged, order: int) -> None:
        self.owned.merged(event.account, event.into)
        self._account(event.account).join(event, self._account(event.into), self.purposes, order)

"""Events in server order, folded into the standing of each conversation at an instant.

One fold serves the ledger, the case files and the audit. It looks at nothing after the instant it is asked for.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from datetime import datetime

from sayso.facts.answers import Answers, strictest
from sayso.facts.errors import Unfit
from sayso.facts.events import (
    AccountOpened,
    AnyEvent,
    ChoiceMade,
    Deferred,
    Deleted,
    FeedbackGiven,
    FeedbackWithdrawn,
    FlagCleared,
    Flagged,
    HoldEnded,
    HoldPlaced,
    Merged,
    Moved,
    NoticeShown,
    RegionChanged,
    Scope,
    TierChanged,
    TurnTaken,
)
from sayso.facts.standings import Age, Standing, Stretch
from sayso.facts.words import NONE, PURPOSES, UNKNOWN, AccountId, ConversationId, Purpose, Say

MAJORITY = 18


class Line:
    """Values of one fact through time; the value at an instant is the last one set by then."""

    __slots__ = ("_at", "_values", "_first")

    def __init__(self, first: str) -> None:
        self._at: list[datetime] = []
        self._values: list[str] = []
        self._first = first

    def set(self, at: datetime, value: str) -> None:
        at = max(at, self._at[-1]) if self._at else at
        self._at.append(at)
        self._values.append(value)

    def at(self, instant: datetime) -> str:
        position = bisect_right(self._at, instant)
        return self._values[position - 1] if position else self._first


class _Account:
    """Everything the events say about one account."""

    def __init__(self) -> None:
        self.tier = Line(UNKNOWN)
        self.region = Line(UNKNOWN)
        self.contract = Line(NONE)
        self.organisation = Line(NONE)
        self.birth_year: int | str | None = None
        self.answers: dict[Purpose, Answers] = {}
        self.deleted_at: datetime | None = None
        self.into: AccountId | None = None

    def answered(self, purpose: Purpose) -> Answers:
        if purpose not in self.answers:
            self.answers[purpose] = Answers()
        return self.answers[purpose]

    def age(self, at: datetime) -> Age:
        """Return the age group at *at*: whoever might still be 17 is `unknown`, a year that is no year too."""
        if self.birth_year is None:
            return "undeclared"
        if not isinstance(self.birth_year, int) or not at.year - 130 <= self.birth_year <= at.year:
            return "unknown"
        turned = at.year - self.birth_year
        return "adult" if turned > MAJORITY else "unknown" if turned == MAJORITY else "minor"


class _Conversation:
    """Everything the events say about one conversation."""

    def __init__(self, owner: AccountId) -> None:
        self.owner = owner
        self.turns: list[TurnTaken] = []
        self.private: bool | None = False
        self.flagged_at: datetime | None = None
        self.feedback_at: datetime | None = None
        self.deleted_at: datetime | None = None


class History:
    """The events up to an instant, ready to be asked for standings.

    >>> from sayso.facts.events import parse_event
    >>> past = History([parse_event(e) for e in (
    ...     {"at": "2025-09-01", "type": "account", "account": "ana", "tier": "pro", "region": "US"},
    ...     {"at": "2025-09-02", "type": "choice", "account": "ana", "say": "allow"},
    ...     {"at": "2025-09-03", "type": "turn", "account": "ana", "conversation": "c1"})])
    >>> past.standing("c1").stretches[0].say["model_training"]
    'allow'
    """

    def __init__(
        self, events: Iterable[object], at: datetime | None = None, *, purposes: tuple[Purpose, ...] = PURPOSES
    ) -> None:
        self.purposes = purposes
        self._accounts: dict[AccountId, _Account] = {}
        self._conversations: dict[ConversationId, _Conversation] = {}
        self._holds: dict[str, HoldPlaced] = {}
        self._runs: dict[str, list[datetime]] = {}
        self._last: datetime | None = None
        for event in events:
            when: datetime = event.at  # type: ignore[attr-defined]  # ledger lines are events or deeds; both carry `at`
            if at is None or when <= at:
                self._apply(event)
                self._last = when if self._last is None else max(self._last, when)
        self.at = at if at is not None else self._last

    def conversations(self) -> Iterator[ConversationId]:
        """Return the ids of all conversations with at least one turn, in the order of their first turn."""
        return iter(self._conversations)

    def accounts(self) -> Iterator[AccountId]:
        """Return the ids of all accounts that something is known about."""
        return iter(self._accounts)

    def answer(self, account: AccountId, purpose: Purpose) -> Say:
        """Return what *account* says now for *purpose*."""
        known = self._accounts.get(account)
        return known.answered(purpose).at(self._now()) if known else "unasked"

    def owner(self, conversation: ConversationId) -> AccountId:
        """Return the account a conversation belongs to."""
        return self._of(conversation).owner

    def of_account(self, account: AccountId) -> list[ConversationId]:
        """Return the conversations *account* owns."""
        return [key for key, value in self._conversations.items() if value.owner == account]

    def standing(self, conversation: ConversationId) -> Standing:
        """Return the standing of *conversation*; refuses one that no turn is known of."""
        known = self._of(conversation)
        now = self._now()
        turns = sorted(known.turns, key=lambda turn: turn.at)
        contributors = list(dict.fromkeys([known.owner, *(turn.account for turn in turns if turn.role == "user")]))
        owner = self._account(known.owner)
        refused: dict[Purpose, datetime] = {}
        for purpose in self.purposes:
            since = [self._account(one).answered(purpose).refused_since(now) for one in contributors]
            if moments := [moment for moment in since if moment is not None]:
                refused[purpose] = max(moments)
        deletions = [moment for moment in (known.deleted_at, owner.deleted_at) if moment is not None]
        return Standing(
            conversation=conversation,
            account=known.owner,
            at=now,
            stretches=tuple(self._stretches(turns, now)),
            say_now={
                purpose: strictest([self._account(one).answered(purpose).at(now) for one in contributors])
                for purpose in self.purposes
            },
            refused_at=refused,
            private=known.private,
            last_turn_at=turns[-1].at,
            flagged_at=known.flagged_at,
            feedback_at=known.feedback_at,
            deleted_at=min(deletions, default=None),
            holds=tuple(sorted(hold for hold, placed in self._holds.items() if self._held(placed.scope, known, now))),
            age_now=owner.age(now),
        )

    def _now(self) -> datetime:
        if self.at is None:
            raise Unfit("no event and no instant; name the instant to rule at")
        return self.at

    def _account(self, account: AccountId) -> _Account:
        return self._accounts.setdefault(account, _Account())

    def _of(self, conversation: ConversationId) -> _Conversation:
        if conversation not in self._conversations:
            raise Unfit(f"no conversation `{conversation}` at that instant; `sayso decide` without a name lists them")
        return self._conversations[conversation]

    def _stretches(self, turns: list[TurnTaken], now: datetime) -> Iterator[Stretch]:
        """Yield the stretches of *turns*: a new one begins where anything a policy may ask for differs."""
        current: Stretch | None = None
        for position, turn in enumerate(turns):
            fresh = self._stretch(position, turn, now)
            if current is not None and _alike(current, fresh):
                current = _joined(current, fresh)
                continue
            if current is not None:
                yield current
            current = fresh
        if current is not None:
            yield current

    def _stretch(self, position: int, turn: TurnTaken, now: datetime) -> Stretch:
        account = self._account(turn.account)
        living = self._account(account.into) if account.into else account
        return Stretch(
            first=position,
            last=position,
            began_at=turn.at,
            ended_at=turn.at,
            account=turn.account,
            tier=account.tier.at(turn.at),
            region=account.region.at(turn.at),
            contract=account.contract.at(turn.at),
            organisation=account.organisation.at(turn.at),
            surface=turn.surface,
            model=turn.model,
            origin=turn.origin,
            imported=turn.imported,
            age=account.age(turn.at),
            say={
                purpose: account.answered(purpose).covering(turn.at, now, imported=turn.imported)
                for purpose in self.purposes
            },
            tier_now=living.tier.at(now),
            region_now=living.region.at(now),
            organisation_now=living.organisation.at(now),
        )

    def _held(self, scope: Scope, known: _Conversation, now: datetime) -> bool:
        """Return whether any turn of *known* lies in *scope*; one held turn holds the conversation."""
        return any(self._in_scope(scope, known, turn) for turn in known.turns if turn.at <= now)

    def _in_scope(self, scope: Scope, known: _Conversation, turn: TurnTaken) -> bool:
        account = self._account(turn.account)
        fits = (
            (scope.accounts is None or turn.account in scope.accounts or known.owner in scope.accounts)
            and (scope.regions is None or account.region.at(turn.at) in scope.regions)
            and (scope.tiers is None or account.tier.at(turn.at) in scope.tiers)
            and (scope.conversations is None or turn.conversation in scope.conversations)
            and (scope.since is None or turn.at >= scope.since)
            and (scope.until is None or turn.at <= scope.until)
        )
        return fits and not (scope.exempt is not None and self._in_scope(scope.exempt, known, turn))

    def _apply(self, event: object) -> None:
        match event:
            case AccountOpened():
                account = self._account(event.account)
                account.tier.set(event.at, event.tier)
                account.region.set(event.at, event.region)
                account.contract.set(event.at, event.contract)
                account.birth_year = event.birth_year if event.birth_year is not None else account.birth_year
            case TierChanged():
                self._account(event.account).tier.set(event.at, event.tier)
            case RegionChanged():
                self._account(event.account).region.set(event.at, event.region)
            case ChoiceMade():
                self._account(event.account).answered(event.purpose).add(event.at, event.say, event.covers)
            case NoticeShown():
                self._account(event.account).answered(event.purpose).add(event.at, "noticed")
            case Deferred():
                self._account(event.account).answered(event.purpose).add(event.at, "deferred")
            case TurnTaken():
                self._take(event)
            case Flagged() | FlagCleared() | FeedbackGiven() | FeedbackWithdrawn():
                self._mark(event)
            case Deleted():
                self._delete(event)
            case HoldPlaced():
                self._holds[event.hold] = event
            case HoldEnded():
                self._holds.pop(event.hold, None)
            case Merged():
                self._merge(event)
            case Moved():
                self._account(event.account).organisation.set(event.at, event.organisation)
            case _:
                pass  # deeds, and runs, change no standing

    def _take(self, turn: TurnTaken) -> None:
        known = self._conversations.get(turn.conversation)
        if known is None:
            known = self._conversations[turn.conversation] = _Conversation(turn.account)
            known.private = turn.incognito
        elif known.private is not True and turn.incognito is not False:
            known.private = turn.incognito
        insort(known.turns, turn, key=lambda one: one.at)

    def _mark(self, event: Flagged | FlagCleared | FeedbackGiven | FeedbackWithdrawn) -> None:
        known = self._conversations.get(event.conversation)
        if known is None:
            return
        match event:
            case Flagged():
                known.flagged_at = event.at if known.flagged_at is None else known.flagged_at
            case FlagCleared():
                known.flagged_at = None
            case FeedbackGiven():
                known.feedback_at = event.at
            case FeedbackWithdrawn():
                known.feedback_at = None

    def _delete(self, event: Deleted) -> None:
        if event.account is not None:
            account = self._account(event.account)
            account.deleted_at = account.deleted_at or event.at
        elif event.conversation in self._conversations:
            known = self._conversations[event.conversation]
            known.deleted_at = known.deleted_at or event.at

    def _merge(self, event: Merged) -> None:
        """Join two accounts: where their answers differ, the stricter one counts until the person answers anew."""
        gone, stays = self._account(event.account), self._account(event.into)
        gone.into = event.into
        for purpose in self.purposes:
            ours, theirs = stays.answered(purpose).at(event.at), gone.answered(purpose).at(event.at)
            if "refuse" in (ours, theirs):
                stays.answered(purpose).add(event.at, "refuse")
                gone.answered(purpose).add(event.at, "refuse")


def _alike(one: Stretch, other: Stretch) -> bool:
    """Return whether two stretches differ in nothing but their position and time."""
    return all(
        getattr(one, field) == getattr(other, field)
        for field in Stretch.__struct_fields__
        if field not in ("first", "last", "began_at", "ended_at")
    )


def _joined(one: Stretch, other: Stretch) -> Stretch:
    """Return *one* extended to the end of *other*."""
    from msgspec.structs import replace

    return replace(one, last=other.last, ended_at=other.ended_at)


def standings(events: Iterable[AnyEvent], at: datetime) -> Iterator[Standing]:
    """Yield the standing of every conversation at *at*.

    >>> list(standings([], parse("2025-01-01")))
    []
    """
    past = History(events, at)
    return (past.standing(one) for one in past.conversations())


def parse(text: str) -> datetime:
    """Return the instant *text* names; a short name for examples."""
    from sayso.facts.instants import parse_instant

    return parse_instant(text)

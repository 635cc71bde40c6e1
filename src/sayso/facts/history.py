"""Events in server order, folded into the standing of each conversation at an instant.

One fold serves the ledger, the case files and the audit. It looks at nothing after the instant it is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from sayso.facts.answers import Answers, strictest
from sayso.facts.errors import Unfit
from sayso.facts.events import (
    AnyEvent,
    HoldPlaced,
    Scope,
    TurnTaken,
)
from sayso.facts.fold import Fold
from sayso.facts.pasts import ConversationPast, Taken
from sayso.facts.scopes import Told, reaches
from sayso.facts.standings import Age, Standing, Stretch, alike
from sayso.facts.words import UNKNOWN, AccountId, ConversationId, Purpose, Say


class History(Fold):
    """The events up to an instant, ready to be asked for standings.

    >>> from sayso.facts.events import parse_event
    >>> past = History([parse_event(e) for e in (
    ...     {"at": "2025-09-01", "type": "account", "account": "ana", "tier": "pro", "region": "US"},
    ...     {"at": "2025-09-02", "type": "choice", "account": "ana", "say": "allow"},
    ...     {"at": "2025-09-03", "type": "turn", "account": "ana", "conversation": "c1"})])
    >>> past.standing("c1").stretches[0].say["model_training"]
    'allow'
    """

    def conversations(self) -> Iterator[ConversationId]:
        """Return the ids of all conversations with at least one turn, in the order of their first turn."""
        return iter(self._conversations)

    def some(self, start: int, count: int) -> list[ConversationId]:
        """Return at most *count* conversations from the *start*-th on, in the order of `conversations`, at the cost of these."""
        return self._begun[start : start + count]

    def accounts(self) -> Iterator[AccountId]:
        """Return the ids of all accounts that something is known about."""
        return iter(self._accounts)

    def knows(self, account: AccountId) -> bool:
        """Return whether anything is known about *account*."""
        return account in self._accounts

    def __contains__(self, conversation: object) -> bool:
        return conversation in self._conversations

    def deleted_at(self, account: AccountId) -> datetime | None:
        """Return when *account* was deleted by its person, or `None`."""
        moments = [known.deleted_at for one in self._line(account) if (known := self._accounts.get(one))]
        return min((moment for moment in moments if moment is not None), default=None)

    def deleted_by_itself(self, conversation: ConversationId) -> datetime | None:
        """Return when *conversation* was deleted by itself, whatever became of its account; `None` where it was not."""
        return self._of(conversation).deleted_at

    def tier_and_region(self, account: AccountId, *, told: bool = False) -> tuple[str, str]:
        """Return the present tier and region of *account*; with *told* the region as the operator told it, doubted or not."""
        known, now = self._accounts.get(account), self._now()
        return (known.tier.at(now), known.told if told else known.region.at(now)) if known else (UNKNOWN, UNKNOWN)

    def stated_region(self, account: AccountId) -> str | None:
        """Return where the person of *account* says they live; `None` where they say nothing. It is evidence, and rules nothing."""
        known = self._accounts.get(account)
        return known.stated if known else None

    def holds(self) -> dict[str, HoldPlaced]:
        """Return the holds in force, by name."""
        return dict(self._holds)

    def held_since(self, hold: str, conversation: ConversationId) -> datetime | None:
        """Return when *conversation* came under *hold*: when it was placed, or at the first turn in its scope if that is later."""
        placed, known = self._holds.get(hold), self._of(conversation)
        if placed is None:
            return None
        moments = [max(placed.at, one.turn.at) for one in known.turns if reaches(placed.scope, self._told(known, one))]
        return min(moments, default=None)

    def answer(self, account: AccountId, purpose: Purpose) -> Say:
        """Return what *account* says now for *purpose*."""
        known = self._accounts.get(account)
        return known.answered(purpose).at(self._now()) if known else "unasked"

    def answers(self, account: AccountId, purpose: Purpose) -> Answers:
        """Return all that *account* said for *purpose*; an answer's `order` counts the events of this history from 1."""
        return self._account(account).answered(purpose)

    def owner(self, conversation: ConversationId) -> AccountId:
        """Return the account a conversation belongs to now: where accounts were merged, the one that stays."""
        return self.living(self._of(conversation).owner)

    def living(self, account: AccountId) -> AccountId:
        """Return the account that *account* has become part of, or itself."""
        return self._line(account)[-1]

    def of_account(self, account: AccountId) -> list[ConversationId]:
        """Return the conversations *account* owns, in the order of their first turn; it costs what it owns."""
        return self.owned.of(account, self.living)

    def began(self, conversation: ConversationId) -> TurnTaken:
        """Return the first turn of *conversation*."""
        return self._of(conversation).turns[0].turn

    def standing(self, conversation: ConversationId) -> Standing:
        """Return the standing of *conversation*; refuses one that no turn is known of."""
        known = self._of(conversation)
        now = self._now()
        wrote = list(dict.fromkeys([known.owner, *(one.turn.account for one in known.turns)]))
        contributors = list(dict.fromkeys(self.living(one) for one in wrote))
        # Whoever took part and has deleted their account since allows nothing any more; the owner's chat stays the owner's.
        guests = [one for one in wrote if one not in self._line(known.owner)]
        gone = [moment for one in guests if (moment := self.deleted_at(one)) is not None]
        stretches = tuple(self._stretches(known.turns, now))
        refused: dict[Purpose, datetime] = {}
        for purpose in self.purposes:
            told = [*gone, *filter(None, (self._refused_since(one, purpose, now) for one in wrote))]
            if not told and any(one.say[purpose] == "withdrawn" for one in stretches):
                told = [*filter(None, (self._withdrawn_at(one, purpose, now) for one in known.turns))]
            if told:
                refused[purpose] = max(told)
        deletions = [moment for moment in (known.deleted_at, self.deleted_at(known.owner)) if moment is not None]
        return Standing(
            conversation=conversation,
            account=known.owner,
            at=now,
            stretches=stretches,
            say_now={
                purpose: "refuse" if gone else strictest([self._account(one).answered(purpose).at(now) for one in contributors])
                for purpose in self.purposes
            },
            refused_at=refused,
            private=known.private,
            last_turn_at=max(one.turn.at for one in known.turns),
            flagged_at=known.flagged_at,
            feedback_at=known.feedback_at,
            deleted_at=min(deletions, default=None),
            holds=tuple(sorted(hold for hold, placed in self._holds.items() if self._held(placed.scope, known))),
            age_now=self.age(known.owner, now),
        )

    def _refused_since(self, account: AccountId, purpose: Purpose, now: datetime) -> datetime | None:
        """Return since when a refusal reaches what *account* wrote: one that a merger brought reaches it from the merger on."""
        line = [self._account(one).answered(purpose).refused_since(now) for one in self._line(account)]
        return None if line[-1] is None else max(moment for moment in line if moment is not None)

    def _of(self, conversation: ConversationId) -> ConversationPast:
        if conversation not in self._conversations:
            raise Unfit(f"no conversation `{conversation}` at that instant; `sayso decide` without a name lists them")
        return self._conversations[conversation]

    def _stretches(self, turns: list[Taken], now: datetime) -> Iterator[Stretch]:
        """Yield the stretches of *turns*: a new one begins where anything a policy may ask for differs, its version included."""
        current: Stretch | None = None
        for taken in turns:
            fresh = self._stretch(taken, now)
            if current is not None and taken.position == current.last + 1 and self._goes_on(current, fresh):
                current = replace(current, last=fresh.last, ended_at=max(current.ended_at, fresh.ended_at))
                continue
            if current is not None:
                yield current
            current = fresh
        if current is not None:
            yield current

    def _goes_on(self, current: Stretch, fresh: Stretch) -> bool:
        """Return whether *fresh* belongs to the stretch before it: alike, and no instant of `cuts` between them."""
        between = sorted((current.began_at, current.ended_at, fresh.began_at))
        return alike(current, fresh) and bisect_right(self.cuts, between[0]) == bisect_right(self.cuts, between[-1])

    def _stretch(self, taken: Taken, now: datetime) -> Stretch:
        turn = taken.turn
        account = self._account(turn.account)
        line = self._line(turn.account)
        living = self._account(line[-1])
        return Stretch(
            first=taken.position,
            last=taken.position,
            began_at=turn.at,
            ended_at=turn.at,
            account=turn.account,
            tier=account.tier.at(turn.at, taken.order),
            region=account.region.at(turn.at, taken.order),
            contract=account.contract.at(turn.at, taken.order),
            organisation=account.organisation.at(turn.at, taken.order),
            surface=turn.surface,
            model=turn.model,
            origin=turn.origin,
            imported=turn.imported,
            age=self.age(turn.account, turn.at),
            say={purpose: self._covering(line, purpose, taken, now) for purpose in self.purposes},
            tier_now=living.tier.at(now),
            region_now=living.region.at(now),
            organisation_now=living.organisation.at(now),
        )

    def _covering(self, line: list[AccountId], purpose: Purpose, taken: Taken, now: datetime) -> Say:
        """Return the answer that covers *turn*: its account's own, or a `stored` one of an account it became part of."""
        turn = taken.turn
        own = self._account(line[0]).answered(purpose).covering(turn.at, now, imported=turn.imported, order=taken.order)
        later = (self._account(one).answered(purpose).covering(turn.at, now, imported=True) for one in line[1:])
        if own == "allow" and self._withdrawn_at(taken, purpose, now) is not None:
            own = "withdrawn"
        return "allow" if own != "allow" and "allow" in later else own

    def _withdrawn_at(self, taken: Taken, purpose: Purpose, now: datetime) -> datetime | None:
        """Return when a no last came between a turn and the person's answer of today, which is another.

        A no that still stands is the answer of today, and rules as such; a yes for what is `stored` takes in what came before it.
        """
        line, last, since = self._line(taken.turn.account), None, taken.turn.at
        if self._account(line[-1]).answered(purpose).at(now) == "refuse":
            return None
        for one in line:
            known = self._account(one)
            last = known.answered(purpose).taken_back(since, now) or last
            since = max(since, known.merged_at) if known.merged_at is not None else since
        return last

    def age(self, account: AccountId, at: datetime) -> Age:
        """Return the age group at *at*: the least favourable of what an account and those it became part of declared."""
        ages: list[Age] = [self._account(one).age(at) for one in self._line(account)]
        return next(age for age in ("minor", "conflict", "unknown", "adult", "undeclared") if age in ages)

    def _held(self, scope: Scope, known: ConversationPast) -> bool:
        """Return whether any turn of *known* lies in *scope*; one held turn holds the conversation."""
        return any(reaches(scope, self._told(known, one)) for one in known.turns)

    def _told(self, known: ConversationPast, taken: Taken) -> Told:
        """Return what an order may ask of a turn as it was then, of who wrote it, its owner, and what those became part of."""
        turn = taken.turn
        account = self._account(turn.account)
        place, plan, contract = (line.at(turn.at, taken.order) for line in (account.region, account.tier, account.contract))
        whose = {turn.account, known.owner, self.living(turn.account), self.living(known.owner)}
        return Told(whose, place, plan, turn.conversation, turn.at, contract)


def standings(events: Iterable[AnyEvent], at: datetime) -> Iterator[Standing]:
    """Yield the standing of every conversation at *at*.

    >>> from sayso.facts.instants import parse_instant
    >>> list(standings([], parse_instant("2025-01-01")))
    []
    """
    past = History(events, at)
    return (past.standing(one) for one in past.conversations())

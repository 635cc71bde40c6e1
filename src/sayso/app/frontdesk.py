"""The desk the pages are served from: every method answers for one person, or counts without naming any."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, TypeVar

from msgspec.structs import replace
from sqlalchemy import Connection

from sayso import release as release_room
from sayso.app.house import House
from sayso.app.jobs import holds, people, sweep
from sayso.app.jobs.build import why_not
from sayso.app.jobs.recall import folder_of, lineage_of, released
from sayso.app.jobs.rule import rulings
from sayso.app.pages import screen
from sayso.app.terms import operator
from sayso.app.views import ChoiceView, ConversationView, Count, Overview, PageOf, PersonView, ReleaseView, WhyView
from sayso.facts.errors import Refused, SaysoError
from sayso.facts.events import AccountOpened, ChoiceMade
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId, Covers, Digest, Purpose, Via
from sayso.notices import Notice
from sayso.policy import Policy, decide
from sayso.policy.turning import mattered, turn
from sayso.vault import payload

P = ParamSpec("P")
T = TypeVar("T")
Where = dict[str, list[str]]
MAIN: Purpose = "model_training"
log = logging.getLogger("sayso.policy")


def alone(method: Callable[Concatenate[FrontDesk, P], T]) -> Callable[Concatenate[FrontDesk, P], T]:
    """Let one request in at a time: a house folds its history in place."""

    @wraps(method)
    def one_at_a_time(self: FrontDesk, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.one:
            return method(self, *args, **kwargs)

    return one_at_a_time


class FrontDesk:
    """What the pages ask for, answered from one opened house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.one = threading.RLock()
        self._notices: dict[str, tuple[Notice, Digest]] = {}
        self._damaged: tuple[tuple[str, str], ...] = ()
        house.present()  # what is in force is loaded before anybody asks, or the service does not start

    def now(self) -> datetime:
        return self._house.now()

    @alone
    def purposes(self) -> tuple[Purpose, ...]:
        return self._house.policy_in_force().purposes

    def notice(self, name: str) -> tuple[Notice, Digest]:
        """Return the notice *name*, published so that its digest can be named in a choice."""
        with self.one:
            if name not in self._notices:
                # The digest covers what draws the question too, so that a receipt proves the screen and not only its words.
                notice = replace(people.shipped_notice(name, operator()), screen=screen())
                with self._house.writing() as work:
                    self._notices[name] = (notice, people.show_notice(self._house, work, notice))
            return self._notices[name]

    @alone
    def person(self, account: AccountId) -> PersonView:
        """Return the account; refuses one that is unknown or forgotten."""
        house, past = self._house, self._house.present()
        if account not in set(past.accounts()):
            raise Refused("no such account")
        with house.reading() as conn:
            name = house.vault.name(conn, account)
            opened = [e.line for e in house.ledger.of_account(conn, account, ["account"])]
        first = opened[0] if opened and isinstance(opened[0], AccountOpened) else None
        tier, region = past.tier_and_region(account)
        return PersonView(
            account=account,
            name=name,
            tier=tier if first else "unknown",
            region=region if first else "unknown",
            says={purpose: past.answer(account, purpose) for purpose in self.purposes()},
            deleted_at=past.deleted_at(account),
        )

    @alone
    def choices(self, account: AccountId) -> list[ChoiceView]:
        """Return every answer of *account*, newest first; none is ever overwritten."""
        with self._house.reading() as conn:
            entries = list(self._house.ledger.of_account(conn, account, ["choice"]))
        return [
            ChoiceView(
                seq=entry.seq,
                at=line.at,
                purpose=line.purpose,
                say=line.say,
                via=line.via,
                notice=line.notice,
                covers=line.covers,
            )
            for entry in reversed(entries)
            if isinstance(line := entry.line, ChoiceMade)
        ]

    @alone
    def choose(
        self,
        account: AccountId,
        purpose: Purpose,
        say: Literal["allow", "refuse"],
        *,
        via: Via,
        notice: Digest,
        locale: str,
        pressed: str,
        covers: Covers = "from_now",
    ) -> int:
        """Return the number of the durable ledger line."""
        entry = people.choose(
            self._house, account, purpose, say, via=via, notice=notice, locale=locale, pressed=pressed, covers=covers
        )
        return entry.seq

    @alone
    def defer(self, account: AccountId, purpose: Purpose, notice: Digest) -> None:
        people.defer(self._house, account, purpose, notice)

    @alone
    def notice_shown(self, account: AccountId, purpose: Purpose, notice: Digest) -> None:
        people.shown(self._house, account, purpose, notice)

    @alone
    def receipt(self, account: AccountId, seq: int) -> dict[str, object]:
        """Return the receipt of one of the account's own choices; any other number is unknown to it."""
        return people.receipt_of(self._house, account, seq)

    @alone
    def conversations(self, account: AccountId, *, offset: int = 0, limit: int = 50) -> PageOf:
        """Return a page of the account's conversations, the last one held first."""
        past = self._house.present()
        mine = [past.standing(one) for one in past.of_account(account) if one not in past.shredded]
        mine.sort(key=lambda one: (one.last_turn_at or one.at, one.conversation), reverse=True)
        where = self._releases()
        with self._house.reading() as conn:
            items = [view for one in mine[offset : offset + limit] if (view := self._view(conn, one, where)) is not None]
        return PageOf(items=tuple(items), offset=offset, total=len(mine))

    @alone
    def conversation(self, account: AccountId, conversation: ConversationId) -> ConversationView:
        """Return one conversation of the account; another's is as unknown as none."""
        house, past = self._house, self._house.present()
        if conversation not in past or past.owner(conversation) != account or conversation in past.shredded:
            raise Refused("no such conversation")
        with self._house.reading() as conn:
            standing = past.standing(conversation)
            view = self._view(conn, standing, self._releases())
        if view is None:
            raise Refused("no such conversation")
        # A deletion cannot be undone, so what would have been without it is of no use to anybody.
        return view if view.deleted_at is not None else replace(view, why=_why(house.policy_in_force(), standing, view.ruling))

    @alone
    def unreadable_by(self, account: AccountId, conversation: ConversationId | None) -> datetime | None:
        """Return when it would be unreadable if deleted now; `None` while a hold keeps it. Writes nothing."""
        if conversation is not None:
            self.conversation(account, conversation)
        return sweep.unreadable_by(self._house, conversation=conversation, account=account)

    @alone
    def delete_conversation(self, account: AccountId, conversation: ConversationId) -> datetime | None:
        self.conversation(account, conversation)
        return sweep.delete(self._house, conversation=conversation)[1]

    @alone
    def delete_account(self, account: AccountId) -> datetime | None:
        return sweep.delete(self._house, account=account)[1]

    @alone
    def damaged(self) -> tuple[tuple[str, str], ...]:
        """Return the policies whose copy went bad while this service runs, name and file; a change is logged once."""
        found = tuple((line.profile, f"policies/{line.digest}.toml") for line in self._house.damaged())
        for name, file in found:
            if (name, file) not in self._damaged:
                log.error("the copy of policy `%s` is missing or damaged; the last good one stays in force, restore %s", name, file)
        if self._damaged and not found:
            log.warning("every copy of a policy is whole again")
        self._damaged = found
        return found

    @alone
    def overview(self) -> Overview:
        """Return the officer's counts. No name and no word of any conversation is opened for it."""
        house = self._house
        policy = house.policy_in_force()
        past = house.present()
        now = house.now()
        uses: dict[Purpose, Counter[str]] = {purpose: Counter() for purpose in policy.purposes}
        because: dict[Purpose, Counter[tuple[str, str]]] = {purpose: Counter() for purpose in policy.purposes}
        kept: Counter[tuple[str, str]] = Counter()
        ends: Counter[str] = Counter()
        gone = self._shredded()
        due = held = total = 0
        for standing, ruled in rulings(past, policy):
            if standing.conversation in gone:
                continue
            total += 1
            due += ruled.due(now)
            held += bool(standing.holds)
            for purpose in policy.purposes:
                uses[purpose][ruled.use[purpose].use] += 1
                because[purpose][_first_because(ruled, purpose)] += 1
            kept[_longest(ruled)] += 1
            ends["no known end" if ruled.keep_until is None else ruled.keep_until.strftime("%Y-%m")] += 1
        says = Counter(past.answer(one, MAIN) for one in past.accounts())
        return Overview(
            at=now,
            policy=policy.name,
            accounts=len(list(past.accounts())),
            conversations=total,
            uses={purpose: _counts(counted.items()) for purpose, counted in uses.items()},
            because={purpose: _rows(counted) for purpose, counted in because.items()},
            kept=_rows(kept),
            says=_counts(says.items()),
            due=due,
            held=held,
            holds=tuple((one.hold, one.matter, one.conversations) for one in holds.listed(house)),
            releases=tuple(self._release(line.release) for line in released(house)),
            damaged=self.damaged(),
            ends=tuple(Count(label=month, count=count) for month, count in sorted(ends.items(), key=lambda one: one[0])),
        )

    def _shredded(self) -> set[ConversationId]:
        return self._house.present().shredded

    def _releases(self) -> tuple[Where, Where]:
        """Return the releases each conversation is in, and those it was withdrawn from."""
        still: Where = {}
        gone_from: Where = {}
        for line in released(self._house):
            gone = set(release_room.revoked(folder_of(self._house, line.release)).ids)
            for one in lineage_of(self._house, line.release):
                (gone_from if one.id in gone else still).setdefault(one.conversation, []).append(line.release)
        return still, gone_from

    def _release(self, name: str) -> ReleaseView:
        folder = folder_of(self._house, name)
        manifest = release_room.read(folder)
        return ReleaseView(
            name=name,
            purpose=manifest.plan.purpose,
            built_at=manifest.plan.at,
            rows=manifest.rows,
            withdrawn=len(release_room.revoked(folder).ids),
            left_out=_counts(manifest.plan.left_out.items()),
        )

    def _view(self, conn: Connection, standing: Standing, where: tuple[Where, Where]) -> ConversationView | None:
        """Return what its owner sees of a conversation; `None` once its words are gone."""
        house = self._house
        if standing.conversation in self._shredded():
            return None
        try:
            title = payload.decode(house.vault.open(conn, standing.conversation)[-1]).header.title
        except SaysoError:
            title = ""
        return ConversationView(
            conversation=standing.conversation,
            account=standing.account,
            title=title,
            began_at=min(one.began_at for one in standing.stretches),
            last_turn_at=standing.last_turn_at or standing.at,
            turns=sum(one.last - one.first + 1 for one in standing.stretches),
            surface=standing.stretches[-1].surface,
            private=standing.private is True,
            imported=any(one.imported for one in standing.stretches),
            deleted_at=standing.deleted_at,
            held=bool(standing.holds),
            ruling=decide(house.policy_in_force(), standing, standing.at),
            releases=tuple(where[0].get(standing.conversation, ())),
            withdrawn_from=tuple(where[1].get(standing.conversation, ())),
        )


def _why(policy: Policy, standing: Standing, ruled: Ruling) -> dict[Purpose, WhyView]:
    return {
        purpose: WhyView(
            counted=tuple((fact, tuple(values)) for fact, values in mattered(policy, standing, ruled, purpose).items()),
            turn=turn(policy, standing, ruled, purpose),
        )
        for purpose in policy.purposes
    }


def _first_because(ruled: Ruling, purpose: Purpose) -> tuple[str, str]:
    found = ruled.use[purpose].because
    return (found[0].row, found[0].text) if found else (why_not(ruled, purpose), "")


def _longest(ruled: Ruling) -> tuple[str, str]:
    """Return the name of the reason that keeps a conversation longest, and its row."""
    of_it = [reason for reason in ruled.reasons if reason.of == "conversation"]
    if not of_it:
        return ("no reason", "")
    last = max(of_it, key=lambda reason: (reason.until is None, reason.until or ruled.at))
    return (last.because.row, last.name)


def _counts(items: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    return tuple(Count(label=label, count=count) for label, count in sorted(items, key=lambda one: (-one[1], one[0])))


def _rows(counted: Counter[tuple[str, str]]) -> tuple[Count, ...]:
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Count(label=text or row, count=count, row=row) for (row, text), count in ordered)

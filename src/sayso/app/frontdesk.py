"""The desk the pages are served from: every method answers for one person, or counts without naming any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, TypeVar

from msgspec.structs import replace

from sayso.app import receipts
from sayso.app.behind import Behind
from sayso.app.console import OfficerDesk
from sayso.app.fair import FairLock
from sayso.app.grants import Role, ServiceKey
from sayso.app.hosts import HostDesk
from sayso.app.house import House, Work
from sayso.app.jobs import asked, certifying, changed, deletion, people, promising, proving, takeout, telling, undoing
from sayso.app.jobs.asked import Asked
from sayso.app.mine import Mine
from sayso.app.private import private_chat
from sayso.app.questions import Questions
from sayso.app.sent import request
from sayso.app.terms import operator
from sayso.app.together import Job, Together
from sayso.app.views import (
    ChangedView,
    ChoiceView,
    ConversationView,
    EndView,
    Find,
    HeldView,
    Overview,
    PageOf,
    PersonView,
    Press,
    PrivateView,
    Sent,
    WentView,
    Where,
    carried,
)
from sayso.facts.errors import Refused
from sayso.facts.events import AccountOpened
from sayso.facts.words import AccountId, ConversationId, Covers, Digest, Purpose, Via
from sayso.ledger import Entry
from sayso.notices import Notice

P = ParamSpec("P")
T = TypeVar("T")


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
        self.one = FairLock()
        self.behind = Behind(house, self.one)
        self.together = Together(house, self.one, self.behind.look)
        self.console = OfficerDesk(house, self.one)
        self.hosts = HostDesk(house, self.together)
        self._grants = self.hosts.grants
        self.publishes = False
        """Whether the log is written for the public while this desk is open; only then is it promised to be."""
        self._mine = Mine(house)
        self._last_end: tuple[tuple[AccountId, int, date], datetime | None] | None = None
        self._questions = Questions(house, self.one)
        house.present()  # what is in force is loaded before anybody asks, or the service does not start

    def close(self) -> None:
        """End what is done beside the pages, so that the house may be closed."""
        self.behind.stop()

    def now(self) -> datetime:
        return self._house.now()

    @alone
    def purposes(self) -> tuple[Purpose, ...]:
        return self._house.policy_in_force().purposes

    def notice(self, name: str, drawn: str = "pages") -> tuple[Notice, Digest]:
        """Return the version of notice *name* to ask with, drawn by *drawn* and published, so that a choice can name its digest."""
        return self._questions.ask(name, drawn)

    @alone
    def unfair(self, notice: Digest) -> bool:
        return notice in self._house.past.invalid

    @alone
    def person(self, account: AccountId) -> PersonView:
        """Return the account; refuses one that is unknown or forgotten."""
        house, past = self._house, self._house.present()
        if not past.knows(account):
            raise Refused("no such account")
        name = house.ask(lambda conn: house.vault.name(conn, account))
        with house.reading() as conn:
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
            region_told=past.tier_and_region(account, told=True)[1] if first else "unknown",
            region_stated=past.stated_region(account),
        )

    def state_region(self, account: AccountId, region: str | None) -> bool:
        return self.together.do(lambda work: telling.state_in(self._house, work, account, region))

    @alone
    def private_chat(self, account: AccountId, purpose: Purpose) -> PrivateView:
        return private_chat(self._house, account, purpose)

    @alone
    def choices(self, account: AccountId) -> list[ChoiceView]:
        """Return every answer of *account*, newest first; none is ever overwritten."""
        return people.choices(self._house, account)

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
        sent: Sent | None = None,
        where: Where | None = None,
    ) -> int:
        """Return the number of the line, durable together with those of everybody who chose meanwhile."""
        asked = None if sent is None else request(self._house, account, sent.key, sent.asked, sent.part)
        press = Press(
            account=account,
            purpose=purpose,
            say=say,
            via=via,
            notice=notice,
            locale=locale,
            pressed=pressed,
            covers=covers,
            request=asked,
            where=where,
        )
        return self.together.choose(press).seq

    def at_hand(self, name: str) -> bool:
        """Return whether the notice *name* was published as the pages draw it, so that asking for it waits for nobody."""
        return self._questions.at_hand(name, "pages")

    def choose_later(self, group: Sequence[tuple[Press, Sent | None, Callable[[Job[Entry]], None]]]) -> None:
        """Take in choices and return at once; of each is told, in another thread, once it is durable or was not made."""
        self.together.later([(self._named(press, sent), tell) for press, sent, tell in group])

    def _named(self, press: Press, sent: Sent | None) -> Press:
        if sent is None:
            return press
        return replace(press, request=request(self._house, press.account, sent.key, sent.asked, sent.part))

    def defer(self, account: AccountId, purpose: Purpose, notice: Digest, where: Where | None = None) -> None:
        self.together.do(lambda work: people.defer_in(self._house, work, account, purpose, notice, where))

    def notice_shown(self, account: AccountId, purpose: Purpose, notice: Digest) -> None:
        with self.one:
            if self._house.past.answer(account, purpose) != "unasked":
                return
        self.together.do(lambda work: people.shown_in(self._house, work, account, purpose, notice))

    @alone
    def receipt(self, account: AccountId, seq: int) -> dict[str, object]:
        """Return the receipt of one of the account's own choices; any other number is unknown to it."""
        return people.receipt_of(self._house, account, seq)

    def promise(self, account: AccountId, seq: int) -> dict[str, object] | None:
        """Return the signed promise that this answer of the account will be public; `None` where no log is being published.

        Nobody waits for it: it is made from the line as it was committed.
        """
        return promising.promised(self._house, account, seq) if self.publishes else None

    def promise_of(self, entry: Entry) -> str | None:
        """Return the same promise as the header of the answer carries it, from the line at hand: it asks the database nothing."""
        return carried(promising.promise_of(self._house, entry)) if self.publishes else None

    @alone
    def receipt_as(self, account: AccountId, seq: int, form: str, language: str) -> tuple[bytes, str]:
        told = people.receipt_of(self._house, account, seq)
        return receipts.written(told, form, language, self._house.keys.signing), receipts.FORMS[form]

    @alone
    def conversations(self, account: AccountId, find: Find) -> PageOf:
        """Return the account's conversations that *find* asks for, the latest first."""
        return self._mine.page(account, find)

    @alone
    def count(self, account: AccountId) -> int | None:
        return self._mine.count(account)

    @alone
    def held(self, account: AccountId) -> list[HeldView]:
        return self._mine.held(account)

    @alone
    def went(self, account: AccountId) -> list[WentView]:
        return self._mine.went(account)

    @alone
    def proof(self, account: AccountId, release: str) -> dict[str, object]:
        """Return the proof that something of the account is in *release*, or that nothing is, whichever is so."""
        return proving.of_person(self._house, account, release)

    @alone
    def changed(self, account: AccountId) -> ChangedView:
        return changed.since_answered(self._house, account)

    @alone
    def conversation(self, account: AccountId, conversation: ConversationId) -> ConversationView:
        """Return one conversation of the account; another's is as unknown as none."""
        return self._mine.one(account, conversation)

    @alone
    def unreadable_by(self, account: AccountId, conversation: ConversationId | None) -> datetime | None:
        """Return when it would be unreadable if deleted now; `None` while a hold keeps it. Writes nothing."""
        if conversation is not None:
            self.conversation(account, conversation)
            return deletion.unreadable_by(self._house, conversation=conversation, account=account)
        known = (account, self._house.ask(self._house.ledger.size), self._house.now().date())
        if self._last_end is None or self._last_end[0] != known:
            # It asks after each conversation of the account: not twice on one day while nothing was recorded.
            self._last_end = known, deletion.unreadable_by(self._house, conversation=None, account=account)
        return self._last_end[1]

    def delete_conversation(self, account: AccountId, conversation: ConversationId) -> datetime | None:
        self.conversation(account, conversation)
        self.together.do(lambda work: deletion.delete_in(self._house, work, [conversation]))
        with self.one:
            return deletion.unreadable_by(self._house, conversation=conversation, account=account)

    def delete_account(self, account: AccountId) -> datetime | None:
        self.together.do(lambda work: deletion.delete_account_in(self._house, work, account))
        with self.one:
            return deletion.unreadable_by(self._house, conversation=None, account=account)

    @alone
    def take_out(self, account: AccountId, language: str) -> Iterator[bytes]:
        """Return the parts of the zip; the reading is recorded here, and what a part needs is gathered when it is asked for."""
        taking = takeout.begin(self._house, account, by="person", operator=operator() or "sayso")
        return takeout.written(self._house, taking, language, one_at_a_time=self.one)

    def damaged(self) -> tuple[tuple[str, str], ...]:
        return self.console.overviews.damaged()

    @alone
    def announced(self, account: AccountId, most: int) -> list[EndView]:
        return self._mine.announced(account, most)

    @alone
    def undo_until(self, account: AccountId, conversation: ConversationId | None) -> datetime | None:
        if conversation is None:
            return undoing.can_undo_until(self._house, account=account)
        self._own(account, conversation)
        try:
            return undoing.can_undo_until(self._house, conversation=conversation)
        except Refused:
            return None  # it went with the account

    def undo(self, account: AccountId, conversation: ConversationId | None) -> None:
        # What it takes to know is worked out before, a step at a time, so that nobody else waits for it.
        seen = undoing.ends_of(self._house, account, lambda: self.one) if conversation is None else None

        def undone(work: Work) -> None:
            if conversation is None:
                undoing.undo_in(self._house, work, account=account, seen=seen)
            else:
                self._own(account, conversation)
                undoing.undo_in(self._house, work, conversation=conversation)

        self.together.do(undone)

    @alone
    def certificate(self, account: AccountId, conversation: ConversationId | None, *, brief: bool = False) -> dict[str, object]:
        """Return the certificate of one of the account's own conversations, also once it is destroyed, or of the account."""
        if conversation is not None:
            self._own(account, conversation)
        return certifying.certify(self._house, conversation or account, brief=self._mine.where if brief else None)

    def asked(self, account: AccountId) -> list[Asked]:
        return asked.of_account(self._house, account)

    @alone
    def ask(self, account: AccountId, what: str) -> Asked:
        return asked.add(self._house, what, by="person", account=account)

    def log_key(self) -> str:
        return self._house.keys.signing.vkey()

    def _own(self, account: AccountId, conversation: ConversationId) -> None:
        past = self._house.present()
        if conversation not in past or past.owner(conversation) != account:
            raise Refused("no such conversation")

    def roles(self, officer: str) -> frozenset[Role]:
        return self._grants.roles(officer)

    def guest_roles(self, officer: str, given: Iterable[str], since: datetime) -> frozenset[Role]:
        return self._grants.guest_roles(officer, given, since)

    def sign_in(self, officer: str, subject: str, roles: Iterable[str], issuer: str) -> bool:
        return self._grants.sign_in(officer, subject, roles, self._house.now(), issuer)

    def host(self, client: str, number: str, made: datetime) -> bool:
        return self._grants.host(client, number, made)

    def key(self, text: str) -> ServiceKey | None:
        return self._grants.key(text)

    def overview(self) -> Overview:
        return self.console.overviews.view()

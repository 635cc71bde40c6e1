"""The desk the pages stand at: all they can ask for or order, in one protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

from sayso.app.console import Console
from sayso.app.grants import Role, ServiceKey
from sayso.app.hosts import HostDesk
from sayso.app.jobs.asked import Asked
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
    PrivateView,
    Sent,
    WentView,
    Where,
)
from sayso.facts.words import AccountId, ConversationId, Covers, Digest, Purpose, Via
from sayso.notices import Notice


class Desk(Protocol):
    """What stands behind the pages. It is called from several threads, one call at a time per request.

    Promises: what is asked about an account or with its id is refused (`Refused`) unless it is that account's own, and a
    write returns after it is durable. Trusted with everything the pages show; the pages keep no state of their own.
    """

    def now(self) -> datetime:
        """The present instant, aware, UTC: links and sessions end by it."""
        ...

    def purposes(self) -> tuple[Purpose, ...]:
        """The purposes the policy in force rules on, in the order they are shown."""
        ...

    def notice(self, name: str, drawn: str = "pages") -> tuple[Notice, Digest]:
        """The version of notice *name* to show now, and the digest it is published under; *drawn* is what draws it.

        The pages draw it (`pages`), or the file of an element (`sayso-ask.js`): each is another screen and another digest. What
        a host draws itself (`host`) says nothing of its screen.
        """
        ...

    def unfair(self, notice: Digest) -> bool:
        """Whether the notice was found unfair: no yes is taken on it, and none that was given counts."""
        ...

    def person(self, account: AccountId) -> PersonView:
        """The account; Refused where there is none, or none any more."""
        ...

    def private_chat(self, account: AccountId, purpose: Purpose) -> PrivateView:
        """What the policy in force would say of a private chat of the account held now; Refused where there is no such account."""
        ...

    def choices(self, account: AccountId) -> list[ChoiceView]:
        """Every answer the account gave, in server order."""
        ...

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
        """Record an answer and return the number of its durable line; *pressed* is the label the person saw.

        What was *sent* before under the same key gives the number of then; Unfit where that key asked for something else.
        """
        ...

    def defer(self, account: AccountId, purpose: Purpose, notice: Digest, where: Where | None = None) -> None:
        """Record that the person put the question off."""
        ...

    def notice_shown(self, account: AccountId, purpose: Purpose, notice: Digest) -> None:
        """Record that the question was shown; showing is not an answer."""
        ...

    def receipt(self, account: AccountId, seq: int) -> Mapping[str, Any]:
        """The receipt of one answer as JSON data; Refused for a line that is not an answer of this account."""
        ...

    def receipt_as(self, account: AccountId, seq: int, form: str, language: str) -> tuple[bytes, str]:
        """The receipt as a file in the form `jsonld`, `record`, `kantara` or `html`, and the end of its name."""
        ...

    def promise(self, account: AccountId, seq: int) -> Mapping[str, Any] | None:
        """The signed promise that an answer will be in the public log, as JSON data; `None` where none is published.

        Refused for a line that is not an answer of this account.
        """
        ...

    def conversations(self, account: AccountId, find: Find) -> PageOf:
        """The conversations of the account that *find* asks for, the latest first; it costs what is shown, not what there is."""
        ...

    def count(self, account: AccountId) -> int | None:
        """How many conversations the account sees; `None` for very many."""
        ...

    def held(self, account: AccountId) -> list[HeldView]:
        """The legal orders that keep conversations of the account and may be told of."""
        ...

    def went(self, account: AccountId) -> list[WentView]:
        """Every release, newest first, and how much of the account went into it."""
        ...

    def proof(self, account: AccountId, release: str) -> Mapping[str, Any]:
        """The proof that something of the account is in *release*, or that nothing is, as JSON data; else Refused."""
        ...

    def changed(self, account: AccountId) -> ChangedView:
        """What changed in the policy since the account gave the answer that stands."""
        ...

    def conversation(self, account: AccountId, conversation: ConversationId) -> ConversationView:
        """One conversation; Refused unless it is this account's own."""
        ...

    def unreadable_by(self, account: AccountId, conversation: ConversationId | None) -> datetime | None:
        """When it would be unreadable, if deleted now (`None` for the whole account); no instant while a hold has no known end.

        The confirm page says it before the person decides. Writes nothing.
        """
        ...

    def delete_conversation(self, account: AccountId, conversation: ConversationId) -> datetime | None:
        """Delete it and return when it is unreadable everywhere; deleting twice gives the same answer."""
        ...

    def delete_account(self, account: AccountId) -> datetime | None:
        """Delete the account with all its conversations and return when the last one is unreadable everywhere."""
        ...

    def damaged(self) -> tuple[tuple[str, str], ...]:
        """Policies whose copy went bad since they were loaded, name and file; they stay in force as they were."""
        ...

    def take_out(self, account: AccountId, language: str) -> Iterator[bytes]:
        """Everything about the account as a zip, in parts; recorded before the first.

        Refused for an account that is gone, TooOften for one more than a day has room for.
        """
        ...

    def announced(self, account: AccountId, most: int) -> list[EndView]:
        """At most *most* of the ends that were announced to the account and still hold, the first day first."""
        ...

    def undo_until(self, account: AccountId, conversation: ConversationId | None) -> datetime | None:
        """Until when the deletion (of the whole account for `None`) can be taken back; `None` where it cannot."""
        ...

    def undo(self, account: AccountId, conversation: ConversationId | None) -> None:
        """Take the deletion back; Refused once that is over."""
        ...

    def certificate(self, account: AccountId, conversation: ConversationId | None) -> Mapping[str, Any]:
        """The certificate of a deletion as JSON data; Refused for what is not this account's, or was not deleted."""
        ...

    def log_key(self) -> str:
        """The public key that receipts and certificates are checked with."""
        ...

    def roles(self, officer: str) -> frozenset[Role]:
        """What *officer* may do now; nothing for who is not named, or not any more."""
        ...

    def guest_roles(self, officer: str, given: Iterable[str], since: datetime) -> frozenset[Role]:
        """Which of the roles that a provider gave *officer* at *since* still hold; none once they were ended."""
        ...

    def sign_in(self, officer: str, subject: str, roles: Iterable[str], issuer: str) -> bool:
        """Whether *officer*, whom a provider signed in, may come in; kept is that they did, and as what."""
        ...

    def host(self, client: str, number: str, made: datetime) -> bool:
        """Whether the client of an issuer may come in with its token *number*, made then: not once either was ended here."""
        ...

    def key(self, text: str) -> ServiceKey | None:
        """The key of a service that *text* is; `None` for what is none, or was revoked."""
        ...

    def asked(self, account: AccountId) -> list[Asked]:
        """What the account asked for by law, the newest first."""
        ...

    def ask(self, account: AccountId, what: str) -> Asked:
        """Take in a request; one that is open for the same right is given back."""
        ...

    def state_region(self, account: AccountId, region: str | None) -> bool:
        """Take in where a person says they live, `None` to take it back; refuses (Unfit) what is no region."""
        ...

    @property
    def console(self) -> Console | None:
        """What officers look at and order, beside the overview; `None` where there is none."""
        ...

    @property
    def hosts(self) -> HostDesk | None:
        """What services order and ask over the API; `None` where there is nothing for them."""
        ...

    def overview(self) -> Overview:
        """What an officer sees: counts, no names, no words."""
        ...

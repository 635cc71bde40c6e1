"""The desk of the services: every method does what a job does, under the house's lock, and adds no rule of its own.

*by* is the service that asks, as the ledger names it. Whether it may is for the caller to see to, by the right of the route.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from msgspec import Struct

from sayso import release as release_room
from sayso import vault as vault_room
from sayso.app.console.asked import AskedDesk
from sayso.app.console.orders import said
from sayso.app.console.policies import PolicyDesk
from sayso.app.console.releases import ReleaseDesk
from sayso.app.grants import Grants, ServiceKey
from sayso.app.hosts.audits import Audits
from sayso.app.hosts.kept import Kept
from sayso.app.house import House, Work
from sayso.app.jobs import believing, collect, notices, people, proving, recall, retention, rule, telling
from sayso.app.jobs.beforehand import recall_beside
from sayso.app.jobs.collect import Arrival
from sayso.app.jobs.recall import Withdrawn
from sayso.app.jobs.retention import Ending
from sayso.app.terms import operator
from sayso.app.together import Together
from sayso.facts.conversation import Conversation, Turn
from sayso.facts.deeds import Looked, TakenOut
from sayso.facts.endings import Retention
from sayso.facts.errors import Refused, Unfit
from sayso.facts.rulings import Ruling
from sayso.facts.words import NONE, AccountId, ConversationId, Digest
from sayso.notices import Notice
from sayso.policy import explain

SOURCE = "api"
"""What our ids of conversations say they came by; a host's own id is one conversation of one account."""


class Verdict(Struct, frozen=True, kw_only=True):
    """A ruling, and its reasons in sentences for one purpose."""

    ruling: Ruling
    sentences: tuple[str, ...]


class Health(Struct, frozen=True, kw_only=True):
    """How the log stands: its head, the newest signed checkpoint, and by how much the clock lags behind."""

    size: int
    root: str
    at: datetime | None
    checkpoint: str
    key: str
    behind_seconds: float


class HostDesk:
    """What services ask of one opened house; *together* is where its changes are made, and has the lock under which it is used."""

    def __init__(self, house: House, together: Together) -> None:
        self._house, self.one, self._together = house, together.one, together
        self.grants = Grants(house.settings.keys)
        self.kept = Kept(house, together)
        self.audits = Audits(house.settings, house.clock)
        self.runs = ReleaseDesk(house, self.one)
        self.policies = PolicyDesk(house, self.one)
        self.requests = AskedDesk(house, self.one)

    # -- accounts and conversations

    def enrol(self, name: str, *, tier: str, region: str, birth_year: int | None) -> tuple[AccountId, bool]:
        """Return the account of *name*, and whether it is new; one that is known stays as it is."""

        def enrolled(work: Work) -> tuple[AccountId, bool]:
            known = self._house.vault.find(work.conn, name)
            made = people.enrol(self._house, work, name, tier=tier, region=region, birth_year=birth_year, contract=NONE)
            return made, known is None

        return self._together.do(enrolled)

    def tell(self, account: AccountId, *, tier: str, region: str) -> bool:
        """Record another plan or region of *account* and what follows; return whether anything changed."""
        return self._together.do(lambda work: telling.tell_in(self._house, work, account, tier=tier, region=region))

    def append(self, account: AccountId, given: Conversation) -> tuple[ConversationId, int]:
        """Return our id of what the host calls `given.id`, and how many turns were new; known ones stay as they are."""
        house = self._house

        def taken_in(work: Work) -> tuple[ConversationId, int]:
            arrival = Arrival(account=house.vault.name(work.conn, account), own=True)
            tally = collect.collect_in(house, work, SOURCE, [given], arrival, house.ruled_by(work.conn))
            if tally.left:
                raise Unfit(f"nothing was taken in: {tally.left[0].why}")
            return house.vault.identify(work.conn, account, SOURCE, given.id), tally.turns

        return self._together.do(taken_in)

    def words(self, account: AccountId, conversation: ConversationId, *, by: str) -> tuple[str, list[Turn]]:
        """Return title and turns of a conversation; that they were read is recorded first. Refused for what is out of sight."""
        house = self._house
        with self.one:
            past = house.present()
            if conversation not in past or past.owner(conversation) != account:
                raise Refused("no such conversation")
            with house.writing() as work:
                work.record([Looked(at=work.at, by=by, what="words", size=1)])
                blocks = [vault_room.decode(raw) for raw in house.vault.open(work.conn, conversation)]
        return blocks[0].header.title, [turn for block in blocks for turn in block.turns]

    def knows(self, account: AccountId) -> bool:
        """Return whether *account* is the pseudonym of an account there is or was."""
        with self.one:
            return self._house.present().knows(account)

    # -- what is decided

    def decide(self, conversation: ConversationId, purpose: str, at: datetime | None) -> Verdict:
        """Return what the policy says of a conversation for *purpose*; Unfit for one that is unknown, or a purpose it has not."""
        with self.one:
            then = rule.then(self._house, at)
            if purpose not in then.policy.purposes:
                raise Unfit(
                    f"policy `{then.policy.name}` knows no purpose `{purpose[:60]}`; it rules on {', '.join(then.policy.purposes)}"
                )
            standing, ruling = then.ruling(conversation)
            return Verdict(ruling=ruling, sentences=tuple(explain(then.policy, standing, ruling, purpose=purpose)))

    def has(self, conversation: ConversationId) -> bool:
        """Return whether *conversation* is here and not destroyed."""
        with self.one:
            past = self._house.present()
            return conversation in past and conversation not in past.shredded

    # -- notices

    def versions(self) -> list[notices.Version]:
        """Return every version of a notice that was published here."""
        with self.one:
            return notices.versions(self._house)

    def version(self, digest: str) -> tuple[notices.Version, Notice]:
        """Return one version and its words; Unfit where there is none."""
        with self.one:
            found = notices.find(self._house, digest)
            return found, notices.words(self._house, found)

    def publish(self, text: str, name: str) -> tuple[Notice, Digest]:
        """Return the notice written in *text* (TOML), published; the pages ask with its newest version."""
        with self.one:
            return notices.publish_text(self._house, text, name, operator())

    # -- ends

    def retention(self) -> Retention:
        """Return the notice period, the grace and the days of proof in force."""
        with self.one:
            return retention.retention(self._house)

    def put_retention(self, wanted: Retention, *, by: str, why: str) -> Retention:
        """Return them as they are from now on; who ordered it and why is recorded in the same transaction."""
        with self.one:
            return retention.put_retention(
                self._house,
                notice=wanted.notice,
                grace=wanted.grace,
                evidence=wanted.evidence,
                ordered=said(by, "retention_set", "", why),
            )

    def endings(self, days: int, *, by: str, most: int, after: tuple[datetime, str] | None) -> list[Ending]:
        """Return up to *most* of what ends within *days*, the first first, behind *after*; the look is recorded."""
        with self.one:
            self._house.assert_clock()
            behind = (
                one for one in retention.endings(self._house, days=days) if after is None or (one.until, one.conversation) > after
            )
            found = list(islice(behind, most))
            if found:
                self._looked(by, "endings", len(found))
        return found

    # -- releases and proofs

    def releases(self) -> list[str]:
        """Return the names of the releases, oldest first."""
        with self.one:
            return [line.release for line in recall.released(self._house)]

    def release(self, name: str) -> tuple[release_room.Manifest, release_room.Revocation]:
        """Return what a release is and what was withdrawn from it; Unfit where there is none."""
        with self.one:
            recall.find(self._house, name)
            folder = recall.folder_of(self._house, name)
            return release_room.read(folder), release_room.revoked(folder)

    def card(self, name: str) -> str:
        """Return the card of a release, as its readers have it."""
        with self.one:
            recall.find(self._house, name)
            return (recall.folder_of(self._house, name) / "README.md").read_text("utf-8")

    def recall(self, name: str) -> Withdrawn:
        """Return what is withdrawn from a release as of now, masked for every loader."""
        return recall_beside(self._house, name, lambda: self.one, lambda _: None)

    def belief(self, account: AccountId) -> dict[str, object]:
        """Return the proof of what the log's newest line about beliefs says of *account*."""
        with self.one:
            return believing.of_account(self._house, self._name(account))

    def standing(self, account: AccountId, release: str) -> dict[str, object]:
        """Return the proof that something of *account* is in *release*, or that nothing is."""
        with self.one:
            return proving.of_person(self._house, account, release)

    def taken_out(self, account: AccountId) -> list[TakenOut]:
        """Return the take-outs of *account*, newest first."""
        with self.one, self._house.reading() as conn:
            lines = [entry.line for entry in self._house.ledger.of_account(conn, account, ["taken_out"])]
        return [line for line in reversed(lines) if isinstance(line, TakenOut)]

    # -- the log, the keys

    def health(self) -> Health:
        """Return how the log stands."""
        with self.one, self._house.reading() as conn:
            head, note = self._house.ledger.head(conn), self._house.ledger.checkpoint(conn)
            return Health(
                size=head.size,
                root=head.root,
                at=head.at,
                checkpoint=note or "",
                key=self._house.keys.signing.vkey(),
                behind_seconds=self._house.behind().total_seconds(),
            )

    def make_key(self, by: ServiceKey, name: str, scopes: Sequence[str], why: str) -> tuple[ServiceKey, str]:
        """Return a new key and its text; Refused for a scope that the key that asks has not."""
        if beyond := sorted(set(scopes) - by.scopes):
            raise Refused(f"a key gives no scope it has not: `{beyond[0][:40]}`; `sayso key create` makes such a key")
        return self.grants.make_key(name, scopes, self._house.now(), f"{why} (by key {by.id})")

    def revoke(self, number: str, why: str, by: ServiceKey) -> ServiceKey:
        """Return the key as revoked."""
        return self.grants.revoke(number, self._house.now(), f"{why} (by key {by.id})")

    def _name(self, account: AccountId) -> str:
        with self._house.reading() as conn:
            return self._house.vault.name(conn, account)

    def _looked(self, by: str, what: str, size: int) -> None:
        with self._house.writing() as work:
            work.record([Looked(at=work.at, by=by, what=what, size=size)])

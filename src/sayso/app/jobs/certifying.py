"""A certificate of deletion: ledger (what happened) -> policy (what still keeps it) -> release -> proofs. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct
from sqlalchemy import Connection

from sayso import release as release_room
from sayso.app.house import House
from sayso.app.jobs import deletion, holds
from sayso.app.jobs.deletion import MANY
from sayso.app.jobs.people import account_of
from sayso.app.jobs.recall import folder_of, lineage_of
from sayso.facts.deeds import (
    EpochBegun,
    EpochTurned,
    Forgotten,
    Recalled,
    Released,
    Shredded,
)
from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.facts.events import Deleted, RunStarted, Undone
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger import Entry
from sayso.policy import Policy, decide
from sayso.proofs import certificate
from sayso.proofs.certificate import FINAL, LIMITS, OPEN

MOST = 1_000
"""Destructions that one certificate shows line by line; the others are counted, and each can have one of its own."""


class Where(Protocol):
    """What is known of releases: read from their files, or remembered from one look to the next."""

    def ids(self, release: str, conversations: Collection[ConversationId]) -> tuple[set[str], set[str]]:
        """Return the blinded ids of *conversations* in *release*, and which of those were withdrawn from it."""
        ...

    def emptied(self, release: str) -> frozenset[str]:
        """Return the blinded ids whose words are no longer in the files of *release*."""
        ...


class _Files:
    """The releases of *house* as their files say now."""

    def __init__(self, house: House) -> None:
        self._house = house

    def ids(self, release: str, conversations: Collection[ConversationId]) -> tuple[set[str], set[str]]:
        wanted = set(conversations)
        mine = {one.id for one in lineage_of(self._house, release) if one.conversation in wanted}
        return mine, mine.intersection(release_room.revoked(folder_of(self._house, release)).ids) if mine else set()

    def emptied(self, release: str) -> frozenset[str]:
        return release_room.emptied(folder_of(self._house, release))


class Subject(Struct, frozen=True, kw_only=True):
    """What a certificate is about: one conversation, or an account with all of its own."""

    kind: str
    id: str
    account: AccountId
    conversations: tuple[ConversationId, ...]


def subject(house: House, past: History, name: str) -> Subject:
    """Return what *name* means: a conversation, an account's pseudonym (which outlives the name), or an account's name."""
    if name in past:
        conversation = ConversationId(name)
        return Subject(kind="conversation", id=name, account=past.owner(conversation), conversations=(conversation,))
    if past.knows(AccountId(name)):
        account = AccountId(name)
    else:
        try:
            account = account_of(house, name)
        except SaysoError:
            raise Unfit(
                f"no conversation and no account `{name[:60]}` here; once an account is forgotten, only its pseudonym names it"
            ) from None
    return Subject(kind="account", id=account, account=account, conversations=tuple(past.of_account(account)))


def certify(house: House, name: str, *, brief: Where | None = None) -> dict[str, object]:
    """Return the certificate of what *name* names, as JSON data that `proofs.verify` accepts; Refused where nothing was deleted.

    With *brief*, where conversations went, it is what a page says of it: no line, no proof, no signature, and of very many
    conversations what they wait for without ruling on each, so that it costs no more than for a few.
    """
    past, policy = house.present(), house.policy_in_force()
    if (since := past.endings.unopened.get(AccountId(name))) is not None:
        raise Refused(
            f"what was recorded of account `{name}` was destroyed on {iso(since)[:10]}, so it can no longer be certified; "
            "a certificate that was made before still verifies"
        )
    of = subject(house, past, name)
    with house.reading() as conn:
        asked = _asked(house, conn, of)
        ends = _ends(house, conn, of, past)
        gone = _forgotten(house, conn, of)
        if _first(asked) is None and not ends:
            raise Refused(f"{of.kind} `{of.id}` was neither deleted nor destroyed; there is nothing to certify")
        last = max((entry.seq for entry in [*ends, *gone]), default=0)
        turn = _turn(house, conn, last)
        releases, told = _releases(house, conn, of, brief or _Files(house))
        runs = _runs(house, conn, {str(one["release"]) for one in releases})
        waits = list(_waits(_left(house, of, past, policy, brief is not None), of, bool(gone), turn if ends or gone else None))
        if brief:  # of very many nobody counted which waits for what
            waits = [{name: value for name, value in one.items() if name != "count"} for one in waits]
        shown = ends[:1] if brief else ends[:MOST]
        lines = sorted([*asked, *shown, *gone, *turn, *told, *(entry for _, entry in runs)], key=lambda entry: entry.seq)
        proofs = [] if brief else [house.ledger.prove(conn, entry.seq)["evidence"] for entry in lines]
        over = turn[1].line if len(turn) == 2 else None
        began = turn[0].line if turn else None
        document: dict[str, object] = {
            "of": {"kind": of.kind, "id": of.id},
            "state": OPEN if waits else FINAL,
            "issued": iso(house.now()),
            "asked": iso(first.line.at) if (first := _first(asked)) else None,
            "out_of_sight": iso(first.recorded) if first else None,
            "destroyed": {
                "count": len(ends),
                "shown": len(shown),
                "first": iso(shown[0].line.at) if shown else None,
                "last": iso((ends if brief else shown)[-1].line.at) if shown else None,
            },
            "forgotten": iso(gone[-1].line.at) if gone else None,
            "epoch": {
                "ended": began.previous if isinstance(began, EpochBegun) else None,
                "began": iso(began.at) if began else None,
                "over": iso(over.at) if over else None,
                "destroyed": over.destroyed if isinstance(over, EpochTurned) else None,
            },
            "unreadable_everywhere": iso(over.at) if over is not None and not waits else None,
            "waits_for": waits,
            "releases": releases,
            "runs": [run for run, _ in runs],
            "limits": list(LIMITS),
        }
    if brief:
        return document
    document["lines"] = [_line(one) for one in proofs]
    document["checkpoint"] = proofs[0]["checkpoint"]  # type: ignore[index]  # evidence is an object
    try:
        return certificate(document, house.keys.signing)
    except Unfit as problem:
        raise Broken(f"the certificate would not hold: {problem}; run `sayso audit`") from None


def _line(evidence: Any) -> dict[str, object]:
    return {"opening": evidence["opening"], "inclusion": evidence["inclusion"]}


def _asked(house: House, conn: Connection, of: Subject) -> list[Entry]:
    """Return what the person said of it: its deletions, and where they took one back."""
    if of.kind == "conversation":
        found: Iterable[Entry] = house.ledger.of_conversation(conn, ConversationId(of.id))
    else:
        found = house.ledger.of_account(conn, of.account, ["deleted", "undone"])
    return [entry for entry in found if isinstance(entry.line, Deleted | Undone)]


def _first(asked: list[Entry]) -> Entry | None:
    """Return the deletion that stands: the first since the last one that was taken back."""
    first: Entry | None = None
    for entry in asked:
        first = None if isinstance(entry.line, Undone) else first or entry
    return first


def _ends(house: House, conn: Connection, of: Subject, past: History) -> list[Entry]:
    """Return the lines by which its conversations were destroyed; only those that were are looked for, many at a time."""
    gone = [one for one in of.conversations if one in past.shredded]
    found = [entry for entry in house.ledger.about_conversations(conn, gone, ["shredded"]) if isinstance(entry.line, Shredded)]
    return sorted(found, key=lambda entry: entry.seq)


def _forgotten(house: House, conn: Connection, of: Subject) -> list[Entry]:
    if of.kind != "account":
        return []
    return [entry for entry in house.ledger.of_account(conn, of.account, ["forgotten"]) if isinstance(entry.line, Forgotten)]


def _turn(house: House, conn: Connection, last: int) -> list[Entry]:
    """Return how the epoch turned that began after line *last*, and how it was over, as far as there is one."""
    begun: Entry | None = None
    for entry in house.ledger.of_kind(conn, EpochBegun, EpochTurned, after=last) if last else ():
        if begun is None and isinstance(entry.line, EpochBegun):
            begun = entry
        elif begun is not None and isinstance(entry.line, EpochTurned):
            return [begun, entry]
    return [begun] if begun is not None else []


Left = dict[str, list[datetime | None]]
"""By what it waits for, until when each conversation is kept that is not destroyed."""


def _left(house: House, of: Subject, past: History, policy: Policy, brief: bool) -> Left:
    """Return what conversations wait for; where it is *brief* and they are very many, by one day that is late enough for all."""
    waiting = [one for one in of.conversations if one not in past.shredded]
    if brief and len(waiting) > MANY and (found := deletion.waiting(house, of.account)) is not None:
        return {what: [until] for what, until in found.items()}
    left: Left = {}
    for conversation in waiting:
        # Whoever holds the file may be the person: an order that forbids telling is not named, and the next sweep is.
        standing = holds.seen_by_person(house, past.standing(conversation))
        ruled = decide(policy, standing, standing.at)
        what = "hold" if standing.holds else "sweep" if ruled.due(standing.at) else "day" if ruled.keep_until else "reason"
        left.setdefault(what, []).append(ruled.keep_until)
    return left


def _waits(left: Left, of: Subject, gone: bool, turn: list[Entry] | None) -> Iterator[dict[str, object]]:
    """Yield what stands between now and the end, and until when, where that is known."""
    for what in sorted(left):
        until = None if what != "day" else max(one for one in left[what] if one is not None)
        yield {"what": what, "count": len(left[what]), "until": iso(until) if until is not None else None}
    if of.kind == "account" and not gone and not left:
        yield {"what": "sweep", "count": 1, "until": None}
    if turn is None:
        return
    if len(turn) < 2:
        yield {"what": "epoch", "count": 1, "until": None}
    elif isinstance(turn[1].line, EpochTurned) and not turn[1].line.destroyed:
        yield {"what": "operator", "count": 1, "until": None}


def _releases(house: House, conn: Connection, of: Subject, where: Where) -> tuple[list[dict[str, object]], list[Entry]]:
    """Return the releases that had something of it and what became of that, and the lines that say so."""
    found, lines = [], []
    recalled = [entry for entry in house.ledger.of_kind(conn, Recalled) if isinstance(entry.line, Recalled)]
    for entry in house.ledger.of_kind(conn, Released):
        line = entry.line
        if not isinstance(line, Released):
            continue
        ids, gone = where.ids(line.release, of.conversations)
        if not ids:
            continue
        said = [one for one in recalled if isinstance(one.line, Recalled) and one.line.release == line.release]
        withdrawn = len(gone) if said else 0
        lines += [entry, *(said[-1:] if withdrawn else [])]
        found.append(
            {
                "release": line.release,
                "purpose": line.purpose,
                "rows": len(ids),
                "withdrawn": withdrawn,
                "emptied": len(ids & where.emptied(line.release)) if gone else 0,
                "revision": said[-1].line.revision if withdrawn and isinstance(said[-1].line, Recalled) else 0,
            }
        )
    return found, lines


def _runs(house: House, conn: Connection, releases: Collection[str]) -> list[tuple[dict[str, object], Entry]]:
    """Return the training runs that began to read one of *releases*."""
    return [
        ({"run": line.run, "release": line.release, "started": iso(line.at)}, entry)
        for entry in house.ledger.of_kind(conn, RunStarted)
        if isinstance(line := entry.line, RunStarted) and line.release in releases
    ]

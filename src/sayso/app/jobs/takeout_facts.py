"""What a take-out says of an account, read piece by piece: each piece in a short transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from sayso import release as release_room
from sayso.app.house import House
from sayso.app.jobs import holds
from sayso.app.jobs.people import receipt_of
from sayso.app.jobs.recall import folder_of, lineage_of, released
from sayso.app.mark import read_mark
from sayso.facts.deeds import HeldRead, NoticePublished, RequestClosed, RequestExtended, RequestReceived, Reviewed, Shredded
from sayso.facts.errors import Broken, Refused
from sayso.facts.events import AccountOpened, ChoiceMade, Merged, RunStarted, TurnTaken
from sayso.facts.instants import iso
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger import Entry
from sayso.policy import decide
from sayso.vault import decode, gather

FORMAT = "sayso/takeout/v1"
LINES = 1_000
"""Ledger lines read in one transaction: a slow reader never keeps one open."""


class Use(Struct, frozen=True, kw_only=True):
    """A release that a conversation is or was in: its row there, when it was withdrawn, and the runs that read the release."""

    release: str
    purpose: str
    built: datetime
    row: str
    turns: tuple[tuple[int, int], ...]
    withdrawn: datetime | None
    runs: tuple[tuple[str, datetime], ...]
    """Name and begin of each run; one that began before the withdrawal may have read the row."""


def mine(house: House, account: AccountId) -> set[AccountId]:
    """Return *account* and every account that became part of it."""
    past = house.present()
    return {one for one in past.accounts() if past.living(one) == account} | {account}


def uses(house: House, conversations: set[ConversationId]) -> dict[ConversationId, list[Use]]:
    """Return the releases each of *conversations* is or was in, oldest first."""
    found: dict[ConversationId, list[Use]] = {}
    runs = _runs(house)
    for line in released(house):
        theirs = [one for one in lineage_of(house, line.release) if one.conversation in conversations]
        gone = _withdrawn(house, line.release, {one.id for one in theirs}) if theirs else {}
        for one in theirs:
            found.setdefault(ConversationId(one.conversation), []).append(
                Use(
                    release=line.release,
                    purpose=line.purpose,
                    built=line.at,
                    row=one.id,
                    turns=one.turns,
                    withdrawn=gone.get(one.id),
                    runs=tuple(runs.get(line.release, ())),
                )
            )
    return found


def account_record(house: House, account: AccountId, *, by: str, at: datetime, operator: str) -> dict[str, Any]:
    """Return what is known of the account itself: its facts, its answers, the policy, the holds that may be told of."""
    past, policy, ours = house.present(), house.policy_in_force(), mine(house, account)
    mark = read_mark(house.folder)
    with house.reading() as conn:
        lines = [entry for one in sorted(ours) for entry in house.ledger.of_account(conn, one, ["account", "choice"])]
        published: dict[str, str] = {one.notice: one.name for one in _notices(house, conn)}
        record = {
            "format": FORMAT,
            "made": {
                "at": iso(at),
                "by": by,
                "operator": operator,
                "instance": mark.get("instance"),
                "log_key": mark.get("log_key"),
            },
            "checkpoint": house.ledger.checkpoint(conn),
            "policy": {"name": policy.name, "digest": policy.digest},
            "name": house.vault.name(conn, account),
        }
    opened = [entry.line for entry in lines if isinstance(entry.line, AccountOpened) and entry.line.account == account]
    tier, region = past.tier_and_region(account)
    return record | {
        "account": account,
        "earlier_accounts": sorted(ours - {account}),
        "opened_at": iso(opened[0].at) if opened else None,
        "birth_year": opened[-1].birth_year if opened else None,
        "contract": opened[-1].contract if opened else None,
        "tier": tier,
        "region": region,
        "region_told": past.tier_and_region(account, told=True)[1],
        "region_stated": past.stated_region(account),
        "answers_now": {purpose: past.answer(account, purpose) for purpose in policy.purposes},
        "choices": [
            _choice(entry.seq, line, published)
            for entry in sorted(lines, key=lambda one: one.seq)
            if isinstance(line := entry.line, ChoiceMade)
        ],
        "held": holds.told(house, account),
    }


def receipts(house: House, account: AccountId) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the number and the receipt of each answer, oldest first."""
    for one in sorted(mine(house, account)):
        with house.reading() as conn:
            seqs = [entry.seq for entry in house.ledger.of_account(conn, one, ["choice"])]
        for seq in seqs:
            try:
                yield seq, receipt_of(house, one, seq)
            except Refused:
                continue  # an account that was merged away and forgotten has no secret left to make a receipt with


def lines(house: House, account: AccountId, after: int) -> tuple[int | None, list[dict[str, Any]]]:
    """Return the next ledger lines about *account* and its conversations, and the number to go on after; `None` at the end."""
    ours = mine(house, account)
    with house.reading() as conn:
        found = house.ledger.about(conn, sorted(ours), after=after, limit=LINES)
        quiet = holds.silent(house, conn)
    # What was read under an order that forbids telling is not told.
    told = [_line(entry, ours) for entry in found if not (isinstance(entry.line, HeldRead) and entry.line.hold in quiet)]
    return (found[-1].seq if found else None), told


def conversation_record(house: House, conversation: ConversationId, where: list[Use]) -> dict[str, Any]:
    """Return everything about one conversation: words where its person may see them, why it is kept, where it was used.

    `state` says which: `shown`, `deleted` (by its person, so the words are out of sight), `destroyed`, or `damaged`.
    """
    past, policy = house.present(), house.policy_in_force()
    standing = holds.seen_by_person(house, past.standing(conversation))
    record: dict[str, Any] = {
        "conversation": conversation,
        "state": "shown",
        "began_at": iso(min(one.began_at for one in standing.stretches)),
        "last_turn_at": iso(standing.last_turn_at or standing.at),
        "private": standing.private,
        "deleted_at": None if standing.deleted_at is None else iso(standing.deleted_at),
        "destroyed": None,
        "held": bool(standing.holds),
        "ruling": None,
        "releases": [msgspec.to_builtins(one) for one in where],
        "remarks": [],
        "words": None,
    }
    with house.reading() as conn:
        if conversation in past.shredded:
            return record | {"state": "destroyed", "destroyed": _destroyed(house, conn, conversation)}
        record["ruling"] = msgspec.to_builtins(decide(policy, standing, standing.at))
        if standing.deleted_at is not None:
            return record | {"state": "deleted"}
        try:
            words = gather([decode(block) for block in house.vault.open(conn, conversation)])
            record["remarks"] = [msgspec.json.decode(one) for one in house.vault.remarks.of(conn, conversation)]
        except Broken as problem:
            return record | {"state": "damaged", "problem": str(problem)}
        except Refused:
            return record | {"state": "deleted"}
    return record | {"words": msgspec.to_builtins(words)}


def _runs(house: House) -> dict[str, list[tuple[str, datetime]]]:
    with house.reading() as conn:
        found = [entry.line for entry in house.ledger.of_kind(conn, RunStarted)]
    runs: dict[str, list[tuple[str, datetime]]] = {}
    for line in found:
        if isinstance(line, RunStarted):
            runs.setdefault(line.release, []).append((line.run, line.at))
    return runs


def _withdrawn(house: House, release: str, ids: set[str]) -> dict[str, datetime]:
    """Return when each of the rows *ids* was withdrawn from *release*; those that were not are missing."""
    folder, found = folder_of(house, release), dict[str, datetime]()
    for revision in range(1, release_room.revoked(folder).revision + 1):
        seen = release_room.revoked(folder, revision)
        for one in ids.intersection(seen.ids):
            found.setdefault(one, seen.at or house.now())
    return found


def _choice(seq: int, line: ChoiceMade, published: Mapping[str, str]) -> dict[str, Any]:
    shown = msgspec.to_builtins(line)
    return {
        "line": seq,
        **{name: shown[name] for name in ("at", "purpose", "say", "via", "covers", "notice", "locale", "pressed")},
        "notice_name": published.get(line.notice or "", None),
        "receipt": f"receipts/choice-{seq:06d}.json",
    }


def _notices(house: House, conn: Connection) -> list[NoticePublished]:
    return [entry.line for entry in house.ledger.of_kind(conn, NoticePublished) if isinstance(entry.line, NoticePublished)]


def _destroyed(house: House, conn: Connection, conversation: ConversationId) -> dict[str, Any] | None:
    for entry in house.ledger.about_conversation(conn, conversation, ["shredded"]):
        if isinstance(entry.line, Shredded):
            return {"at": iso(entry.line.at), "why": entry.line.why}
    return None


def _line(entry: Entry, ours: set[AccountId]) -> dict[str, Any]:
    """Return a ledger line as its person may read it: other people's pseudonyms and readers' names are left out."""
    told = msgspec.to_builtins(entry.line)
    if isinstance(entry.line, HeldRead):
        told = {"type": "held_read", "at": told["at"], "hold": told["hold"], "conversation": told["conversation"]}
    if isinstance(entry.line, RequestReceived | RequestExtended | RequestClosed) and entry.line.by != "person":
        told["by"] = "operator"
    if isinstance(entry.line, Reviewed):
        told = {name: told[name] for name in ("type", "at", "conversation", "release", "did", "size")}
    if isinstance(entry.line, TurnTaken) and entry.line.account not in ours:
        told["account"] = "somebody else"
    if isinstance(entry.line, Merged) and entry.line.into not in ours:
        told["into"] = "somebody else"
    return {"seq": entry.seq, "recorded": iso(entry.recorded), "line": told}

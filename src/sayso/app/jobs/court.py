"""The report on a matter: what is held, since when, on whose paper, who read it, and what became of it. No word of anybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from sayso.app.house import House
from sayso.app.jobs.takeout_facts import Use, uses
from sayso.facts.deeds import HeldRead, Sealed, Shredded
from sayso.facts.errors import Unfit
from sayso.facts.events import HoldEnded, HoldPlaced
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.words import ConversationId
from sayso.ledger import Entry
from sayso.proofs.orders import HOLD_REPORT
from sayso.proofs.statement import signed

Under = dict[ConversationId, dict[str, tuple[datetime, datetime | None]]]
"""Per conversation and hold: since when it was under it, and until when."""


def report(house: House, matter: str) -> dict[str, Any]:
    """Return the signed report on *matter*, or on the one hold of that name; ended holds count too. JSON data.

    Unfit where no such matter was ever held for.
    """
    past = house.present()
    with house.reading() as conn:
        placed = _placed(house, conn, matter)
        names = {entry.line.hold for entry in placed if isinstance(entry.line, HoldPlaced)}
        acts = [*placed, *_acts(house, conn, names, placed[0].seq)]
        under = _under(house, conn, past, placed, acts)
        blocks = _blocks(house, conn, set(under))
        gone = {
            line.conversation: line.at
            for entry in house.ledger.of_kind(conn, Shredded)
            if isinstance(line := entry.line, Shredded) and line.conversation in under
        }
        rows = {row.conversation: row for row in house.vault.rows(conn) if row.conversation in under}
        proofs = [
            house.ledger.prove(conn, entry.seq) | {"seq": entry.seq, "line": msgspec.to_builtins(entry.line)} for entry in acts
        ]
        checkpoint = house.ledger.checkpoint(conn)
    where = uses(house, set(under))
    listed = [
        _conversation(past, one, under[one], blocks.get(one, []), where.get(one, []), gone.get(one), one in rows)
        for one in sorted(under, key=lambda one: (past.standing(one).stretches[0].began_at, one))
    ]
    made: dict[str, Any] = {
        "format": HOLD_REPORT,
        "at": iso(house.now()),
        "matter": _title(placed, matter),
        "holds": [_hold(entry, acts) for entry in placed],
        "counts": _counts(listed),
        "range": _range(listed),
        "conversations": listed,
        "acts": [{name: value for name, value in one.items() if name != "format"} for one in proofs],
        "checkpoint": checkpoint,
        "limits": [
            "Accounts and conversations are pseudonyms; the words are not part of this report.",
            "A digest is over the sealed bytes as they were stored; it shows that they are unchanged, not what they say.",
            "Numbers of copies that others made outside this installation are not known to it.",
        ],
    }
    return signed(msgspec.to_builtins(made), house.keys.signing)


def _placed(house: House, conn: Connection, matter: str) -> list[Entry]:
    lines = [entry for entry in house.ledger.of_kind(conn, HoldPlaced) if isinstance(entry.line, HoldPlaced)]
    found = [entry for entry in lines if matter in (entry.line.hold, entry.line.matter)]  # type: ignore[union-attr]  # asked for by kind
    if not found:
        raise Unfit(f"no hold was ever placed for matter `{matter[:60]}`; `sayso hold list` names those in force")
    return found


def _acts(house: House, conn: Connection, names: set[str], after: int) -> list[Entry]:
    """Return the lines that ended the holds or read under them, in order."""
    found = house.ledger.of_kind(conn, HoldEnded, HeldRead)
    return [
        entry for entry in found if entry.seq > after and isinstance(entry.line, HoldEnded | HeldRead) and entry.line.hold in names
    ]


def _ended(placed: Entry, acts: Iterable[Entry]) -> Entry | None:
    hold = placed.line.hold  # type: ignore[union-attr]  # asked for by kind
    later = (one for one in acts if one.seq > placed.seq and isinstance(one.line, HoldEnded) and one.line.hold == hold)
    return next(later, None)


def _under(house: House, conn: Connection, past: History, placed: list[Entry], acts: list[Entry]) -> Under:
    """Return since when each conversation was under which hold; of an ended one, as it was just before it ended."""
    under: Under = {}
    for entry in placed:
        line, end = entry.line, _ended(entry, acts)
        if not isinstance(line, HoldPlaced):
            continue
        then = past if end is None else house.ledger.history(conn, upto=end.seq - 1)
        for one in list(then.conversations()):
            since = then.held_since(line.hold, one)
            # What was destroyed before it could come under the hold was never kept by it.
            if since is not None and one not in then.shredded:
                under.setdefault(one, {})[line.hold] = (since, None if end is None else end.line.at)
    return under


def _blocks(house: House, conn: Connection, wanted: set[ConversationId]) -> dict[ConversationId, list[dict[str, Any]]]:
    found: dict[ConversationId, list[dict[str, Any]]] = {}
    for entry in house.ledger.of_kind(conn, Sealed):
        if isinstance(entry.line, Sealed) and entry.line.conversation in wanted:
            said = {"block": entry.line.block, "turns": entry.line.turns, "sha256": entry.line.digest, "line": entry.seq}
            found.setdefault(entry.line.conversation, []).append(said | {"sealed": iso(entry.recorded), "bytes": entry.line.bytes})
    return found


def _conversation(
    past: History,
    one: ConversationId,
    under: dict[str, tuple[datetime, datetime | None]],
    blocks: list[dict[str, Any]],
    where: list[Use],
    gone: datetime | None,
    there: bool,
) -> dict[str, Any]:
    standing = past.standing(one)
    now = [hold for hold in standing.holds if hold in under] if there and gone is None else []
    return {
        "conversation": one,
        "account": past.owner(one),
        "began": iso(standing.stretches[0].began_at),
        "last": iso(standing.last_turn_at or standing.at),
        "turns": sum(block["turns"] for block in blocks),
        "bytes": sum(block["bytes"] for block in blocks),
        "under": [
            {"hold": hold, "since": iso(since), "until": until and iso(until)} for hold, (since, until) in sorted(under.items())
        ],
        "held_now": bool(now),
        "deleted_by_person": standing.deleted_at and iso(standing.deleted_at),
        "destroyed": gone and iso(gone),
        "blocks": blocks,
        "releases": [
            {"release": use.release, "built": iso(use.built), "withdrawn": use.withdrawn and iso(use.withdrawn)} for use in where
        ],
    }


def _hold(entry: Entry, acts: list[Entry]) -> dict[str, Any]:
    line, end = msgspec.to_builtins(entry.line), _ended(entry, acts)
    return {
        "hold": line["hold"],
        "placed": {"at": line["at"], "line": entry.seq, "by": line.get("by", ""), "paper": line.get("paper", "")},
        "ended": None if end is None else {"at": iso(end.line.at), "line": end.seq},
        "may_be_told": not line.get("silent", False),
        "scope": {name: value for name, value in line["scope"].items() if value is not None},
        "reads": [
            {"at": iso(one.line.at), "line": one.seq, "by": one.line.by, "why": one.line.why, "conversation": one.line.conversation}
            for one in acts
            if isinstance(one.line, HeldRead) and one.line.hold == line["hold"] and (end is None or one.seq < end.seq)
        ],
    }


def _title(placed: list[Entry], matter: str) -> str:
    line = placed[0].line
    return line.matter or matter if isinstance(line, HoldPlaced) else matter


def _counts(listed: list[dict[str, Any]]) -> dict[str, int]:
    return {
        "conversations": len(listed),
        "accounts": len({one["account"] for one in listed}),
        "turns": sum(one["turns"] for one in listed),
        "bytes": sum(one["bytes"] for one in listed),
        "held_now": sum(one["held_now"] for one in listed),
        "deleted_by_person": sum(one["deleted_by_person"] is not None for one in listed),
        "destroyed": sum(one["destroyed"] is not None for one in listed),
    }


def _range(listed: list[dict[str, Any]]) -> dict[str, str | None]:
    return {
        "first": min((one["began"] for one in listed), default=None),
        "last": max((one["last"] for one in listed), default=None),
    }

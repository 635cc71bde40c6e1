"""Legal holds as the vault knows them: what they reach cannot be shredded, whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, delete, func, or_, select

from sayso.facts.errors import Unfit
from sayso.facts.words import AccountId, ConversationId
from sayso.vault.asking import Question
from sayso.vault.names import account_id, conversation_id, instant, label, micros
from sayso.vault.tables import HELD, HOLDS, Row, summed, take_turn
from sayso.vault.values import Hold

_BEGAN, _ENDED = (bindparam(name, type_=BigInteger) for name in ("began_at", "ended_at"))
_HOLDING = (
    select(HELD.c.hold, func.coalesce(HOLDS.c.matter, ""))
    .select_from(HELD.outerjoin(HOLDS, HOLDS.c.hold == HELD.c.hold))
    .where(
        or_(
            HELD.c.conversation == bindparam("conversation"),
            and_(HELD.c.conversation.is_(None), HELD.c.account == bindparam("account")),
            and_(HELD.c.conversation.is_(None), HELD.c.account.is_(None)),
        ),
        or_(_ENDED.is_(None), HELD.c.since.is_(None), HELD.c.since <= _ENDED),
        or_(_BEGAN.is_(None), HELD.c.until.is_(None), HELD.c.until >= _BEGAN),
    )
    .distinct()
    .order_by(HELD.c.hold)
)

_ANY = Question(select(HELD.c.hold).limit(1))


def place(
    conn: Connection,
    hold: str,
    *,
    matter: str = "",
    conversations: Iterable[str] | None = None,
    accounts: Iterable[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Place *hold*, or let one that stands reach further too; return how many lines it has."""
    name, about = label(hold, "the hold"), label(matter, "the matter") if matter else ""
    if conversations is not None and accounts is not None:
        raise Unfit(f"hold `{name}` names conversations and accounts; place it once for each")
    lines: list[dict[str, Any]] = [{"conversation": conversation_id(one), "account": None} for one in conversations or ()]
    lines += [{"conversation": None, "account": account_id(one)} for one in accounts or ()]
    if conversations is None and accounts is None:
        lines = [{"conversation": None, "account": None}]
    first, last = micros(since), micros(until)
    if first is not None and last is not None and last < first:
        raise Unfit(f"hold `{name}` ends before it begins; give `since` before `until`")
    take_turn(conn)
    if conn.execute(select(HOLDS.c.hold).where(HOLDS.c.hold == name)).first() is None:
        conn.execute(HOLDS.insert().values(summed(HOLDS, {"hold": name, "matter": about})))
    known = conn.execute(select(HELD).where(HELD.c.hold == name)).mappings().all()
    seen = {_reach(row) for row in known}
    count = max((row["line"] + 1 for row in known), default=0)
    new: list[dict[str, Any]] = []
    for line in lines:
        row = {"hold": name, "line": count + len(new), **line, "since": first, "until": last}
        if _reach(row) not in seen:
            seen.add(_reach(row))
            new.append(summed(HELD, row))
    if new:
        conn.execute(HELD.insert(), new)
    return len(seen)


def release(conn: Connection, hold: str) -> bool:
    """End *hold*; what another hold reaches stays held. Say whether it stood."""
    name = label(hold, "the hold")
    take_turn(conn)
    conn.execute(delete(HELD).where(HELD.c.hold == name))
    return conn.execute(delete(HOLDS).where(HOLDS.c.hold == name)).rowcount == 1


def standing(conn: Connection) -> list[Hold]:
    """Return every hold that stands, by name."""
    lines: dict[str, list[Row]] = {}
    for row in conn.execute(select(HELD).order_by(HELD.c.hold, HELD.c.line)).mappings():
        lines.setdefault(row["hold"], []).append(row)
    return [
        _hold(row["hold"], row["matter"], lines.get(row["hold"], []))
        for row in conn.execute(select(HOLDS).order_by(HOLDS.c.hold)).mappings()
    ]


def holding(conn: Connection, row: Row) -> list[tuple[str, str]]:
    """Return (hold, matter) of each hold that reaches the conversation of *row*.

    A line that no name belongs to, and a conversation whose times are unknown, count as held: doubt keeps.
    """
    asked = {name: row[name] for name in ("conversation", "account", "began_at", "ended_at")}
    found = conn.execute(_HOLDING, asked)
    return [(hold, matter) for hold, matter in found]


def reaching(conn: Connection, accounts: Collection[str], conversations: Select[tuple[str]]) -> tuple[str, ...]:
    """Return the holds with a line that may reach *accounts* or *conversations*: times are not looked at, so doubt keeps."""
    named = or_(
        HELD.c.conversation.in_(conversations),
        and_(HELD.c.conversation.is_(None), or_(HELD.c.account.is_(None), HELD.c.account.in_(accounts))),
    )
    return tuple(conn.execute(select(HELD.c.hold).where(named).distinct().order_by(HELD.c.hold)).scalars())


def any_there(conn: Connection) -> bool:
    """Return whether anything at all is under a hold."""
    return bool(_ANY.rows(conn))


def all_held(conn: Connection, rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """Return for each conversation of *rows* that is held the names of its holds; what is shredded is past holding."""
    if not any_there(conn):
        return {}
    held = {}
    for row in rows:
        names = tuple(name for name, _ in holding(conn, row)) if row["state"] != "shredded" else ()
        if names:
            held[row["conversation"]] = names
    return held


def _reach(row: Row) -> tuple[Any, ...]:
    return row["conversation"], row["account"], row["since"], row["until"]


def _hold(name: str, matter: str, lines: list[Row]) -> Hold:
    starts = [line["since"] for line in lines]
    ends = [line["until"] for line in lines]
    return Hold(
        hold=name,
        matter=matter,
        conversations=tuple(ConversationId(line["conversation"]) for line in lines if line["conversation"] is not None),
        accounts=tuple(dict.fromkeys(AccountId(line["account"]) for line in lines if line["account"] is not None)),
        everything=any(line["conversation"] is None and line["account"] is None for line in lines),
        since=instant(min(starts)) if starts and None not in starts else None,
        until=instant(max(ends)) if ends and None not in ends else None,
    )

"""The shelves: conversations hidden, shredded by destroying their key, scheduled and listed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, bindparam, case, delete, func, or_, select

from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import dead, directory, holds, remarks
from sayso.vault.asking import Question, changing
from sayso.vault.names import account_id, conversation_id, instant, micros
from sayso.vault.sealing import known
from sayso.vault.tables import ACCOUNTS, BLOCKS, CONVERSATIONS, KEYS, WORN, Row, sound, sounding, summed, take_turn
from sayso.vault.values import Forgetting, Spread, State, Stored

# Built once: making a statement costs more than asking it.
_CONVERSATION = Question(select(CONVERSATIONS).where(CONVERSATIONS.c.conversation == bindparam("one")))
_MINE = Question(
    select(CONVERSATIONS)
    .where(
        CONVERSATIONS.c.account == bindparam("one"),
        or_(*(CONVERSATIONS.c.state == bindparam(name) for name in ("first", "second", "third"))),
    )
    .order_by(CONVERSATIONS.c.seq.desc())
    .limit(bindparam("most", type_=BigInteger))
    .offset(bindparam("skip", type_=BigInteger))
)
_EVERY = 2**62
_COLUMNS = tuple(CONVERSATIONS.columns.keys())
_check = sounding(CONVERSATIONS)
_DROP_KEY = delete(KEYS).where(KEYS.c.conversation == bindparam("one"))
_DROP_BLOCKS = delete(BLOCKS).where(BLOCKS.c.conversation == bindparam("one"))
_WORN = select(WORN.c.account).where(WORN.c.account == bindparam("one"))
_DELETED = select(ACCOUNTS.c.account).where(ACCOUNTS.c.leaving == directory.DELETED)
_CHANGE = changing(CONVERSATIONS, "conversation")


def hide(conn: Connection, conversation: str, at: datetime | None) -> bool:
    """Hide *conversation*; say whether it was shown until now."""
    conversation_id(conversation)
    take_turn(conn)
    row = _known(conn, conversation)
    if row["state"] != "live":
        return False
    away = directory.is_away(conn, row["account"])
    _write(conn, dict(row) | {"state": "hidden", "hidden_at": micros(at)})
    if away:
        _lead_to(conn, row["account"], row["next_change_at"], after=row["seq"])
    return not away


def put_away(conn: Connection, account: str, at: datetime) -> bool:
    """Hide all that *account* has with one row; say whether it was shown until now."""
    moment = micros(at)
    take_turn(conn)
    if not directory.put_away(conn, account):
        return False
    _lead_to(conn, account, moment)
    return True


def unwritten(conn: Connection, conversations: Collection[str], limit: int) -> list[ConversationId]:
    """Return the conversations that only the row of their deleted account hides, of the accounts that *conversations* are of."""
    names, found = sorted(conversations), list[ConversationId]()
    for at in range(0, len(names), 500):
        owners = select(CONVERSATIONS.c.account).where(CONVERSATIONS.c.conversation.in_(names[at : at + 500])).distinct()
        for account in conn.execute(owners.where(CONVERSATIONS.c.account.in_(_DELETED))).scalars().all():
            theirs = select(CONVERSATIONS.c.conversation).where(CONVERSATIONS.c.account == account, CONVERSATIONS.c.state == "live")
            found += map(ConversationId, conn.execute(theirs.order_by(CONVERSATIONS.c.seq).limit(limit - len(found))).scalars())
            if len(found) >= limit:
                return found
    return found


def show(conn: Connection, conversation: str) -> bool:
    """Show a hidden *conversation* again; say whether it was hidden until now. `Refused` once its key is destroyed."""
    conversation_id(conversation)
    take_turn(conn)
    row = _known(conn, conversation)
    if row["state"] == "shredded":
        raise Refused(f"conversation `{conversation}` is shredded; nobody can bring it back")
    if directory.is_away(conn, row["account"]):
        raise Refused(f"conversation `{conversation}` was deleted with its account; bring that back first")
    if row["state"] == "live":
        return False
    _write(conn, dict(row) | {"state": "live", "hidden_at": None})
    return True


def bring_back(conn: Connection, account: str, but: Collection[str] | None) -> bool:
    """Take back that *account* was deleted; say whether it was. With *but*, show all that is hidden of it except these.

    What was never written down as hidden costs nothing.
    """
    take_turn(conn)
    was = directory.bring_back(conn, account)
    if but is not None and not directory.is_away(conn, account_id(account)):
        rows = [row for row in _of_account(conn, account, ["hidden"], 0, _EVERY) if row["conversation"] not in but]
        _CHANGE.make(conn, [summed(CONVERSATIONS, dict(row) | {"state": "live", "hidden_at": None}) for row in rows])
    return was


def shred(conn: Connection, conversation: str) -> bool:
    """Destroy the key of *conversation*, unless a hold reaches it; say whether there was one to destroy."""
    conversation_id(conversation)
    take_turn(conn)
    row = _known(conn, conversation)
    if row["state"] == "shredded":
        return False
    held = holds.holding(conn, row)
    if held:
        named = ", ".join(f"`{hold}` (matter `{matter}`)" if matter else f"`{hold}`" for hold, matter in held)
        raise Refused(f"conversation `{conversation}` is held by {named}; it can be shredded when no hold reaches it", holds=held)
    dead.count(conn, conversation)
    conn.execute(_DROP_KEY, {"one": conversation})
    conn.execute(_DROP_BLOCKS, {"one": conversation})
    remarks.drop(conn, conversation)
    # The account's key opens the destroyed one in every older copy: it must not live longer than its epoch.
    if conn.execute(_WORN, {"one": row["account"]}).first() is None:
        conn.execute(WORN.insert().values(summed(WORN, {"account": row["account"]})))
    gone = {"state": "shredded", "turns": 0, "blocks": 0, "bytes": 0, "began_at": None, "ended_at": None, "next_change_at": None}
    _write(conn, dict(row) | gone)
    return True


def forget(conn: Connection, account: str, at: datetime | None) -> Forgetting:
    """Shred all of *account* that no hold reaches, and its directory row where nothing held remains; else hide what does."""
    take_turn(conn)
    shredded: list[ConversationId] = []
    held: list[ConversationId] = []
    with conn.begin_nested():
        for one in stored(conn, account=account, states=("live", "hidden")):
            try:
                shred(conn, one.conversation)
                shredded.append(one.conversation)
            except Refused:
                hide(conn, one.conversation, at)
                held.append(one.conversation)
        if held:
            directory.leave(conn, account)
        else:
            directory.destroy(conn, account)
    return Forgetting(account=AccountId(account), shredded=tuple(shredded), held=tuple(held), gone=not held)


def clear(conn: Connection, account: str) -> int:
    """Remove the rows of the shredded conversations of *account*, which is forgotten; return how many there were."""
    mine = CONVERSATIONS.c.account == account_id(account)
    left = conn.execute(select(func.count()).where(mine, CONVERSATIONS.c.state != "shredded")).scalar_one()
    if left or directory.look(conn, account) is not None:
        raise Broken(f"account `{account}` is still here, so what tells of it stays; nothing was removed, run `sayso audit`")
    return conn.execute(delete(CONVERSATIONS).where(mine)).rowcount


def schedule(conn: Connection, changes: Iterable[tuple[str, datetime | None]]) -> int:
    """Write when each conversation's ruling changes next; return how many that are not shredded were found."""
    planned = {conversation_id(conversation): micros(at) for conversation, at in changes}
    take_turn(conn)
    rows = known(conn, planned)
    away: dict[str, bool] = {}
    changed: list[dict[str, Any]] = []
    done = 0
    for one, row in rows.items():
        if row["state"] == "shredded":
            continue
        done += 1
        at, now = planned[one], row["next_change_at"]
        if row["state"] == "live" and now is not None and at != now:
            whose = row["account"]
            if whose not in away:
                away[whose] = directory.is_away(conn, whose)
            if away[whose]:
                # It may be the one that leads a sweep to the others: it is looked at no later than it would be.
                at = now if at is None else min(at, now)
        if at != now:
            changed.append(summed(CONVERSATIONS, row | {"next_change_at": at}))
    _CHANGE.make(conn, changed)
    return done


def due(conn: Connection, at: datetime, limit: int) -> list[ConversationId]:
    """Return the conversations whose ruling changes at *at* or before, the longest overdue first."""
    when = CONVERSATIONS.c.next_change_at
    wanted = (
        select(CONVERSATIONS.c.conversation).where(when <= micros(at)).order_by(when, CONVERSATIONS.c.conversation).limit(limit)
    )
    return [ConversationId(one) for one in conn.execute(wanted).scalars()]


def upcoming(
    conn: Connection, until: datetime, after: tuple[datetime, str] | None, limit: int
) -> list[tuple[datetime, ConversationId]]:
    """Return the conversations whose ruling changes at *until* or before, the longest overdue first, from *after* on."""
    when, name = CONVERSATIONS.c.next_change_at, CONVERSATIONS.c.conversation
    wanted = select(when, name).where(when <= micros(until)).order_by(when, name).limit(limit)
    if after is not None:
        last = micros(after[0])
        # Said twice, so that the index is entered where it goes on: a database does not see that from the second half alone.
        wanted = wanted.where(when >= last).where(or_(when > last, name > after[1]))
    return [(moment, ConversationId(one)) for at, one in conn.execute(wanted) if (moment := instant(at)) is not None]


def stored(
    conn: Connection, *, account: str | None, states: Collection[State], offset: int = 0, limit: int | None = None
) -> Iterator[Stored]:
    """Yield what the index knows of the conversations in *states*, the newest sealed first."""
    if offset < 0 or (limit is not None and limit < 0):
        raise Unfit("an offset and a limit count from 0; give no negative ones")
    if account is not None:
        away = _leads(conn, [account] if directory.is_away(conn, account_id(account)) else [])
        rows = _of_account(conn, account, _written(states, away=account in away), offset, limit)
    else:
        of_deleted = CONVERSATIONS.c.account.in_(_DELETED)
        state = case((and_(CONVERSATIONS.c.state == "live", of_deleted), "hidden"), else_=CONVERSATIONS.c.state)
        wanted = select(CONVERSATIONS).where(state.in_(list(states))).order_by(CONVERSATIONS.c.seq.desc())
        away = _leads(conn, conn.execute(_DELETED).scalars())
        rows = [sound(CONVERSATIONS, row) or {} for row in conn.execute(wanted.offset(offset).limit(limit)).mappings()]
    held = holds.all_held(conn, rows)
    for row in rows:
        yield _stored(row, held.get(row["conversation"], ()), away)


def _written(states: Collection[State], *, away: bool) -> list[str]:
    """Return which states a row must have to be in *states*, where the row of the account says that all is hidden or does not."""
    if not away:
        return list(states)
    hidden = ["hidden", "live"] if "hidden" in states else []
    return hidden + (["shredded"] if "shredded" in states else [])


def _of_account(conn: Connection, account: str, states: list[str], offset: int, limit: int | None) -> list[Row]:
    """Return the rows of *account* that say one of *states*, at most three, checked, the newest sealed first."""
    if not states:
        return []
    first, second, third = (states + states[-1:] * 2)[:3]
    most = _EVERY if limit is None else limit
    found = _MINE.rows(conn, one=account, first=first, second=second, third=third, most=most, skip=offset)
    return [_read(values) for values in found]


def _read(values: tuple[Any, ...]) -> Row:
    _check(values)
    return dict(zip(_COLUMNS, values, strict=True))


def spread(conn: Connection, accounts: Collection[str]) -> Spread:
    """Return what there is of *accounts* that is not shredded: two questions, however many conversations there are."""
    table = CONVERSATIONS
    mine = table.c.account.in_(accounts) & (table.c.state != "shredded")
    undated = func.sum(case((or_(table.c.ended_at.is_(None), table.c.turns == 0), 1), else_=0))
    count, last, lacking = conn.execute(select(func.count(), func.max(table.c.ended_at), undated).where(mine)).one()
    return Spread(
        count=int(count),
        last=instant(last),
        undated=int(lacking or 0),
        holds=holds.reaching(conn, accounts, select(table.c.conversation).where(mine)),
    )


def look(conn: Connection, conversation: str) -> Stored | None:
    """Return what the index knows of *conversation*, or `None` where it was never sealed."""
    row = _row(conn, conversation_id(conversation))
    if row is None:
        return None
    away = _leads(conn, [row["account"]] if directory.is_away(conn, row["account"]) else [])
    return _stored(row, holds.all_held(conn, [row]).get(conversation, ()), away)


def _row(conn: Connection, conversation: str) -> Row | None:
    rows = _CONVERSATION.rows(conn, one=conversation)
    return _read(rows[0]) if rows else None


def _known(conn: Connection, conversation: str) -> Row:
    row = _row(conn, conversation_id(conversation))
    if row is None:
        raise Unfit(f"conversation `{conversation}` was never sealed here; look it up among its account's conversations")
    return row


def _lead_to(conn: Connection, account: str, at: int | None, *, after: int | None = None) -> None:
    """Make the newest unwritten conversation of a deleted *account* due at *at*, unless *after* was not the newest.

    So whoever asks for what is due finds the account, though nothing else of it was touched.
    """
    row = _newest(conn, account)
    if row is None or at is None or (after is not None and row["seq"] > after):
        return
    if row["next_change_at"] is None or row["next_change_at"] > at:
        _write(conn, dict(row) | {"next_change_at": at})


def _newest(conn: Connection, account: str) -> Row | None:
    """Return the newest row of an *account* that says of itself that it is shown."""
    return next(iter(_of_account(conn, account, ["live"], 0, 1)), None)


def _write(conn: Connection, row: dict[str, Any]) -> None:
    _CHANGE.make(conn, [summed(CONVERSATIONS, row)])


def _leads(conn: Connection, accounts: Iterable[str]) -> dict[str, int | None]:
    """Return for each of the deleted *accounts* when what leads a sweep to its unwritten conversations is due."""
    return {one: None if (row := _newest(conn, one)) is None else row["next_change_at"] for one in list(accounts)}


def _stored(row: Row, held: tuple[str, ...], away: Mapping[str, int | None]) -> Stored:
    unwritten = row["state"] == "live" and row["account"] in away
    looks = [one for one in (row["next_change_at"], away[row["account"]] if unwritten else None) if one is not None]
    return Stored(
        conversation=ConversationId(row["conversation"]),
        account=AccountId(row["account"]),
        state="hidden" if unwritten else row["state"],
        turns=row["turns"],
        blocks=row["blocks"],
        bytes=row["bytes"],
        began_at=instant(row["began_at"]),
        ended_at=instant(row["ended_at"]),
        hidden_at=instant(row["hidden_at"]),
        next_change_at=instant(min(looks, default=None)),
        held=held,
    )

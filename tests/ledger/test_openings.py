"""Whatever happened, and whoever of them is gone: destroying what lines said of them changes nothing for anybody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from sayso.facts.deeds import AnyLine, Forgotten, OpeningsDestroyed, RetentionSet, Sealed, Shredded
from sayso.facts.errors import Broken
from sayso.facts.events import (
    AccountOpened,
    ChoiceMade,
    Deleted,
    Flagged,
    HoldEnded,
    HoldPlaced,
    Merged,
    NoticeShown,
    RegionChanged,
    Scope,
    TurnTaken,
)
from sayso.facts.history import History
from sayso.facts.proof import kept_for
from sayso.facts.words import AccountId, ConversationId, Digest
from sayso.ledger import Ledger

from .conftest import open_engine

START = datetime(2025, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE = tuple(map(AccountId, ("ana", "bo", "cy", "dee")))
CHATS = tuple(map(ConversationId, ("c1", "c2", "c3", "c4")))
NONE = Digest("0" * 64)

people, chats = st.sampled_from(PEOPLE), st.sampled_from(CHATS)
EVENTS = st.one_of(
    st.builds(lambda who, say: ("choice", who, say), people, st.sampled_from(["allow", "refuse"])),
    st.builds(lambda who, chat: ("turn", who, chat), people, chats),
    st.builds(lambda chat: ("flag", chat), chats),
    st.builds(lambda who: ("moved", who), people),
    st.builds(lambda who: ("shown", who), people),
    st.builds(lambda chat: ("chat deleted", chat), chats),
    st.builds(lambda who: ("gone", who), people),
    st.builds(lambda who: ("gone", who), people),
    st.builds(lambda one, other: ("merged", one, other), people, people),
    st.builds(lambda who: ("held", who), people),
    st.just(("hold ended",)),
)


def told(happened: list[tuple[str, ...]]) -> list[AnyLine]:
    """Return lines as a house would record them: who is gone says no more, and what was theirs is shredded before."""
    past, lines = History(()), list[AnyLine]()

    def say(*more: AnyLine) -> None:
        lines.extend(more)
        past.extend(more)

    say(RetentionSet(at=START, notice=0, grace=7, evidence=30))
    say(*(AccountOpened(at=START, account=who, region="US") for who in PEOPLE))
    for number, (what, *rest) in enumerate(happened, 1):
        at = START + number * DAY
        if any(one in past.forgotten for one in rest) or (what == "merged" and rest[0] == rest[1]):
            continue
        if what == "choice":
            say(ChoiceMade(at=at, account=AccountId(rest[0]), say="allow" if rest[1] == "allow" else "refuse"))
        elif what == "turn" and rest[1] not in past.shredded:
            chat = ConversationId(rest[1])
            say(TurnTaken(at=at, account=AccountId(rest[0]), conversation=chat))
            say(
                Sealed(
                    at=at, conversation=chat, account=past.owner(chat), block=number, turns=1, digest=NONE, key_digest=NONE, bytes=1
                )
            )
        elif what in ("flag", "chat deleted") and rest[0] in past and rest[0] not in past.shredded:
            chat = ConversationId(rest[0])
            say(Flagged(at=at, conversation=chat) if what == "flag" else Deleted(at=at, conversation=chat))
        elif what == "moved":
            say(RegionChanged(at=at, account=AccountId(rest[0]), region="DE"))
        elif what == "shown":
            say(NoticeShown(at=at, account=AccountId(rest[0])))
        elif what == "merged" and past.living(AccountId(rest[0])) == rest[0]:
            say(Merged(at=at, account=AccountId(rest[0]), into=AccountId(rest[1])))
        elif what == "held":
            say(HoldPlaced(at=at, hold="order", scope=Scope(accounts=(AccountId(rest[0]),))))
        elif what == "hold ended" and past.holds():
            say(HoldEnded(at=at, hold="order"))
        elif what == "gone":
            who = AccountId(rest[0])
            say(Deleted(at=at, account=who))
            mine = [one for one in past.conversations() if past._conversations[one].owner == who and one not in past.shredded]
            say(*(Shredded(at=at, conversation=one, why="t") for one in mine), Forgotten(at=at, account=who))
    return lines


@settings(max_examples=60, deadline=None)
@example(happened=[("turn", "ana", "c1"), ("turn", "bo", "c2"), ("choice", "bo", "refuse"), ("gone", "ana")], after=60)
@example(happened=[("turn", "ana", "c1"), ("turn", "bo", "c1"), ("gone", "ana"), ("gone", "bo"), ("turn", "cy", "c2")], after=60)
@given(happened=st.lists(EVENTS, min_size=3, max_size=40), after=st.integers(0, 80))
def test_whoever_is_destroyed_nobody_else_is_ruled_otherwise_and_the_root_stays(
    happened: list[tuple[str, ...]], after: int
) -> None:
    engine = create_engine("sqlite://")
    count = iter(range(10**9))
    ledger = Ledger(engine, entropy=lambda size: next(count).to_bytes(size, "big"))
    ledger.create()
    now = START + (len(happened) + after) * DAY
    with engine.begin() as conn:
        for line in told(happened):
            ledger.append(conn, [line], recorded=line.at)
        before = ledger.history(conn, at=now)
        gone = [account for _, account in ledger.ended(conn, now - 30 * DAY, after=0, limit=100)]
        groups = {ledger.together_with(conn, one) for one in gone}
        ripe = [one for one in groups if kept_for(before, one, now) is None]
        lines = ledger.alone(conn, ripe)
        assert ledger.check(conn, []) == []
        if not lines:
            assert ripe == []
            return
        names = {one for group in ripe for one in group.accounts}
        said = OpeningsDestroyed(at=now, accounts=tuple(sorted(names)), lines=tuple(lines), conversations=0)
        ledger.append(conn, [said], recorded=now)
        top = ledger.head(conn)
        ledger.destroy(conn, lines)
        assert ledger.head(conn) == top
        assert ledger.check(conn, []) == []
        theirs = {one for group in ripe for one in group.conversations}
        for at in (now, START + len(happened) // 2 * DAY):
            one, other = ledger.history(conn, at=at), History((line for line in told(happened)), at)
            others = [chat for chat in other.conversations() if chat not in theirs]
            assert list(one.conversations()) == others
            assert [one.standing(chat) for chat in others] == [other.standing(chat) for chat in others]
            assert [one.answer(who, "model_training") for who in PEOPLE if who not in names] == [
                other.answer(who, "model_training") for who in PEOPLE if who not in names
            ]
        assert ledger.alone(conn, ripe) == []
    engine.dispose()


def test_what_was_destroyed_by_halves_or_put_in_its_place_is_found(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")
    ledger = Ledger(engine, entropy=lambda size: b"s" * size)
    ledger.create()
    with engine.begin() as conn:
        for line in told([("choice", "ana", "refuse"), ("gone", "ana")]):
            ledger.append(conn, [line], recorded=line.at)
        lines = ledger.alone(conn, [ledger.together_with(conn, AccountId("ana"))])
        assert lines == [(2, 2), (6, 7)], "she came, refused and left; that she is forgotten stays"
        deed = OpeningsDestroyed(at=START + 99 * DAY, accounts=(AccountId("ana"),), lines=tuple(lines), conversations=0)
        ledger.append(conn, [deed], recorded=deed.at)
        with pytest.raises(Broken, match="lines whose openings were to be destroyed are not there"), conn.begin_nested():
            ledger.destroy(conn, [(2, 2), (90, 91)])
        assert ledger.destroy(conn, lines) == 3
        assert ledger.check(conn, []) == []
        conn.exec_driver_sql("DROP TRIGGER ledger_events_no_update")
        for wrong in ("salt = x'00'", "body = x'7b7d'", "account = 'ana'", "at = '2025-09-01T00:00:00.000000Z'"):
            with conn.begin_nested() as point:
                conn.exec_driver_sql(f"UPDATE ledger_events SET {wrong} WHERE seq = 6")
                assert "line 6: its opening is half destroyed, or something was put in its place" in ledger.check(conn, [])
                point.rollback()
        with conn.begin_nested() as point:
            conn.exec_driver_sql("UPDATE ledger_events SET leaf = zeroblob(32) WHERE seq = 6")
            assert any("head: its edge of the tree" in one for one in ledger.check(conn, []))
            point.rollback()
        with conn.begin_nested() as point:
            conn.exec_driver_sql("UPDATE ledger_events SET body = x'' WHERE seq = 3")
            assert "line 3: cannot be read, or is not spelled as the ledger spells" in ledger.check(conn, [])
            point.rollback()
    engine.dispose()

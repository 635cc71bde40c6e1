"""Ana deletes her account: one line and one row hide all she has, and the next sweep writes down the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import deletion, evidence, holds, people, retention, rule, stale, sweep, undoing
from sayso.facts.errors import Refused
from sayso.facts.events import Flagged, Merged, Scope
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import ConversationId
from sayso.policy import Policy, decide
from sayso.vault.tables import CONVERSATIONS, summed

Talk = Callable[..., None]
DAY = timedelta(days=1)
ALL = ("live", "hidden", "shredded")


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """Every statement that is sent to the database meanwhile."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.engine, "before_cursor_execute", note)


def chats(house: House, talk: Talk, name: str, count: int) -> list[ConversationId]:
    for number in range(count):
        talk(name, f"{name}-{number}")
    return house.past.of_account(people.account_of(house, name))


def states(house: House, name: str) -> list[str]:
    """What the vault says of each of the account's chats, the earliest first."""
    with house.reading() as conn:
        account = people.account_of(house, name)
        return [one.state for one in reversed(house.vault.of_account(conn, account, states=ALL))]


def written(house: House) -> list[str]:
    """What the rows of all chats say by themselves, the earliest first."""
    with house.reading() as conn:
        return list(conn.exec_driver_sql("SELECT state FROM vault_conversations ORDER BY seq").scalars())


def test_deleting_an_account_of_thirty_chats_asks_the_database_no_more_than_one_of_one(house: House, talk: Talk) -> None:
    chats(house, talk, "ana", 1)
    chats(house, talk, "bo", 30)
    chats(house, talk, "cy", 1)
    deletion.delete_account(house, people.account_of(house, "cy"))  # what a process reads once, it has read
    found = []
    for name in ("ana", "bo"):
        account = people.account_of(house, name)
        with statements(house) as seen:
            assert deletion.delete_account(house, account)
        # How many hashes prove that the log goes on depends on where in its tree the new line falls, and on nothing of Ana's.
        found.append([one for one in seen if "leaf" not in one and "ledger_nodes" not in one])
    assert found[0] == found[1]
    assert written(house) == ["live"] * 32, "no row of a chat was touched but to say that it is due"
    assert states(house, "bo") == ["hidden"] * 30
    assert evidence.audit(house) == []


def test_what_a_deleted_account_had_is_out_of_sight_at_once_and_takes_no_more(house: House, talk: Talk) -> None:
    mine = chats(house, talk, "ana", 3)
    account = people.account_of(house, "ana")
    deletion.delete_account(house, account)
    with house.reading() as conn:
        assert house.vault.of_account(conn, account) == []
        assert [one.conversation for one in house.vault.rows(conn, states=["live"])] == []
        assert (house.vault.stats(conn).live, house.vault.stats(conn).hidden) == (0, 3)
        for one in mine:
            seen = house.vault.look(conn, one)
            assert seen is not None
            assert seen.state == "hidden"
            with pytest.raises(Refused, match="not shown"):
                house.vault.open(conn, one)
            with pytest.raises(Refused, match="not shown"):
                house.vault.open(conn, one, hold="nobody's")
    with house.writing() as work, pytest.raises(Refused, match="nothing more is sealed"):
        house.vault.seal(work.conn, account, mine[0], b"later", turns=1, policy="ab" * 32)
    with house.writing() as work, pytest.raises(Refused, match="with its account"):
        house.vault.show(work.conn, mine[0])


def test_a_hold_opens_what_it_reaches_before_the_sweep_and_keeps_it_after(house: House, clock: StoryClock, talk: Talk) -> None:
    kept, gone = chats(house, talk, "ana", 2)
    account = people.account_of(house, "ana")
    with house.writing() as work:
        house.vault.hold(work.conn, "case-7", conversations=[kept])
    deletion.delete_account(house, account)
    with house.reading() as conn:
        assert len(house.vault.open(conn, kept, hold="case-7")) == 1
        with pytest.raises(Refused, match="not shown"):
            house.vault.open(conn, gone, hold="case-7")
    clock.set(clock.now() + 40 * DAY)
    assert sweep.sweep(house).kept == 1
    assert states(house, "ana") == ["hidden", "shredded"]
    with house.reading() as conn:
        assert len(house.vault.open(conn, kept, hold="case-7")) == 1


def test_the_sweep_finds_all_of_an_account_that_was_deleted_and_destroys_it_on_its_day(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    chats(house, talk, "ana", 7)
    account = people.account_of(house, "ana")
    fresh, by = deletion.delete(house, account=account)
    assert fresh
    assert by is not None
    assert sweep.sweep(house).shredded == 0
    assert written(house) == ["hidden"] * 7
    assert evidence.audit(house) == []
    clock.set(by)
    done = sweep.sweep(house)
    assert (done.shredded, done.forgotten) == (7, 1)
    assert written(house) == ["shredded"] * 7
    assert evidence.audit(house) == []


def test_a_sweep_that_first_comes_when_the_day_is_past_destroys_all_at_once(house: House, clock: StoryClock, talk: Talk) -> None:
    chats(house, talk, "ana", 5)
    _, by = deletion.delete(house, account=people.account_of(house, "ana"))
    assert by is not None
    clock.set(by + DAY)
    done = sweep.sweep(house)
    assert (done.due, done.shredded, done.forgotten) == (5, 5, 1)
    assert evidence.audit(house) == []


def test_a_sweep_that_is_stopped_in_between_goes_on_where_it_was(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    chats(house, talk, "ana", 5)
    _, by = deletion.delete(house, account=people.account_of(house, "ana"))
    assert by is not None

    class Stopped(Exception):
        pass

    def stop(_: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        sweep.sweep(house, progress=stop)
    assert written(house) == ["hidden"] * 2 + ["live"] * 3
    assert states(house, "ana") == ["hidden"] * 5
    clock.set(by)
    assert sweep.sweep(house).shredded == 5
    assert evidence.audit(house) == []


def test_an_account_comes_back_before_and_after_a_sweep_wrote_it_down(house: House, clock: StoryClock, talk: Talk) -> None:
    retention.put_retention(house, grace=14)
    first, *_ = chats(house, talk, "ana", 4)
    account = people.account_of(house, "ana")
    deletion.delete(house, conversation=first)
    for swept in (False, True):
        clock.set(clock.now() + DAY)
        assert deletion.delete(house, account=account)[0]
        assert not deletion.delete(house, account=account)[0], "asked twice says so"
        if swept:
            sweep.sweep(house)
        assert undoing.undo(house, account=account) == undoing.Undoing(undone=True, shown=3, stay=1)
        assert states(house, "ana") == ["hidden", "live", "live", "live"]
        assert evidence.audit(house) == []
    talk("ana", "again")
    assert states(house, "ana")[-1] == "live"


def test_an_audit_sees_what_leads_the_sweep_to_a_deleted_account_and_that_it_is_gone(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    mine = chats(house, talk, "ana", 3)
    assert stale.settle_all(house), "or her answer would have all of hers looked at anyway"
    deletion.delete(house, account=ana)
    assert evidence.audit(house) == [], "allowed chats would have been looked at in years; now at once"
    with house.writing() as work:
        row = work.conn.execute(CONVERSATIONS.select().where(CONVERSATIONS.c.conversation == mine[-1])).mappings().one()
        lost = summed(CONVERSATIONS, dict(row) | {"next_change_at": None})
        work.conn.execute(CONVERSATIONS.update().where(CONVERSATIONS.c.conversation == mine[-1]).values(lost))
    assert evidence.audit(house) != []


@pytest.mark.parametrize("after", ["a chat is deleted too", "all is looked at anew"])
def test_nothing_done_after_the_deletion_hides_the_account_from_the_sweep(
    house: House, clock: StoryClock, talk: Talk, after: str
) -> None:
    *_, newest = chats(house, talk, "ana", 4)
    account = people.account_of(house, "ana")
    _, by = deletion.delete(house, account=account)
    assert by is not None
    if after == "all is looked at anew":
        with house.writing() as work:
            rule.reschedule(house, work, house.present().of_account(account), house.policy_in_force())
    else:
        deletion.delete(house, conversation=newest)
    clock.set(clock.now() + DAY)
    sweep.sweep(house)
    assert written(house) == ["hidden"] * 4
    clock.set(by)
    assert sweep.sweep(house).shredded == 4
    assert evidence.audit(house) == []


def test_a_preview_names_all_of_a_deleted_account_before_any_sweep_was_there(house: House, talk: Talk) -> None:
    mine = chats(house, talk, "ana", 3)
    deletion.delete(house, account=people.account_of(house, "ana"))
    assert {one.conversation for one in sweep.preview(house, days=60).preview} == set(mine)


def test_an_account_that_became_part_of_another_goes_with_it(house: House, clock: StoryClock, talk: Talk) -> None:
    chats(house, talk, "ana", 2)
    chats(house, talk, "bo", 2)
    ana, bo = (people.account_of(house, name) for name in ("ana", "bo"))
    with house.writing() as work:
        work.record([Merged(at=work.at, account=bo, into=ana)])
    _, by = deletion.delete(house, account=ana)
    assert states(house, "ana") == states(house, "bo") == ["hidden"] * 2
    assert evidence.audit(house) == []
    assert by is not None
    clock.set(by)
    assert sweep.sweep(house).shredded == 4


def test_everything_held_for_an_order_stays_when_its_account_is_deleted(house: House, clock: StoryClock, talk: Talk) -> None:
    chats(house, talk, "ana", 2)
    holds.place(house, "everything", Scope(), "2025")
    _, by = deletion.delete(house, account=people.account_of(house, "ana"))
    assert by is None
    clock.set(clock.now() + 400 * DAY)
    assert sweep.sweep(house).shredded == 0
    assert states(house, "ana") == ["hidden"] * 2
    assert evidence.audit(house) == []


@contextmanager
def ruled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every conversation that is ruled on meanwhile, to say by when it is unreadable."""
    seen: list[str] = []

    def note(policy: Policy, standing: Standing, at: datetime) -> Ruling:
        seen.append(standing.conversation)
        return decide(policy, standing, at)

    with monkeypatch.context() as patched:
        patched.setattr(deletion, "decide", note)
        yield seen


@pytest.mark.parametrize("folded", [True, False])
def test_by_when_a_big_account_is_unreadable_is_told_without_asking_about_each_chat(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch, folded: bool
) -> None:
    chats(house, talk, "ana", 6)
    chats(house, talk, "bo", 30)
    chats(house, talk, "cy", 1)
    deletion.delete(house, account=people.account_of(house, "cy"))  # what a process reads once, it has read
    monkeypatch.setattr(deletion, "MANY", 5)
    asked, rulings = [], []
    for name in ("ana", "bo"):
        account = people.account_of(house, name)
        mine = house.past.of_account(account)
        if not folded:
            monkeypatch.setattr(house, "folded", lambda: None)
        with statements(house) as seen, ruled(monkeypatch) as of:
            by = deletion.unreadable_by(house, conversation=None, account=account)
            assert deletion.delete(house, account=account) == (True, by)
        asked.append([one for one in seen if "leaf" not in one and "ledger_nodes" not in one])
        rulings.append(of)
        assert by is not None
        past, policy = house.present(), house.policy_in_force()
        each = [decide(policy, past.standing(one), past.standing(one).at).keep_until for one in mine]
        assert all(end is not None and clock.now() < end <= by for end in each), "nobody is told a day that comes too early"
    assert rulings == [[], []]
    assert len(asked[0]) == len(asked[1])


def test_a_big_account_is_told_of_what_was_flagged_and_of_an_order(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = chats(house, talk, "ana", 8)
    ana = people.account_of(house, "ana")
    with house.writing() as work:
        work.record([Flagged(at=work.at, conversation=mine[3])])
    monkeypatch.setattr(deletion, "MANY", 5)
    with ruled(monkeypatch) as of:
        by = deletion.unreadable_by(house, conversation=None, account=ana)
    assert (of, by) == ([mine[3]], clock.now().replace(year=clock.now().year + 2)), "two years from the flag, for that one alone"
    holds.place(house, "secret", Scope(accounts=(ana,)), "m1", silent=True)
    assert deletion.unreadable_by(house, conversation=None, account=ana) == by, "an order that may not be told is not told by this"
    assert deletion.delete(house, account=ana) == (True, None), "the operator is told that something keeps it"
    holds.place(house, "open", Scope(accounts=(ana,)), "m2")
    assert deletion.unreadable_by(house, conversation=None, account=ana) is None

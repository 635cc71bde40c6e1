"""What one deletion asks for: what decides about it and its people, and not all that was ever recorded."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from sayso.app import shelf
from sayso.app.clock import StoryClock
from sayso.app.house import House, open_house
from sayso.app.jobs import deletion, evidence, holds, people
from sayso.facts.deeds import RetentionSet
from sayso.facts.errors import Unfit
from sayso.facts.events import Scope
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger import Ledger

Talk = Callable[..., object]


def unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody read the whole ledger from here on."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("all of the ledger was read")

    monkeypatch.setattr(Ledger, "history", refuse)


def chats(house: House, account: AccountId) -> list[ConversationId]:
    with house.reading() as conn:
        return [one.conversation for one in house.vault.of_account(conn, account)]


def test_a_command_that_deletes_reads_what_decides_about_it_and_no_more(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ana", "bo", "cy"):
        talk(name, f"{name}-1")
        talk(name, f"{name}-2")
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    wanted = chats(house, bo)[0]
    told = {ana: deletion.unreadable_by(house, conversation=None, account=ana)}
    told[bo] = deletion.unreadable_by(house, conversation=wanted, account=bo)
    house.close()
    with open_house(house.settings, clock=clock) as again, monkeypatch.context() as only:
        unfolded(only)
        assert again.folded() is None
        assert deletion.delete(again, account=ana) == (True, told[ana])
        assert deletion.delete(again, account=ana) == (False, told[ana])
        assert deletion.delete(again, conversation=wanted) == (True, told[bo])
        with pytest.raises(Unfit, match="are no conversations here"):
            deletion.delete_all(again, ["c_" + "a" * 26])
        assert chats(again, ana) == []
        assert len(chats(again, bo)) == 1


def test_a_deletion_that_reads_little_is_the_same_as_one_that_has_read_all(house: House, clock: StoryClock, talk: Talk) -> None:
    for name in ("ana", "bo"):
        talk(name, f"{name}-1")
    ana, bo = chats(house, people.account_of(house, "ana")), chats(house, people.account_of(house, "bo"))
    (all_read,) = deletion.delete_all(house, ana)
    house.close()
    with open_house(house.settings, clock=clock) as again:
        (little,) = deletion.delete_all(again, bo)
        assert (little.new, little.unreadable_by) == (all_read.new, all_read.unreadable_by)


def test_an_order_that_names_ana_reads_what_is_hers_and_no_more(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ana", "bo"):
        talk(name, f"{name}-1")
        talk(name, f"{name}-2")
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    (one, _), hers = chats(house, bo), set(chats(house, ana))
    house.close()
    with open_house(house.settings, clock=clock) as again:
        with monkeypatch.context() as only:
            unfolded(only)
            placed = holds.place(again, "order-1", Scope(accounts=(ana,)), "a matter")
            assert (placed.conversations, placed.accounts) == (2, 1)
            assert holds.place(again, "order-2", Scope(conversations=(one, ConversationId("c_" + "a" * 26))), "").conversations == 1
            with pytest.raises(Unfit, match="is in force already"):
                holds.place(again, "order-1", Scope(accounts=(bo,)), "a matter")
            with pytest.raises(Unfit, match="matches nothing"):
                holds.place(again, "order-3", Scope(accounts=(AccountId("a_" + "a" * 26),)), "a matter")
            deletion.delete(again, account=ana)
        assert set(holds.reached(again, "order-1")) == hers
        assert holds.reached(again, "order-2") == [one]
        assert evidence.audit(again) == []
    with open_house(house.settings, clock=clock) as again, monkeypatch.context() as only:
        unfolded(only)
        ended = holds.end(again, "order-1")
        assert (ended.conversations, ended.released) == (2, 2)
        with again.reading() as conn:
            assert {name for row in again.vault.rows(conn) for name in row.held} == {"order-2"}


def test_a_line_that_was_taken_back_is_not_remembered(house: House) -> None:
    with house.reading() as conn:
        before = house.told.lines(conn, RetentionSet)
    with contextlib.suppress(RuntimeError), house.writing() as work:
        work.record([RetentionSet(at=work.at, notice=3, grace=3)])
        assert len(house.told.lines(work.conn, RetentionSet)) == len(before) + 1
        raise RuntimeError("stop")
    with house.reading() as conn:
        assert house.told.lines(conn, RetentionSet) == before
    with house.writing() as work:
        work.record([RetentionSet(at=work.at, notice=5, grace=5)])
    with house.reading() as conn:
        (line,) = house.told.lines(conn, RetentionSet)[len(before) :]
        assert line.line == house.ledger.last_of(conn, RetentionSet).line  # type: ignore[union-attr]  # recorded just above


@pytest.mark.sqlite
def test_a_connection_is_kept_after_a_transaction_that_went_well_and_closed_with_the_house(house: House) -> None:
    kept = getattr(house.engine, shelf.IDLE)
    with house.writing():
        assert kept == []
    (one,) = kept
    with pytest.raises(RuntimeError, match="stop"), house.writing():
        raise RuntimeError("stop")
    assert kept == []
    assert one.closed
    with house.writing():
        pass
    (one,) = kept
    house.close()
    assert kept == []
    assert one.closed

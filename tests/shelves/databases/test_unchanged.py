"""What was read is not asked for again while nothing was committed; whatever anybody commits is seen, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Engine, text

from sayso.app import shelf
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.vault import Vault, asking, once, reading

from .conftest import AT, POLICY

MANY = reading.WORTH
Ask = Callable[[Callable[[Any], Any]], Any]


@pytest.fixture
def ask(reader: Engine) -> Iterator[Ask]:
    """A connection that asks one question after another, each a transaction by itself, as a house does."""
    plain = shelf.glance(reader)
    yield lambda question: shelf.ask(plain, question)
    shelf.leave(plain)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions for what somebody is shown, or for one conversation, as they come."""
    told: list[str] = []
    for name in ("_MINE", "_ONE"):
        question = getattr(reading, name)

        class Heard:
            def __init__(self, name: str, question: Any) -> None:
                self.name, self.question = name, question

            def rows(self, conn: Any, **given: Any) -> Any:
                told.append(self.name)
                return self.question.rows(conn, **given)

        monkeypatch.setattr(reading, name, Heard(name, question))
    return told


@pytest.fixture
def ana(vault: Vault, engine: Engine) -> str:
    with engine.begin() as conn:
        return str(vault.enrol(conn, "ana").account)


def sealed(vault: Vault, engine: Engine, account: str, count: int, first: int = 0) -> list[str]:
    with engine.begin() as conn:
        chats = [vault.identify(conn, account, "x", str(first + number)) for number in range(count)]
        for number, one in enumerate(chats):
            vault.seal(conn, account, one, b"words %d" % (first + number), turns=1, policy=POLICY)
    return [str(one) for one in chats]


def words(vault: Vault, ask: Ask, account: str) -> list[bytes]:
    page = ask(lambda conn: vault.once.page(conn, account))
    assert page is not None
    return [one.payloads[-1] for one in page]


def test_all_that_ana_has_is_asked_for_once_while_nothing_is_committed(
    vault: Vault, engine: Engine, ask: Ask, ana: str, asked: list[str]
) -> None:
    chats = sealed(vault, engine, ana, MANY)
    first = words(vault, ask, ana)
    assert first == [b"words %d" % number for number in reversed(range(MANY))]
    assert ask(lambda conn: vault.once.names(conn, ana)) == chats[::-1]
    assert words(vault, ask, ana) == first
    before = len(asked)
    assert words(vault, ask, ana) == first
    assert ask(lambda conn: vault.once.names(conn, ana)) == chats[::-1]
    assert len(asked) == before
    sealed(vault, engine, ana, 1, MANY)
    assert words(vault, ask, ana) == [b"words %d" % MANY, *first]
    assert len(asked) > before


def test_more_than_a_page_is_of_one_state_or_left_to_a_transaction(
    vault: Vault, engine: Engine, ask: Ask, ana: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 15)
    monkeypatch.setattr(reading, "WORTH", 10)
    sealed(vault, engine, ana, 40)
    first = ask(lambda conn: vault.once.page(conn, ana))
    assert (first is None) == (engine.dialect.name == "postgresql"), "how much she has is not known there yet"
    every = [b"words %d" % number for number in reversed(range(40))]
    assert words(vault, ask, ana) == every
    before = len(asked)
    assert words(vault, ask, ana) == every
    assert len(asked) == before
    monkeypatch.setattr(once, "MOST", 20)
    sealed(vault, engine, ana, 1, 40)
    assert ask(lambda conn: vault.once.page(conn, ana)) is None
    monkeypatch.setattr(once, "MOST", 200)
    question = reading._MINE
    pages: list[int] = []

    class Interrupted:
        def rows(self, conn: Any, **given: Any) -> Any:
            found = question.rows(conn, **given)
            pages.append(len(found))
            if len(pages) == 1:
                sealed(vault, engine, ana, 1, 41)
            return found

    monkeypatch.setattr(reading, "_MINE", Interrupted())
    assert ask(lambda conn: vault.once.page(conn, ana)) is None
    assert len(pages) > 1
    with engine.begin() as conn:
        assert len(list(vault.open_account(conn, ana))) == 42


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE vault_conversations SET turns = turns + 1 WHERE conversation = :one",
        "UPDATE vault_blocks SET length = length + 1 WHERE conversation = :one",
        "DELETE FROM vault_keys WHERE conversation = :one",
        "UPDATE vault_accounts SET epoch = '0'",
    ],
)
def test_a_row_that_somebody_changed_beside_us_stops_the_next_reading(
    vault: Vault, engine: Engine, ask: Ask, ana: str, change: str
) -> None:
    chats = sealed(vault, engine, ana, MANY)
    for _ in range(3):
        words(vault, ask, ana)
        ask(lambda conn: vault.once.open(conn, ana, "x", "1"))
    with engine.begin() as conn:
        conn.execute(text(change), {"one": chats[1]} if ":one" in change else {})
    with pytest.raises(Broken):
        words(vault, ask, ana)
    with pytest.raises(Broken):
        ask(lambda conn: vault.once.open(conn, ana, "x", "1"))


def test_what_another_process_hid_or_deleted_is_not_shown_again(
    vault: Vault, engine: Engine, ask: Ask, ana: str, tmp_path: Any
) -> None:
    chats = sealed(vault, engine, ana, MANY)
    other = Vault(engine, tmp_path, vault._ring._masters, entropy=vault._ring.entropy)
    for _ in range(3):
        assert len(words(vault, ask, ana)) == MANY
        ask(lambda conn: vault.once.open(conn, ana, "x", "0"))
    with engine.begin() as conn:
        other.hide(conn, chats[0], AT)
    assert len(words(vault, ask, ana)) == MANY - 1
    assert chats[0] not in ask(lambda conn: vault.once.names(conn, ana))
    with pytest.raises(Refused):
        ask(lambda conn: vault.once.open(conn, ana, "x", "0"))
    with engine.begin() as conn:
        other.put_away(conn, ana, AT)
    assert words(vault, ask, ana) == []
    assert ask(lambda conn: vault.once.names(conn, ana)) == []


def test_what_this_very_connection_changed_is_seen_by_it(vault: Vault, engine: Engine, ana: str, asked: list[str]) -> None:
    chats = sealed(vault, engine, ana, MANY)
    plain = shelf.glance(engine)
    for _ in range(3):
        words(vault, lambda question: shelf.ask(plain, question), ana)
    before = len(asked)
    change = text("UPDATE vault_conversations SET turns = turns + 1 WHERE conversation = :one")
    shelf.ask(plain, lambda conn: conn.execute(change, {"one": chats[1]}))
    with pytest.raises(Broken, match="was changed"):
        words(vault, lambda question: shelf.ask(plain, question), ana)
    assert len(asked) == before + 1
    shelf.leave(plain)


def test_inside_a_transaction_there_is_no_mark(vault: Vault, engine: Engine, reader: Engine, ask: Ask) -> None:
    for made in (engine, reader):
        with made.begin() as conn:
            assert asking.mark(conn) is None
    assert ask(asking.mark) is not None
    assert ask(asking.mark) == ask(asking.mark)


def test_what_was_taken_back_was_never_there(vault: Vault, engine: Engine, ask: Ask, ana: str) -> None:
    sealed(vault, engine, ana, MANY)
    for _ in range(3):
        words(vault, ask, ana)
    with engine.connect() as conn:
        begun = conn.begin()
        conn.execute(text("UPDATE vault_conversations SET turns = turns + 1"))
        assert len(words(vault, ask, ana)) == MANY
        begun.rollback()
    assert len(words(vault, ask, ana)) == MANY


def test_a_hidden_chat_leaves_no_key_behind_though_all_of_anas_was_remembered(
    vault: Vault, engine: Engine, ask: Ask, ana: str
) -> None:
    chats = sealed(vault, engine, ana, 3)
    words(vault, ask, ana)
    ask(lambda conn: vault.once.names(conn, ana))
    with engine.begin() as conn:
        vault.hide(conn, chats[1], AT)
    remembered = vault._ring.opened.chats
    assert len(remembered) == 2
    assert remembered.size(ana) == 0
    vault.drop("1")
    assert len(remembered) == 0


ACTS = ("seal", "hide", "show", "shred", "away", "back", "read", "names", "one")


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=some.lists(some.tuples(some.sampled_from(ACTS), some.integers(0, 3), some.booleans()), max_size=14))
def test_whatever_happens_in_whichever_process_reading_says_what_a_fresh_process_says(
    vault: Vault, engine: Engine, ask: Ask, tmp_path: Any, acts: list[tuple[str, int, bool]]
) -> None:
    other = Vault(engine, tmp_path, vault._ring._masters, entropy=vault._ring.entropy)
    with engine.begin() as conn:
        name = "bo" + vault._ring.entropy(8).hex()
        account = str(vault.enrol(conn, name).account)
    for act, which, beside in acts:
        where = other if beside else vault
        with engine.begin() as conn:
            chat = vault.identify(conn, account, "x", str(which))
            try:
                match act:
                    case "seal":
                        where.seal(conn, account, chat, b"words", turns=1, policy=POLICY)
                    case "hide":
                        where.hide(conn, chat, AT)
                    case "show":
                        where.show(conn, chat)
                    case "shred":
                        where.shred(conn, chat)
                    case "away":
                        where.put_away(conn, account, AT)
                    case "back":
                        where.bring_back(conn, account)
            except (Refused, Unfit):
                pass  # what is not there, or is deleted, is not changed
        fresh = Vault(engine, tmp_path, vault._ring._masters, entropy=vault._ring.entropy)
        with engine.begin() as conn:
            wanted = list(fresh.open_account(conn, account))
        for _ in range(2):
            assert ask(lambda conn: vault.once.page(conn, account)) == wanted
            assert ask(lambda conn: vault.once.names(conn, account)) == [one.conversation for one in wanted]
            for one in wanted:
                assert ask(lambda conn, one=one: vault.open(conn, one.conversation)) == one.payloads

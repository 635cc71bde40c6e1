"""All that Ana has, read at once: the same words as one by one, as strict, and nothing that is not hers to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import event, text

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Refused
from sayso.vault import MasterKeys, Vault, directory, reading
from sayso.vault.tables import ACCOUNTS, CONVERSATIONS, row_digest, sounding

NOON = datetime(2025, 10, 8, 12, tzinfo=UTC)


@contextmanager
def asked(house: Any) -> Iterator[list[str]]:
    """The statements that reach the database inside the block."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.engine, "before_cursor_execute", note)


def account(house: Any, name: str) -> str:
    with house.begin() as conn:
        found = house.vault.find(conn, name)
    assert found is not None
    return str(found)


def read(house: Any, name: str, vault: Vault | None = None) -> dict[str, list[bytes]]:
    whose = account(house, name)
    with house.begin() as conn:
        return {one.conversation: one.payloads for one in (vault or house.vault).open_account(conn, whose)}


def test_all_of_ana_is_what_each_of_hers_is(house: Any) -> None:
    mine = [house.seal("ana", str(number), *(b"%d.%d" % (number, part) for part in range(number))) for number in range(1, 5)]
    house.seal("bo", "1", b"bo's")
    house.seal("ana", "1", b"later")
    found = read(house, "ana")
    with house.begin() as conn:
        assert found == {one: house.vault.open(conn, one) for one in mine}
    assert next(iter(found)) == mine[0], "the newest sealed first"


def test_thirty_of_bo_cost_as_many_questions_as_one_of_ana(house: Any) -> None:
    house.seal("ana", "1", b"one")
    for number in range(30):
        house.seal("bo", str(number), b"words")
    found = []
    for name in ("ana", "bo"):
        whose = account(house, name)
        with house.begin() as conn, asked(house) as seen:
            list(house.vault.open_account(conn, whose))
        found.append(seen)
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_what_is_hidden_shredded_or_of_a_deleted_account_is_left_out(house: Any) -> None:
    shown, hidden, gone = (house.seal("ana", str(number), b"words") for number in range(3))
    with house.begin() as conn:
        house.vault.hide(conn, hidden, NOON)
        house.vault.shred(conn, gone)
    assert list(read(house, "ana")) == [shown]
    whose = account(house, "ana")
    with house.begin() as conn:
        house.vault.put_away(conn, whose, NOON)
        assert list(house.vault.open_account(conn, whose)) == []
        house.vault.bring_back(conn, whose)
        assert [one.conversation for one in house.vault.open_account(conn, whose)] == [shown]
        house.vault.forget(conn, whose)
        assert list(house.vault.open_account(conn, whose)) == []


def test_more_than_a_page_comes_whole_and_each_once(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 3)
    mine = [house.seal("ana", str(number), b"%d" % number) for number in range(9)]
    assert list(read(house, "ana")) == mine[::-1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE vault_conversations SET turns = turns + 1 WHERE conversation = :one", "was changed"),
        ("UPDATE vault_keys SET wrapped = zeroblob(60) WHERE conversation = :one", "was changed"),
        ("UPDATE vault_blocks SET start = start + 1 WHERE conversation = :one", "was changed"),
        ("DELETE FROM vault_keys WHERE conversation = :one", "is missing though nothing shredded it"),
        ("DELETE FROM vault_blocks WHERE conversation = :one", "lacks blocks"),
    ],
)
def test_a_changed_row_of_one_stops_the_reading_of_all(house: Any, change: str, told: str) -> None:
    house.seal("ana", "1", b"whole")
    one = house.seal("ana", "2", b"changed")
    assert len(read(house, "ana")) == 2
    with house.begin() as conn:
        conn.execute(text(change), {"one": one})
    with pytest.raises(Broken, match=told):
        read(house, "ana")
    with house.begin() as conn, pytest.raises(Broken, match=told):
        house.vault.open(conn, one)


@pytest.mark.parametrize("harm", [lambda raw: raw[:-1], lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), lambda raw: raw[5:]])
def test_a_segment_that_was_cut_or_altered_opens_nothing(house: Any, harm: Callable[[bytes], bytes]) -> None:
    house.seal("ana", "1", b"words of ana")
    (path,) = (house.folder / "segments").iterdir()
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(Broken):
        read(house, "ana")
    path.unlink()
    with pytest.raises(Broken, match="cut off"):
        read(house, "ana")


def test_a_key_that_was_opened_is_forgotten_with_its_account(house: Any) -> None:
    for name in ("ana", "bo", "cy"):
        house.seal(name, "1", b"words")
        read(house, name)
    remembered = house.vault._ring.opened
    assert len(remembered) == 3
    ana, bo = account(house, "ana"), account(house, "bo")
    with house.begin() as conn:
        house.vault.put_away(conn, ana, NOON)
        house.vault.forget(conn, bo)
    assert len(remembered) == 1
    assert "Opened(1 accounts)" in repr(remembered)


def test_no_key_of_an_ended_epoch_is_remembered(house: Any) -> None:
    for name in ("ana", "bo"):
        house.seal(name, "1", b"words")
        read(house, name)
    masters = MasterKeys({"1": house.master, "2": bytes(range(32))}, current="1")
    vault = Vault(house.engine, house.folder, masters, entropy=lambda count: b"\7" * count)
    assert len(read(house, "ana", vault)) == 1
    ana, bo = account(house, "ana"), account(house, "bo")
    with house.begin() as conn:
        vault.turn(conn, "2")
    vault.drop("1")
    assert len(vault._ring.opened) == 0
    with house.begin() as conn:
        assert [one.payloads for one in vault.open_account(conn, ana)] == [[b"words"]]
    # Whoever turned it elsewhere: the first row of the new epoch that is read drops all that is remembered of the old one.
    assert len(house.vault._ring.opened) == 2
    with house.begin() as conn, pytest.raises(Broken, match="no master key is at hand"):
        list(house.vault.open_account(conn, bo))
    assert len(house.vault._ring.opened) == 0


def test_a_remembered_key_opens_no_row_that_was_put_in_its_place(house: Any) -> None:
    house.seal("ana", "1", b"ana's")
    house.seal("bo", "1", b"bo's")
    ana, bo = account(house, "ana"), account(house, "bo")
    read(house, "ana")
    with house.begin() as conn:
        mine, other = directory.row_of(conn, ana), directory.row_of(conn, bo)
        swapped = dict(mine) | {"wrapped": other["wrapped"]}
        swapped["sum"] = row_digest(ACCOUNTS, swapped)
        conn.execute(ACCOUNTS.update().where(ACCOUNTS.c.account == ana).values(swapped))
    with house.begin() as conn, pytest.raises(Broken, match="does not open"):
        list(house.vault.open_account(conn, ana))


def test_only_so_many_keys_are_remembered(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.vault._ring.opened, "_most", 2)
    for name in ("ana", "bo", "cy"):
        house.seal(name, "1", b"words")
        assert len(read(house, name)) == 1
    assert len(house.vault._ring.opened) == 2
    assert len(read(house, "ana")) == 1


values = some.one_of(
    some.none(), some.integers(-(2**63), 2**63 - 1), some.text(), some.binary(max_size=40), some.floats(allow_nan=False)
)


@given(some.lists(values, min_size=len(CONVERSATIONS.columns) - 1, max_size=len(CONVERSATIONS.columns) - 1))
def test_whatever_a_row_holds_its_sum_is_that_of_its_canonical_bytes(held: list[Any]) -> None:
    names = [column.name for column in CONVERSATIONS.columns if column.name != "sum"]
    row = dict(zip(names, held, strict=True))
    plain = {
        name: None if value is None else value.hex() if isinstance(value, bytes) else str(value) for name, value in row.items()
    }
    wanted = digest({"table": "vault_conversations", **plain})
    assert row_digest(CONVERSATIONS, row) == wanted
    sounding(CONVERSATIONS)((*held, wanted))
    with pytest.raises(Broken, match="was changed"):
        sounding(CONVERSATIONS)((*held, "another"))


def test_the_writers_turn_is_taken_anew_in_each_transaction(house: Any) -> None:
    one = house.seal("ana", "1", b"words")
    with house.begin() as conn:
        house.vault.hide(conn, one, NOON)
    with house.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA secure_delete = OFF")
        with pytest.raises(Broken, match="keeps what it deletes"):
            house.vault.show(conn, one)
    with house.begin() as conn, pytest.raises(Refused, match="not shown"):
        house.vault.open(conn, one)

"""What is remembered of a chat that was opened: as strict as before, nothing of what is gone; and reads that are one question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from sayso.facts.errors import Broken, Refused, Unfit
from sayso.vault.chats import Chat, Chats
from sayso.vault.tables import BLOCKS, CONVERSATIONS, summed

NOON, SOURCE = datetime(2025, 10, 8, 12, tzinfo=UTC), "claude"


def whose(house: Any, name: str) -> str:
    with house.begin() as conn:
        return str(house.vault.find(conn, name))


def read(house: Any, one: str) -> list[bytes]:
    with house.begin() as conn:
        return list(house.vault.open(conn, one))


def flip(raw: bytes) -> bytes:
    return raw[:-3] + bytes([raw[-3] ^ 1]) + raw[-2:]


@pytest.mark.parametrize(
    ("harm", "said"), [(flip, "altered"), (lambda raw: raw[:-9], "cut off"), (lambda raw: raw[200:], r"cut off|altered")]
)
def test_a_block_harmed_after_it_was_read_is_refused_when_it_is_read_again(
    house: Any, harm: Callable[[bytes], bytes], said: str
) -> None:
    one = house.seal("ana", "1", b"ana's words, that are long enough to be cut")
    assert read(house, one) == read(house, one)
    (segment,) = (house.folder / "segments").iterdir()
    segment.write_bytes(harm(segment.read_bytes()))
    with pytest.raises(Broken, match=said):
        read(house, one)
    ana = whose(house, "ana")
    with house.begin() as conn, pytest.raises(Broken, match=said):
        house.vault.once.page(conn, ana)


def test_bos_block_in_the_place_of_anas_is_refused_though_both_were_read(house: Any) -> None:
    ana, bo = house.seal("ana", "1", b"words"), house.seal("bo", "1", b"words")
    assert read(house, ana) == read(house, bo)
    (segment,) = (house.folder / "segments").iterdir()
    raw = segment.read_bytes()
    segment.write_bytes(raw[len(raw) // 2 :] + raw[: len(raw) // 2])
    for one in (ana, bo):
        with pytest.raises(Broken, match="holds another block or was altered"):
            read(house, one)


def test_a_row_changed_with_its_sum_opens_nothing_that_was_remembered(house: Any) -> None:
    one = house.seal("ana", "1", b"first", b"second")
    read(house, one)
    with house.begin() as conn:
        rows = conn.execute(BLOCKS.select().order_by(BLOCKS.c.block)).mappings().all()
        first, second = (dict(row) for row in rows)
        swapped = summed(BLOCKS, first | {name: second[name] for name in ("start", "length")})
        conn.execute(BLOCKS.delete())
        conn.execute(BLOCKS.insert().values([swapped, summed(BLOCKS, second | {"start": first["start"]})]))
    with pytest.raises(Broken, match=r"another block|cut off"):
        read(house, one)


def test_a_row_changed_without_its_sum_is_named_though_it_was_checked_before(house: Any) -> None:
    one = house.seal("ana", "1", b"words")
    read(house, one)
    with house.begin() as conn:
        conn.execute(CONVERSATIONS.update().values(bytes=7))
    with pytest.raises(Broken, match="was changed"):
        read(house, one)


@pytest.mark.parametrize("end", ["hide", "shred", "put away", "forget", "turn"])
def test_what_is_gone_is_not_remembered(house: Any, end: str) -> None:
    one = house.seal("ana", "1", b"words")
    ana, remembered = whose(house, "ana"), house.vault._ring.opened.chats
    read(house, one)
    assert len(remembered) == 1
    assert "words" not in repr(remembered)
    with house.begin() as conn:
        match end:
            case "hide":
                house.vault.hide(conn, one)
            case "shred":
                house.vault.shred(conn, one)
            case "put away":
                house.vault.put_away(conn, ana, NOON)
            case "forget":
                house.vault.forget(conn, ana)
            case _:
                house.vault.drop("1")
    assert len(remembered) == 0
    if end != "turn":
        with pytest.raises(Refused):
            read(house, one)


def test_what_somebody_else_hid_is_refused_and_forgotten(house: Any) -> None:
    one = house.seal("ana", "1", b"words")
    read(house, one)
    with house.begin() as conn:
        row = conn.execute(CONVERSATIONS.select()).mappings().one()
        conn.execute(CONVERSATIONS.update().values(summed(CONVERSATIONS, dict(row) | {"state": "hidden"})))
    with pytest.raises(Refused):
        read(house, one)
    assert len(house.vault._ring.opened.chats) == 0


def test_only_so_many_blocks_are_remembered() -> None:
    chats = Chats(most=3)

    def chat(name: str, *rows: tuple[int]) -> Chat:
        return Chat(list(rows), ("owner",), [], name=name, account="a", turns=1)

    def found(number: int) -> bool:
        return chats.find(f"c{number}", [(number,)], ("owner",), None) is not None

    for number in range(5):
        chats.keep(chat(f"c{number}", (number,)))
    assert [found(number) for number in range(5)] == [False, False, True, True, True]
    assert chats.find("c4", [(4,)], ("another",), None) is None
    chats.keep(chat("big", (0,), (0,), (0,), (0,)))
    assert len(chats) == 3
    chats.drop_account("a")
    assert len(chats) == 0


def test_one_question_says_what_several_say(house: Any) -> None:
    for number in range(3):
        house.seal("ana", str(number), b"words %d" % number)
    gone = house.seal("ana", "gone", b"hidden words")
    ana, once = whose(house, "ana"), house.vault.once
    with house.begin() as conn:
        house.vault.hide(conn, gone)
    with house.begin() as conn:
        for _ in range(2):  # asked for the first time, and with what is remembered then
            assert once.page(conn, ana) == list(house.vault.open_account(conn, ana))
            assert once.names(conn, ana) == [one.conversation for one in house.vault.of_account(conn, ana)]
            assert once.open(conn, ana, SOURCE, "1") == [b"words 1"]
            assert [once.shown(conn, ana, SOURCE, one) for one in ("1", "gone", "never")] == [True, False, False]
            with pytest.raises(Refused):
                once.open(conn, ana, SOURCE, "gone")
            with pytest.raises(Unfit, match="never sealed"):
                once.open(conn, ana, SOURCE, "never")
        house.vault.put_away(conn, ana, NOON)
        assert once.page(conn, ana) == []
        assert once.names(conn, ana) == []
        assert not once.shown(conn, ana, SOURCE, "1")


def test_reading_again_is_one_statement(house: Any) -> None:
    for number in range(3):
        house.seal("ana", str(number), b"words")
    ana, once = whose(house, "ana"), house.vault.once
    with house.begin() as conn:
        once.shown(conn, ana, SOURCE, "1")
        seen: list[str] = []
        event.listen(house.engine, "before_cursor_execute", lambda _c, _k, said, *_: seen.append(said))
        for ask in (once.page, once.names):
            ask(conn, ana)
        once.open(conn, ana, SOURCE, "1")
        once.shown(conn, ana, SOURCE, "1")
    assert len(seen) == 4

"""Nothing acknowledged is lost and nothing half done is acknowledged: crashes, full disks, two writers, tampering."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.vault import Block
from sayso.vault.tables import ALL, row_digest

NOW = datetime(2026, 11, 1, tzinfo=UTC)

POLICY = "ab" * 32


def segment(house: Any, number: int = 1) -> Path:
    return house.folder / "segments" / f"{number:06d}.seg"


def mend_sums(conn: Any) -> None:
    """Do what somebody does who changes rows and knows how their sums are made."""
    for table in ALL:
        keys = [column.name for column in table.primary_key.columns]
        for row in conn.execute(select(table)).mappings().all():
            which = " and ".join(f"{key} = :{key}" for key in keys)
            conn.execute(
                text(f"update {table.name} set sum = :sum where {which}"),
                {**{key: row[key] for key in keys}, "sum": row_digest(table, row)},
            )


def flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


def test_a_crash_before_the_commit_leaves_dead_bytes_and_nothing_else(house: Any) -> None:
    kept = house.seal("ana", "1", b"kept")
    before = segment(house).stat().st_size
    with house.engine.connect() as conn:
        ana = house.vault.find(conn, "ana")
        house.vault.seal(conn, ana, kept, b"never acknowledged", turns=1, policy=POLICY)
        house.vault.seal(conn, ana, house.vault.identify(conn, ana, "x", "2"), b"nor this", turns=1, policy=POLICY)
        assert segment(house).stat().st_size > before
        conn.rollback()
    segment(house).write_bytes(segment(house).read_bytes() + b"torn")
    house.seal("ana", "1", b"after the crash")
    with house.begin() as conn:
        assert house.vault.open(conn, kept) == [b"kept", b"after the crash"]
        assert house.vault.stats(conn).dead_bytes > 4
        assert house.vault.check(conn) == []
        assert house.vault.compact(conn, share=0).segments == (1,)
    assert house.vault.settle().removed == (1,)
    with house.begin() as conn:
        assert house.vault.stats(conn).dead_bytes == 0
        assert house.vault.open(conn, kept) == [b"kept", b"after the crash"]


@pytest.mark.parametrize("fails", ["write", "short write", "fsync", "open"])
def test_a_full_disk_acknowledges_nothing_and_says_so_in_one_line(house: Any, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    kept = house.seal("ana", "1", b"kept")
    real_write = os.write

    def full(*_: Any, **__: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def short(handle: int, raw: bytes) -> int:
        return real_write(handle, raw[: len(raw) // 2])

    real_open = os.open
    with house.begin() as conn:
        ana = house.vault.find(conn, "ana")
        new = house.vault.identify(conn, ana, "claude", "new")
        with monkeypatch.context() as patched:
            if fails == "open":
                patched.setattr(os, "open", lambda path, *rest: full() if str(path).endswith(".seg") else real_open(path, *rest))
            else:
                patched.setattr(os, fails.split()[-1], short if fails == "short write" else full)
            for conversation in (kept, new):
                with pytest.raises(Broken, match="the disk is full; free space and try again, nothing was acknowledged"):
                    house.vault.seal(conn, ana, conversation, b"lost", turns=1, policy=POLICY)
        assert house.vault.open(conn, kept) == [b"kept"]
        assert house.vault.look(conn, new) is None
        assert house.vault.check(conn) == []
    house.seal("ana", "1", b"later")
    with house.begin() as conn:
        assert house.vault.open(conn, kept) == [b"kept", b"later"]
        assert house.vault.check(conn) == []


def test_a_batch_is_sealed_with_one_wait_for_the_disk_and_all_of_it_or_none(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync
    with house.begin() as conn:
        ana = house.vault.enrol(conn, "ana").account
        named = [house.vault.identify(conn, ana, "claude", str(n // 2)) for n in range(6)]
        blocks = [Block(account=ana, conversation=one, payload=b"%d" % n, turns=1, policy=POLICY) for n, one in enumerate(named)]
        bad = Block(account=ana, conversation=named[0], payload=b"x", turns=-1, policy=POLICY)
        with pytest.raises(Unfit):
            house.vault.seal_all(conn, [*blocks, bad])
        stranger = Block(account="a_" + "b" * 26, conversation=named[0], payload=b"x", turns=1, policy=POLICY)
        with pytest.raises(Refused):
            house.vault.seal_all(conn, [*blocks, stranger])
        assert house.vault.stats(conn).blocks == 0
        monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle))[1])
        sealed = house.vault.seal_all(conn, blocks)
        assert [one.block for one in sealed] == [0, 1, 0, 1, 0, 1]
        assert len(synced) <= 2
        assert [house.vault.open(conn, one) for one in named[::2]] == [[b"0", b"1"], [b"2", b"3"], [b"4", b"5"]]
        assert house.vault.check(conn) == []


def test_an_index_row_is_written_only_after_its_bytes_are_durable(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house.seal("ana", "0", b"x")
    order: list[str] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("durable"), real(handle))[1])
    from sqlalchemy import event

    event.listen(house.engine, "commit", lambda conn: order.append("commit"))
    house.seal("ana", "1", b"x")
    assert order == ["durable", "commit"]


def test_two_writers_take_turns_and_neither_overwrites_the_other(house: Any) -> None:
    engine, vault = house.open()
    with house.begin() as conn:
        ana = house.vault.enrol(conn, "ana").account
        one, two = (house.vault.identify(conn, ana, "claude", n) for n in "12")
        house.vault.seal(conn, ana, one, b"one", turns=1, policy=POLICY)
        with pytest.raises(OperationalError), engine.begin() as other:
            vault.seal(other, ana, two, b"two", turns=1, policy=POLICY)
        with pytest.raises(Broken, match="another writer"):
            vault.settle()
    for n in range(3):
        with engine.begin() as other:
            vault.seal(other, ana, two, b"two %d" % n, turns=1, policy=POLICY)
        with house.begin() as conn:
            house.vault.seal(conn, ana, one, b"one %d" % n, turns=1, policy=POLICY)
    with engine.begin() as conn:
        assert vault.open(conn, one) == [b"one", b"one 0", b"one 1", b"one 2"]
        assert vault.open(conn, two) == [b"two 0", b"two 1", b"two 2"]
        assert vault.check(conn) == []


def test_segments_roll_and_are_read_by_position(houses: Callable[..., Any]) -> None:
    house = houses(roll=1000)
    conversations = [house.seal("ana", str(n), os.urandom(400), os.urandom(400)) for n in range(6)]
    with house.begin() as conn:
        assert house.vault.stats(conn).segments > 3
        assert all(len(house.vault.open(conn, one)) == 2 for one in conversations)


def test_a_cut_off_or_missing_segment_is_named_with_its_conversation_and_block(house: Any) -> None:
    conversation = house.seal("ana", "1", b"first", b"second")
    raw = segment(house).read_bytes()
    segment(house).write_bytes(raw[:-1])
    with house.begin() as conn:
        with pytest.raises(Broken, match=f"conversation `{conversation}` block 1 is cut off"):
            house.vault.open(conn, conversation)
        assert any("block 1" in line for line in house.vault.check(conn))
        # Longer than what is listed, the damaged segment counts as worn; it is evidence and must stay.
        segment(house).write_bytes(raw[: len(raw) // 2 - 1] + b"?" + raw[len(raw) // 2 :] + bytes(5000))
        with pytest.raises(Broken, match="left where it lies"):
            house.vault.compact(conn, share=0)
    assert segment(house).exists()
    segment(house).unlink()
    with house.begin() as conn:
        with pytest.raises(Broken, match=f"conversation `{conversation}` block 0"):
            house.vault.open(conn, conversation)
        assert any("segment 1 is missing" in line for line in house.vault.check(conn))


@pytest.mark.parametrize("where", range(0, 200, 7))
def test_one_flipped_bit_anywhere_in_a_block_breaks_it(house: Any, where: int) -> None:
    conversation = house.seal("ana", "1", b"twenty bytes of text" * 3)
    size = segment(house).stat().st_size
    with house.begin() as conn:
        before = list(house.vault.fingerprints(conn))
    flip(segment(house), where * size // 200)
    with house.begin() as conn:
        with pytest.raises(Broken, match=f"conversation `{conversation}` block 0"):
            house.vault.open(conn, conversation)
        assert list(house.vault.fingerprints(conn)) != before
        assert house.vault.check(conn)


def test_blocks_cannot_be_swapped_replayed_or_dropped(house: Any) -> None:
    one = house.seal("ana", "1", b"same size", b"size same", b"last one!")
    two = house.seal("ana", "2", b"other one")
    place = "segment, start, length, digest"
    # Two wrapped keys exchanged with their sums are plausible rows: the fingerprints in the ledger tell, and opening does.
    unseen_without_keys = (
        "update vault_keys set wrapped = (select wrapped from vault_keys where conversation = :two) where conversation = :one"
    )
    swaps = [
        "update vault_blocks set start = 3000000 - start where conversation = :one and block < 2",
        "delete from vault_blocks where conversation = :one and block = 2",
        "delete from vault_blocks where conversation = :one and block = 0",
        "update vault_blocks set block = 5 where conversation = :one and block = 2",
        f"update vault_blocks set ({place}) = (select {place} from vault_blocks where conversation = :two) where conversation = :one and block = 0",
        unseen_without_keys,
        "update vault_conversations set blocks = 2 where conversation = :one",
        "delete from vault_keys where conversation = :one",
        "update vault_blocks set policy = replace(policy, 'a', 'b') where conversation = :one and block = 0",
    ]
    for swap in swaps:
        with house.engine.connect() as conn:
            conn.execute(text("drop index vault_by_place"))
            conn.execute(text(swap), {"one": one, "two": two})
            for clever in (False, True):
                if clever:
                    mend_sums(conn)
                with pytest.raises(Broken, match=one):
                    house.vault.open(conn, one)
                assert house.vault.check(conn) or swap == unseen_without_keys, swap
            conn.rollback()
    first = segment(house).read_bytes()
    length = len(first) // 4
    segment(house).write_bytes(first[length : 2 * length] + first[:length] + first[2 * length :])
    with house.begin() as conn:
        with pytest.raises(Broken, match=f"conversation `{one}` block 0 holds another block"):
            house.vault.open(conn, one)
        assert house.vault.check(conn)


def test_what_was_hidden_or_shredded_does_not_come_back_by_a_change_in_a_table(house: Any) -> None:
    hidden, gone = house.seal("ana", "1", b"words"), house.seal("ana", "2", b"words")
    with house.begin() as conn:
        house.vault.hide(conn, hidden)
        house.vault.shred(conn, gone)
        conn.execute(text("update vault_conversations set state = 'live', hidden_at = null"))
        for one in (hidden, gone):
            with pytest.raises(Broken, match="was changed"):
                house.vault.open(conn, one)
            with pytest.raises(Broken, match="was changed"):
                house.vault.seal(conn, house.vault.find(conn, "ana"), one, b"more", turns=1, policy=POLICY)
        with pytest.raises(Broken, match="was changed"):
            list(house.vault.rows(conn))


def test_ana_cannot_be_made_to_read_as_bo(house: Any) -> None:
    house.seal("ana", "1", b"words")
    house.seal("bo", "1", b"words")
    with house.begin() as conn:
        digests = [house.vault.enrol(conn, name).digest for name in ("ana", "bo")]
    for column in ("lookup", "wrapped", "name", "secret"):
        with house.engine.connect() as conn:
            ana, bo = house.vault.find(conn, "ana"), house.vault.find(conn, "bo")
            values = dict(conn.execute(text(f"select account, {column} from vault_accounts")).all())
            conn.execute(
                text(f"update vault_accounts set {column} = null where account = :ana") if column == "lookup" else text("select 1"),
                {"ana": ana},
            )
            for who, other in ((bo, ana), (ana, bo)):
                conn.execute(text(f"update vault_accounts set {column} = :v where account = :a"), {"v": values[other], "a": who})
            ask = (lambda: house.vault.blinding(conn, ana)) if column == "secret" else (lambda: house.vault.find(conn, "ana"))  # noqa: B023 - asked at once
            for clever in (False, True):
                if clever:
                    mend_sums(conn)
                with pytest.raises(Broken):
                    ask()
                # A look-up leads a row only as long as it is the account's own; the rest is in the row's fingerprint.
                now = {one.id: one.digest for one in house.vault.fingerprints(conn) if one.kind == "account"}
                assert house.vault.check(conn) if column == "lookup" or not clever else now != {ana: digests[0], bo: digests[1]}
            conn.rollback()


def flipped(value: Any) -> Any:
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, int):
        return value ^ 1
    return "x" if value is None else value[:-1] + ("0" if value[-1] != "0" else "1")


PLACES = {("vault_blocks", "segment"), ("vault_blocks", "start"), ("vault_blocks", "length")}


def reads_right_or_says_no(house: Any, conn: Any, conversation: str) -> None:
    """Whatever was changed, Ana reads what she said and nothing else, or the vault says in one line why not."""
    asks = {
        "words": (lambda: b" ".join(house.vault.open(conn, conversation)), b"words more"),
        "name": (lambda: house.vault.name(conn, house.ana), "ana"),
        "secret": (lambda: house.vault.blinding(conn, house.ana), house.secret),
        "account": (lambda: house.vault.find(conn, "ana") or house.ana, house.ana),
    }
    for ask, right in asks.values():
        with contextlib.suppress(SaysoError):
            assert ask() == right


def every_cell(house: Any) -> list[tuple[str, str, int]]:
    with house.begin() as conn:
        tables = conn.execute(text("select name from sqlite_master where type = 'table' and name like 'vault_%'")).scalars().all()
        assert len(tables) == 13
        return [
            (table, row[1], rowid)
            for table in tables
            for row in conn.execute(text(f"pragma table_info({table})")).all()
            for rowid in conn.execute(text(f"select rowid from {table}")).scalars()
        ]


def test_a_change_in_any_column_of_any_row_is_reported_without_a_key(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words", b"more")
    house.seal("ana", "2", b"words")
    gone = house.seal("bo", "1", b"words")
    with house.begin() as conn:
        house.vault.shred(conn, gone)
        house.vault.hold(conn, "h", matter="m", accounts=[house.vault.find(conn, "ana")])
        house.vault.hold(conn, "h", conversations=[conversation])
        house.vault.schedule(conn, [(conversation, NOW)])
        assert house.vault.lease(conn, "a sweep", NOW, NOW) == [conversation]
        house.vault.stale.mark(conn, [house.vault.find(conn, "ana")])
        house.vault.stale.settled(conn, house.vault.find(conn, "ana"), conversation)
        assert house.vault.check(conn) == []
        before = list(house.vault.fingerprints(conn))
        house.ana = house.vault.find(conn, "ana")
        house.secret = house.vault.blinding(conn, house.ana)
    seen = 0
    for table, column, rowid in every_cell(house):
        for change in (flipped, lambda _: b"\xff\x00", lambda _: -1, lambda _: "Ümläut\n", lambda _: 2**62):
            with house.engine.connect() as conn:
                old = conn.execute(text(f"select {column} from {table} where rowid = {rowid}")).scalar()
                if change(old) == old:
                    continue
                try:
                    conn.execute(text(f"update {table} set {column} = :new where rowid = {rowid}"), {"new": change(old)})
                except IntegrityError:
                    continue  # the database itself does not take this
                assert house.vault.check(conn), (table, column)
                reads_right_or_says_no(house, conn, conversation)
                if column != "sum" and (table == "vault_keys" or (table, column) in PLACES):
                    assert list(house.vault.fingerprints(conn)) != before, (table, column)
                conn.rollback()
                seen += 1
    assert seen > 200
    for table in {cell[0] for cell in every_cell(house)}:
        with house.engine.connect() as conn:
            conn.execute(text(f"update {table} set sum = cast(x'ff' as text)"))
            assert house.vault.check(conn)
            conn.rollback()

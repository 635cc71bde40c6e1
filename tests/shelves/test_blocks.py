"""One contract for every place where sealed blocks lie: a folder, a store in memory, a real Swift, and stores on a bad day."""

from __future__ import annotations

import os
import random
import threading
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from tests.vault.conftest import MASTER, POLICY, engine_at

from sayso.app.objects import address, blocks
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.vault import Block, Blocks, MasterKeys, Objects, Vault
from sayso.vault.blocks import Place, read_all
from sayso.vault.segments import Segments
from sayso.vault.tables import BLOCKS

from .conftest import KEYS
from .faulty import Alters, FailsButStores, GivesLess, Late, LateListing, MemoryBucket, NoListing, Twice

Make = Callable[..., Blocks]

# Names of people and of conversations as products and people hand them in.
HOSTILE = [
    "Ana",
    "ana",
    "a\0na",
    "\u202eana\u202c",
    "x" * 255,
    "👩‍👩‍👧‍👦" * 9,
    unicodedata.normalize("NFC", "é"),
    unicodedata.normalize("NFD", "é"),
    "../../owner",
    "s3://words/town?x=y#z",
    " ",
    "%2e%2e%2f",
    "con.",
]


def objects(bucket: Any, **more: Any) -> Objects:
    return Objects(bucket, owner="town", entropy=os.urandom, **more)


@pytest.fixture(params=["folder", "memory", "late listing", "no listing", "gives less", "twice", "swift"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """A way to open the same place again, as another process would."""
    if request.param == "folder":
        return lambda roll=4000: Segments(tmp_path, roll=roll)
    if request.param == "swift":
        swift = request.getfixturevalue("swift")
        where = address(f"s3://{swift.bucket()}/t\u00f6wn/1", swift.endpoint)

        def opened(roll: int = 4000) -> Blocks:
            made = blocks(where, owner="town", environ=KEYS)
            assert made is not None
            made.roll = roll
            return made

        return opened
    bucket = MemoryBucket()
    around: dict[str, Callable[[Any], Any]] = {
        "memory": lambda inner: inner,
        "late listing": LateListing,
        "no listing": NoListing,
        "gives less": GivesLess,
        "twice": Twice,
    }
    return lambda roll=4000: objects(around[request.param](bucket), roll=roll)


class Town:
    """A vault over a place of blocks, that may be opened again and again."""

    def __init__(self, folder: Path, make: Make) -> None:
        self.folder, self.make = folder, make
        self.engine = engine_at(folder / "sayso.db")
        self.vault = self.again()
        self.vault.create()

    def again(self) -> Vault:
        return Vault(self.engine, self.folder, MasterKeys.of(MASTER), entropy=os.urandom, blocks=self.make())

    def seal(self, name: str, external: str, *payloads: bytes) -> str:
        with self.engine.begin() as conn:
            account = self.vault.enrol(conn, name).account
            conversation = self.vault.identify(conn, account, "claude", external)
            for payload in payloads:
                self.vault.seal(conn, account, conversation, payload, turns=1, policy=POLICY)
        return conversation

    def words(self, conversation: str) -> list[bytes]:
        with self.engine.begin() as conn:
            return self.again().open(conn, conversation)

    def findings(self) -> list[str]:
        with self.engine.begin() as conn:
            return self.again().check(conn)


@pytest.fixture
def town(tmp_path: Path, make: Make) -> Iterator[Town]:
    made = Town(tmp_path, make)
    yield made
    made.engine.dispose()


# -- the place by itself


def test_what_was_synced_is_read_back_by_position_also_by_somebody_else(make: Make) -> None:
    place = make()
    place.create()
    place.create()
    parts = [os.urandom(size) for size in (1, 100, 3999, 2, 0, 5000, 7)]
    place.begin()
    placed = [(*place.append(one), len(one)) for one in parts]
    place.sync()
    place.sync()
    other = make()
    assert [other.read(*one) for one in placed] == parts
    assert list(read_all(other, (Place(*one) for one in placed))) == parts
    assert len({segment for segment, _, _ in placed}) > 1, "a new segment begins once one is full"
    segment, start, _ = placed[1]
    assert other.read(segment, start + 90, 1000)[:10] == parts[1][90:]
    assert other.read(segment, 10**6, 5) == b"", "past the end there is nothing, and that is no failure"
    assert other.read(segment, -1, 5) == b""
    assert other.read(12345, 0, 5) == b"", "nor is a segment that is not there"


def test_what_is_removed_is_gone_and_may_be_removed_again(make: Make) -> None:
    place = make()
    place.create()
    segment, starts = place.write_new([b"one", b"two"], after=0)
    assert [place.read(segment, start, 3) for start in starts] == [b"one", b"two"]
    place.assert_own()
    for _ in range(3):
        place.remove(segment)
    assert place.read(segment, 0, 3) == b""
    assert make().read(segment, 0, 6) == b""


def test_what_was_begun_and_never_synced_is_in_nobodys_way(make: Make) -> None:
    place = make()
    place.create()
    place.begin()
    place.append(b"given up")
    place.begin()
    segment, start = place.append(b"kept")
    place.sync()
    assert make().read(segment, start, 4) == b"kept"


def test_many_write_at_once_and_each_reads_its_own(make: Make) -> None:
    make().create()
    wrong: list[str] = []

    def write(who: int) -> None:
        place, dice = make(), random.Random(who)
        for _ in range(4):
            parts = [bytes([who]) * dice.randrange(1, 900) for _ in range(3)]
            place.begin()
            placed = [(*place.append(one), len(one)) for one in parts]
            place.sync()
            if [place.read(*one) for one in placed] != parts:
                wrong.append(f"writer {who}")

    writers = [threading.Thread(target=write, args=[who]) for who in range(1, 5)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert wrong == []


def test_what_is_held_is_numbered_apart_and_nothing_else_comes_to_lie_there(make: Make) -> None:
    place = make()
    place.create()
    place.begin()
    first, _ = place.append(b"shown")
    place.sync()
    apart, _ = place.write_new([b"held"], after=0, held=True)
    other, _ = make().write_new([b"held too"], after=apart, held=True)
    moved, _ = make().write_new([b"moved"], after=first)
    again = make()
    again.begin()
    later, start = again.append(b"shown later")
    again.sync()
    assert len({first, apart, other, moved}) == 4
    assert [one >= place.held_from for one in (first, apart, other, moved, later)] == [False, True, True, False, False]
    assert [make().read(one, 0, 8) for one in (apart, other)] == [b"held", b"held too"]
    assert make().read(moved, 0, 5) == b"moved"
    assert make().read(later, start, 11) == b"shown later"
    assert max(first, apart, other, moved, later) < 1 << 63, "a database keeps signed numbers of 64 bits"
    place.remove(apart)
    assert (place.read(apart, 0, 8), place.read(other, 0, 8)) == (b"", b"held too")


# -- the vault over it


def test_people_with_hostile_names_get_their_own_words_back(town: Town) -> None:
    said = {(who, what): f"{n}".encode() for n, (who, what) in enumerate(zip(HOSTILE, reversed(HOSTILE), strict=True))}
    named = {key: town.seal(*key, words) for key, words in said.items()}
    assert len(set(named.values())) == len(HOSTILE)
    for key, words in said.items():
        assert town.words(named[key]) == [words]
    assert town.findings() == []


def test_a_life_of_sealing_deleting_and_compacting_keeps_who_stays_and_loses_who_goes(town: Town) -> None:
    kept = {town.seal("ana", f"k{n}", b"kept %d" % n, os.urandom(300)): n for n in range(6)}
    gone = [town.seal("bo", f"g{n}", b"gone" * 200) for n in range(6)]
    for _ in range(3):
        with town.engine.begin() as conn:
            for one in gone[:2]:
                town.vault.shred(conn, one)
            del gone[:2]
            town.vault.compact(conn, share=0)
        town.vault.settle()
        town.vault.settle()
        assert [town.words(one)[0] for one in kept] == [b"kept %d" % n for n in kept.values()]
        assert town.findings() == []
    with town.engine.begin() as conn, pytest.raises(Refused):
        town.vault.open(conn, town.vault.identify(conn, town.vault.find(conn, "bo") or "", "claude", "g0"))


def test_what_is_held_and_deleted_lies_apart_on_every_store_and_comes_back_with_the_end_of_the_order(town: Town) -> None:
    """Ana deletes under an order; Bo's words lie in the same place, however little of it is hers."""

    def classes(conversation: str) -> set[bool]:
        with town.engine.begin() as conn:
            lying = select(BLOCKS.c.segment).where(BLOCKS.c.conversation == conversation)
            return {one >= town.make().held_from for one in conn.execute(lying).scalars()}

    def upkeep() -> None:
        with town.engine.begin() as conn:
            town.again().compact(conn, share=1)
        town.again().settle()
        assert town.findings() == []

    hers, shown, his = town.seal("ana", "1", b"hers", b"more"), town.seal("ana", "2", b"shown"), town.seal("bo", "1", b"x" * 3000)
    with town.engine.begin() as conn:
        town.vault.hold(conn, "order", conversations=[hers, shown])
        town.vault.hide(conn, hers, datetime(2026, 1, 1, tzinfo=UTC))
    upkeep()
    assert (classes(hers), classes(shown), classes(his)) == ({True}, {False}, {False})
    later = town.seal("bo", "2", b"later")
    upkeep()
    assert (classes(hers), classes(later)) == ({True}, {False}), "nobody else's words come to lie there"
    with town.engine.begin() as conn:
        assert town.again().open(conn, hers, hold="order") == [b"hers", b"more"]
        town.vault.release_hold(conn, "order")
    upkeep()
    assert classes(hers) == {False}
    with town.engine.begin() as conn:
        town.vault.shred(conn, hers)
    upkeep()
    assert (classes(hers), town.words(shown), town.words(his)) == (set(), [b"shown"], [b"x" * 3000])


def test_a_listing_that_is_late_keeps_no_copy_of_what_was_set_aside_for_good(tmp_path: Path) -> None:
    bucket = MemoryBucket()
    town = town_over(tmp_path, bucket)
    with town.engine.begin() as conn:
        ana = town.vault.enrol(conn, "ana").account
        hers, shown = (town.vault.identify(conn, ana, "claude", one) for one in "ab")
        both = [Block(account=ana, conversation=one, payload=one.encode(), turns=1, policy=POLICY) for one in (hers, shown)]
        town.vault.seal_all(conn, both)
        town.vault.hold(conn, "order", conversations=[hers])
        town.vault.hide(conn, hers, datetime(2026, 1, 1, tzinfo=UTC))
    before = {name for name in bucket.objects if name.endswith(".seg")}
    unlisted = town_over(tmp_path, NoListing(bucket))
    with unlisted.engine.begin() as conn:
        assert unlisted.vault.compact(conn, share=1).moved > 0
    town.again().settle()
    assert len(before) == 1
    assert before.isdisjoint(bucket.objects)
    assert sorted(name.partition("/")[0] for name in bucket.objects if name.endswith(".seg")) == ["held", "segments"]
    assert town.words(shown) == [shown.encode()]


def test_a_rolled_back_transaction_leaves_only_what_nobody_points_at(town: Town) -> None:
    kept = town.seal("ana", "1", b"kept")
    with town.engine.connect() as conn:
        ana = town.vault.find(conn, "ana")
        assert ana is not None
        town.vault.seal(conn, ana, kept, b"never acknowledged", turns=1, policy=POLICY)
        conn.rollback()
    assert town.words(kept) == [b"kept"]
    town.seal("ana", "1", b"later")
    town.vault.settle()
    assert town.words(kept) == [b"kept", b"later"]
    assert town.findings() == []


def test_a_crash_between_compaction_and_commit_loses_nobody(town: Town) -> None:
    kept, gone = town.seal("ana", "1", b"kept"), town.seal("bo", "1", b"gone")
    with town.engine.begin() as conn:
        town.vault.shred(conn, gone)
    with town.engine.connect() as conn:
        town.vault.compact(conn, share=0)
        conn.rollback()
    again = town.again()
    again.settle()
    assert town.words(kept) == [b"kept"]
    with town.engine.begin() as conn:
        again.compact(conn, share=0)
    assert town.words(kept) == [b"kept"], "the originals are there until somebody settles"
    town.again().settle()
    assert town.words(kept) == [b"kept"]
    assert town.findings() == []


def test_two_write_while_a_third_deletes_and_compacts_and_nobody_loses_a_word(town: Town, tmp_path: Path) -> None:
    kept: dict[str, bytes] = {}

    def patiently(act: Callable[[], None]) -> None:
        for _ in range(1000):
            try:
                return act()
            except (OperationalError, Broken) as error:
                if "locked" not in str(error) and "another writer" not in str(error):
                    raise
        raise AssertionError("never came to its turn")

    def write(who: str) -> None:
        engine = engine_at(tmp_path / "sayso.db")
        vault = Vault(engine, tmp_path, MasterKeys.of(MASTER), entropy=os.urandom, blocks=town.make())

        def one(n: int) -> None:
            with engine.begin() as conn:
                account = vault.enrol(conn, who).account
                conversation = vault.identify(conn, account, "x", str(n))
                vault.seal(conn, account, conversation, f"{who} {n}".encode(), turns=1, policy=POLICY)
            kept[conversation] = f"{who} {n}".encode()

        for n in range(6):
            patiently(partial(one, n))
        engine.dispose()

    gone = [town.seal("cy", str(n), b"gone") for n in range(4)]

    def tidy() -> None:
        with town.engine.begin() as conn:
            if gone:
                town.vault.shred(conn, gone[-1])
            town.vault.compact(conn, share=0)
        del gone[-1:]
        town.vault.settle()

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, who) for who in ("ana", "bo")]
        while not all(one.done() for one in writers):
            patiently(tidy)
        assert [one.result() for one in writers] == [None, None]
    patiently(tidy)
    assert len(kept) == 12
    assert {one: town.words(one) for one in kept} == {one: [words] for one, words in kept.items()}
    assert town.findings() == []


def test_the_audit_reads_every_block_through_the_place_and_sees_one_that_is_missing(town: Town) -> None:
    one, two = town.seal("ana", "1", b"one"), town.seal("ana", "2", b"two")
    with town.engine.begin() as conn:
        before = {mark.id: mark.digest for mark in town.vault.fingerprints(conn)}
        segment = conn.exec_driver_sql(f"select segment from vault_blocks where conversation = '{one}'").scalar_one()
        shared = conn.exec_driver_sql(f"select count(*) from vault_blocks where segment = {segment}").scalar_one()
        town.make().remove(segment)
        after = {mark.id: mark.digest for mark in town.vault.fingerprints(conn)}
        assert after[f"{one}/0"] != before[f"{one}/0"]
        found = town.vault.check(conn)
        assert len([line for line in found if f"segment {segment} is missing" in line or "only 0 of" in line]) == shared
        with pytest.raises(Broken, match=f"conversation `{one}` block 0 is cut off"):
            town.vault.open(conn, one)
        if shared == 1:
            assert town.vault.open(conn, two) == [b"two"]


# -- what only stores of objects do


def town_over(folder: Path, bucket: Any) -> Town:
    return Town(folder, lambda: objects(bucket))


def test_a_write_that_failed_but_was_stored_is_acknowledged_to_nobody_and_overwritten_by_nobody(tmp_path: Path) -> None:
    inner = MemoryBucket()
    bucket = FailsButStores(inner)
    town = town_over(tmp_path, bucket)
    kept, gone = town.seal("ana", "1", b"kept"), town.seal("bo", "1", b"gone")
    bucket.failing = True
    with pytest.raises(Broken, match="nothing was acknowledged"):
        town.seal("ana", "1", b"lost")
    bucket.failing = False
    assert len(inner.objects) == 4, "the owner, what two said, and what nobody points at"
    town.seal("ana", "1", b"again")
    assert len(town.vault.settle().removed) == 1
    assert town.words(kept) == [b"kept", b"again"]
    for n in range(16):
        town.seal("cy", str(n), b"small")
    bucket.failing = True
    with town.engine.begin() as conn, pytest.raises(Broken):
        town.vault.compact(conn, share=0)
    bucket.failing = False
    with town.engine.begin() as conn:
        town.vault.shred(conn, gone)
    assert len(town.again().settle().removed) == 2, "the copy that was not acknowledged, and what was shredded"
    assert town.words(kept) == [b"kept", b"again"]
    assert town.findings() == []


def test_requests_that_arrive_late_reach_nothing_that_lives(tmp_path: Path) -> None:
    bucket = Late(MemoryBucket())
    town = town_over(tmp_path, bucket)
    kept, gone = town.seal("ana", "1", b"kept"), town.seal("bo", "1", b"gone")
    with town.engine.begin() as conn:
        town.vault.shred(conn, gone)
    bucket.slow = True
    with pytest.raises(Broken, match="nothing was acknowledged"):
        town.seal("ana", "1", b"never acknowledged")
    with pytest.raises(Broken):
        town.vault.settle()
    bucket.slow = False
    for n in range(5):
        town.seal("ana", "1", b"%d" % n)
        with town.engine.begin() as conn:
            town.vault.compact(conn, share=0)
        bucket.arrive()
        town.vault.settle()
    bucket.arrive()
    assert town.words(kept) == [b"kept", b"0", b"1", b"2", b"3", b"4"]
    assert town.findings() == []


def test_two_installations_never_share_a_prefix(tmp_path: Path) -> None:
    bucket = MemoryBucket()
    town_over(tmp_path, bucket).seal("ana", "1", b"words")
    stranger = Objects(bucket, owner="elsewhere", entropy=os.urandom)
    with pytest.raises(Unfit, match="another installation; name a prefix of its own"):
        stranger.create()
    with pytest.raises(Broken, match="nothing was removed"):
        stranger.assert_own()


def test_nothing_is_removed_where_the_mark_of_the_owner_is_not_ours(tmp_path: Path) -> None:
    bucket = MemoryBucket()
    town = town_over(tmp_path, bucket)
    town.seal("ana", "1", b"words")
    with town.engine.connect() as conn:
        ana = town.vault.find(conn, "ana")
        town.vault.seal(conn, ana or "", town.vault.identify(conn, ana or "", "x", "2"), b"x", turns=1, policy=POLICY)
        conn.rollback()
    before = dict(bucket.objects)
    for found in (b"elsewhere", None):
        bucket.objects = {name: raw for name, raw in before.items() if name != "owner"} | ({"owner": found} if found else {})
        there = dict(bucket.objects)
        with pytest.raises(Broken, match="nothing was removed"):
            town.vault.settle()
        assert bucket.objects == there
    bucket.objects = before
    assert len(town.vault.settle().removed) == 1


def test_a_store_that_gives_back_other_bytes_stops_a_compaction_before_anything_is_moved(tmp_path: Path) -> None:
    bucket = Alters(MemoryBucket())
    town = town_over(tmp_path, bucket)
    named = [town.seal("ana", str(n), b"%d" % n) for n in range(20)]
    bucket.altering = True
    with town.engine.begin() as conn, pytest.raises(Broken, match="does not give back what was stored; nothing was moved"):
        town.vault.compact(conn, share=0)
    bucket.altering = False
    town.again().settle()
    assert [town.words(one) for one in named] == [[b"%d" % n] for n in range(20)]
    assert town.findings() == []


def test_many_small_objects_are_put_together(tmp_path: Path) -> None:
    bucket = MemoryBucket()
    town = town_over(tmp_path, bucket)
    named = [town.seal("ana", str(n), b"%d" % n) for n in range(20)]
    assert len(bucket.objects) == 21
    with town.engine.begin() as conn:
        done = town.vault.compact(conn)
    assert (len(done.segments), done.freed) == (20, 0)
    assert len(town.vault.settle().removed) == 20
    assert len(bucket.objects) == 2
    assert [town.words(one) for one in named] == [[b"%d" % n] for n in range(20)]
    with town.engine.begin() as conn:
        assert town.vault.compact(conn).segments == (), "what is together stays as it is"

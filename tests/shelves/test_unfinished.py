"""A start after a kill asks the store of objects only for what the killed act had named, however late the store lists."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso.app import objects
from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import evidence, sweep
from sayso.app.jobs.mend import mend
from sayso.app.settings import Settings
from sayso.vault import Bucket, Objects, housekeeping

from .faulty import LateListing, MemoryBucket, _Around
from .test_blocks_house import enrol, talk, words

START = datetime(2025, 9, 1, 12, tzinfo=UTC)


class Killed(BaseException):
    """What a kill is to the code that it hits."""


class Counting(_Around):
    """Counts how often it was listed."""

    def __init__(self, inner: Bucket) -> None:
        super().__init__(inner)
        self.listings = 0

    def sizes(self) -> Iterator[tuple[str, int]]:
        self.listings += 1
        return self.inner.sizes()


@pytest.fixture(params=["lists at once", "lists late"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Counting:
    lying = MemoryBucket()
    made = Counting(LateListing(lying, behind=50) if request.param == "lists late" else lying)
    made.objects = lying.objects  # type: ignore[attr-defined]  # what truly lies there, whatever is listed
    monkeypatch.setattr(objects, "blocks", lambda where, *, owner: where and Objects(made, owner=owner, entropy=os.urandom))
    return made


@pytest.fixture
def settings(tmp_path: Path, store: Counting) -> Settings:
    made = Settings(
        data=tmp_path / "data", keys=tmp_path / "data.keys", objects="s3://words/town", endpoint="https://store.example"
    )
    with create(made, clock=StoryClock(START)) as house:
        enrol(house, "ana", "bo")
        talk(house, "bo", "kept")
    return Settings(data=made.data, keys=made.keys)


def lying(store: Counting) -> set[str]:
    return {name for name in store.objects if name.endswith(".seg")}  # type: ignore[attr-defined]  # as above


def talk_killed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say something and be killed once its object is stored, before any row of it is committed."""

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(house.ledger, "sign", dies)
        with pytest.raises(Killed):
            talk(house, "ana", "lost")


def compact_killed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put objects together and be killed once the copy is stored, before the commit."""
    with monkeypatch.context() as patched, contextlib.suppress(Killed), house.writing() as work:
        patched.setattr(LateListing, "sizes", _now)
        house.vault.compact(work.conn, share=0)
        raise Killed


def test_what_was_stored_and_never_listed_goes_with_the_next_start_without_a_listing(
    settings: Settings, store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lying(store)
    with open_house(settings, clock=StoryClock(START)) as house:
        talk_killed(house, monkeypatch)
        assert len(lying(store)) == len(before) + 1
        store.listings = 0
    with open_house(settings, clock=StoryClock(START)) as house:
        mend(house)
        assert lying(store) == before
        assert not (settings.data / "vault" / "unfinished.json").exists()
        assert "kept" in words(house, talk(house, "ana", "kept too"))
    with open_house(settings, clock=StoryClock(START)) as house:
        mend(house)  # what is named now is in rows
        assert len(lying(store)) == len(before) + 1
        mend(house)
        assert store.listings == 0
        assert evidence.audit(house) == []


def test_what_a_compaction_moved_everything_out_of_goes_with_the_next_start_without_a_listing(
    settings: Settings, store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "MANY", 2)
    with open_house(settings, clock=StoryClock(START)) as house:
        said = [talk(house, "ana", key) for key in ("one", "two", "three")]
        before = lying(store)
        with monkeypatch.context() as patched:
            patched.setattr(LateListing, "sizes", _now)  # it shows what is to be put together, and is late again after it
            with house.writing() as work:
                house.vault.compact(work.conn, share=0)
        assert len(lying(store)) == len(before) + 1, "killed after the commit, before the originals are removed"
        store.listings = 0
    with open_house(settings, clock=StoryClock(START)) as house:
        mend(house)
        assert store.listings == 0
        assert len(lying(store)) == 1
        assert [key in words(house, one) for key, one in zip(("one", "two", "three"), said, strict=True)] == [True] * 3
        assert evidence.audit(house) == []


def test_a_compaction_that_was_killed_before_its_commit_leaves_the_originals(
    settings: Settings, store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "MANY", 2)
    with open_house(settings, clock=StoryClock(START)) as house:
        said = talk(house, "ana", "one")
        before = lying(store)
        compact_killed(house, monkeypatch)
        assert len(lying(store)) == len(before) + 1
        store.listings = 0
    with open_house(settings, clock=StoryClock(START)) as house:
        mend(house)
        assert store.listings == 0
        assert lying(store) == before
        assert "one" in words(house, said)
        assert evidence.audit(house) == []


def _now(self: LateListing) -> Iterator[tuple[str, int]]:
    return self.inner.sizes()


def test_a_torn_list_of_what_was_begun_loses_nothing_and_the_sweep_finds_it(
    settings: Settings, store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lying(store)
    with open_house(settings, clock=StoryClock(START)) as house:
        talk_killed(house, monkeypatch)
    (settings.data / "vault" / "unfinished.json").write_text('{"begun":[1')
    with open_house(settings, clock=StoryClock(START)) as house:
        mend(house)
        assert len(lying(store)) == len(before) + 1, "it is ciphertext that no row names"
        monkeypatch.setattr(LateListing, "sizes", _now)
        sweep.sweep(house)
        assert lying(store) == before
        assert evidence.audit(house) == []


def test_a_row_protects_its_object_whatever_the_list_of_what_was_begun_says(settings: Settings, store: Counting) -> None:
    with open_house(settings, clock=StoryClock(START)) as house:
        told = talk(house, "ana", "said")
        named = house.fenced.unfinished if house.fenced is not None else None
        assert named is not None
        with house.reading() as conn:
            every = house.vault.segments(conn)
        named.leave(every)
        mend(house)
        assert "said" in words(house, told)
        assert named.left() == set()

"""Two copies of one data folder whose segments lie as objects: one of them writes, the other is refused until somebody says so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sayso.app import objects
from sayso.app.cli import cli
from sayso.app.house import House, create, open_house
from sayso.app.jobs import people
from sayso.app.settings import Settings
from sayso.facts.errors import Broken
from sayso.vault import Objects

from .faulty import MemoryBucket
from .test_blocks_house import talk, words


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryBucket:
    made = MemoryBucket()
    monkeypatch.setattr(objects, "blocks", lambda _, *, owner: Objects(made, owner=owner, entropy=os.urandom))
    return made


@pytest.fixture
def first(tmp_path: Path, store: MemoryBucket) -> Settings:
    settings = Settings(
        data=tmp_path / "data", keys=tmp_path / "data.keys", objects="s3://words/town", endpoint="https://store.example"
    )
    create(settings).close()
    with open_house(settings) as house:
        enrolled(house)
    return settings


def enrolled(house: House) -> None:
    with house.writing() as work:
        people.enrol(house, work, "ana", tier="pro", region="US")


def copied(settings: Settings, to: Path) -> Settings:
    shutil.copytree(settings.data, to)
    shutil.copytree(settings.keys, to.with_name(to.name + ".keys"))
    return Settings(data=to, keys=to.with_name(to.name + ".keys"), objects=settings.objects, endpoint=settings.endpoint)


def test_a_copy_writes_nothing_and_removes_nothing_while_the_first_folder_is_the_one_that_writes(
    first: Settings, store: MemoryBucket, tmp_path: Path
) -> None:
    copy = copied(first, tmp_path / "copy")
    with open_house(first) as house:
        one = talk(house, "ana", "after the copy")
    before = dict(store.objects)
    with pytest.raises(Broken, match="another copy of this data folder writes"):
        open_house(copy)
    assert store.objects == before
    open_house(copy, write=False).close()
    with open_house(first) as house:
        assert "after the copy" in words(house, one), "and the first goes on as before"


def test_the_copy_goes_on_once_somebody_says_so_and_then_the_first_is_refused_also_where_it_is_open(
    first: Settings, store: MemoryBucket, tmp_path: Path
) -> None:
    copy = copied(first, tmp_path / "copy")
    with open_house(first) as house:
        run = CliRunner()
        refused = run.invoke(cli, ["--data", str(copy.data), "restore"])
        assert refused.exit_code != 0
        said = run.invoke(cli, ["--data", str(copy.data), "restore", "--yes"])
        assert said.exit_code == 0, said.output
        one = talk(house, "ana", "unknown to the copy")
        store.objects["segments/0123456789abcdef.seg"] = b"what nobody points at"
        with pytest.raises(Broken, match="nothing was removed"):
            house.vault.settle()
        assert "unknown to the copy" in words(house, one)
    with pytest.raises(Broken, match="another copy of this data folder writes"):
        open_house(first)
    with open_house(copy) as house:
        house.vault.settle()
    assert "segments/0123456789abcdef.seg" not in store.objects, "the one that writes clears away"


def test_a_mark_of_the_holder_that_was_damaged_stops_everybody_until_somebody_says_who_goes_on(
    first: Settings, store: MemoryBucket
) -> None:
    store.objects["holder"] = b"\xff"
    with pytest.raises(Broken, match="nothing was written"):
        open_house(first)
    assert CliRunner().invoke(cli, ["--data", str(first.data), "restore", "--yes"]).exit_code == 0
    open_house(first).close()

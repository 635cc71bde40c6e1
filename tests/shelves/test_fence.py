"""Two copies of one installation whose segments lie as the same objects: one of them writes, the other is refused.

A copy is of the data folder, or of the database on a server, restored from a dump beside the living one. Asked of a store in
memory and of a real one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, MutableMapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from tests.postgres import Server

from sayso.app import objects, postgres
from sayso.app.cli import cli
from sayso.app.house import House, create, open_house
from sayso.app.jobs import people
from sayso.app.settings import Settings
from sayso.facts.errors import Broken
from sayso.vault import Objects

from .conftest import Swift
from .faulty import MemoryBucket
from .test_blocks_house import aws, talk, words

__all__ = ["aws"]


class Lying(MutableMapping[str, bytes]):
    """What lies in a bucket of the real store, under the prefix of the house."""

    def __init__(self, swift: Swift) -> None:
        self.swift, self.bucket = swift, swift.bucket()

    def __getitem__(self, name: str) -> bytes:
        status, raw = self.swift.ask("GET", f"/{self.bucket}/town/{name}")
        if status != 200:
            raise KeyError(name)
        return raw

    def __setitem__(self, name: str, raw: bytes) -> None:
        assert self.swift.ask("PUT", f"/{self.bucket}/town/{name}", "", raw)[0] == 200

    def __delitem__(self, name: str) -> None:
        assert self.swift.ask("DELETE", f"/{self.bucket}/town/{name}")[0] == 204

    def __iter__(self) -> Iterator[str]:
        listed = self.swift.ask("GET", f"/{self.bucket}")[1].decode()
        return iter(re.findall(r"<Key>town/([^<]*)</Key>", listed))

    def __len__(self) -> int:
        return len(list(iter(self)))


class Store:
    """What lies there, and how a house is told of it."""

    def __init__(self, lying: MutableMapping[str, bytes], url: str, endpoint: str) -> None:
        self.objects, self.url, self.endpoint = lying, url, endpoint


@pytest.fixture(params=["memory", "swift"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    if request.param == "memory":
        made = MemoryBucket()
        monkeypatch.setattr(objects, "blocks", lambda where, *, owner: where and Objects(made, owner=owner, entropy=os.urandom))
        return Store(made.objects, "s3://words/town", "https://store.example")
    request.getfixturevalue("aws")
    lying = Lying(request.getfixturevalue("swift"))
    return Store(lying, f"s3://{lying.bucket}/town", lying.swift.endpoint)


@pytest.fixture
def first(tmp_path: Path, store: Store, database: str | None) -> Settings:
    settings = Settings(
        data=tmp_path / "data", keys=tmp_path / "data.keys", objects=store.url, endpoint=store.endpoint, database=database
    )
    create(settings).close()
    with open_house(settings) as house:
        enrolled(house)
    return settings


def enrolled(house: House) -> None:
    with house.writing() as work:
        people.enrol(house, work, "ana", tier="pro", region="US")


@pytest.fixture
def server_of(request: pytest.FixtureRequest, database: str | None) -> Server | None:
    return request.getfixturevalue("server") if database else None


def copied(settings: Settings, to: Path, server: Server | None) -> Settings:
    """A copy of the folder, and of the database beside the living one: dumped and restored, as operators do."""
    shutil.copytree(settings.data, to)
    shutil.copytree(settings.keys, to.with_name(to.name + ".keys"))
    other = None
    if server is not None and settings.database is not None:
        other = server.new()
        one, into = (str(postgres.address(each).database) for each in (settings.database, other))
        reach = ["-h", str(server.folder), "-U", "sayso"]
        dump = subprocess.run([server.binaries / "pg_dump", *reach, "-Fc", one], check=True, capture_output=True).stdout
        subprocess.run([server.binaries / "pg_restore", *reach, "-d", into], check=True, input=dump)
    return replace(settings, data=to, keys=to.with_name(to.name + ".keys"), database=other)


def run(settings: Settings, *said: str) -> Result:
    return CliRunner().invoke(cli, ["--data", str(settings.data), *said], env={"SAYSO_DATABASE": settings.database or ""})


def test_a_copy_writes_nothing_and_removes_nothing_while_the_first_folder_is_the_one_that_writes(
    first: Settings, store: Store, tmp_path: Path, server_of: Server | None
) -> None:
    copy = copied(first, tmp_path / "copy", server_of)
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
    first: Settings, store: Store, tmp_path: Path, server_of: Server | None
) -> None:
    copy = copied(first, tmp_path / "copy", server_of)
    with open_house(first) as house:
        refused = run(copy, "restore")
        assert refused.exit_code != 0
        said = run(copy, "restore", "--yes")
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
    first: Settings, store: Store
) -> None:
    store.objects["holder"] = b"\xff"
    with pytest.raises(Broken, match="nothing was written"):
        open_house(first)
    assert run(first, "restore", "--yes").exit_code == 0
    open_house(first).close()

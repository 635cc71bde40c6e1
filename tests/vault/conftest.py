"""A vault in a folder of its own, as the house would open it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from sayso.vault import MasterKeys, Vault

MASTER = bytes(range(100, 132))
POLICY = "ab" * 32


def engine_at(path: Path, **pragmas: str) -> Engine:
    """An engine as the app makes it: write-ahead log, secure deletion, immediate transactions."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 2})
    wanted = {"journal_mode": "WAL", "secure_delete": "ON", "synchronous": "FULL"} | pragmas

    @event.listens_for(engine, "connect")
    def connect(raw: Any, _: Any) -> None:
        raw.isolation_level = None
        for name, value in wanted.items():
            raw.execute(f"PRAGMA {name} = {value}")

    @event.listens_for(engine, "begin")
    def begin(conn: Any) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if not conn.info.get("reader") else "BEGIN")

    return engine


class House:
    """A data folder with a vault in it, and how to open it again."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.options = options
        self.master = MASTER
        self.opened: list[Engine] = []
        self.engine, self.vault = self.open()
        self.vault.create()

    def open(self, master: bytes | None = None, **pragmas: str) -> tuple[Engine, Vault]:
        engine = engine_at(self.folder / "sayso.db", **pragmas)
        self.opened.append(engine)
        return engine, Vault(engine, self.folder, MasterKeys.of(master or self.master), entropy=os.urandom, **self.options)

    def begin(self) -> Any:
        return self.engine.begin()

    def close(self) -> None:
        for engine in self.opened:
            engine.dispose()

    def seal(self, name: str, external: str, *payloads: bytes, **more: Any) -> str:
        """Seal *payloads* for the account of *name*, one block each, and return the conversation."""
        with self.begin() as conn:
            account = self.vault.enrol(conn, name).account
            conversation = self.vault.identify(conn, account, "claude", external)
            for payload in payloads:
                self.vault.seal(conn, account, conversation, payload, turns=2, policy=POLICY, **more)
        return conversation

    def bytes_on_disk(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []
    count = itertools.count()

    def make(**options: Any) -> House:
        folder = tmp_path / f"house{next(count)}"
        folder.mkdir()
        made.append(House(folder, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()

"""What makes a blow cheap, and changes nothing of what is struck or asked: what each run would compute anew is computed once.

A worker does every operation once before the first blow, so that the runs it forks find modules, SQL and policies ready; a house
that a blow left as another one did, byte for byte, is judged once.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from sayso import policy
from sayso.app import house as houses
from sayso.app import shelf

from . import stage


def remember() -> None:
    """Have this process keep what it parses and compiles: a policy by its text, a statement by its shape and kind of database."""
    if hasattr(policy.parse, "cache_info"):
        return
    policy.parse = functools.cache(policy.parse)
    real = shelf.engine
    kept: dict[tuple[str, bool], tuple[Engine, LRUCache]] = {}

    @functools.wraps(real)
    def engine(folder: Path, database: str | None = None, *, write: bool, patience: float = 3) -> Engine:
        made = real(folder, database, write=write, patience=patience)
        first, cache = kept.setdefault((made.dialect.name, write), (made, LRUCache(2000)))
        # Dialects of one kind compile alike; told apart by who made them, each new engine would compile all of it anew.
        made.dialect.__class__ = _alike(type(first.dialect))
        made._compiled_cache = cache
        return made

    shelf.engine = engine
    assert houses.shelf.engine is engine


@functools.cache
def _alike(kind: type[DefaultDialect]) -> type[DefaultDialect]:
    """Return *kind* with one identity for all its instances, as keys of a cache."""
    if kind.__name__.startswith("Alike"):
        return kind
    own = {
        "supports_statement_cache": True,
        "__hash__": lambda self: hash(kind),
        "__eq__": lambda self, other: type(self) is type(other),
    }
    return type(f"Alike{kind.__name__}", (kind,), own)


def warm(
    made: dict[str, stage.State], folder: Path, judge: Callable[[stage.State, str, list[str]], list[str]] = stage.judge
) -> None:
    """Do and judge every operation once on a copy, so that what follows loads and compiles nothing."""
    for operation, (begins, act) in stage.OPERATIONS.items():
        here = made[begins].copied(folder / "warming")
        said: list[str] = []
        with here.open() as house:
            act(house, said.append)
        problems = judge(here, operation, said)
        assert not problems, problems
        here.remove()


class Verdicts:
    """What was said of houses, by every byte of theirs; shared by the workers, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def of(
        self, state: stage.State, operation: str, acknowledged: list[str], ask: Callable[[], list[str]]
    ) -> tuple[list[str], bool]:
        """Return what is wrong with *state*, and whether it was asked before: of the same bytes, operation and promises."""
        if state.server is not None:
            return ask(), False  # much of it lies in the server, which no sum of files speaks for
        path = self._folder / _sum(state.folder, operation, acknowledged)
        if path.exists():
            return list(json.loads(path.read_text())), True
        found = ask()
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(found))
        partial.rename(path)
        return found, False


def _sum(folder: Path, operation: str, acknowledged: list[str]) -> str:
    found = hashlib.sha256(json.dumps([operation, acknowledged]).encode())
    for path in sorted(folder.rglob("*")):
        told = path.lstat()
        body = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found.update(json.dumps([path.relative_to(folder).as_posix(), told.st_mode, told.st_size if body else 0, body]).encode())
    return found.hexdigest()

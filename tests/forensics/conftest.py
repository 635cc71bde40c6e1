"""A life to search after, lived once, and the folders for temporary files that it might have used."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.app import keyring

from .life import Planted
from .thief import Remembered


@pytest.fixture
def planted() -> Planted:
    return Planted.anew()


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> Remembered:
    """Everything random that the house draws goes through here and is written down."""
    kept = Remembered(keyring.entropy)
    monkeypatch.setattr(keyring, "entropy", kept)
    return kept


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for every temporary file of Python and of SQLite."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder

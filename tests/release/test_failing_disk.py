"""A disk that fails under a release: one line that says so, never that there is no release, and no row is handed out."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sayso.facts.errors import Broken, Unfit
from sayso.release import Manifest, check, load, names, read, revoke
from sayso.release import shards as shards_module

from .conftest import AT, blinded

FAILS = r"\(input/output error\); look at the disk first"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have every opening of a file whose path ends as told fail as a broken disk does."""

    def of(ending: str) -> None:
        real = io.open

        def opened(file: Any, *args: Any, **named: Any) -> Any:
            if str(file).endswith(ending):
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(file))
            return real(file, *args, **named)

        monkeypatch.setattr(io, "open", opened)

    return of


def test_a_manifest_that_cannot_be_read_is_a_failing_disk_and_not_no_release(
    autumn: tuple[Path, Manifest], failing: Callable[[str], None]
) -> None:
    folder, _ = autumn
    failing("manifest.json")
    for asked in (read, load):
        with pytest.raises(Broken, match=f"the manifest of release `autumn` cannot be read {FAILS}"):
            asked(folder)
    (line,) = check(folder)
    assert "cannot be read" in line
    with pytest.raises(Broken, match="cannot be read"):
        revoke(folder, [blinded("ana", 1)], at=AT)


def test_where_there_is_no_manifest_there_is_no_release(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    for none in (folder.parent, folder / "manifest.json", folder / "nowhere"):
        with pytest.raises(Unfit, match="holds no release"):
            read(none)


@pytest.mark.parametrize("ending", [".parquet", ".jsonl", "README.md"])
def test_a_file_that_cannot_be_read_is_one_line_and_no_row(
    autumn: tuple[Path, Manifest], failing: Callable[[str], None], ending: str
) -> None:
    folder, _ = autumn
    failing(ending)
    (line,) = check(folder)
    assert line == "the files of release `autumn` cannot be read (input/output error); look at the disk first"
    with pytest.raises(Broken, match=FAILS):
        load(folder)


def test_a_disk_that_fails_while_rows_are_handed_out_is_one_line(
    autumn: tuple[Path, Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = autumn
    rows = load(folder)

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("sayso.release.loader.packed_group", fails)
    with pytest.raises(Broken, match=FAILS):
        next(iter(rows))
    monkeypatch.setattr("sayso.release.loader.packed_group", shards_module.packed_group)
    monkeypatch.setattr("sayso.release.loader.groups", fails)
    with pytest.raises(Broken, match=FAILS):
        load(folder, verify=False)


def test_a_folder_of_releases_that_cannot_be_listed_is_not_an_empty_one(
    autumn: tuple[Path, Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "iterdir", fails)
    with pytest.raises(Broken, match=FAILS):
        names(autumn[0].parent)


def test_a_disk_that_fails_under_the_list_of_withdrawals_does_not_make_the_next_one_the_first(
    autumn: tuple[Path, Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = autumn
    revoke(folder, [blinded("ana", 1)], at=AT)
    first = (folder / "revocations" / "000001.json").read_bytes()
    stat, lstat = os.stat, os.lstat

    def fails(real: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        def looked(path: Any, *args: Any, **named: Any) -> os.stat_result:
            if str(path).endswith("revocations"):
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
            return real(path, *args, **named)

        return looked

    with monkeypatch.context() as broken:
        broken.setattr(os, "stat", fails(stat))
        broken.setattr(os, "lstat", fails(lstat))
        with pytest.raises(Broken, match="cannot be listed"):
            load(folder)
        with pytest.raises(Broken, match="cannot be listed"):
            revoke(folder, [blinded("bo", 2)], at=AT)
    assert (folder / "revocations" / "000001.json").read_bytes() == first
    assert load(folder).revision == 1

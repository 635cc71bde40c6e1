"""Building a release: the same bytes every time, whole or not at all, and nothing in it that stays inside."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.facts.errors import Broken, Unfit
from sayso.release import Message, Plan, Row, check, checked_name, lineage, load, names, read, tidy, write

from .conftest import plan_of, row_of


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_rows_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [row_of("ana", n, words="pear " * (n % 7 + 1)) for n in range(60)]
    shuffled = rows[:]
    random.Random(7).shuffle(shuffled)
    one = write(tmp_path / "one", plan_of(), rows, shard_bytes=3_000, lineage=tmp_path / "l1")
    two = write(tmp_path / "two", plan_of(), iter(shuffled), shard_bytes=3_000, lineage=tmp_path / "l2")
    assert one == two
    assert len(one.paths("data")) > 2
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    assert bytes_of(tmp_path / "l1") == bytes_of(tmp_path / "l2")


def test_what_is_shared_names_no_conversation_and_the_lineage_does(autumn: tuple[Path, object], tmp_path: Path) -> None:
    folder, _ = autumn
    for path, raw in bytes_of(folder).items():
        assert b"ana-1" not in raw, path
    inside = lineage(tmp_path / "lineage" / "autumn.jsonl")
    assert {line.conversation for line in inside} == {f"ana-{n}" for n in range(20)}
    assert inside[0].turns == ((0, 1),)
    assert not list(folder.rglob("*lineage*"))


def test_a_taken_name_is_refused_in_any_letter_case(autumn: tuple[Path, object], releases: Path) -> None:
    before = bytes_of(releases)
    with pytest.raises(Unfit, match="`autumn` already"):
        write(releases, plan_of("Autumn"), [row_of("ana")])
    assert bytes_of(releases) == before


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "../up", ".hidden", "-rf", "a..b", "a.", "x" * 65, "a b", "ä", "CON", "nul.txt", "a\n", "a\0b"],
)
def test_a_name_that_plays_tricks_is_refused(name: str, releases: Path) -> None:
    with pytest.raises(Unfit, match="no name for a release"):
        checked_name(name)
    with pytest.raises(Unfit):
        write(releases, plan_of(name), [])
    assert not releases.exists()


@pytest.mark.parametrize("name", ["a", "autumn-2025.1", "R_2", "x" * 64, "console"])
def test_an_ordinary_name_is_taken(name: str) -> None:
    assert checked_name(name) == name


def test_a_reader_that_fails_midway_leaves_nothing(releases: Path, tmp_path: Path) -> None:
    def rows() -> Iterator[Row]:
        yield row_of("ana")
        raise Broken("the vault cannot open a block; look")

    with pytest.raises(Broken, match="the vault cannot open"):
        write(releases, plan_of(), rows())
    assert list(releases.iterdir()) == []
    assert list((tmp_path / "lineage").iterdir()) == []


def test_a_process_killed_while_building_leaves_no_half_release_and_the_next_build_is_clean(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from tests.release.conftest import plan_of, row_of
from sayso.release import write
import sayso.release.writer as writer
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
writer.sync_tree = die
write(Path(sys.argv[1]), plan_of(), [row_of("ana", n) for n in range(5)])
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "releases")], cwd=root, check=False)
    assert done.returncode == -9
    assert names(tmp_path / "releases") == []
    write(tmp_path / "releases", plan_of(), [row_of("ana", n) for n in range(5)])
    assert names(tmp_path / "releases") == ["autumn"]
    assert check(tmp_path / "releases" / "autumn") == []
    assert [path.name for path in (tmp_path / "releases").iterdir()] == ["autumn"]
    assert [path.name for path in (tmp_path / "lineage").iterdir()] == ["autumn.jsonl"]


def test_what_killed_builds_left_is_cleared_away_and_nothing_else(releases: Path, tmp_path: Path) -> None:
    assert tidy(releases) == []
    write(releases, plan_of(), [row_of("ana")])
    whole = bytes_of(tmp_path)
    for name in ("spring", "winter"):
        (releases / f".{name}.partial" / "data").mkdir(parents=True)
        (tmp_path / "lineage" / f".{name}.jsonl.partial").write_text("{}")
    assert tidy(releases) == ["spring", "winter"]
    assert bytes_of(tmp_path) == whole
    (releases / ".spring.partial").mkdir()
    write(releases, plan_of("summer"), [row_of("ana")])
    assert sorted(path.name for path in releases.iterdir()) == ["autumn", "summer"]


def test_a_full_disk_is_one_line_for_the_operator(releases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sayso.release.writer.write_shards", full)
    with pytest.raises(Broken, match="no space left on device"):
        write(releases, plan_of(), [row_of("ana")])
    assert names(releases) == []


def test_one_conversation_is_one_row(releases: Path) -> None:
    with pytest.raises(Unfit, match="came twice"):
        write(releases, plan_of(), [row_of("ana"), row_of("ana")])
    assert names(releases) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "ana"}, "blinded id"),
        ({"id": "AB" * 32}, "blinded id"),
        ({"messages": ()}, "no message"),
        ({"messages": (Message("user", "half \ud800"),)}, "surrogate"),
        ({"language": "english, I think"}, "language"),
        ({"messages": (Message("developer", "x"),)}, "role"),  # type: ignore[arg-type]  # a hostile role is the point
    ],
)
def test_an_unfit_row_is_refused_by_its_blinded_id(releases: Path, change: dict[str, object], why: str) -> None:
    with pytest.raises(Unfit, match=why):
        write(releases, plan_of(), [replace(row_of("ana"), **change)])


def test_what_only_reading_told_reaches_the_manifest_and_the_card(releases: Path) -> None:
    seen: list[str] = []

    def rows() -> Iterator[Row]:
        seen.append("read")
        yield row_of("ana")

    def finish(plan: Plan) -> Plan:
        assert seen == ["read"]
        return replace(plan, left_out={"no assistant message is left": 4}, name="another name")

    manifest = write(releases, plan_of(), rows(), finish=finish)
    assert manifest.plan.left_out == {"no assistant message is left": 4}
    assert manifest.name == "autumn"
    assert "| no assistant message is left | 4 |" in (releases / "autumn" / "README.md").read_text()


def test_a_release_of_nobody_is_honest_and_empty(releases: Path) -> None:
    manifest = write(releases, plan_of(), [])
    assert manifest.rows == 0
    assert check(releases / "autumn") == []
    assert list(load(releases / "autumn")) == []


def test_the_manifest_is_its_own_digest_and_lists_every_file(autumn: tuple[Path, object]) -> None:
    import hashlib

    folder, manifest = autumn
    raw = (folder / "manifest.json").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == manifest.digest  # type: ignore[attr-defined]
    assert read(folder) == manifest
    listed = {entry["path"] for entry in json.loads(raw)["files"]}
    assert listed | {"manifest.json"} == set(bytes_of(folder))


def test_two_builds_at_once_do_not_mix(releases: Path) -> None:
    def rows() -> Iterator[Row]:
        yield row_of("ana")
        with pytest.raises(Unfit, match="something else is writing"):
            write(releases, plan_of("winter"), [row_of("ana")])

    write(releases, plan_of(), rows())
    assert names(releases) == ["autumn"]


def test_pyarrow_missing_is_said_before_anything_is_read(releases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(Unfit, match=r"pip install sayso\[release\]"):
        write(releases, plan_of(), [row_of("ana")])
    assert not releases.exists()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(max_examples=25, deadline=None)
@given(said=st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=6), limit=st.integers(1, 3000))
def test_every_word_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, said: list[list[str]], limit: int) -> None:
    tmp = tmp_path_factory.mktemp("words")
    rows = [
        replace(
            row_of("ana", n), messages=tuple(Message("user" if i % 2 == 0 else "assistant", word) for i, word in enumerate(words))
        )
        for n, words in enumerate(said)
    ]
    write(tmp / "releases", plan_of(), rows, shard_bytes=limit)
    expected = {row.id: [{"role": m.role, "content": m.content} for m in row.messages] for row in rows}
    assert {row["id"]: row["messages"] for row in load(tmp / "releases" / "autumn")} == expected
    # str.splitlines cuts at U+2028 and its kin; a JSON line must survive that too
    lines = [line for path in sorted((tmp / "releases/autumn/jsonl").iterdir()) for line in path.read_text().splitlines()]
    assert {row["id"]: row["messages"] for row in map(json.loads, lines)} == expected

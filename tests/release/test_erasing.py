"""After a withdrawal the words go from the files too: a search over every byte of the release no longer finds them."""

from __future__ import annotations

import importlib
import json
import os
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Broken, Unfit
from sayso.release import Manifest, check, emptied, erase, erased, load, read, revoke, write

from .conftest import AT, blinded, plan_of, row_of
from .test_crashes import dies_at

erase_module = importlib.import_module("sayso.release.erase")  # the door gives its function under the same name
LATER = AT + timedelta(days=1)
WORDS = "Bo keeps a heron called 5f1c9e07d2"


def holding(folder: Path, words: str) -> list[str]:
    """The files that hold *words*, Parquet pages unpacked."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        if path.suffix == ".parquet":
            raw += json.dumps(pq.read_table(path).to_pylist()).encode()
        if words.encode() in raw:
            found.append(path.relative_to(folder).as_posix())
    return found


@pytest.fixture
def with_bo(releases: Path) -> Path:
    write(releases, plan_of(), [row_of("bo", words=WORDS), *(row_of("ana", n) for n in range(12))], shard_bytes=1_500)
    return releases / "autumn"


def test_withdrawn_words_are_in_no_byte_of_the_release_and_nothing_else_moved(with_bo: Path) -> None:
    manifest, rows = read(with_bo), list(load(with_bo))
    assert len(holding(with_bo, WORDS)) == 2
    revoke(with_bo, [blinded("bo")], at=LATER)
    done = erase(with_bo, at=LATER)
    assert holding(with_bo, WORDS) == []
    assert check(with_bo) == []
    assert read(with_bo) == manifest
    now = list(load(with_bo))
    assert [row["id"] for row in now] == [row["id"] for row in rows]
    assert [row for row in now if not row["masked"]] == [row for row in rows if row["id"] != blinded("bo")]
    assert [row["masked"] for row in load(with_bo, revoked=False)] == [row["masked"] for row in now]
    changed = {file.path for file in set(done.files) - set(manifest.files)}
    assert len(changed) == 3  # one shard in two formats, and the Croissant digests
    described = {
        one["contentUrl"]: one["sha256"] for one in json.loads((with_bo / "croissant.json").read_bytes())["distribution"][:-1]
    }
    assert described == {file.path: file.sha256 for file in done.files if file.path.startswith(("data/", "jsonl/"))}


def test_erasing_again_changes_nothing_and_a_new_withdrawal_goes_on_from_there(with_bo: Path) -> None:
    assert erase(with_bo, at=LATER).number == 0
    revoke(with_bo, [blinded("bo")], at=LATER)
    one = erase(with_bo, at=LATER)
    assert erase(with_bo, at=LATER + timedelta(days=1)) == one
    revoke(with_bo, [blinded("ana", 3)], at=LATER)
    two = erase(with_bo, at=LATER)
    assert (two.number, two.revision, two.previous) == (2, 2, one.digest)
    assert holding(with_bo, "(ana 3)") == []
    assert check(with_bo) == []
    assert erased(with_bo) == two


def test_a_running_loader_goes_on_over_an_erasure(with_bo: Path) -> None:
    order = [row["id"] for row in load(with_bo)]
    loader = load(with_bo)
    rows = iter(loader)
    seen = [next(rows)["id"] for _ in range(3)]
    revoke(with_bo, order[2:6], at=LATER)
    erase(with_bo, at=LATER)
    rest = list(rows)
    assert seen + [row["id"] for row in rest] == order
    assert [row["masked"] for row in rest[:4]] == [True, True, True, False]


def test_killed_at_any_step_an_erasure_is_finished_by_the_next_and_every_row_is_still_served(with_bo: Path) -> None:
    rows = list(load(with_bo))
    revoke(with_bo, [blinded("bo"), blinded("ana", 4)], at=LATER)
    step = 0
    while True:
        step += 1
        died = dies_at(step, lambda: erase(with_bo, at=LATER))
        kept = [row for row in load(with_bo) if not row["masked"]]
        assert kept == [row for row in rows if row["id"] not in (blinded("bo"), blinded("ana", 4))]
        if not died:
            break
    assert step > 3
    assert holding(with_bo, WORDS) == []
    assert check(with_bo) == []


def test_a_person_can_withdraw_while_an_erasure_goes_on(with_bo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = erase_module._draft

    def withdraw_meanwhile(*args: object) -> object:
        revoke(with_bo, [blinded("ana", 2)], at=LATER)
        with pytest.raises(Unfit, match="something else is writing"):
            erase(with_bo, at=LATER)
        return real(*args)  # type: ignore[arg-type]  # handed on as they came

    revoke(with_bo, [blinded("bo")], at=LATER)
    monkeypatch.setattr(erase_module, "_draft", withdraw_meanwhile)
    assert erase(with_bo, at=LATER).revision == 1
    monkeypatch.undo()
    assert check(with_bo) == []
    assert {row["id"] for row in load(with_bo) if row["masked"]} == {blinded("bo"), blinded("ana", 2)}
    assert erase(with_bo, at=LATER).revision == 2
    assert check(with_bo) == []


def test_people_who_withdraw_at_the_same_time_all_withdraw(with_bo: Path) -> None:
    children = []
    for number in range(6):
        if (child := os.fork()) == 0:
            try:
                revoke(with_bo, [blinded("ana", number)], at=LATER)
            except BaseException:  # noqa: BLE001  # the child must not return into pytest
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6
    assert sum(row["masked"] for row in load(with_bo)) == 6
    assert check(with_bo) == []


def test_an_erasure_cut_short_is_named(with_bo: Path) -> None:
    old = {path: path.read_bytes() for path in (with_bo / "data").iterdir()}
    revoke(with_bo, [blinded("bo")], at=LATER)
    erase(with_bo, at=LATER)
    assert emptied(with_bo) == {blinded("bo")}
    for path, raw in old.items():
        path.write_bytes(raw)
    assert emptied(with_bo) == frozenset()
    assert ["erase once more" in line for line in check(with_bo)] == [True]
    erase(with_bo, at=LATER)
    assert check(with_bo) == []


def test_a_file_somebody_changed_is_not_vouched_for_by_erasing(with_bo: Path) -> None:
    manifest = read(with_bo)
    shard = with_bo / manifest.paths("jsonl")[0]
    shard.write_bytes(shard.read_bytes().replace(b"Dig", b"Dog", 1))
    revoke(with_bo, [blinded("bo")], at=LATER)
    with pytest.raises(Broken, match="restore it before anything is erased"):
        erase(with_bo, at=LATER)
    assert erased(with_bo).number == 0


def test_an_erasure_changed_by_hand_or_taken_away_stops_everything(with_bo: Path) -> None:
    revoke(with_bo, [blinded("bo")], at=LATER)
    erase(with_bo, at=LATER)
    path = with_bo / "erasures" / "000001.json"
    whole = path.read_bytes()
    for harm in (b"", whole[:-1], whole.replace(b'"number":1', b'"number":2'), whole.replace(b'"revision":1', b'"revision":0')):
        path.write_bytes(harm)
        assert check(with_bo) != []
        with pytest.raises(Broken):
            load(with_bo)
    path.unlink()
    assert check(with_bo) != []
    with pytest.raises(Broken):
        load(with_bo)


@settings(max_examples=10, deadline=None)
@given(gone=st.lists(st.sets(st.integers(0, 9), min_size=1, max_size=4), min_size=1, max_size=3), limit=st.integers(300, 3000))
def test_whoever_withdraws_and_however_often_only_their_words_go(
    tmp_path_factory: pytest.TempPathFactory, gone: list[set[int]], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("erase") / "releases"
    manifest: Manifest = write(folder, plan_of(), [row_of("ana", n) for n in range(10)], shard_bytes=limit)
    rows = {row["id"]: row for row in load(folder / "autumn")}
    all_gone: set[str] = set()
    for some in gone:
        all_gone |= {blinded("ana", n) for n in some}
        revoke(folder / "autumn", [blinded("ana", n) for n in some], at=LATER)
        erase(folder / "autumn", at=LATER)
        assert check(folder / "autumn") == []
        for row in load(folder / "autumn"):
            assert row == rows[row["id"]] if row["id"] not in all_gone else row["masked"]
    assert read(folder / "autumn") == manifest
    for n in range(10):
        assert bool(holding(folder / "autumn", f"(ana {n})")) == (blinded("ana", n) not in all_gone)

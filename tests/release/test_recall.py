"""Withdrawal after release: Bo's rows lose their words at once, nobody else's row moves, and nothing comes back."""

from __future__ import annotations

import pickle
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Broken, Unfit
from sayso.release import Manifest, check, load, revoke, revoked, write

from .conftest import AT, blinded, plan_of, row_of

LATER = AT + timedelta(days=30)


def words(row: dict[str, object]) -> str:
    return "".join(message["content"] for message in row["messages"])  # type: ignore[attr-defined]


def test_a_withdrawn_row_keeps_its_place_and_loses_every_word(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    before = list(load(folder))
    revoke(folder, [blinded("ana", 3)], at=LATER)
    after = list(load(folder))
    assert len(load(folder)) == len(after) == len(before) == 20
    assert [row["id"] for row in after] == [row["id"] for row in before]
    for old, new in zip(before, after, strict=True):
        if new["id"] == blinded("ana", 3):
            assert new["masked"] is True
            assert words(new) == ""
            assert (new["language"], new["tier"], new["labels"]) == ("", "", [])
            assert [m["role"] for m in new["messages"]] == [m["role"] for m in old["messages"]]
        else:
            assert new == old


def test_a_withdrawal_counts_from_the_next_row_of_a_loader_that_is_running(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    order = [row["id"] for row in load(folder)]
    loader = load(folder)
    rows = iter(loader)
    assert [next(rows)["masked"] for _ in range(5)] == [False] * 5
    revoke(folder, order[4:7], at=LATER)
    rest = list(rows)
    assert [row["masked"] for row in rest[:3]] == [True, True, False]
    assert loader[4]["masked"] is True
    assert loader.revision == 1


def test_resuming_is_exact_although_people_withdrew_between(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    order = [row["id"] for row in load(folder)]
    first = load(folder)
    rows = iter(first)
    seen = [next(rows)["id"] for _ in range(7)]
    state = first.state_dict()
    revoke(folder, order[::3], at=LATER)
    second = load(folder)
    second.load_state_dict(state)
    rest = list(second)
    assert seen + [row["id"] for row in rest] == order
    assert [row["masked"] for row in rest] == [one in order[::3] for one in order[7:]]
    assert [row["id"] for row in second] == order  # the next epoch begins at the first row


@settings(max_examples=20, deadline=None)
@given(stops=st.lists(st.integers(0, 5), max_size=6), gone=st.lists(st.sets(st.integers(0, 19), max_size=5), max_size=4))
def test_however_a_run_is_cut_each_row_comes_once_and_a_withdrawn_one_never_speaks(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int], gone: list[set[int]]
) -> None:
    folder = tmp_path_factory.mktemp("cut") / "releases"
    write(folder, plan_of(), [row_of("ana", n) for n in range(20)])
    loader = load(folder / "autumn")
    order = [loader[n]["id"] for n in range(20)]
    withdrawn: set[str] = set()
    seen = []
    for turn, stop in enumerate([*stops, 20]):
        rows = iter(loader)
        for _ in range(min(stop, 20 - len(seen))):
            row = next(rows)
            assert row["masked"] == (row["id"] in withdrawn)
            assert (words(row) == "") == row["masked"]
            seen.append(row["id"])
        if turn < len(gone) and gone[turn]:
            revoke(folder / "autumn", [order[n] for n in gone[turn]], at=LATER)
            withdrawn |= {order[n] for n in gone[turn]}
        state = loader.state_dict()
        loader = load(folder / "autumn")
        loader.load_state_dict(state)
    assert seen == order
    assert set(revoked(folder / "autumn").ids) == withdrawn


def test_revisions_only_grow_and_each_names_the_one_before(autumn: tuple[Path, Manifest]) -> None:
    folder, manifest = autumn
    assert revoked(folder).revision == 0
    one = revoke(folder, [blinded("ana", 1)], at=LATER)
    same = revoke(folder, [blinded("ana", 1)], at=LATER + timedelta(days=1))
    two = revoke(folder, [blinded("ana", 2)], at=LATER + timedelta(days=2))
    assert same == one
    assert (one.revision, two.revision) == (1, 2)
    assert two.previous == one.digest
    assert set(two.ids) == {blinded("ana", 1), blinded("ana", 2)}
    assert revoked(folder, 1) == one
    assert two.manifest == manifest.digest
    assert check(folder) == []


def test_withdrawing_what_is_not_in_the_release_is_refused_and_withdraws_nothing(autumn: tuple[Path, Manifest]) -> None:
    with pytest.raises(Unfit, match="1 of 2 ids are not in release `autumn`"):
        revoke(autumn[0], [blinded("bo"), blinded("ana", 1)], at=LATER)
    assert revoked(autumn[0]).revision == 0


def test_a_list_of_withdrawals_that_cannot_be_read_stops_the_loader(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    revoke(folder, [blinded("ana", 1)], at=LATER)
    path = folder / "revocations" / "000001.json"
    whole = path.read_bytes()
    for harm in (b"", b"{", whole[:-9], whole.replace(b'"ids":["', b'"ids":[ "'), b"\xff", b"[]"):
        path.write_bytes(harm)
        with pytest.raises(Broken):
            load(folder)
        assert check(folder) != []


def test_ids_taken_back_by_hand_are_found(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    revoke(folder, [blinded("ana", 1)], at=LATER)
    revoke(folder, [blinded("ana", 2)], at=LATER)
    later = folder / "revocations" / "000002.json"
    later.write_bytes(
        later.read_bytes().replace(f'"{blinded("ana", 1)}",'.encode(), b"").replace(f',"{blinded("ana", 1)}"'.encode(), b"")
    )
    assert any("takes back" in line for line in check(folder))


def test_a_revocation_taken_away_is_noticed(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    revoke(folder, [blinded("ana", 1)], at=LATER)
    loader = load(folder)
    state = loader.state_dict()
    revoke(folder, [blinded("ana", 2)], at=LATER)
    (folder / "revocations" / "000001.json").unlink()
    with pytest.raises(Broken, match="misses revocation 1"):
        load(folder)
    shutil.rmtree(folder / "revocations")
    with pytest.raises(Broken, match="the state has seen 1"):
        load(folder).load_state_dict(state)


def test_withdrawals_that_cannot_be_listed_are_not_taken_for_none(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    for name in ("revocations", "erasures"):
        (folder / name).write_text("not a folder")
        with pytest.raises(Broken, match="cannot be listed"):
            load(folder)
        assert any("cannot be listed" in line for line in check(folder))
        (folder / name).unlink()
        (folder / name).symlink_to(folder / "nowhere")
        with pytest.raises(Broken, match="cannot be listed"):
            load(folder)
        (folder / name).unlink()


def test_a_trainer_that_knows_of_a_withdrawal_refuses_a_folder_that_does_not(autumn: tuple[Path, Manifest]) -> None:
    folder, _ = autumn
    revoke(folder, [blinded("ana", 1)], at=LATER)
    assert load(folder, at_least=1).revision == 1
    with pytest.raises(Broken, match="at revocation 1, and 2 is known"):
        load(folder, at_least=2)


def test_a_revocation_of_another_release_is_not_taken(autumn: tuple[Path, Manifest], releases: Path) -> None:
    write(releases, plan_of("winter"), [row_of("ana", n) for n in range(20)])
    revoke(releases / "winter", [blinded("ana", 1)], at=LATER)
    shutil.copytree(releases / "winter" / "revocations", autumn[0] / "revocations")
    with pytest.raises(Broken, match="belongs to another release"):
        load(autumn[0])


def test_a_state_of_another_release_or_of_none_is_refused(autumn: tuple[Path, Manifest], releases: Path) -> None:
    write(releases, plan_of("winter"), [row_of("ana", 1)])
    other = load(releases / "winter").state_dict()
    loader = load(autumn[0])
    for state in (other, {}, {"position": -1, "revision": 0}, {**loader.state_dict(), "position": 21}):
        with pytest.raises(Unfit):
            loader.load_state_dict(state)


def test_an_auditor_can_read_withdrawn_rows_only_by_asking(autumn: tuple[Path, Manifest]) -> None:
    revoke(autumn[0], [blinded("ana", 1)], at=LATER)
    assert not any(row["masked"] for row in load(autumn[0], revoked=False))
    assert sum(row["masked"] for row in load(autumn[0])) == 1


def test_rows_by_position_and_in_worker_processes_are_the_same_and_masked_alike(autumn: tuple[Path, Manifest]) -> None:
    loader = load(autumn[0])
    in_order = list(loader)
    worker = pickle.loads(pickle.dumps(loader))
    revoke(autumn[0], [in_order[5]["id"]], at=LATER)
    for place in (19, 0, 7, 5, 12, 5):
        assert worker[place]["id"] == in_order[place]["id"]
        assert worker[place]["masked"] == (place == 5)


def test_a_trainer_that_edits_a_row_edits_only_its_copy(autumn: tuple[Path, Manifest]) -> None:
    loader = load(autumn[0])
    loader[0]["messages"][0]["content"] = "changed"
    assert loader[0]["messages"][0]["content"] != "changed"
    with pytest.raises(IndexError):
        loader[20]


@pytest.mark.parametrize(
    "path", ["data/train-00000-of-00004.parquet", "jsonl/train-00000-of-00004.jsonl", "README.md", "croissant.json", "ids.txt"]
)
def test_any_changed_or_missing_file_is_named_and_stops_the_loader(autumn: tuple[Path, Manifest], path: str) -> None:
    folder, manifest = autumn
    file = next(one for one in manifest.files if one.path.split("-of-")[0] == path.split("-of-")[0])
    raw = bytearray((folder / file.path).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / file.path).write_bytes(raw)
    assert f"{file.path} is not what was written" in check(folder)
    with pytest.raises(Broken, match="is not what was written"):
        load(folder)
    (folder / file.path).unlink()
    assert f"{file.path} is missing" in check(folder)
    with pytest.raises(Broken, match="is missing"):
        load(folder)


def test_files_nobody_wrote_are_named_and_links_out_are_refused(autumn: tuple[Path, Manifest], tmp_path: Path) -> None:
    folder, manifest = autumn
    assert check(folder) == []
    (folder / "data" / "train-00009-of-00010.parquet").write_bytes(b"planted")
    (folder / "notes.txt").write_text("mine")
    (folder / "proof.json").write_text("{}")
    assert check(folder) == ["data/train-00009-of-00010.parquet is not part of the release", "notes.txt is not part of the release"]
    assert len(list(load(folder))) == 20
    (folder / "notes.txt").unlink()
    first = folder / manifest.files[0].path
    first.rename(tmp_path / "moved")
    first.symlink_to(tmp_path / "moved")
    assert any("leads out" in line for line in check(folder))


def test_a_manifest_changed_by_hand_or_swapped_is_refused(autumn: tuple[Path, Manifest]) -> None:
    folder, manifest = autumn
    assert load(folder, digest=manifest.digest).digest == manifest.digest
    with pytest.raises(Broken, match="not the one with the digest"):
        load(folder, digest="00" * 32)
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"rows":20', b'"rows": 19'))
    with pytest.raises(Broken, match="not as it was written"):
        load(folder)
    assert len(check(folder)) == 1
    with pytest.raises(Unfit, match="holds no release"):
        load(folder.parent)


def test_a_hostile_manifest_cannot_reach_outside_the_release(autumn: tuple[Path, Manifest], tmp_path: Path) -> None:
    from msgspec.structs import replace

    folder, manifest = autumn
    (tmp_path / "secret").write_text("x")
    files = (replace(manifest.files[0], path="../../secret"), *manifest.files[1:])
    (folder / "manifest.json").write_bytes(replace(manifest, files=files).raw)
    with pytest.raises(Broken, match="leads out of the release"):
        load(folder)

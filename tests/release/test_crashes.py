"""The power goes at every step that touches the disk: what was published is whole, and the next attempt succeeds."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.release import check, load, names, read, revoke, revoked, write

from .conftest import AT, blinded, plan_of, row_of

STEPS = ("fsync", "rename", "replace", "mkdir", "unlink")


def dies_at(step: int, work: Callable[[], object]) -> bool:
    """Run *work* in a child that is killed just before its disk step number *step*; return whether it came that far."""
    child = os.fork()
    if child == 0:
        count = {"n": 0}

        def fatal(real: Callable[..., object]) -> Callable[..., object]:
            def call(*args: object, **more: object) -> object:
                count["n"] += 1
                if count["n"] == step:
                    os._exit(9)
                return real(*args, **more)

            return call

        for name in STEPS:
            setattr(os, name, fatal(getattr(os, name)))
        try:
            work()
        except BaseException:  # noqa: BLE001  # the child must not return into pytest
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9)
    return code == 9


def build(folder: Path) -> str:
    return write(folder, plan_of(), [row_of("ana", n) for n in range(4)], shard_bytes=600).digest


def test_killed_at_any_step_a_release_is_whole_or_absent_and_can_be_built_again(tmp_path: Path) -> None:
    expected = build(tmp_path / "calm" / "releases")
    step = absent = whole = 0
    while True:
        step += 1
        folder = tmp_path / f"at-{step}" / "releases"
        if not dies_at(step, lambda at=folder: build(at)):  # type: ignore[misc]  # a default binds the folder of this round
            break
        if names(folder):
            whole += 1
            assert check(folder / "autumn") == []
            assert (folder.parent / "lineage" / "autumn.jsonl").is_file()
        else:
            absent += 1
            assert build(folder) == expected
        assert read(folder / "autumn").digest == expected
        assert names(folder) == ["autumn"]
        assert [path.name for path in (folder.parent / "lineage").iterdir()] == ["autumn.jsonl"]
    assert absent > 10
    assert whole >= 1


def test_killed_at_any_step_a_withdrawal_is_there_or_not_and_can_be_repeated(tmp_path: Path) -> None:
    build(tmp_path / "releases")
    folder = tmp_path / "releases" / "autumn"
    later = AT + timedelta(days=1)
    for number in range(4):
        step = 0
        before = revoked(folder)
        while True:
            step += 1
            died = dies_at(step, lambda n=number: revoke(folder, [blinded("ana", n)], at=later))  # type: ignore[misc]
            now = revoked(folder)
            assert set(before.ids) <= set(now.ids)
            assert sum(row["masked"] for row in load(folder)) == len(now.ids)
            if not died:
                break
        assert blinded("ana", number) in revoked(folder).ids
    assert check(folder) == []


@pytest.mark.parametrize("left", [".000009.json.partial", "000002.json~", "x.json"])
def test_what_a_crash_left_beside_the_withdrawals_is_named_and_never_read(tmp_path: Path, left: str) -> None:
    build(tmp_path / "releases")
    folder = tmp_path / "releases" / "autumn"
    revoke(folder, [blinded("ana", 1)], at=AT)
    (folder / "revocations" / left).write_bytes(b"{")
    assert revoked(folder).revision == 1
    assert check(folder) == [f"revocations/{left} is not part of the release"]

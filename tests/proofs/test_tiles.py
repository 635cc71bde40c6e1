"""A log as static files is the one the specification describes, and no bit of it can be changed unseen."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.proofs import Checkpoint, Tiles, merkle, open_note
from sayso.proofs.tiles import CHECKPOINT, RESOURCE, bundle, check_files, number_path, tile_path, tiles, unbundle

spec = importlib.util.spec_from_file_location("sayso_test_logs", Path(__file__).with_name("logs.py"))
assert spec is not None
assert spec.loader is not None
logs = importlib.util.module_from_spec(spec)
sys.modules.setdefault("sayso_test_logs", logs)
spec.loader.exec_module(logs)
Files, KEY = logs.Files, logs.KEY
SIZES = [0, 1, 2, 3, 9, 255, 256, 257, 511, 513, 700]
LOGS = {size: Files(size) for size in SIZES}
LARGE = Files(66_000)


def whole(files: logs.Files) -> bool:
    """Whether a stranger who knows the log's public key finds nothing wrong with *files*."""
    try:
        told = Checkpoint.parse(open_note(files[CHECKPOINT].decode("utf-8"), [KEY.public]).text)
    except (Unfit, UnicodeDecodeError):
        return False
    return next(check_files(files.read, told), None) is None


def test_the_numbers_of_the_specification_come_out():
    # c2sp.org/tlog-tiles: a tree of 70,000, and one of 256.
    found = list(tiles(70_000))
    assert len([one for one in found if one[0] == 0 and one[2] == 256]) == 273
    assert [one for one in found if one[0] > 0 or one[2] < 256] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tiles(256)) == [(0, 0, 256), (1, 0, 1)]
    assert number_path(1234067) == "x001/x234/067"
    assert tile_path("entries", 1234067, 3) == "tile/entries/x001/x234/067.p/3"


@pytest.mark.parametrize("size", SIZES)
def test_a_log_is_whole_and_gives_every_root_and_proof(size):
    files = LOGS[size]
    assert whole(files)
    assert all(RESOURCE.fullmatch(path) for path in files)
    tree = Tiles(files.read, size)
    assert tree.root() == files.root
    for at in {0, size // 3, size - 1} if size else ():
        assert merkle.check_inclusion(at, size, files.leaves[at], tree.inclusion(at), files.root)
        assert merkle.leaf_hash(tree.entry(at)) == files.leaves[at]
        before = merkle.root(files.leaves[: at + 1])
        assert tree.root(at + 1) == before
        assert merkle.check_consistency(at + 1, size, before, files.root, tree.consistency(at + 1))
    with pytest.raises(Unfit, match="no entry"):
        tree.entry(size)
    with pytest.raises(Unfit, match="leaves"):
        tree.root(size + 1)


def test_a_log_of_three_levels_is_whole():
    assert whole(LARGE)
    tree = Tiles(LARGE.read, 66_000)
    assert merkle.check_inclusion(65_999, 66_000, LARGE.leaves[65_999], tree.inclusion(65_999), LARGE.root)
    assert "tile/2/000.p/1" in LARGE


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_what_a_longer_log_adds_is_what_the_shorter_lacks(one, two):
    old, new = sorted((one, two))
    before, added = set(tiles(old)), set(tiles(new, old))
    assert added == {tile for tile in tiles(new) if tile not in before}


def bent(files: logs.Files, path: str, bit: int) -> logs.Files:
    made = Files(0)
    made.clear()
    made.update(files)
    raw = bytearray(files[path])
    raw[bit // 8] ^= 1 << (bit % 8)
    made[path] = bytes(raw)
    return made


def test_no_single_bit_of_a_small_log_changes_unseen():
    files = LOGS[3]
    for path in files:
        for bit in range(len(files[path]) * 8):
            assert not whole(bent(files, path, bit)), (path, bit)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([257, 513, 700]), st.data())
def test_no_single_bit_of_a_larger_log_changes_unseen(size, data):
    files = LOGS[size]
    path = data.draw(st.sampled_from(sorted(files)))
    assert not whole(bent(files, path, data.draw(st.integers(0, len(files[path]) * 8 - 1))))


@pytest.mark.parametrize("size", [3, 257, 700])
def test_a_file_that_is_missing_short_or_long_is_named(size):
    files = LOGS[size]
    for path in files:
        for raw in (None, files[path][:-1], b""):
            made = bent(files, path, 0)
            made[path] = raw or b""
            if raw is None:
                del made[path]
                if path == CHECKPOINT:
                    continue
            assert not whole(made), path
    named = bent(files, "tile/0/000.p/3" if size == 3 else "tile/0/000", 5)
    assert any("tile/0/000" in line for line in check_files(named.read, files.checkpoint))


def test_a_partial_tile_may_have_become_full_meanwhile():
    files, grown = LOGS[257], LOGS[513]
    made = {path: raw for path, raw in grown.items() if ".p/" not in path}
    made["tile/1/000.p/2"] = grown["tile/1/000.p/2"]

    def read(path: str) -> bytes:
        if path not in made:
            raise Unfit(path)
        return made[path]

    tree = Tiles(read, 257)
    assert merkle.leaf_hash(tree.entry(256)) == files.leaves[256]
    with pytest.raises(Unfit, match=r"tile/1/000\.p/1` is missing"):
        tree.root()


@pytest.mark.parametrize("raw", [b"", b"\0\x20" + b"x" * 31, b"\0\x21" + b"x" * 33, b"\0\x20" + b"x" * 33, b"\x20\0" + b"x" * 32])
def test_a_bundle_holds_commitments_and_nothing_else(raw):
    with pytest.raises(Unfit, match="entries of 32 bytes"):
        unbundle(raw, 1)
    assert unbundle(bundle([b"x" * 32]), 1) == [b"x" * 32]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "..",
        "tile",
        "tile/0/0",
        "tile/64/000",
        "tile/00/000",
        "tile/0/000.p/0",
        "tile/0/../000",
        "checkpoint/",
        "tile/0/x1/000",
        "tile/0/000\n",
    ],
)
def test_what_is_no_file_of_a_log_has_no_path(path):
    assert RESOURCE.fullmatch(path) is None

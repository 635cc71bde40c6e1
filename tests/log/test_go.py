"""Go's own reader of logs, golang.org/x/mod/sumdb, accepts the files we publish, and refuses a copy in which anything was changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sayso.app.jobs import logs, witnessing
from sayso.app.mark import read_mark
from sayso.proofs import CosigningKey, VerifierKey
from sayso.proofs.cosign import ED25519, ML_DSA_44
from sayso.proofs.tiles import tile_path

SOURCES = Path("/usr/share/gocode")
HERE = Path(__file__).parent / "interop" / "go"
OLD, SIZE = 257, 700


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Path:
    """The reader, built from Debian's sources without any network."""
    if shutil.which("go") is None or not (SOURCES / "src/golang.org/x/mod/sumdb").is_dir():
        pytest.skip("Go or x/mod is not installed (apt-get install golang-go golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GOCACHE": str(folder / "cache"),
        "GOPATH": str(SOURCES),
        "GO111MODULE": "off",
        "CGO_ENABLED": "0",
    }
    subprocess.run(
        ["go", "build", "-o", str(folder / "reader"), "."], cwd=HERE, env=env, check=True, capture_output=True, timeout=300
    )
    return folder / "reader"


@pytest.fixture
def shown(house, grow, tmp_path) -> tuple[Path, Path, str]:
    """The files of a log of 700 lines, cosigned by two witnesses; those of the same log at 257; its public key."""
    key = VerifierKey.parse(str(read_mark(house.folder)["log_key"])).text()
    grow(OLD)
    logs.publish(house, tmp_path / "older")
    grow(SIZE)
    logs.publish(house, tmp_path / "newer")
    for number, kind in enumerate((ED25519, ML_DSA_44)):
        witness = CosigningKey(f"example.org/w{number}", bytes(range(number, 32 + number)), kind.byte)
        state = tmp_path / f"witness{number}" / "seen.json"
        assert witnessing.cosign(tmp_path / "newer", state, witness, 1_760_000_000, log=key).status == 200
    return tmp_path / "newer", tmp_path / "older", key


@pytest.fixture
def said(reader: Path, shown: tuple[Path, Path, str]) -> Iterator[Callable[[], dict[str, object]]]:
    def ask() -> dict[str, object]:
        done = subprocess.run([reader, shown[0], shown[1], shown[2]], capture_output=True, timeout=60, check=True)
        return json.loads(done.stdout)

    yield ask


def test_go_accepts_every_line_of_our_log_and_that_it_continues_the_older_one(said):
    assert said() == {"ok": True, "size": SIZE}


@pytest.mark.parametrize("path", ["checkpoint", tile_path("entries", 0), tile_path(0, 1), tile_path(1, 0, SIZE // 256)])
def test_go_refuses_a_copy_in_which_one_bit_was_changed(said, shown, path):
    raw = bytearray((shown[0] / path).read_bytes())
    raw[3] ^= 1  # of a checkpoint the log's name; its later bytes are cosignatures, which Go's reader does not know
    (shown[0] / path).write_bytes(raw)
    assert said()["ok"] is False


def test_go_refuses_another_past_and_another_key(said, shown, reader):
    folder, older, key = shown
    note = (older / "checkpoint").read_text()
    (older / "checkpoint").write_text(note.replace(f"\n{OLD}\n", f"\n{OLD - 1}\n"))
    assert said()["ok"] is False
    (older / "checkpoint").write_text(note)
    done = subprocess.run([reader, folder, older, key.replace(key[-6:-2], "AAAA")], capture_output=True, timeout=60, check=True)
    assert json.loads(done.stdout)["ok"] is False

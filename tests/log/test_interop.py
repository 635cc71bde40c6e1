"""Somebody else's program, @sigstore/verify, accepts our checkpoint and our proofs, and refuses what was tampered with."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sayso.app.jobs import logs, witnessing
from sayso.app.mark import read_mark
from sayso.proofs import Checkpoint, CosigningKey, SigningKey, Tiles, VerifierKey

HERE = Path(__file__).parent / "interop"
SIZE = 300


def coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.fixture
def case(house, grow, tmp_path) -> dict[str, object]:
    """Line 258 of a log of 300, all of it read from the static files."""
    if shutil.which("node") is None or not (HERE / "node_modules" / "@sigstore" / "verify").is_dir():
        pytest.skip("@sigstore/verify is not installed; run scripts/bare-machine.sh, it needs npm")
    grow(SIZE)
    public = tmp_path / "public"
    logs.publish(house, public)
    key = VerifierKey.parse(str(read_mark(house.folder)["log_key"]))
    witness = CosigningKey("example.org/w1", bytes(range(32)))
    assert witnessing.cosign(public, tmp_path / "witness" / "seen.json", witness, 1_760_000_000, log=key.text()).status == 200
    tree = Tiles(logs.reader(public), SIZE)
    return {
        "entry": coded(tree.entry(257)),
        "index": 257,
        "size": SIZE,
        "root": coded(tree.root()),
        "proof": [coded(step) for step in tree.inclusion(257)],
        "checkpoint": logs.checkpoint_in(public),
        "origin": key.name,
        "keyId": coded(key.id),
        "spki": coded(Ed25519PublicKey.from_public_bytes(key.public).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
    }


def said(case: dict[str, object]) -> dict[str, object]:
    done = subprocess.run(
        ["node", str(HERE / "check.js")], input=json.dumps(case).encode(), capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]
    return json.loads(done.stdout)


def bent(text: object) -> str:
    raw = bytearray(base64.b64decode(str(text)))
    raw[-1] ^= 1
    return coded(bytes(raw))


def test_a_stranger_accepts_our_log(case):
    assert said(case) == {"ok": True, "origin": case["origin"], "size": str(SIZE)}


@pytest.mark.parametrize("part", ["entry", "index", "proof", "checkpoint", "root", "signature", "key"])
def test_a_stranger_refuses_a_tampered_copy(case, part):
    note = str(case["checkpoint"])
    if part == "index":
        case["index"] = 256
    elif part == "proof":
        case["proof"] = [bent(case["proof"][0]), *case["proof"][1:]]
    elif part == "checkpoint":
        case["checkpoint"] = note.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n")
    elif part == "root":
        lines = note.split("\n")
        case["checkpoint"] = "\n".join([*lines[:2], bent(lines[2]), *lines[3:]])
    elif part == "signature":
        body = note.partition("\n\n")[0] + "\n"
        case["checkpoint"] = SigningKey(str(case["origin"]), bytes(32)).sign(body)
        assert Checkpoint.parse(body).size == SIZE
    elif part == "key":
        other = VerifierKey(str(case["origin"]), SigningKey("x", bytes(32)).public.public)
        case["spki"] = coded(
            Ed25519PublicKey.from_public_bytes(other.public).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
    else:
        case["entry"] = bent(case["entry"])
    answer = said(case)
    assert answer["ok"] is False
    assert "TLOG" in str(answer["why"]), answer

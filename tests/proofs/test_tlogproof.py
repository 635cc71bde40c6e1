"""A `.tlog-proof` of Ana's answer is read by anybody, and no bit of it can be changed unseen."""

from __future__ import annotations

import base64
import hashlib

import pytest

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.proofs import Checkpoint, CosigningKey, SigningKey, merkle, tlog_proof, verify
from sayso.proofs.evidence import evidence
from sayso.proofs.tlogproof import judge_tlog_proof, parse_tlog_proof

KEY = SigningKey("example.com/log", bytes(range(32)))
WITNESS = CosigningKey("example.org/w1", bytes(range(1, 33)))
SALT = b"s" * 32
LINE = {"account": "ana", "at": "2025-10-08T12:00:00Z", "purpose": "model_training", "say": "allow", "type": "choice"}


def made(seq: int = 2, index: int = 1) -> str:
    """The proof of Ana's answer in a log of three."""
    text = canonical({"line": LINE, "recorded": "2025-10-08T12:00:00Z", "seq": seq})
    leaves = [merkle.leaf_hash(b"1"), merkle.leaf_hash(b"2"), merkle.leaf_hash(b"3")]
    leaves[index] = merkle.leaf_hash(hashlib.sha256(SALT + text).digest())
    note = KEY.sign(Checkpoint("example.com/log", 3, merkle.root(leaves)).body())
    return tlog_proof(evidence(text, SALT, merkle.inclusion(leaves, index), note))


def test_it_says_who_answered_what_and_what_it_does_not_show(tmp_path):
    (tmp_path / "ana.tlog-proof").write_text(made(), "utf-8")
    verdict = verify(tmp_path / "ana.tlog-proof", KEY.vkey())
    assert verdict.ok, verdict
    assert "account `ana` answered `allow` for `model_training`" in verdict.lines[0]
    assert [line.partition(":")[0] for line in verdict.lines] == ["proves", "proves", "does not prove", "does not prove"]


def test_it_has_the_lines_of_the_specification():
    head, _, note = made().partition("\n\n")
    first, extra, index, *steps = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    assert extra.startswith("extra ")
    assert index == "index 1"
    assert [len(base64.b64decode(step)) for step in steps] == [32, 32]
    assert note.startswith("example.com/log\n3\n")


def test_a_witness_that_cosigned_is_named(tmp_path):
    text = made()
    body = text.partition("\n\n")[2].partition("\n\n")[0] + "\n"
    path = tmp_path / "ana.tlog-proof"
    path.write_text(text + WITNESS.cosign(body, 1_760_000_000), "utf-8")
    lines = verify(path, KEY.vkey(), [WITNESS.public.text()]).lines
    assert any("example.org/w1 cosigned that checkpoint" in line for line in lines)
    assert verify(path, KEY.vkey()).ok
    path.write_text(text + WITNESS.cosign(body.replace("\n3\n", "\n4\n"), 1_760_000_000), "utf-8")
    assert not verify(path, KEY.vkey(), [WITNESS.public.text()]).ok
    assert not verify(path, KEY.vkey(), ["nonsense"]).ok


def test_no_single_bit_changes_unseen():
    raw = bytearray(made().encode())
    for bit in range(len(raw) * 8):
        raw[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(Unfit):
            judge_tlog_proof(bytes(raw), KEY.public)
        raw[bit // 8] ^= 1 << (bit % 8)
    assert judge_tlog_proof(bytes(raw), KEY.public)


def test_a_line_in_another_place_than_it_says_is_refused():
    assert parse_tlog_proof(made(seq=1, index=0).encode())[0] == 0
    with pytest.raises(Unfit, match="not under the signed root"):
        judge_tlog_proof(made(seq=3, index=1).encode(), KEY.public)
    text = made().replace("index 1", "index 2")
    with pytest.raises(Unfit, match="says index 2"):
        judge_tlog_proof(text.encode(), KEY.public)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("index 1", "index 01"), ("index 1", "index -1"), ("index 1", "index ²"), ("index 1", "index " + "9" * 5000), ("extra ", "extra  "),
        ("\nextra", "\nmore"), ("@v1", "@v2"), ("\n\n", "\n"), ("index 1\n", "index 1\n" + "A" * 43 + "=\n"), ("index 1\n", "index 1\n" + ("A" * 43 + "=\n") * 70),
    ],
)  # fmt: skip
def test_another_spelling_is_another_file(old, new):
    with pytest.raises(Unfit):
        judge_tlog_proof(made().replace(old, new, 1).encode(), KEY.public)


def test_an_opening_spelled_in_another_way_is_refused():
    head, extra, rest = made().split("\n", 2)
    opening = base64.b64decode(extra.removeprefix("extra "))
    for other in (opening.replace(b'":"', b'": "', 1), b"[]", b"{}", b"", opening[:-1], b'{"salt":1,"text":2}'):
        with pytest.raises(Unfit):
            judge_tlog_proof(f"{head}\nextra {base64.b64encode(other).decode()}\n{rest}".encode(), KEY.public)

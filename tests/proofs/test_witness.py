"""A witness remembers: a log that shows Ana one past and Bo another gets one of them cosigned, and never the other."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.proofs import Checkpoint, CosigningKey, SigningKey, Tiles, VerifierKey, WitnessKey, add_checkpoint, open_note, witnessed
from sayso.proofs.cosign import ML_DSA_44
from sayso.proofs.notes import split_note
from sayso.proofs.witness import request

spec = importlib.util.spec_from_file_location("sayso_test_logs", Path(__file__).with_name("logs.py"))
assert spec is not None
assert spec.loader is not None
logs = importlib.util.module_from_spec(spec)
sys.modules.setdefault("sayso_test_logs", logs)
spec.loader.exec_module(logs)
Files, KEY = logs.Files, logs.KEY
WITNESS = CosigningKey("example.org/w1", bytes(range(1, 33)))
LASTING = CosigningKey("example.org/w2", bytes(range(2, 34)), ML_DSA_44.byte)
LOGS = {KEY.name: KEY.public}
AT = 1_760_000_000


def ask(files: logs.Files, old: int, seen: dict[str, Checkpoint], proof: list[bytes] | None = None):
    if proof is None:
        proof = Tiles(files.read, files.size).consistency(old) if 0 < old < files.size else []
    return add_checkpoint(request(old, proof, files.note), LOGS, seen, WITNESS, AT)


def test_a_log_that_only_grows_is_cosigned_each_time():
    seen: dict[str, Checkpoint] = {}
    old = 0
    for size in (0, 0, 1, 2, 9, 9, 300):
        files = Files(size)
        answer = ask(files, old, seen)
        assert (answer.status, answer.why) == (200, "")
        assert answer.seen == files.checkpoint
        cosigned = files.note + answer.body
        assert witnessed(cosigned, [WITNESS.public]) == {"example.org/w1": AT}
        assert open_note(cosigned, [KEY.public]).signers == (KEY.name,)
        seen[KEY.name], old = files.checkpoint, size


def test_two_people_are_shown_two_pasts_and_the_witness_catches_it():
    for_ana, for_bo = Files(9), Files(9, parted=5)
    # Each of the two looks at a log that is whole, and signed by the right key. Alone, neither can notice.
    assert all(Tiles(shown.read, 9).root() == open_and_root(shown) for shown in (for_ana, for_bo))
    answer = ask(for_ana, 0, {})
    assert answer.status == 200
    seen = {KEY.name: for_ana.checkpoint}
    for parted in (for_bo, Files(12, parted=5), Files(9, parted=0), Files(400, parted=8)):
        refused = ask(parted, 9, seen)
        assert (refused.status, refused.body, refused.seen) == (422, "", None)
        assert "the past was changed or split" in refused.why
    assert witnessed(for_bo.note, [WITNESS.public]) == {}
    # Ana's cosignature does not fit what Bo was shown.
    with pytest.raises(Unfit, match="does not fit the checkpoint"):
        witnessed(for_bo.note + answer.body, [WITNESS.public])


def open_and_root(shown: logs.Files) -> bytes:
    return Checkpoint.parse(open_note(shown.note, [KEY.public]).text).root


def test_a_log_that_shrinks_is_told_what_the_witness_has_seen():
    seen = {KEY.name: Files(9).checkpoint}
    answer = ask(Files(5), 5, seen)
    assert (answer.status, answer.body) == (409, "9\n")
    assert "never shrinks" in answer.why
    assert ask(Files(12), 0, seen).status == 409
    assert ask(Files(5), 9, seen, proof=[]).status == 400


def test_statuses_are_those_of_the_specification():
    seen = {KEY.name: Files(9).checkpoint}
    stranger, forger = SigningKey("example.net/other", bytes(32)), SigningKey(KEY.name, bytes(32))
    body = Files(12).checkpoint.body()
    assert (
        add_checkpoint(
            request(0, [], stranger.sign(Checkpoint("example.net/other", 1, b"x" * 32).body())), LOGS, {}, WITNESS, AT
        ).status
        == 404
    )
    assert add_checkpoint(request(9, [], forger.sign(body)), LOGS, seen, WITNESS, AT).status == 403
    broken = Files(12).note.replace("\n12\n", "\n13\n")
    assert add_checkpoint(request(9, [], broken), LOGS, seen, WITNESS, AT).status == 403
    assert ask(Files(12), 9, seen, proof=[]).status == 422
    assert ask(Files(12), 0, {}, proof=[b"x" * 32]).status == 422
    no_root = KEY.sign(Checkpoint(KEY.name, 0, b"x" * 32).body())
    assert add_checkpoint(request(0, [], no_root), LOGS, {}, WITNESS, AT).status == 422
    assert ask(Files(9), 9, seen).status == 200
    assert ask(Files(9), 9, seen, proof=[b"x" * 32]).status == 422
    assert ask(Files(12), 9, seen, proof=[b"x" * 32] * 64).status == 400


BODIES = [
    "",
    "old 1",
    "old x\n\nnote",
    "old 01\n\n",
    "old -1\n\n",
    "new 1\n\nnote",
    "old 1\n!!\n\nnote",
    "old ²\n\nnote",
    "old " + "9" * 5000 + "\n\nx",
    "\ud800\n\n",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_request_that_is_none_is_answered(body):
    assert add_checkpoint(body, LOGS, {}, WITNESS, AT).status == 400


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_request_with_one_bit_changed_is_never_cosigned_as_something_else(data):
    seen = {KEY.name: Files(5).checkpoint}
    whole = request(5, Tiles(Files(9).read, 9).consistency(5), Files(9).note).encode()
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    raw = bytearray(whole)
    raw[bit // 8] ^= 1 << (bit % 8)
    answer = add_checkpoint(raw.decode("utf-8", "surrogateescape"), LOGS, seen, WITNESS, AT)
    assert answer.status != 200


@pytest.mark.parametrize(("witness", "step"), [(WITNESS, 1), (LASTING, 7)])  # of 26,000 bits each seventh, so each bit of a byte
def test_no_single_bit_of_a_cosignature_changes_unseen(witness, step):
    files = Files(5)
    line = witness.cosign(files.checkpoint.body(), AT)
    assert witnessed(files.note + line, [witness.public]) == {witness.name: AT}
    raw = bytearray(line.encode())
    for bit in range(0, len(raw) * 8, step):
        raw[bit // 8] ^= 1 << (bit % 8)
        try:
            found = witnessed(files.note + raw.decode("utf-8"), [witness.public])
        except (Unfit, UnicodeDecodeError):
            found = {}
        assert found == {}, bit
        raw[bit // 8] ^= 1 << (bit % 8)


def test_the_keys_of_a_witness_and_of_a_log_are_not_taken_for_each_other():
    assert WitnessKey.parse(WITNESS.public.text()) == WITNESS.public
    assert CosigningKey.load(WITNESS.text()).public == WITNESS.public
    assert "PRIVATE" not in repr(WITNESS)
    with pytest.raises(Unfit, match="no key of a witness"):
        WitnessKey.parse(KEY.vkey())
    with pytest.raises(Unfit, match="no Ed25519 key"):
        VerifierKey.parse(WITNESS.public.text())
    with pytest.raises(Unfit, match="no key of a witness"):
        CosigningKey.load(KEY.text())
    for bad in ("", "x", WITNESS.public.text(), WITNESS.text()[:-4], WITNESS.text().replace("w1", "w2")):
        with pytest.raises(Unfit):
            CosigningKey.load(bad)
    # The same key, as a log's: its signature over the checkpoint is no cosignature.
    same = SigningKey(WITNESS.name, bytes(range(1, 33)))
    note = same.sign(Checkpoint(WITNESS.name, 1, b"x" * 32).body())
    assert witnessed(note, [WITNESS.public]) == {}
    assert split_note(note)[1][0][1] != WITNESS.public.id
    with pytest.raises(Unfit, match="after 1970"):
        WITNESS.cosign("x\n", 0)


def test_a_quantum_safe_witness_stands_beside_one_of_ed25519_and_neither_passes_for_the_other():
    files = Files(9)
    body = files.checkpoint.body()
    note = files.note + WITNESS.cosign(body, AT) + LASTING.cosign(body, AT + 1)
    assert witnessed(note, [WITNESS.public, LASTING.public]) == {"example.org/w1": AT, "example.org/w2": AT + 1}
    assert open_note(note, [KEY.public]).signers == (KEY.name,)
    assert WitnessKey.parse(LASTING.public.text()) == LASTING.public
    assert CosigningKey.load(LASTING.text()).public == LASTING.public
    # One seed under both kinds gives two keys, and the name is signed: another name, another message.
    assert CosigningKey(LASTING.name, bytes(range(2, 34))).public.id != LASTING.public.id
    renamed = WitnessKey("example.org/w3", LASTING.public.public, ML_DSA_44.byte)
    signature = split_note(note)[1][-1][2]
    assert LASTING.public.instant(body, signature) == AT + 1
    assert renamed.instant(body, signature) is None
    assert LASTING.public.instant(Files(10).checkpoint.body(), signature) is None


def test_a_name_that_an_ml_dsa_message_cannot_carry_is_refused():
    long = CosigningKey("w" * 256, bytes(32), ML_DSA_44.byte)
    with pytest.raises(Unfit, match="longer than 255 bytes"):
        long.cosign(Files(1).checkpoint.body(), AT)

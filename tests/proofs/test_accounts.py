"""Ana's account is in the release and Cy's is not: one bucket shows either, and nobody can show the opposite."""

from __future__ import annotations

import hashlib
import json
import random

import pytest

from sayso.facts.canonical import canonical
from sayso.facts.errors import SaysoError, Unfit
from sayso.proofs import Checkpoint, SigningKey, account_membership, blind, blind_account, commitment, merkle
from sayso.proofs.accounts import judge_account_membership
from sayso.proofs.evidence import evidence

KEY = SigningKey("example.com/log", bytes(range(32)))
ANA, CY = b"a" * 32, b"c" * 32
MADE = commitment([blind_account(ANA, "r1"), *(blind_account(at.to_bytes(32, "big"), "r1") for at in range(200))])
ROWS = commitment([blind(ANA, "r1", "c1")])


def logged(**more: object) -> dict[str, object]:
    line = {"type": "released", "release": "r1", "root": ROWS.root.hex(), "accounts": MADE.root.hex(), **more}
    text = canonical({"line": line, "recorded": "2025-10-08T12:00:00Z", "seq": 1})
    leaf = merkle.leaf_hash(hashlib.sha256(b"s" * 32 + text).digest())
    return evidence(text, b"s" * 32, [], KEY.sign(Checkpoint(KEY.name, 1, leaf).body()))


def said(told: dict[str, object]) -> str:
    return judge_account_membership(json.loads(json.dumps(told)), KEY.public)[0]


def test_ana_is_shown_present_and_cy_absent_each_by_one_bucket():
    assert "something of it is in there" in said(account_membership(MADE, logged(), "r1", ANA))
    assert "nothing of it is in there" in said(account_membership(MADE, logged(), "r1", CY))


def test_an_account_is_never_a_conversation_and_two_releases_show_unlinkable_ids():
    assert blind_account(ANA, "r1") != blind(ANA, "r1", "")
    assert blind_account(ANA, "r1") != blind_account(ANA, "r2")
    assert len({blind_account(ANA, f"r{at}")[:32] for at in range(100)}) == 100
    with pytest.raises(Unfit, match="32 bytes"):
        blind_account(b"short", "r1")
    with pytest.raises(Unfit, match="half a character"):
        blind_account(ANA, "\ud800")


def test_the_tree_over_conversations_does_not_pass_for_that_over_accounts():
    with pytest.raises(Unfit, match="does not lead to the release's root"):
        said(account_membership(ROWS, logged(), "r1", ANA))
    with pytest.raises(Unfit, match="declares no accounts"):
        said(account_membership(MADE, logged(accounts=None), "r1", ANA))
    with pytest.raises(Unfit, match="not of this release"):
        said({**account_membership(MADE, logged(), "r1", ANA), "release": "r2"})
    with pytest.raises(Unfit, match="exactly the parts"):
        said({**account_membership(MADE, logged(), "r1", ANA), "conversation": "c1"})


def test_twenty_thousand_forged_accounts_are_refused_or_true():
    rng = random.Random(7)
    for number in range(20_000):
        secret, present = (ANA, True) if number % 2 else (CY, False)
        told = account_membership(MADE, KNOWN, "r1", secret)
        mine = blind_account(secret, "r1")[:32]
        bucket, path = list(told["bucket"]), list(told["path"])  # type: ignore[call-overload]  # JSON data
        lie = [one for one in bucket if one != mine] if present else sorted([*bucket, mine])
        way = rng.randrange(4)
        if way == 0:
            path[rng.randrange(len(path))] = rng.randbytes(32).hex()
        elif way == 1:
            path, told["bits"] = path[:-1], MADE.bits - 1
        elif way == 2:
            path[0] = merkle.leaf_hash(bytes.fromhex("".join(bucket))).hex()
        with pytest.raises(SaysoError):
            judge_account_membership({**told, "bucket": lie, "path": path}, KEY.public)


KNOWN = logged()


def test_no_single_bit_of_such_a_file_changes_what_it_says_unseen():
    raw, rng = bytearray(canonical(account_membership(MADE, logged(), "r1", ANA))), random.Random(11)
    honest, changed = judge_account_membership(json.loads(raw), KEY.public), 0
    for bit in rng.sample(range(len(raw) * 8), 2_000):
        raw[bit // 8] ^= 1 << (bit % 8)
        try:
            said = judge_account_membership(json.loads(raw), KEY.public)
        except (SaysoError, ValueError):
            said = honest
        raw[bit // 8] ^= 1 << (bit % 8)
        # Another secret is another person's, and what it says is true of them.
        changed += said != honest
        assert said == honest or "nothing of it is in there" in said[0]
    assert changed < 60

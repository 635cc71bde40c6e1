"""A hundred thousand ways to claim what is not so: that Ana is in a release she is not in, or is not in one she is in."""

from __future__ import annotations

import hashlib
import json
import random

import pytest

from sayso.facts.canonical import canonical
from sayso.facts.errors import SaysoError, Unfit
from sayso.proofs import Checkpoint, SigningKey, blind, commitment, membership, memberships, merkle
from sayso.proofs.commitment import Membership
from sayso.proofs.evidence import evidence
from sayso.proofs.membership import judge_membership, judge_memberships

KEY = SigningKey("example.com/log", bytes(range(32)))
SECRET, OTHER = b"a" * 32, b"b" * 32
IDS = [blind(SECRET, "r1", f"c{at}") for at in range(300)]
MADE = commitment(IDS)
FORGED = 100_000


def forged(rng: random.Random, honest: Membership, mine: bytes, present: bool) -> tuple[str, Membership]:
    """One forgery of *honest* by somebody who would have it say the opposite."""
    bucket, path, bits = list(honest.bucket), list(honest.path), honest.bits
    way = rng.choice(["edit", "edit", "edit", "other bucket", "path", "shorter", "longer", "bits", "sibling", "repeat", "unsorted"])
    lie = sorted({*bucket, mine[:16]}) if not present else [one for one in bucket if one != mine[:16]]
    if way == "edit":
        bucket = lie
        if path and rng.random() < 0.5:
            path[rng.randrange(len(path))] = rng.randbytes(32)
    elif way == "other bucket":
        other = MADE.prove(IDS[rng.randrange(len(IDS))] if rng.random() < 0.5 else rng.randbytes(32).hex())
        bucket, path = list(other.bucket), list(other.path) if rng.random() < 0.5 else path
    elif way == "path":
        rng.shuffle(path)
        bucket = lie
    elif way == "shorter":
        path, bits, bucket = path[: rng.randrange(max(1, len(path)))], rng.choice([bits, bits - 1, 0]), lie
    elif way == "longer":
        path, bits, bucket = [*path, rng.randbytes(32)], rng.choice([bits, bits + 1]), lie
    elif way == "bits":
        bits, bucket = rng.randrange(-1, 42), lie
    elif way == "sibling":
        bucket, path = lie, [merkle.leaf_hash(b"".join(honest.bucket)), *path[1:]]
    elif way == "repeat":
        bucket = [*bucket, *bucket[-1:]] if present else sorted([*bucket, mine[:16], mine[:16]])
    else:
        bucket = [*reversed(lie)] if len(lie) > 1 else [mine[:16], b"\0" * 16]
    return way, Membership(bits=bits, bucket=tuple(bucket), path=tuple(path))


def test_none_of_a_hundred_thousand_forged_proofs_is_accepted():
    rng, ways = random.Random(20251008), set()
    for number in range(FORGED):
        present = number % 2 == 0
        mine = IDS[number % len(IDS)] if present else blind(OTHER, "r1", f"c{number}")
        honest = MADE.prove(mine)
        assert honest.present(mine, MADE.root) is present
        way, lie = forged(rng, honest, bytes.fromhex(mine), present)
        ways.add(way)
        try:
            said = lie.present(mine, MADE.root)
        except Unfit:
            continue
        assert said is present, (number, way)  # a forgery may end up honest; it may never say the opposite
    assert len(ways) == 9


def logged(root: bytes) -> dict[str, object]:
    text = canonical(
        {"line": {"type": "released", "release": "r1", "root": root.hex()}, "recorded": "2025-10-08T12:00:00Z", "seq": 1}
    )
    leaf = merkle.leaf_hash(hashlib.sha256(b"s" * 32 + text).digest())
    return evidence(text, b"s" * 32, [], KEY.sign(Checkpoint(KEY.name, 1, leaf).body()))


def test_one_file_shows_all_conversations_of_a_person():
    told = json.loads(json.dumps(memberships(MADE, logged(MADE.root), "r1", ["c1", "c2", "none", "c1"], SECRET)))
    lines = judge_memberships(told, KEY.public)
    assert lines[0].startswith(
        "proves: of the 3 conversations listed, 2 stand among the rows that release `r1` declares: `c1`, `c2`"
    )
    assert lines[-1].startswith("does not prove: that these are all")
    none = memberships(MADE, logged(MADE.root), "r1", ["x", "y"], SECRET)
    assert "none stand among" in judge_memberships(none, KEY.public)[0]


@pytest.mark.parametrize("several", [False, True])
def test_no_single_bit_of_such_a_file_changes_what_it_says_unseen(several):
    evidenced = logged(MADE.root)
    if several:
        told, judge = memberships(MADE, evidenced, "r1", ["c1", "zz"], SECRET), judge_memberships
    else:
        told, judge = membership(MADE, evidenced, "r1", "c1", SECRET), judge_membership
    raw = bytearray(canonical(told))
    honest, rng = judge(told, KEY.public), random.Random(7)
    for bit in rng.sample(range(len(raw) * 8), 3_000):
        raw[bit // 8] ^= 1 << (bit % 8)
        try:
            said = judge(json.loads(raw), KEY.public)
        except (SaysoError, ValueError):
            said = honest
        raw[bit // 8] ^= 1 << (bit % 8)
        # Only the names of conversations and the secret are the holder's own; another name is another, true statement.
        if said != honest:
            assert said[0] != honest[0]
            assert "not among" in said[0] or "of the 2 conversations listed" in said[0]


@pytest.mark.parametrize("bent", [None, 7, [], [{}], [{"conversation": 1, "bits": 0, "bucket": [], "path": []}]])
def test_a_file_over_several_that_is_misshapen_is_refused(bent):
    told = memberships(MADE, logged(MADE.root), "r1", ["c1"], SECRET)
    with pytest.raises(Unfit):
        judge_memberships({**told, "conversations": bent}, KEY.public)


def test_the_list_is_sorted_and_nobody_stands_in_it_twice():
    told = memberships(MADE, logged(MADE.root), "r1", ["c1", "c2"], SECRET)
    one, two = told["conversations"]
    for listed in ([two, one], [one, one]):
        with pytest.raises(Unfit, match="not sorted"):
            judge_memberships({**told, "conversations": listed}, KEY.public)
    with pytest.raises(Unfit, match="not of this release"):
        judge_memberships({**told, "release": "r2"}, KEY.public)

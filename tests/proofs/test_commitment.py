"""Ana can see that her conversation is in a release, Bo that his is not, and nobody can show either of them otherwise."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.facts.errors import Unfit
from sayso.proofs import Commitment, blind, commitment

ANA, BO = bytes(32), b"b" * 32


def ids(count: int) -> list[str]:
    return [blind(ANA, "r1", f"c{at}") for at in range(count)]


def test_a_blinded_id_is_made_of_exactly_these_bytes():
    told = b"sayso/blind/v1" + ANA + hashlib.sha256("été".encode()).digest() + b"c1"
    assert blind(ANA, "été", "c1") == hashlib.sha256(told).hexdigest()


def test_two_releases_show_unlinkable_ids_of_one_conversation():
    shown = {blind(secret, release, "c1") for secret in (ANA, BO) for release in ("r1", "r2")}
    assert len(shown) == 4


@pytest.mark.parametrize(("secret", "release", "conversation"), [(b"short", "r", "c"), (ANA, "\ud800", "c"), (ANA, "r", "\ud800")])
def test_what_cannot_be_blinded_is_refused(secret, release, conversation):
    with pytest.raises(Unfit):
        blind(secret, release, conversation)


@given(st.integers(0, 300), st.integers(0, 7) | st.none())
def test_presence_and_absence_are_told_right(count, bits):
    made = Commitment(ids(count), bits)
    assert made.size == count
    for one in ids(count)[:5]:
        assert made.prove(one).present(one, made.root)
    gone = blind(BO, "r1", "c0")
    assert not made.prove(gone).present(gone, made.root)


@given(st.permutations(range(12)))
def test_the_root_does_not_depend_on_the_order(order):
    all_ids = ids(12)
    assert commitment(all_ids[at] for at in order).root == commitment(all_ids).root
    assert commitment(all_ids[:-1]).root != commitment(all_ids).root


@given(st.integers(1, 400), st.data())
def test_no_forged_proof_is_believed(count, data):
    made = commitment(ids(count))
    mine = data.draw(st.sampled_from([*ids(count)[:3], blind(BO, "r1", "c0")]))
    true = made.prove(mine)
    short = bytes.fromhex(mine)[:16]
    forgeries = [
        replace(
            true,
            bucket=tuple(sorted({*true.bucket, short}))
            if short not in true.bucket
            else tuple(one for one in true.bucket if one != short),
        ),
        replace(true, path=true.path[:-1]) if true.path else replace(true, path=(b"0" * 32,)),
        replace(true, path=(*true.path, b"0" * 32), bits=true.bits + 1),
        replace(true, path=true.path[1:], bits=true.bits - 1),
        replace(true, bucket=true.bucket[::-1] if len(true.bucket) > 1 else (*true.bucket, *true.bucket, short)),
        replace(true, bucket=(b"".join(true.bucket),) if len(true.bucket) != 1 else (b"",)),
        replace(true, bits=41),
    ]
    if made.bits:
        elsewhere = made.prove(hashlib.sha256(mine.encode()).hexdigest())
        if elsewhere != true:
            forgeries.append(elsewhere)
    for forged in forgeries:
        with pytest.raises(Unfit):
            forged.present(mine, made.root)
    with pytest.raises(Unfit, match="another release"):
        true.present(mine, b"r" * 32)


@pytest.mark.parametrize("bent", ["", "aa", "AA" * 32, "a " * 32, "é" * 64, "g" * 64, "aa" * 33])
def test_what_is_no_blinded_id_is_refused(bent):
    with pytest.raises(Unfit, match="64 lower-case hex digits"):
        commitment([bent])

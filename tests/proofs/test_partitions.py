"""A commitment built part by part is the one its definition gives, whatever the ids are, and however they come."""

from __future__ import annotations

import hashlib
import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.proofs import Blinding, Commitment, blind, blind_account, commitment, sorting
from sayso.proofs.merkle import leaf_hash, root
from sayso.proofs.partitions import BEFORE, PARTS, Spread, bits_for, raw_ids


def ids_of(count: int, begin: str = "") -> list[str]:
    return [(begin + hashlib.sha256(str(number).encode()).hexdigest())[:64] for number in range(count)]


def by_definition(ids: list[str], bits: int) -> bytes:
    """The root as the page of the format says it, word by word."""
    buckets: list[list[bytes]] = [[] for _ in range(1 << bits)]
    for one in {bytes.fromhex(one)[:16] for one in ids}:
        buckets[int.from_bytes(one, "big") >> (128 - bits)].append(one)
    return root(leaf_hash(b"".join(sorted(bucket))) for bucket in buckets)


def elsewhere(ids: list[str], most: int) -> Commitment:
    kept: dict[int, bytes] = {}
    spread = Spread(lambda number, raw: kept.update({number: kept.get(number, b"") + raw}), most)
    for raw in raw_ids(ids):
        spread.take(raw)
    spread.settle()
    return Commitment.over(lambda number: kept.get(number, b""), spread.count)


@pytest.mark.parametrize("count", [0, 1, 31, 63, 64, 4_000, 8_191, 8_192, 16_384, 40_000])
def test_the_root_is_that_of_the_definition_at_every_depth(count: int) -> None:
    ids = ids_of(count)
    made = commitment(ids)
    assert (made.size, made.bits) == (count, bits_for(count))
    assert made.root == by_definition(ids, made.bits) == elsewhere(ids, 512).root
    for one in (*ids[:40], *ids_of(40, "ab")):
        assert made.prove(one).present(one, made.root) == (one in ids)


@pytest.mark.parametrize("begin", ["00", "ff", "0000000000", "ffffffffffffffff", "7f"])
def test_ids_that_all_begin_alike_are_told_right_too(begin: str) -> None:
    ids = sorted(set(ids_of(9_000, begin)))
    made = commitment(ids)
    assert made.root == by_definition(ids, made.bits)
    for one in (ids[0], ids[-1], begin.ljust(64, "0"), begin.ljust(64, "f")):
        assert made.prove(one).present(one, made.root) == (one in ids)


@given(st.lists(st.integers(0, 3_000), min_size=60, max_size=400), st.integers(16, 4_096))
@settings(max_examples=40, deadline=None)
def test_order_repeats_and_where_the_parts_are_kept_change_nothing(numbers: list[int], most: int) -> None:
    known = ids_of(3_001)
    ids = [known[number] for number in numbers]
    assert commitment(ids).root == commitment(sorted(set(ids))).root == elsewhere(ids[::-1], most).root
    assert commitment(ids * 3).size == len(set(ids))


@pytest.mark.parametrize("odd", ["", "ab" * 31, "ab" * 33, "AB" * 32, "zz" * 32, "ab" * 31 + " b", "ä" * 64, "ab " * 21 + "a"])
def test_one_odd_id_among_many_is_refused_wherever_it_stands(odd: str) -> None:
    for place in (0, 5_000, 9_999):
        ids = ids_of(10_000)
        ids[place] = odd
        with pytest.raises(Unfit, match="64 lower-case hex digits"):
            commitment(ids)


def test_two_odd_ids_whose_lengths_make_up_for_each_other_are_refused() -> None:
    ids = ids_of(4)
    ids[1], ids[2] = ids[1] + ids[2][:2], ids[2][2:]
    with pytest.raises(Unfit, match="64 lower-case hex digits"):
        commitment(ids)


def test_a_part_of_another_release_gives_another_root() -> None:
    ids = ids_of(20_000)
    whole = Spread()
    for raw in raw_ids(ids):
        whole.take(raw)
    other = commitment(ids_of(20_000, "c"))
    for number in (0, PARTS - 1):
        made = Commitment.over(lambda one, number=number: b"" if one == number else whole.part(one), whole.count)  # type: ignore[misc]
        assert made.root not in (commitment(ids).root, other.root)


@given(
    st.integers(0, 3_000),
    st.integers(0, 12),
    st.sampled_from(["", "00", "ffffffffffffffff", "0000000000000000ffff"]),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_sorted_by_columns_or_plainly_a_part_gives_the_same_buckets(count: int, bits: int, begin: str, twice: bool) -> None:
    raw = b"".join(raw_ids(ids_of(count, begin)))
    part = b"".join(raw[at : at + 16] for at in range(0, len(raw), 32)) * (1 + twice)
    ids, starts = sorting.cut_plainly(part, bits, 0, 1 << bits)
    assert sorting.cut_by_columns(part, bits, 0, 1 << bits) == (ids, starts)
    for bucket, (low, high) in enumerate(pairwise(starts)):
        assert all(int.from_bytes(one[:8], "big") >> (64 - bits) == bucket for one in sorting.pieces(ids[low:high]))
    assert sorting.pieces(ids) == sorted(set(sorting.pieces(part)))


@pytest.mark.parametrize("count", [0, 1, 63, 64, 5_000])
def test_without_numpy_the_root_and_the_parts_are_the_same(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = ids_of(count)
    raw = b"".join(raw_ids(ids))
    made, hands = commitment(ids), dict(sorting.dealt(raw))
    monkeypatch.setattr(sorting, "numpy", None)
    assert commitment(ids).root == made.root
    assert dict(sorting.dealt(raw)) == hands
    assert sum(map(len, hands.values())) == 16 * count


def test_many_ids_of_a_release_are_those_made_one_by_one() -> None:
    release = Blinding("autumn")
    for secret in (bytes(32), b"b" * 32, bytes(32)):
        names = [f"c{number}" for number in range(40)] + ["", "été"]
        each = [blind(secret, "autumn", one) for one in names]
        assert release.all_of(secret, names) == each == [release.of(secret, one) for one in names]
        assert release.account(secret) == blind_account(secret, "autumn")
    for refused in (
        lambda: release.all_of(b"short", []),
        lambda: release.of(b"short", "c"),
        lambda: release.all_of(bytes(32), ["\ud800"]),
    ):
        with pytest.raises(Unfit):
            refused()


@pytest.mark.parametrize("count", [0, 31, 32, 63, 64, 700, 20_000])
def test_what_an_earlier_release_declared_is_put_together_as_it_was_and_proven(count: int) -> None:
    ids = ids_of(count)
    before = Commitment(ids, bits_for(count, BEFORE))
    made = commitment(ids).leading_to(before.root.hex())
    assert (made.root, made.bits, made.size) == (before.root, before.bits, count)
    for one in (*ids[:20], *ids_of(20, "ab")):
        assert made.prove(one).present(one, before.root) == (one in ids)


def test_a_root_that_no_way_of_putting_ids_together_leads_to_is_reached_by_none() -> None:
    ids = ids_of(700)
    for other in (commitment(ids[:-1]).root.hex(), Commitment(ids, 7).root.hex(), "", "0" * 64):
        assert commitment(ids).leading_to(other).root == commitment(ids).root


def quantile(mean: float, share: float) -> int:
    """The least number that a Poisson variable of *mean* stays at or below with that share of chances."""
    number, chance = 0, math.exp(-mean)
    total = chance
    while total < share:
        number += 1
        chance *= mean / number
        total += chance
    return number


@pytest.mark.parametrize("power", range(5, 28))
def test_ninety_nine_proofs_of_a_hundred_take_less_than_1500_bytes_up_to_a_hundred_million_ids(power: int) -> None:
    # Ids come out of a hash, so how many share a bucket is a Poisson number; who is present stands in the bucket besides.
    for count in (2**power - 1, 2**power, 3 * 2 ** (power - 1), 10**8):
        bits = bits_for(count)
        assert 16 * (1 + quantile(count / 2**bits, 0.99)) + 32 * bits <= 1_500

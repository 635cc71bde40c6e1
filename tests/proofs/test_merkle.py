"""Trees are those of RFC 6962, and a proof that is bent anywhere is no proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.facts.errors import Broken, Unfit
from sayso.proofs import merkle
from sayso.proofs.merkle import Frontier, check_consistency, check_inclusion, consistency, inclusion, leaf_hash

# The eight inputs and nine roots that certificate-transparency code bases have tested with since 2013.
INPUTS = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(data) for data in INPUTS]

sizes = st.integers(1, 130)


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(bytes([at & 255, at >> 8])) for at in range(count)]


def by_the_book(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return merkle.EMPTY
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return merkle.node_hash(by_the_book(leaves[:half]), by_the_book(leaves[half:]))


def test_the_known_roots_of_eight_leaves_come_out():
    assert [merkle.root(LEAVES[:count]).hex() for count in range(9)] == ROOTS


def test_the_known_paths_of_eight_leaves_come_out():
    assert [step.hex() for step in inclusion(LEAVES, 0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [step.hex() for step in consistency(LEAVES, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(sizes)
def test_a_growing_edge_gives_the_root_the_book_gives(count):
    leaves, edge = leaves_of(count), Frontier()
    for at, leaf in enumerate(leaves):
        edge = Frontier.load(edge.state())
        done = edge.append(leaf)
        assert all(top == by_the_book(leaves[number << level : (number + 1) << level]) for level, number, top in done)
        assert edge.size == at + 1
    assert edge.root() == by_the_book(leaves)


@given(sizes, st.data())
def test_every_leaf_can_be_shown_and_nothing_else(count, data):
    leaves = leaves_of(count)
    index = data.draw(st.integers(0, count - 1))
    proof, root = inclusion(leaves, index), merkle.root(leaves)
    assert check_inclusion(index, count, leaves[index], proof, root)
    other = data.draw(st.integers(0, count - 1).filter(lambda at: at != index)) if count > 1 else count
    assert not check_inclusion(other, count, leaves[index], proof, root)
    assert not check_inclusion(index, count, leaf_hash(b"x"), proof, root)
    assert not check_inclusion(index, count, leaves[index], [*proof, root], root)
    assert not check_inclusion(-1, count, leaves[index], proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bent = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not check_inclusion(index, count, leaves[index], [*proof[:at], bent, *proof[at + 1 :]], root)
        assert not check_inclusion(index, count, leaves[index], proof[:-1], root)
        assert not check_inclusion(index, count, leaves[index], [*proof[:at], proof[at][:31], *proof[at + 1 :]], root)


@given(sizes, st.data())
def test_a_longer_log_is_shown_to_begin_with_the_shorter(count, data):
    leaves = leaves_of(count)
    old = data.draw(st.integers(1, count))
    proof, before, after = consistency(leaves, old), merkle.root(leaves[:old]), merkle.root(leaves)
    assert check_consistency(old, count, before, after, proof)
    assert not check_consistency(old, count, leaf_hash(b"x"), after, proof)
    assert not check_consistency(old, count, before, leaf_hash(b"x"), proof)
    assert not check_consistency(old, count, before, after, [*proof, before])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bent = proof[at][:-1] + bytes([proof[at][-1] ^ 128])
        assert not check_consistency(old, count, before, after, [*proof[:at], bent, *proof[at + 1 :]])
        assert not check_consistency(old, count, before, after, proof[:-1])


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (-1, 5), (6, 5)])
def test_an_empty_or_longer_tree_is_a_prefix_of_nothing(old, new):
    empty = merkle.root([])
    assert not check_consistency(old, new, empty, merkle.root(leaves_of(5)), [])
    assert not check_consistency(old, new, empty, empty, [])
    with pytest.raises(Unfit, match="no consistency proof"):
        merkle.consistency_path(old, new)


def test_two_trees_of_one_size_are_the_same_or_they_are_not():
    one, two = merkle.root(leaves_of(5)), merkle.root(leaves_of(6)[1:])
    assert check_consistency(5, 5, one, one, [])
    assert not check_consistency(5, 5, one, two, [])
    assert not check_consistency(5, 5, one, one, [one])


@given(sizes, st.data())
def test_a_proof_can_be_made_from_whole_subtrees_alone(count, data):
    leaves = leaves_of(count)
    index = data.draw(st.integers(0, count - 1))

    def perfect(level: int, number: int) -> bytes:
        part = leaves[number << level : (number + 1) << level]
        assert len(part) == 1 << level
        return merkle.root(part)

    path = merkle.inclusion_path(index, count)
    assert [merkle.range_root(run, perfect) for run in path] == inclusion(leaves, index)
    old = data.draw(st.integers(1, count))
    path = merkle.consistency_path(old, count)
    assert [merkle.range_root(run, perfect) for run in path] == consistency(leaves, old)


def test_an_edge_of_the_wrong_length_is_refused():
    edge = Frontier()
    for leaf in leaves_of(5):
        edge.append(leaf)
    for state in (b"", edge.state()[:-1], edge.state() + b"0" * 32, b"\0" * 7):
        with pytest.raises(Broken, match="wrong length"):
            Frontier.load(state)
    with pytest.raises(Unfit, match="32 bytes"):
        edge.append(b"not a hash")
    with pytest.raises(Unfit, match="no leaf"):
        merkle.inclusion_path(5, 5)

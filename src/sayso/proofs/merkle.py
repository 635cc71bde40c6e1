"""Merkle trees over SHA-256: hashing as in RFC 6962 section 2.1, checking as in RFC 9162 section 2.1.3 and 2.1.4.

Everything here takes and gives *leaf hashes* (`leaf_hash(data)`), 32 bytes each; leaves are counted from 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from sayso.facts.errors import Broken, Unfit

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Range = tuple[int, int]
"""A run of leaves, the first included, the last not; its hash is the root over just these leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf that holds *data*.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above *left* and *right*."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over *leaves* (leaf hashes, in order).

    >>> root([]).hex()[:8], root([leaf_hash(b"")]).hex()[:8]
    ('e3b0c442', '6e340b9c')
    """
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: appends and roots in O(log n), whatever came before.

    Holds one hash per perfect subtree, largest first: as many as `size` has one-bits. `state()` and `load()` carry it over a
    restart.

    >>> edge = Frontier(); done = [edge.append(leaf_hash(data)) for data in (b"a", b"b")]
    >>> Frontier.load(edge.state()).root() == root([leaf_hash(b"a"), leaf_hash(b"b")])
    True
    """

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; gives back the perfect subtrees it completed, as (level, number, hash), from level 1 upwards."""
        if len(leaf) != 32:
            raise Unfit("a leaf hash has 32 bytes; pass the result of `leaf_hash`")
        number, level, done = self.size, 0, []
        while number & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            number >>= 1
            level += 1
            done.append((level, number, leaf))
        self._peaks.append(leaf)
        self.size += 1
        return done

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._peaks:
            return EMPTY
        top = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            top = node_hash(peak, top)
        return top

    def state(self) -> bytes:
        """Return the bytes that `load` takes: the size in 8 bytes, big-endian, then the hashes."""
        return self.size.to_bytes(8, "big") + b"".join(self._peaks)

    @classmethod
    def load(cls, state: bytes) -> Frontier:
        """Return the frontier *state* holds; raises Broken where its length does not fit its size."""
        size, hashes = int.from_bytes(state[:8], "big"), state[8:]
        if len(state) < 8 or len(hashes) != 32 * size.bit_count():
            raise Broken("the stored edge of the tree has the wrong length; rebuild it from the lines")
        edge = cls()
        edge.size, edge._peaks = size, [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
        return edge


# Paths as runs of leaves: the shape of a proof depends on numbers only, so a store can fetch just the hashes it needs.


def inclusion_path(index: int, size: int) -> list[Range]:
    """Return the runs of leaves whose roots prove leaf *index* in a tree of *size*, lowest first (RFC 6962 section 2.1.1).

    >>> inclusion_path(2, 7)
    [(3, 4), (0, 2), (4, 7)]
    """
    if not 0 <= index < size:
        raise Unfit(f"no leaf `{index}` in a tree of {size}; leaves are counted from 0")
    path: list[Range] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def consistency_path(old: int, new: int) -> list[Range]:
    """Return the runs of leaves whose roots prove that a tree of *new* begins with the one of *old* (RFC 6962 section 2.1.2).

    Size 0 is refused: an empty tree is a prefix of every tree and proves nothing.
    """
    if not 0 < old <= new:
        raise Unfit(f"no consistency proof from size {old} to {new}; the older size is at least 1 and not above the newer")
    path: list[Range] = []
    low, high, whole = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, whole = middle, False
    return ([] if whole else [(low, high)]) + path[::-1]


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof that leaf *index* is among *leaves*, lowest sibling first."""
    return [root(leaves[low:high]) for low, high in inclusion_path(index, len(leaves))]


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Return the proof that the tree over *leaves* begins with the tree over its first *old* leaves."""
    return [root(leaves[low:high]) for low, high in consistency_path(old, len(leaves))]


def range_root(run: Range, perfect: Callable[[int, int], bytes]) -> bytes:
    """Return the root over the leaves of *run*, a range of a proof path; *perfect(level, number)* gives whole subtrees.

    Such a range starts where its largest perfect subtree may start, so it falls into at most log n of them.
    """
    low, high = run
    peaks: list[bytes] = []
    while low < high:
        level = (high - low).bit_length() - 1
        peaks.append(perfect(level, low >> level))
        low += 1 << level
    top = peaks.pop()
    while peaks:
        top = node_hash(peaks.pop(), top)
    return top


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether *proof* shows leaf hash *leaf* at *index* under *root*; anything misshapen is a plain no."""
    if not 0 <= index < size or len(leaf) != 32:
        return False
    fn, sn, top, sha256 = index, size - 1, leaf, hashlib.sha256
    for step in proof:
        if sn == 0 or len(step) != 32:
            return False
        # `node_hash`, written out: this loop is most of what checking a proof costs.
        if fn & 1 or fn == sn:
            top = sha256(b"\x01" + step + top).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            top = sha256(b"\x01" + top + step).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and top == root


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether *proof* shows that the tree under *new_root* begins with the one under *old_root*; size 0 is a no."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps or any(len(step) != 32 for step in steps):
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            before, after = node_hash(step, before), node_hash(step, after)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            after = node_hash(after, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and before == old_root and after == new_root


def _split(count: int) -> int:
    """Return the largest power of two below *count* (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)

"""A release's commitment: one root over all its blinded ids, with one kind of proof for presence and for absence.

The ids are spread over 2^bits buckets by their first bits; bucket k is leaf k of an RFC 6962 tree, its data the sorted first 16
bytes of each id in it. A proof is the whole bucket and its path. Whoever checks works out k from their own id, so a prover cannot
choose which bucket to show. The leaf and node prefixes of RFC 6962 bind `bits`: a tree of another depth has another root.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import lt

from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.proofs.merkle import check_inclusion, leaf_hash
from sayso.proofs.partitions import BEFORE, ODD, PARTS, Get, Spread, bits_for, bucket_of, hashed, raw_ids
from sayso.proofs.sorting import SHORT, WHOLE, pieces

MOST_BITS = 40


class Membership(Struct, frozen=True, kw_only=True):
    """One bucket with its path: shows that an id is in the commitment, or that it is not."""

    bits: int
    bucket: tuple[bytes, ...]
    """The ids of the bucket, 16 bytes each, ascending."""
    path: tuple[bytes, ...]

    def present(self, blinded: str, root: bytes) -> bool:
        """Return whether the id is in the release of *root*; Unfit where this proof does not hold for that id and root.

        >>> made = commitment(["aa" * 32, "bb" * 32])
        >>> made.prove("aa" * 32).present("aa" * 32, made.root), made.prove("cc" * 32).present("cc" * 32, made.root)
        (True, False)
        """
        raw = _id(blinded)
        ordered = {SHORT}.issuperset(map(len, self.bucket)) and all(map(lt, self.bucket, self.bucket[1:]))
        if not 0 <= self.bits <= MOST_BITS or not ordered or len(self.path) != self.bits:
            raise Unfit("this proof is misshapen: its bucket is not sorted, or its path has the wrong length")
        if not check_inclusion(bucket_of(raw, self.bits), 1 << self.bits, leaf_hash(b"".join(self.bucket)), self.path, root):
            raise Unfit("this proof does not lead to the release's root; it was made for another release or altered")
        return raw[:SHORT] in self.bucket


class Commitment:
    """The tree over the ids of a release: `root` (32 bytes), `bits`, `size` (ids), and a proof for any id."""

    __slots__ = ("_get", "_tree")

    def __init__(self, ids: Iterable[str], bits: int | None = None) -> None:
        if bits is not None and not 0 <= bits <= MOST_BITS:
            raise Unfit(f"a commitment has 2^0 to 2^{MOST_BITS} buckets")
        spread = Spread()
        for raw in raw_ids(ids):
            spread.take(raw)
        self._get: Get = spread.part
        self._tree = hashed(self._get, spread.count, bits)

    @classmethod
    def over(cls, get: Get, count: int) -> Commitment:
        """Return the commitment over parts that are kept elsewhere: *get* gives each of 256 back, as `Spread` put it, joined."""
        made = cls.__new__(cls)
        made._get, made._tree = get, hashed(get, count)
        return made

    def leading_to(self, root: str) -> Commitment:
        """Return the same ids as the tree of *root* (hex), where they are that: in buckets as now, or as in earlier releases.

        Where neither leads there these are other ids, and this commitment comes back as it is.
        """
        if self.root.hex() == root:
            return self
        before = Commitment.__new__(Commitment)
        before._get, before._tree = self._get, hashed(self._get, self.size, bits_for(self.size, BEFORE))
        return before if before.root.hex() == root else self

    @property
    def bits(self) -> int:
        """There are 2^`bits` buckets."""
        return self._tree.bits

    @property
    def size(self) -> int:
        """How many different ids there are."""
        return self._tree.size

    @property
    def root(self) -> bytes:
        """The 32 bytes that stand for the whole list."""
        return self._tree.root

    def prove(self, blinded: str) -> Membership:
        """Return the proof for one id, present or not; costs the sorting of the one part that the id would be in."""
        raw = _id(blinded)
        number, bits = bucket_of(raw, self.bits), self.bits
        path = tuple(
            level[at * WHOLE : (at + 1) * WHOLE]
            for height, level in enumerate(self._tree.levels[:-1])
            for at in [(number >> height) ^ 1]
        )
        return Membership(bits=bits, bucket=self._bucket(raw, number), path=path)

    def _bucket(self, raw: bytes, number: int) -> tuple[bytes, ...]:
        # A bucket lies in one part, or, where buckets are few, across parts that follow one another.
        across = max(1, PARTS >> self.bits)
        first = raw[0] - raw[0] % across
        low = (number << (64 - self.bits)).to_bytes(8, "big")
        high = ((number + 1) << (64 - self.bits)).to_bytes(9, "big")[1:] if (number + 1) >> self.bits == 0 else b"\xff" * WHOLE
        parts = (self._get(one) for one in range(first, first + across))
        return tuple(sorted({one for part in parts for one in pieces(part) if low <= one < high}))


def commitment(ids: Iterable[str]) -> Commitment:
    """Return the commitment over blinded *ids* (hex); the same ids in any order give the same root."""
    return Commitment(ids)


def _id(blinded: str) -> bytes:
    try:
        raw = bytes.fromhex(blinded) if blinded.isascii() and blinded == blinded.lower() else b""
    except ValueError:
        raw = b""
    if len(raw) != 32 or len(blinded) != 64:
        raise Unfit(ODD)
    return raw

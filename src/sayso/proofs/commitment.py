"""A release's commitment: one root over all its blinded ids, with one kind of proof for presence and for absence.

The ids are spread over 2^bits buckets by their first bits; bucket k is leaf k of an RFC 6962 tree, its data the sorted first 16
bytes of each id in it. A proof is the whole bucket and its path. Whoever checks works out k from their own id, so a prover cannot
choose which bucket to show. The leaf and node prefixes of RFC 6962 bind `bits`: a tree of another depth has another root.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.proofs.merkle import check_inclusion, leaf_hash, node_hash

SHORT = 16
"""Bytes of an id that a bucket keeps; 2^128 tries to meet a given one."""
FULL = 32
"""Ids in a bucket, about: more make proofs longer, fewer make paths longer."""
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
        ordered = all(len(one) == SHORT for one in self.bucket) and all(
            one < two for one, two in zip(self.bucket, self.bucket[1:], strict=False)
        )
        if not 0 <= self.bits <= MOST_BITS or not ordered or len(self.path) != self.bits:
            raise Unfit("this proof is misshapen: its bucket is not sorted, or its path has the wrong length")
        if not check_inclusion(_bucket(raw, self.bits), 1 << self.bits, leaf_hash(b"".join(self.bucket)), self.path, root):
            raise Unfit("this proof does not lead to the release's root; it was made for another release or altered")
        return raw[:SHORT] in self.bucket


class Commitment:
    """The tree over the ids of a release: `root` (32 bytes), `bits`, `size` (ids), and a proof for any id."""

    __slots__ = ("_buckets", "_levels", "bits", "size")

    def __init__(self, ids: Iterable[str], bits: int | None = None) -> None:
        known = {_id(one)[:SHORT] for one in ids}
        self.size = len(known)
        self.bits = max(0, (max(1, self.size) // FULL).bit_length() - 1) if bits is None else bits
        if not 0 <= self.bits <= MOST_BITS:
            raise Unfit(f"a commitment has 2^0 to 2^{MOST_BITS} buckets")
        buckets: list[list[bytes]] = [[] for _ in range(1 << self.bits)]
        for one in sorted(known):
            buckets[_bucket(one, self.bits)].append(one)
        self._buckets = tuple(tuple(bucket) for bucket in buckets)
        self._levels = [[leaf_hash(b"".join(bucket)) for bucket in self._buckets]]
        while len(below := self._levels[-1]) > 1:
            self._levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below), 2)])

    @property
    def root(self) -> bytes:
        """The 32 bytes that stand for the whole list."""
        return self._levels[-1][0]

    def prove(self, blinded: str) -> Membership:
        """Return the proof for one id, present or not."""
        number = _bucket(_id(blinded), self.bits)
        path = tuple(level[(number >> height) ^ 1] for height, level in enumerate(self._levels[:-1]))
        return Membership(bits=self.bits, bucket=self._buckets[number], path=path)


def commitment(ids: Iterable[str]) -> Commitment:
    """Return the commitment over blinded *ids* (hex); the same ids in any order give the same root."""
    return Commitment(ids)


def _id(blinded: str) -> bytes:
    try:
        raw = bytes.fromhex(blinded) if blinded.isascii() and blinded == blinded.lower() else b""
    except ValueError:
        raw = b""
    if len(raw) != 32 or len(blinded) != 64:
        raise Unfit("a blinded id is 64 lower-case hex digits; make it with `proofs.blind`")
    return raw


def _bucket(raw: bytes, bits: int) -> int:
    return int.from_bytes(raw[:8], "big") >> (64 - bits)

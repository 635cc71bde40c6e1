"""Subtrees (draft-ietf-plants-merkle-tree-certs, section 4): a run of leaves inside a log, checked like a log of its own.

Witnesses and mirrors that sign parts of a log speak of these. A run `[start, end)` is a subtree where *start* is a multiple of the
smallest power of two that is not below its length. Anything misshapen is a plain no, as in `merkle`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sayso.proofs.merkle import check_inclusion, node_hash


def is_subtree(start: int, end: int) -> bool:
    """Return whether the leaves from *start* to before *end* are a subtree of every log that holds them.

    >>> is_subtree(8, 13), is_subtree(4, 12)
    (True, False)
    """
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def check_subtree_inclusion(index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether *proof* shows leaf hash *leaf* at *index* of the log under *root*, the root over `[start, end)` alone."""
    return is_subtree(start, end) and check_inclusion(index - start, end - start, leaf, proof, root)


def check_subtree_consistency(start: int, end: int, size: int, subtree: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether *proof* shows that the log of *size* under *root* holds, at `[start, end)`, the run of root *subtree*."""
    if not is_subtree(start, end) or end > size or any(len(step) != 32 for step in (subtree, root, *proof)):
        return False
    fn, sn, tn, steps = start, end - 1, size - 1, list(proof)
    # (1) Leave out the levels that lie wholly inside the run: its root stands for them.
    while fn != sn and (sn == tn or sn & 1):
        fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    if fn == sn:
        before = after = subtree
    elif steps:
        before = after = steps.pop(0)
    else:
        return False
    # (2) Climb: what lies left of the edge belongs to both, what lies right of it to the log alone.
    for step in steps:
        if tn == 0:
            return False
        if sn & 1 or sn == tn:
            before = node_hash(step, before) if fn < sn else before
            after = node_hash(step, after)
            while not sn & 1 and sn:
                fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
        else:
            after = node_hash(after, step)
        fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    return tn == 0 and before == subtree and after == root

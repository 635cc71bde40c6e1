"""The commitment of a release: one hash over all its blinded ids, so that presence and absence can be shown later."""

from __future__ import annotations

from collections.abc import Iterable

from sayso.facts.words import Digest
from sayso.proofs import commitment


def root_of(ids: Iterable[str], known: str = "") -> Digest:
    """Return the root over *ids*, in hex; `proofs.commitment` makes and checks the proofs that lead to it.

    Where a root is *known* already, of an earlier release perhaps, the ids are put together as it was made.

    >>> root_of(["aa" * 32, "bb" * 32]) == root_of(["bb" * 32, "aa" * 32])
    True
    """
    return Digest(commitment(ids).leading_to(known).root.hex())

"""One bucket with its path, as a file carries it: read strictly, so that no bit of it is loose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs.commitment import Membership
from sayso.proofs.evidence import unhex

PARTS = {"bits", "bucket", "path"}


def spelled(found: Membership) -> dict[str, object]:
    """Return *found* as the three members of a file."""
    return {"bits": found.bits, "bucket": [one.hex() for one in found.bucket], "path": [step.hex() for step in found.path]}


def read(told: Mapping[str, Any]) -> Membership:
    """Return the bucket that the members of *told* spell; Unfit where one is misshapen."""
    bits, bucket, path = told["bits"], told["bucket"], told["path"]
    if type(bits) is not int or not isinstance(bucket, list) or not isinstance(path, list):
        raise Unfit("the proof is misshapen: a number, a bucket and a path are expected")
    return Membership(
        bits=bits,
        bucket=tuple(unhex(one, "an id of the bucket", 16) for one in bucket),
        path=tuple(unhex(step, "a hash of the path") for step in path),
    )

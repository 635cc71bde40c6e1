"""What each account is believed to say, as one tree: a person checks the belief about them, and sees nobody else's.

The tree is that of a release's commitment, but a bucket keeps more of each account: the first 16 bytes of its blinded id, and 32
bytes that commit to what is believed of it. Both are made with the person's secret, so neither opens without it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.proofs.commitment import MOST_BITS
from sayso.proofs.evidence import Proven, members, proven, unhex
from sayso.proofs.merkle import check_inclusion, leaf_hash, node_hash
from sayso.proofs.notes import VerifierKey
from sayso.proofs.sorting import SHORT

BELIEF = "sayso/belief/v1"
RECORD = SHORT + 32
"""Bytes of an account in a bucket."""
FULL = 32
"""Accounts in a bucket, at least, on average. The tree is made again from its file, so this cannot change for what lies there."""
_ID, _VALUE = b"sayso/belief/v1", b"sayso/believed/v1"
_MEMBERS = {"format", "blinding_secret", "believed", "bits", "bucket", "path", "evidence"}
SAYS = ("allow", "refuse")


class Belief(Struct, frozen=True, kw_only=True):
    """What is believed of an account for one purpose: its answer, since when, by which line, whether it reaches what is stored."""

    say: str
    since: str
    line: int
    stored: bool = False


Believed = Mapping[str, Belief]
"""Beliefs by purpose."""


def record(secret: bytes, pin: int, account: str, believed: Believed) -> bytes:
    """Return the record of *account* in the tree that looked at the facts up to line *pin*; Unfit for a secret of another size."""
    return _key(secret, pin)[:SHORT] + _value(secret, pin, {"account": account, "says": dict(believed)})


class Beliefs:
    """The tree over all records, from their bytes: sorted, joined, none twice. Holds these bytes and one hash per bucket."""

    __slots__ = ("_levels", "_starts", "bits", "raw", "size")

    def __init__(self, raw: bytes) -> None:
        self.raw, self.size = raw, len(raw) // RECORD
        self.bits = max(0, (max(1, self.size) // FULL).bit_length() - 1)
        ids = _Ids(raw)
        if len(raw) % RECORD or any(ids[at] >= ids[at + 1] for at in range(self.size - 1)):
            raise Unfit("the records of the beliefs are not sorted, or one stands twice")
        count = 1 << self.bits
        edges = (number << (64 - self.bits) for number in range(1, count))
        self._starts = [0, *(bisect_left(ids, edge.to_bytes(8, "big")) for edge in edges), self.size]
        self._levels = [[leaf_hash(self._bucket(number)) for number in range(count)]]
        while len(below := self._levels[-1]) > 1:
            self._levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below), 2)])

    @property
    def root(self) -> bytes:
        """The 32 bytes that stand for everything believed."""
        return self._levels[-1][0]

    def prove(
        self, evidence: Mapping[str, object], secret: bytes, pin: int, account: str, believed: Believed | None
    ) -> dict[str, object]:
        """Return the proof, as JSON data, of what is *believed* of the *account* of *secret*; `None` where it is not among them.

        *evidence* is that of the `believed` line. The file holds the person's secret: it is theirs alone.
        """
        number = _number(_key(secret, pin), self.bits)
        bucket = self._bucket(number)
        return {
            "format": BELIEF,
            "blinding_secret": secret.hex(),
            "believed": None if believed is None else {"account": account, "says": _plain(believed)},
            "bits": self.bits,
            "bucket": [bucket[at : at + RECORD].hex() for at in range(0, len(bucket), RECORD)],
            "path": [level[(number >> height) ^ 1].hex() for height, level in enumerate(self._levels[:-1])],
            "evidence": dict(evidence),
        }

    def _bucket(self, number: int) -> bytes:
        return self.raw[self._starts[number] * RECORD : self._starts[number + 1] * RECORD]


def joined(records: Iterable[bytes]) -> bytes:
    """Return *records* as the bytes that `Beliefs` takes."""
    return b"".join(sorted(records))


class Checked(Struct, frozen=True):
    """A belief that holds: what is believed, and the line that says so."""

    account: str | None
    says: Believed
    pin: int
    found: Proven


def check_belief(told: Mapping[str, Any], key: VerifierKey) -> Checked:
    """Return what such a file shows; Unfit where anything in it does not hold."""
    members(told, _MEMBERS, "the proof")
    # (4) The log holds a `believed` line, which names the root and how far it looked.
    found = proven(told["evidence"], key)
    pin = found.line.get("pin")
    if found.line.get("type") != "believed" or type(pin) is not int or not 0 <= pin < found.seq:
        raise Unfit("the logged line says nothing of what is believed")
    # (5) Where the account would stand is worked out here, from the person's own secret.
    secret = unhex(told["blinding_secret"], "the blinding secret")
    mine = _key(secret, pin)
    bits, bucket, path = told["bits"], told["bucket"], told["path"]
    if type(bits) is not int or not isinstance(bucket, list) or not isinstance(path, list):
        raise Unfit("the proof is misshapen: a number, a bucket and a path are expected")
    records = [unhex(one, "a record of the bucket", RECORD) for one in bucket]
    steps = [unhex(step, "a hash of the path") for step in path]
    ids = [one[:SHORT] for one in records]
    if not 0 <= bits <= MOST_BITS or ids != sorted(set(ids)) or len(steps) != bits:
        raise Unfit("this proof is misshapen: its bucket is not sorted, or its path has the wrong length")
    root = unhex(found.line.get("root"), "the root of the beliefs")
    if not check_inclusion(_number(mine, bits), 1 << bits, leaf_hash(b"".join(records)), steps, root):
        raise Unfit("this proof does not lead to the root of the beliefs; it is of another day or was altered")
    # (6) The record there is of what the file says is believed, and of nothing else.
    believed = told["believed"]
    theirs = [one[SHORT:] for one in records if one[:SHORT] == mine[:SHORT]]
    if believed is None:
        if theirs:
            raise Unfit("the file says that nothing is believed of the account, and it stands among those of which something is")
        return Checked(None, {}, pin, found)
    account, says = _read(believed)
    if theirs != [_value(secret, pin, believed)]:
        raise Unfit("what the file says is believed is not what the log commits to")
    return Checked(account, says, pin, found)


def said(checked: Checked) -> tuple[str, ...]:
    """Return what a belief that holds proves and what it does not, line by line."""
    found, pin = checked.found, checked.pin
    where = f"line {found.seq} of the log `{found.checkpoint.origin}`, recorded {found.recorded}, from the lines up to {pin}"
    lines = [
        f"proves: account `{checked.account}` was believed to say `{one.say}` for `{purpose}` since {one.since}, "
        + (
            "on stored conversations too"
            if one.stored
            else "for what came after it"
            if one.say == "allow"
            else "for every later use"
        )
        + f"; it is line {one.line}"
        for purpose, one in sorted(checked.says.items())
    ]
    if checked.account is None:
        lines = ["proves: no answer was believed to have been given under this secret"]
    return (
        *lines,
        f"proves: that belief is {where}",
        "does not prove: that the secret in this file is your own; compare it with your receipt",
        "does not prove: that training went by it; an audit compares releases with the answers",
    )


def _plain(believed: Believed) -> dict[str, dict[str, object]]:
    return {
        purpose: {"line": one.line, "say": one.say, "since": one.since, "stored": one.stored} for purpose, one in believed.items()
    }


def _read(believed: object) -> tuple[str, dict[str, Belief]]:
    told = members(believed, {"account", "says"}, "what is believed")
    if not isinstance(told["account"], str) or not isinstance(told["says"], dict):
        raise Unfit("what is believed names no account, or no answers")
    says: dict[str, Belief] = {}
    for purpose, one in told["says"].items():
        each = members(one, {"line", "say", "since", "stored"}, "a belief")
        if each["say"] not in SAYS or type(each["line"]) is not int or type(each["stored"]) is not bool:
            raise Unfit("a belief has an answer, the number of its line, and whether it reaches what is stored")
        if not isinstance(each["since"], str):
            raise Unfit("a belief says since when, as text")
        says[purpose] = Belief(say=each["say"], since=each["since"], line=each["line"], stored=each["stored"])
    return told["account"], says


class _Ids(Sequence[bytes]):
    """The ids of records as a sequence, without a copy of them all."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def __len__(self) -> int:
        return len(self._raw) // RECORD

    def __getitem__(self, at: Any) -> Any:
        return self._raw[at * RECORD : at * RECORD + SHORT]


def _key(secret: bytes, pin: int) -> bytes:
    if len(secret) != 32:
        raise Unfit("a blinding secret has 32 bytes; take it from the person's receipt or the vault")
    return hashlib.sha256(_ID + secret + pin.to_bytes(8, "big")).digest()


def _value(secret: bytes, pin: int, believed: object) -> bytes:
    return hashlib.sha256(_VALUE + secret + pin.to_bytes(8, "big") + canonical(believed)).digest()


def _number(mine: bytes, bits: int) -> int:
    return int.from_bytes(mine[:8], "big") >> (64 - bits)

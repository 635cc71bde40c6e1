"""Cosignatures (C2SP tlog-cosignature, Ed25519): a witness says that at an instant a log had grown from what it saw before.

A witness signs the instant and the checkpoint under a header of its own, so that a cosignature can never pass for a log's
signature, even were the key the same. Such a line stands under the log's own; who does not know the witness skips it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.proofs.notes import key_base64, key_name, split_note

COSIGNATURE = b"\x04"
LATEST = 1 << 63


class WitnessKey(Struct, frozen=True):
    """A witness's public key by name.

    >>> key = CosigningKey("example.com/w1", bytes(32)).public
    >>> WitnessKey.parse(key.text()) == key, key.text()[:24]
    (True, 'example.com/w1+cc5a83a6+')
    """

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that name this key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:4]

    def text(self) -> str:
        """Return the key as one line, for people to keep (a vkey)."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(COSIGNATURE + self.public).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> WitnessKey:
        """Return the key that *vkey* spells; refuses one whose parts do not agree, and a log's key."""
        name, key_id, raw = _parts(vkey.strip())
        key = cls(name, raw)
        if key.id.hex() != key_id:
            raise Unfit(f"the witness's key named `{name[:80]}` does not fit its id `{key_id[:16]}`; copy it whole")
        return key

    def instant(self, text: str, signature: bytes) -> int | None:
        """Return when (POSIX seconds) this witness signed the checkpoint *text*, `None` where *signature* is not its own."""
        seconds = int.from_bytes(signature[:8], "big")
        if len(signature) != 72 or not 0 < seconds < LATEST:
            return None
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[8:], _message(text, seconds))
        except (InvalidSignature, ValueError):
            return None
        return seconds


class CosigningKey:
    """A witness's secret key by name; never shown by `repr`."""

    __slots__ = ("_seed", "name")

    def __init__(self, name: str, seed: bytes) -> None:
        if len(seed) != 32:
            raise Unfit("a witness's key has a seed of 32 bytes")
        self.name = key_name(name)
        self._seed = seed

    @classmethod
    def load(cls, text: str) -> CosigningKey:
        """Return the key that `text` wrote."""
        head, _, rest = text.strip().partition("PRIVATE+KEY+")
        if head or not rest:
            raise Unfit("this is no witness's secret key; it begins with PRIVATE+KEY+ and is one line")
        name, key_id, raw = _parts(rest)
        key = cls(name, raw)
        if key.public.id.hex() != key_id:
            raise Unfit("the witness's secret key does not fit its id; restore the file from its backup")
        return key

    def text(self) -> str:
        """Return the key as one line of text, which `load` takes. Secret: whoever holds it can sign as this witness."""
        return f"PRIVATE+KEY+{self.name}+{self.public.id.hex()}+{base64.b64encode(COSIGNATURE + self._seed).decode()}"

    @property
    def public(self) -> WitnessKey:
        """The key that checks what this one signs."""
        return WitnessKey(self.name, Ed25519PrivateKey.from_private_bytes(self._seed).public_key().public_bytes_raw())

    def cosign(self, text: str, seconds: int) -> str:
        """Return the signature line over the checkpoint *text* (its three lines) at *seconds* (POSIX time)."""
        if not 0 < seconds < LATEST:
            raise Unfit("a cosignature names an instant after 1970")
        signature = Ed25519PrivateKey.from_private_bytes(self._seed).sign(_message(text, seconds))
        raw = self.public.id + seconds.to_bytes(8, "big") + signature
        return f"— {self.name} {base64.b64encode(raw).decode()}\n"

    def __repr__(self) -> str:
        return f"CosigningKey({self.name!r})"


def witnessed(note: str, witnesses: Sequence[WitnessKey]) -> dict[str, int]:
    """Return which of *witnesses* cosigned *note*, by name, and when (POSIX seconds); a wrong line of one of them is Unfit."""
    text, signatures = split_note(note)
    found: dict[str, int] = {}
    for name, key_id, signature in signatures:
        for key in witnesses:
            if (key.name, key.id) != (name, key_id):
                continue
            seconds = key.instant(text, signature)
            if seconds is None:
                raise Unfit(f"the cosignature of `{name[:80]}` does not fit the checkpoint; it was altered")
            found[name] = max(seconds, found.get(name, 0))
    return found


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _parts(text: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)
    raw = key_base64(parts[2]) if len(parts) == 3 else None
    if raw is None or len(raw) != 33 or raw[:1] != COSIGNATURE:
        raise Unfit("this is no Ed25519 key of a witness: one line `name+id+key`, as `sayso log witness` prints it")
    return key_name(parts[0]), parts[1], raw[1:]

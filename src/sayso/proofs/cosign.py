"""Cosignatures (C2SP tlog-cosignature): a witness says that at an instant a log had grown from what it saw before.

Two kinds: Ed25519 (0x04), and ML-DSA-44 (0x06), which a quantum computer does not forge. Both sign under a header of their own,
so that a cosignature can never pass for a log's signature, even were the key the same. Such a line stands under the log's own;
who does not know the witness skips it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.notes import key_base64, key_name, split_note

LATEST = 1 << 63
LABEL = b"subtree/v1\n\0"
LONGEST_NAME = 255
"""Bytes of a cosigner's name or of an origin that fit into an ML-DSA-44 message."""


class Scheme(Struct, frozen=True):
    """One kind of cosignature: its byte in keys, the sizes of public key and signature, what is signed, and how."""

    byte: bytes
    word: str
    public_size: int
    signature_size: int
    message: Callable[[str, str, int], bytes]
    public: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes], None]


def _lines(_name: str, text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _cosigned_message(name: str, text: str, seconds: int) -> bytes:
    """Return the `cosigned_message` of the whole tree in the checkpoint *text*; it names the cosigner, and no extension line."""
    told = Checkpoint.parse(text)
    parts = [LABEL, _sized(name), seconds.to_bytes(8, "big"), _sized(told.origin), bytes(8), told.size.to_bytes(8, "big")]
    return b"".join([*parts, told.root])


def _sized(name: str) -> bytes:
    raw = name.encode()
    if not 0 < len(raw) <= LONGEST_NAME:
        raise Unfit(
            f"the name `{name[:80]}` is empty or longer than {LONGEST_NAME} bytes; an ML-DSA-44 cosignature cannot carry it"
        )
    return bytes([len(raw)]) + raw


ED25519 = Scheme(
    b"\x04",
    "ed25519",
    32,
    64,
    _lines,
    lambda seed: Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw(),
    lambda seed, message: Ed25519PrivateKey.from_private_bytes(seed).sign(message),
    lambda public, message, signature: Ed25519PublicKey.from_public_bytes(public).verify(signature, message),
)
ML_DSA_44 = Scheme(
    b"\x06",
    "ml-dsa-44",
    1312,
    2420,
    _cosigned_message,
    lambda seed: MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw(),
    lambda seed, message: MLDSA44PrivateKey.from_seed_bytes(seed).sign(message),
    lambda public, message, signature: MLDSA44PublicKey.from_public_bytes(public).verify(signature, message),
)
SCHEMES = {one.byte: one for one in (ED25519, ML_DSA_44)}
WORDS = {one.word: one for one in SCHEMES.values()}


class WitnessKey(Struct, frozen=True):
    """A witness's public key by name, Ed25519 where *kind* is not given.

    >>> key = CosigningKey("example.com/w1", bytes(32)).public
    >>> WitnessKey.parse(key.text()) == key, key.text()[:24]
    (True, 'example.com/w1+cc5a83a6+')
    """

    name: str
    public: bytes
    kind: bytes = ED25519.byte

    @property
    def id(self) -> bytes:
        """The four bytes that name this key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def text(self) -> str:
        """Return the key as one line, for people to keep (a vkey)."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> WitnessKey:
        """Return the key that *vkey* spells; refuses one whose parts do not agree, and a log's key."""
        name, key_id, scheme, raw = _parts(vkey.strip(), lambda one: one.public_size)
        key = cls(name, raw, scheme.byte)
        if key.id.hex() != key_id:
            raise Unfit(f"the witness's key named `{name[:80]}` does not fit its id `{key_id[:16]}`; copy it whole")
        return key

    def instant(self, text: str, signature: bytes) -> int | None:
        """Return when (POSIX seconds) this witness signed the checkpoint *text*, `None` where *signature* is not its own."""
        scheme = SCHEMES[self.kind]
        seconds = int.from_bytes(signature[:8], "big")
        if len(signature) != 8 + scheme.signature_size or not 0 < seconds < LATEST:
            return None
        try:
            scheme.verify(self.public, scheme.message(self.name, text, seconds), signature[8:])
        except (InvalidSignature, ValueError, Unfit):
            return None
        return seconds


class CosigningKey:
    """A witness's secret key by name, Ed25519 where *kind* is not given; never shown by `repr`."""

    __slots__ = ("_seed", "kind", "name")

    def __init__(self, name: str, seed: bytes, kind: bytes = ED25519.byte) -> None:
        if len(seed) != 32:
            raise Unfit("a witness's key has a seed of 32 bytes")
        self.name = key_name(name)
        self.kind = kind
        self._seed = seed

    @classmethod
    def load(cls, text: str) -> CosigningKey:
        """Return the key that `text` wrote."""
        head, _, rest = text.strip().partition("PRIVATE+KEY+")
        if head or not rest:
            raise Unfit("this is no witness's secret key; it begins with PRIVATE+KEY+ and is one line")
        name, key_id, scheme, raw = _parts(rest, lambda _one: 32)
        key = cls(name, raw, scheme.byte)
        if key.public.id.hex() != key_id:
            raise Unfit("the witness's secret key does not fit its id; restore the file from its backup")
        return key

    def text(self) -> str:
        """Return the key as one line of text, which `load` takes. Secret: whoever holds it can sign as this witness."""
        return f"PRIVATE+KEY+{self.name}+{self.public.id.hex()}+{base64.b64encode(self.kind + self._seed).decode()}"

    @property
    def public(self) -> WitnessKey:
        """The key that checks what this one signs."""
        return WitnessKey(self.name, SCHEMES[self.kind].public(self._seed), self.kind)

    def cosign(self, text: str, seconds: int) -> str:
        """Return the signature line over the checkpoint *text* at *seconds* (POSIX time).

        An ML-DSA-44 line is another one each time: FIPS 204 mixes fresh randomness in, which only the library draws.
        """
        if not 0 < seconds < LATEST:
            raise Unfit("a cosignature names an instant after 1970")
        scheme = SCHEMES[self.kind]
        signature = scheme.sign(self._seed, scheme.message(self.name, text, seconds))
        raw = self.public.id + seconds.to_bytes(8, "big") + signature
        return f"— {self.name} {base64.b64encode(raw).decode()}\n"

    def __repr__(self) -> str:
        return f"CosigningKey({self.name!r})"


def with_line(note: str, line: str, key: WitnessKey) -> str:
    """Return *note* with the cosignature *line* of *key*, in the place of an older one of the same key."""
    head, _, tail = note.rpartition("\n\n")
    kept = [one for one in tail.splitlines(keepends=True) if not _is_by(one, key)]
    return f"{head}\n\n{''.join(kept)}{line}"


def _is_by(line: str, key: WitnessKey) -> bool:
    return line.startswith(f"— {key.name} ") and base64.b64decode(line.split(" ")[2])[:4] == key.id


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


def _parts(text: str, size: Callable[[Scheme], int]) -> tuple[str, str, Scheme, bytes]:
    parts = text.split("+", 2)
    raw = key_base64(parts[2]) if len(parts) == 3 else None
    scheme = SCHEMES.get(raw[:1]) if raw else None
    if raw is None or scheme is None or len(raw) != 1 + size(scheme):
        raise Unfit("this is no key of a witness (Ed25519 or ML-DSA-44): one line `name+id+key`, as `sayso log witness` prints it")
    return key_name(parts[0]), parts[1], scheme, raw[1:]

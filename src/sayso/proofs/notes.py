"""Signed notes (C2SP signed-note): a text, a blank line, and signature lines that other people's tools can check.

Only Ed25519, type 0x01. Signatures of keys we were not given are ignored; one wrong signature of a key we were given refuses
the whole note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from sayso.facts.errors import Unfit

ED25519 = b"\x01"
OTHERS = (b"\x04", b"\x06")
"""Kinds of key that cosign, and sign no log."""
LONGEST = 1_000_000
"""Characters in a note we are ready to read; the specification asks for room for 16 signatures of up to 5 kB."""


class Note(Struct, frozen=True):
    """A text whose signature held, and the names of the keys that signed it."""

    text: str
    signers: tuple[str, ...]


class VerifierKey(Struct, frozen=True):
    """A public key by name.

    >>> key = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    >>> key.name, key.id.hex(), key.text()[:20]
    ('example.com/foo', '530d903a', 'example.com/foo+530d')
    """

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that name this key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def text(self) -> str:
        """Return the key as one line, for people to keep (a vkey)."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Return the key that *vkey* spells; refuses one whose parts do not agree."""
        parts = vkey.strip().split("+", 2)
        if len(parts) != 3:
            raise Unfit("a public key is one line `name+id+key`; copy it whole, as the operator publishes it")
        raw = key_base64(parts[2])
        if raw is not None and raw[:1] in OTHERS:
            raise Unfit(
                f"the public key named `{parts[0][:80]}` is no Ed25519 key of a log, but a witness's, or the log's second one"
            )
        if raw is None or len(raw) != 33 or raw[:1] != ED25519:
            raise Unfit(f"the public key named `{parts[0][:80]}` is no Ed25519 key; copy it whole")
        key = cls(key_name(parts[0]), raw[1:])
        if key.id.hex() != parts[1]:
            raise Unfit(f"the public key named `{key.name[:80]}` does not fit its id `{parts[1][:16]}`; copy it whole")
        return key

    def holds(self, text: str, signature: bytes) -> bool:
        """Return whether *signature* is this key's over *text*."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey:
    """A secret key by name; never shown by `repr`.

    >>> key = SigningKey.generate("example.com/log", lambda count: b"7" * count)
    >>> open_note(key.sign("hello\\n"), [key.public]).text
    'hello\\n'
    """

    __slots__ = ("_key", "_public", "_seed", "name")

    def __init__(self, name: str, seed: bytes) -> None:
        if len(seed) != 32:
            raise Unfit("a signing key has a seed of 32 bytes; make one with `sayso init`")
        self.name = key_name(name)
        self._seed = seed
        # Worked out once: a service signs hundreds of times a second.
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = VerifierKey(self.name, self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str, entropy: Callable[[int], bytes]) -> SigningKey:
        """Return a new key, its seed drawn from *entropy* (bytes by count); Unfit where that gives too few."""
        return cls(name, entropy(32))

    @classmethod
    def load(cls, text: str) -> SigningKey:
        """Return the key that `text` wrote (the form Go's sumdb tools use)."""
        head, _, rest = text.strip().partition("PRIVATE+KEY+")
        parts = rest.split("+", 2)
        raw = key_base64(parts[2]) if not head and len(parts) == 3 else None
        if raw is None or len(raw) != 33 or raw[:1] != ED25519:
            raise Unfit("this is no Ed25519 signing key; it begins with PRIVATE+KEY+ and is one line")
        key = cls(parts[0], raw[1:])
        if key.public.id.hex() != parts[1]:
            raise Unfit("the signing key does not fit its id; restore the file from its backup")
        return key

    def vkey(self) -> str:
        """Return the public key as one line of text, to publish."""
        return self.public.text()

    def text(self) -> str:
        """Return the key as one line of text, which `load` takes. Secret: whoever holds it can sign as this log."""
        return f"PRIVATE+KEY+{self.name}+{self.public.id.hex()}+{base64.b64encode(ED25519 + self._seed).decode()}"

    @property
    def public(self) -> VerifierKey:
        """The key that checks what this one signs."""
        return self._public

    def sign(self, body: str) -> str:
        """Return *body* (text that ends in a newline) as a signed note."""
        if not body.endswith("\n") or not _clean(body):
            raise Unfit("a note ends in a newline and has no control characters")
        signature = self._key.sign(body.encode())
        return f"{body}\n— {self.name} {base64.b64encode(self.public.id + signature).decode()}\n"

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"


def open_note(note: str, vkeys: Sequence[VerifierKey]) -> Note:
    """Return the text of *note* once a signature of one of *vkeys* holds; Unfit where none does, or where one is wrong."""
    text, signatures = split_note(note)
    signers: list[str] = []
    for name, key_id, signature in signatures:
        for key in vkeys:
            if (key.name, key.id) != (name, key_id):
                continue
            if not key.holds(text, signature):
                raise Unfit(f"the signature of `{name[:80]}` does not fit the note; it was altered")
            signers.append(name)
    if not signers:
        raise Unfit("no signature of the key you gave is on this note; check which key its log publishes")
    return Note(text, tuple(dict.fromkeys(signers)))


def split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text of *note* and its signatures (name, key id, signature), unchecked; Unfit where it is no note."""
    if len(note) > LONGEST or not _clean(note):
        raise Unfit("this is no signed note: too long, or control characters in it")
    text, found, tail = note.rpartition("\n\n")
    if not found or not tail.endswith("\n"):
        raise Unfit("this is no signed note: no blank line before its signatures, or no newline at its end")
    signatures = [_signature(line) for line in tail[:-1].split("\n")]
    return text + "\n", signatures


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    raw = key_base64(encoded)
    if dash != "—" or raw is None or len(raw) < 5:
        raise Unfit("this is no signed note: a signature line is misshapen")
    return key_name(name), raw[:4], raw[4:]


def key_name(name: str) -> str:
    """Return *name* where a key may be called so; Unfit otherwise."""
    if not name or "+" in name or any(char.isspace() for char in name) or not _clean(name):
        raise Unfit("the name of a key is not empty and has no spaces and no plus, such as `example.com/log`")
    return name


def _clean(text: str) -> bool:
    """Return whether *text* can stand in a note: valid UTF-8 without control characters but the newline."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return not any(char < " " and char != "\n" for char in text)


def key_base64(text: str) -> bytes | None:
    """Return what *text* encodes, or `None`; only the one standard spelling counts, so that no bit of a file is loose."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None

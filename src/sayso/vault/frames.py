"""A sealed block as it lies in a segment: a header that is also what the ciphertext is bound to, a nonce, the ciphertext."""

from __future__ import annotations

import struct

from msgspec import Struct

from sayso.facts.errors import Broken
from sayso.vault.ciphers import CIPHERS, FIRST, NONCE, TAG
from sayso.vault.keys import Entropy, close, disclose

MAGIC = b"sayso blk"
LARGEST = 64 * 1024 * 1024
_HEADER = struct.Struct(">9sB28s28sII32sI")
HEADER = _HEADER.size
OVERHEAD = HEADER + NONCE + TAG


class Frame(Struct, frozen=True, kw_only=True):
    """What the header of a block says of it."""

    account: str
    conversation: str
    block: int
    turns: int
    policy: bytes
    length: int
    """Bytes of the whole frame."""
    version: int = FIRST
    """The cipher it is sealed with, named in the header and so bound to the ciphertext."""


def pack(frame: Frame, version: int | None = None) -> bytes:
    """Return the header bytes of *frame*, as of another cipher where a *version* is given."""
    return _HEADER.pack(
        MAGIC,
        frame.version if version is None else version,
        frame.account.encode(),
        frame.conversation.encode(),
        frame.block,
        frame.turns,
        frame.policy,
        frame.length,
    )


def unpack(raw: bytes) -> Frame | None:
    """Return the header at the beginning of *raw*, or `None` where there is none that this version reads."""
    if len(raw) < HEADER:
        return None
    magic, version, account, conversation, block, turns, policy, length = _HEADER.unpack_from(raw)
    if magic != MAGIC or version not in CIPHERS:
        return None
    try:
        named = account.decode("ascii"), conversation.decode("ascii")
    except UnicodeDecodeError:
        return None
    return Frame(account=named[0], conversation=named[1], block=block, turns=turns, policy=policy, length=length, version=version)


def seal(key: bytes, frame: Frame, payload: bytes, entropy: Entropy) -> bytes:
    """Return the stored bytes of *payload*: it opens only as this block of this conversation, turns and policy."""
    header = pack(frame)
    return header + close(key, payload, header, entropy, frame.version)


def unseal(key: bytes, frame: Frame, stored: bytes) -> bytes:
    """Return the payload of *stored*, which must be exactly *frame*, sealed with whichever cipher its header names."""
    header = assert_fits(frame, stored)
    return disclose(key, stored[HEADER:], header, _called(frame), header[len(MAGIC)])


def assert_fits(frame: Frame, stored: bytes) -> bytes:
    """Return the header of *stored*, which must be exactly that of *frame*, whichever known cipher it names; else `Broken`."""
    if len(stored) != frame.length:
        raise Broken(f"{_called(frame)} is cut off: {len(stored)} of {frame.length} bytes are there; run `sayso audit`")
    version = stored[len(MAGIC)] if len(stored) > len(MAGIC) else 0
    if stored.startswith(MAGIC) and version > max(CIPHERS):
        raise Broken(f"{_called(frame)} names cipher version {version}, which this program does not know; use a later one")
    # The header is compared before anything is opened, so that a swapped block is named as such and not as mere noise.
    try:
        header = pack(frame, version)
    except struct.error:
        raise Broken(f"{_called(frame)} is listed wrongly in the index; run `sayso audit`") from None
    if version not in CIPHERS or not stored.startswith(header):
        raise Broken(f"{_called(frame)} holds another block or was altered; run `sayso audit`")
    return header


def _called(frame: Frame) -> str:
    return f"conversation `{frame.conversation}` block {frame.block}"

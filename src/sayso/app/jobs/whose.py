"""Whose file it is that a key does not open: of another log, or of the same name under another key. A hint, and no proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sayso.facts.errors import Unfit
from sayso.proofs import VerifierKey
from sayso.proofs.evidence import plain_bytes, strict_json
from sayso.proofs.notes import key_base64

SIGNATURE = re.compile(r"^— ([^\s+]{1,200}) ([A-Za-z0-9+/=]{8,8000})$", re.MULTILINE)


def whose(path: Path, key: str) -> str | None:
    """Return in one line whose the signed notes in the file at *path* are, where *key* signed none of them; else `None`.

    What a file says of its signers is not checked here: it tells somebody who took the wrong key which one to ask for.
    """
    try:
        trusted, text = VerifierKey.parse(key), plain_bytes(path).decode("utf-8")
    except (Unfit, OSError, UnicodeDecodeError):
        return None
    signers = {(name, raw[:4]) for name, raw in _signatures(text)}
    if not signers or (trusted.name, trusted.id) in signers:
        return None
    mine = sorted(found.hex() for name, found in signers if name == trusted.name)
    if mine:
        return (
            f"it is signed as `{trusted.name}` by the key `{mine[0]}`, and the key given is `{trusted.id.hex()}`: the log has "
            "changed its key, or somebody else uses its name; ask the operator, and somebody else, which key was used on that day"
        )
    other = sorted(name for name, _ in signers)[0]
    return f"it is of `{other[:80]}`, and the key given is of `{trusted.name}`: check it with the public key of the one it is of"


def signers(note: str) -> set[tuple[str, str]]:
    """Return the name and the key's id, in hex, of each line below *note* that says to be a signature. Nothing is checked."""
    return {(name, raw[:4].hex()) for name, raw in _signatures(note)}


def _signatures(text: str) -> list[tuple[str, bytes]]:
    """Return each signer of a note in *text*, with what they signed; in JSON data, of the notes that are its strings."""
    lines = [line for note in (text, *_strings(text)) for line in SIGNATURE.findall(note)]
    return [(name, raw) for name, told in lines if (raw := key_base64(told)) is not None]


def _strings(text: str) -> Iterator[str]:
    """Yield the strings of the JSON data in *text*; none where it is no JSON. Read as data: a pattern could be made to hang."""
    try:
        left: list[object] = [strict_json(text.encode(), "the file")]
    except Unfit:
        return
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one

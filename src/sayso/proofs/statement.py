"""A signature over a whole document: a note that names its kind and the digest of its canonical bytes."""

from __future__ import annotations

from collections.abc import Mapping

from sayso.facts.canonical import digest
from sayso.facts.errors import Unfit
from sayso.proofs.notes import SigningKey, VerifierKey, open_note

MEMBER = "signature"


def signed(document: Mapping[str, object], signer: SigningKey) -> dict[str, object]:
    """Return *document* (JSON data with its kind under `format`) with a `signature` over all the rest.

    The note has two lines, a checkpoint three: neither can pass for the other, though one key signs both.
    """
    rest = {name: value for name, value in document.items() if name != MEMBER}
    return {**rest, MEMBER: signer.sign(_body(rest))}


def check_signed(document: Mapping[str, object], key: VerifierKey) -> None:
    """Raise Unfit unless *document* carries a signature of *key* over everything else in it."""
    note = document.get(MEMBER)
    if not isinstance(note, str):
        raise Unfit("the file carries no signature")
    rest = {name: value for name, value in document.items() if name != MEMBER}
    if open_note(note, [key]).text != _body(rest):
        raise Unfit("the signature is over another text; something in the file was altered")


def _body(rest: Mapping[str, object]) -> str:
    return f"{rest.get('format')}\n{digest(dict(rest))}\n"

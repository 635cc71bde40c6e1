"""Checkpoints (C2SP tlog-checkpoint): which log, how many leaves, and the root over them."""

from __future__ import annotations

import base64
import binascii

from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.proofs.notes import VerifierKey, open_note


class Checkpoint(Struct, frozen=True):
    """A tree head: the log's *origin*, its *size* in leaves and its *root* (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Return the three lines that are signed.

        >>> Checkpoint("example.com/log", 1, b"0" * 32).body()
        'example.com/log\\n1\\nMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=\\n'
        """
        if not self.origin or "\n" in self.origin or self.size < 0 or len(self.root) != 32:
            raise Unfit("a checkpoint has an origin of one line, a size and a root of 32 bytes")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, body: str) -> Checkpoint:
        """Return the checkpoint that *body* spells; extension lines are refused, since no monitor can audit them."""
        lines = body.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:
            raise Unfit("this is no checkpoint: origin, size and root, a line each, and nothing else")
        try:
            read = cls(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
            plain = read.body() == body
        except (ValueError, binascii.Error, Unfit):
            plain = False
        if not plain:
            raise Unfit("this is no checkpoint: a number or a root is spelled in an unusual way")
        return read


def head_of(note: str, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint in *note*; Unfit where it is not signed by *key*, or is of a log that bears another name than *key*.

    A log of ours signs under its own name. Who holds a key could otherwise say that their log is somebody else's.
    """
    told = Checkpoint.parse(open_note(note, [key]).text)
    if told.origin != key.name:
        raise Unfit(f"the checkpoint is of the log `{told.origin[:80]}`, and signed by the key of `{key.name[:80]}`")
    return told

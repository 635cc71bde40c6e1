"""A pruned log (C2SP tlog-tiles, "Pruning"): from which entry on it is shown. Its tree and older proofs stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.facts.errors import Unfit
from sayso.proofs.notes import SigningKey, VerifierKey, open_note
from sayso.proofs.tiles import MINIMUM, Read, tile_path

HEAD = "sayso/minimum/v1"


def minimum_note(minimum: int, signer: SigningKey) -> str:
    """Return the signed note in which a log says that entries below *minimum* (counted from 0) are shown no more."""
    return signer.sign(f"{HEAD}\n{signer.name}\n{minimum}\n")


def minimum_of(read: Read, key: VerifierKey) -> int:
    """Return the minimum index that the log behind *read* states, 0 where it states none; Unfit where it is not signed by *key*."""
    try:
        note = read(MINIMUM).decode("utf-8")
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError):
        raise Unfit(f"`{MINIMUM}` cannot be read, so nobody knows from where on the log is shown") from None
    try:
        lines = open_note(note, [key]).text.split("\n")
    except Unfit as error:
        raise Unfit(f"`{MINIMUM}`, which says from where on the log is shown, does not hold: {error}; fetch the log anew") from None
    plain = len(lines) == 4 and lines[:2] == [HEAD, key.name] and lines[2].isascii() and lines[2].isdigit() and len(lines[2]) < 19
    if not plain or str(int(lines[2])) != lines[2]:
        raise Unfit(f"`{MINIMUM}` is no statement of the first entry that this log shows")
    return int(lines[2])


def prunable(minimum: int, before: int = 0) -> Iterator[str]:
    """Yield the path of each full tile and bundle that may go at *minimum*, but for those that went at *before*.

    >>> list(prunable(512, before=256)), list(prunable(255))
    (['tile/0/001', 'tile/entries/001'], [])
    """
    level = 0
    while count := minimum >> 8 * (level + 1):
        for number in range(before >> 8 * (level + 1), count):
            yield tile_path(level, number)
            if level == 0:
                yield tile_path("entries", number)
        level += 1

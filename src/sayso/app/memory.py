"""What the folder of keys remembers of the ledger, so that a database restored from an older copy is noticed when it is opened.

A restored copy shows what was deleted since, uses what was refused since, and lets go of what was ordered kept since. So the
folder of keys, which is backed up apart, remembers how far the ledger was and each such line; `sayso restore` says them again.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from sayso.facts.canonical import canonical
from sayso.facts.deeds import AnyLine, PolicySet, RetentionSet
from sayso.facts.errors import Broken
from sayso.facts.events import ChoiceMade, Deleted, HoldEnded, HoldPlaced, NoticeInvalidated, Undone
from sayso.facts.words import Digest
from sayso.ledger import Ledger
from sayso.proofs import merkle

SEEN, DEEDS = "seen.json", "deeds.jsonl"
KINDS = (Deleted, Undone, HoldPlaced, HoldEnded, ChoiceMade, NoticeInvalidated, PolicySet, RetentionSet)
"""The kinds of lines that are looked at; of choices only a refusal is remembered."""
_LINE = msgspec.json.Decoder(AnyLine)


class Seen(Struct, frozen=True, kw_only=True):
    """How many lines the ledger had, and the root over them."""

    size: int
    root: Digest


class Deed(Struct, frozen=True):
    """A line that a restored copy must not lose, and the number it had."""

    seq: int
    line: AnyLine


def matters(line: AnyLine) -> bool:
    """Return whether forgetting *line* would bring something back, use something again, or let something ordered go."""
    return isinstance(line, KINDS) and (not isinstance(line, ChoiceMade) or line.say == "refuse")


class Memory:
    """The memory in one folder of keys. Whoever can write there could as well use the keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seen(self) -> Seen | None:
        """Return how far the ledger was, `None` where nothing was remembered yet."""
        try:
            raw = (self._folder / SEEN).read_bytes()
        except FileNotFoundError:
            if (self._folder / DEEDS).exists():
                raise Broken(f"{SEEN} is missing though {DEEDS} is there; restore the folder of keys from its copy") from None
            return None
        except OSError:
            raise Broken(f"{SEEN} in the folder of keys cannot be read; check its permissions") from None
        try:
            return msgspec.json.decode(raw, type=Seen)
        except msgspec.DecodeError:
            raise Broken(f"{SEEN} in the folder of keys is damaged; restore it from your copy of the keys") from None

    def deeds(self) -> list[Deed]:
        """Return what was remembered, oldest first; half a line at the end is one that was never finished."""
        try:
            lines = (self._folder / DEEDS).read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        found = []
        for number, raw in enumerate(lines, 1):
            try:
                told = json.loads(raw)
                found.append(Deed(int(told["seq"]), _LINE.decode(msgspec.json.encode(told["line"]))))
            except (ValueError, KeyError, TypeError, msgspec.DecodeError):
                if number == len(lines) and not raw.endswith(b"\n"):
                    continue
                raise Broken(f"line {number} of {DEEDS} in the folder of keys is damaged; restore it from your copy") from None
        return found

    @staticmethod
    def check(ledger: Ledger, conn: Connection, seen: Seen | None) -> None:
        """Return where the ledger is as far as *seen*, or continues that; Broken where it is an older or another one.

        *seen* is to be read before *conn* begins to read, since another process may record something in between.
        """
        if seen is None or seen.size == 0:
            return
        head = ledger.head(conn)
        if head.size < seen.size:
            raise Broken(
                f"this is an older copy: the ledger has {head.size} lines and had {seen.size}; what was deleted or refused since "
                "would be back; put the newest copy in place, or run `sayso restore`"
            )
        proof = ledger.consistency(conn, seen.size, size=head.size)
        if not merkle.check_consistency(seen.size, head.size, bytes.fromhex(seen.root), bytes.fromhex(head.root), proof):
            raise Broken(
                f"this is another past: the ledger does not continue the {seen.size} lines it had; put the newest copy in place, "
                "or run `sayso restore`"
            )

    def catch_up(self, ledger: Ledger, conn: Connection) -> None:
        """Remember what was recorded since: a process may have died between a commit and this."""
        seen, head = self.seen(), ledger.head(conn)
        if seen is None or seen.size < head.size:
            after = 0 if seen is None else seen.size
            new = [Deed(one.seq, one.line) for one in ledger.of_kind(conn, *KINDS, after=after) if matters(one.line)]
            self.note(Seen(size=head.size, root=head.root), new)

    def note(self, seen: Seen, new: Iterable[Deed], *, anew: bool = False) -> None:
        """Remember *new* and then that the ledger is as far as *seen*; a folder that cannot be written is caught up with later.

        *anew* goes back, where an older copy is gone on from.
        """
        # The line is committed already: a memory that cannot be read or written now is refused at the next start, not here.
        with contextlib.suppress(OSError, Broken):
            before = self.seen()
            raw = b"".join(canonical({"seq": one.seq, "line": msgspec.to_builtins(one.line)}) + b"\n" for one in new)
            if raw:
                self._append(raw)
            # Where several processes write, the one that is behind must not take back what another has seen.
            if anew or before is None or before.size < seen.size:
                self._put(SEEN, msgspec.json.encode(seen) + b"\n")

    def turned(self, begun: int) -> None:
        """Forget what was recorded before line *begun*, where an epoch began that is now alone: no older copy opens any more."""
        kept = [one for one in self.deeds() if one.seq > begun or isinstance(one.line, HoldPlaced | NoticeInvalidated | PolicySet)]
        raw = b"".join(canonical({"seq": one.seq, "line": msgspec.to_builtins(one.line)}) + b"\n" for one in kept)
        with contextlib.suppress(OSError):
            self._put(DEEDS, raw)

    def _append(self, raw: bytes) -> None:
        path = self._folder / DEEDS
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            end = os.fstat(handle).st_size
            if end and os.pread(handle, 1, end - 1) != b"\n":  # half a line, that a crash left
                os.ftruncate(handle, os.pread(handle, end, 0).rfind(b"\n") + 1)
            os.write(handle, raw)
            os.fsync(handle)
        finally:
            os.close(handle)

    def _put(self, name: str, raw: bytes) -> None:
        beside = self._folder / f".{name}.{os.getpid()}"
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._folder / name)
        finally:
            beside.unlink(missing_ok=True)

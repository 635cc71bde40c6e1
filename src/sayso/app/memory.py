"""What the folder of keys remembers of the ledger, so that a database restored from an older copy is noticed when it is opened.

A restored copy shows what was deleted since, uses what was refused since, and lets go of what was ordered kept since. So the
folder of keys, which is backed up apart, remembers how far the ledger was and each such line; `sayso restore` says them again.

Both go into one file at once, so that whoever is answered waited for the disk once: how far the ledger was stands behind the last
of the lines that are written together. A file beside it says the same from time to time, and which of several pasts it is.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from sayso.facts.canonical import canonical
from sayso.facts.deeds import AnyLine, PersonsSet, PolicySet, RetentionSet
from sayso.facts.errors import Broken
from sayso.facts.events import ChoiceMade, Deleted, HoldEnded, HoldPlaced, NoticeInvalidated, Undone
from sayso.facts.words import Digest
from sayso.ledger import Ledger
from sayso.proofs import merkle

SEEN, DEEDS = "seen.json", "deeds.jsonl"
KINDS = (Deleted, Undone, HoldPlaced, HoldEnded, ChoiceMade, NoticeInvalidated, PersonsSet, PolicySet, RetentionSet)
"""The kinds of lines that are looked at; of choices only a refusal is remembered."""
_LINE = msgspec.json.Decoder(AnyLine)
_END = 65_536
"""Bytes of the lines that are read from their end at first."""


class Seen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many lines the ledger had, and the root over them."""

    size: int
    root: Digest
    past: int = 0
    """How often an older copy was gone on from: what was seen of a past that was left says nothing of this one."""


class Deed(Struct, frozen=True):
    """A line that a restored copy must not lose, and the number it had."""

    seq: int
    line: AnyLine


class _Told(Struct):
    seq: int
    line: msgspec.Raw
    seen: Seen | None = None


def matters(line: AnyLine) -> bool:
    """Return whether forgetting *line* would bring something back, use something again, or let something ordered go."""
    return isinstance(line, KINDS) and (not isinstance(line, ChoiceMade) or line.say == "refuse")


def _spelled(deed: Deed) -> bytes:
    """Return *deed* as one line of canonical JSON; joined by hand, since a line is canonical already."""
    return b'{"line":%b,"seq":%d}\n' % (canonical(deed.line), deed.seq)


def _seen(seen: Seen) -> bytes:
    return msgspec.json.encode(seen) + b"\n"


def _sealed(pending: list[bytes], seen: Seen) -> bytes:
    """Return the lines *pending* with *seen* behind the last of them; a version that does not know of it passes over it."""
    whole = b"".join(pending)
    return b'%b,"seen":%b}\n' % (whole[:-2], canonical(seen))


def _last_seen(lines: list[bytes], past: int) -> Seen | None:
    """Return the farthest that *lines* tell of this *past*, `None` where none does; a DecodeError for one that is damaged."""
    told = [msgspec.json.decode(line, type=_Told).seen for line in lines]
    return max((one for one in told if one is not None and one.past == past), key=lambda one: one.size, default=None)


class Memory:
    """The memory in one folder of keys. Whoever can write there could as well use the keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard, self._writing = threading.Lock(), threading.Lock()
        self._pending: list[bytes] = []
        self._seen: Seen | None = None
        self._anew = self._busy = False

    def seen(self) -> Seen | None:
        """Return how far the ledger was, `None` where nothing was remembered yet."""
        kept = self._kept()
        beside = None if kept is None else self._beside(kept.past)
        return beside if kept is not None and beside is not None and beside.size > kept.size else kept

    def _kept(self) -> Seen | None:
        """Return what the file beside the lines says."""
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

    def _beside(self, past: int) -> Seen | None:
        """Return how far the lines say the ledger was: read from their end, as far as is needed."""
        try:
            with (self._folder / DEEDS).open("rb") as file:
                end, asked = file.seek(0, os.SEEK_END), _END
                while True:
                    file.seek(max(0, end - asked))
                    # What comes after the last line's end was never finished; what comes before the first may be half a line.
                    lines = file.read(asked).split(b"\n")[:-1]
                    found = _last_seen(lines if asked >= end else lines[1:], past)
                    if found is not None or asked >= end:
                        return found
                    asked *= 8
        except FileNotFoundError:
            return None
        except OSError:
            raise Broken(f"{DEEDS} in the folder of keys cannot be read; check its permissions") from None
        except msgspec.DecodeError:
            self.deeds()  # says which line it is
            raise Broken(f"{DEEDS} in the folder of keys is damaged; restore it from your copy of the keys") from None

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
        elif (kept := self._kept()) is not None and kept.size < seen.size:
            with self._writing, contextlib.suppress(OSError):
                self._put(SEEN, _seen(seen))  # so that both say it, should one be lost

    def note(self, seen: Seen, new: Iterable[Deed], *, anew: bool = False) -> None:
        """Remember *new* and then that the ledger is as far as *seen*; a folder that cannot be written is caught up with later.

        *anew* goes back, where an older copy is gone on from.
        """
        self.hand_in(seen, new, anew=anew)
        self.settle()

    def hand_in(self, seen: Seen, new: Iterable[Deed], *, anew: bool = False) -> None:
        """Take in what `settle` is to write, in the order of the commits; whoever answers for it calls that first."""
        with self._guard:
            self._pending += [_spelled(one) for one in new]
            self._seen, self._anew = seen, self._anew or anew

    def unsettled(self) -> bool:
        """Return whether something was handed in that is not written yet."""
        with self._guard:
            return self._seen is not None or self._busy

    def settle(self) -> None:
        """Return once all that was handed in is written; what cannot be written stays handed in, for the next time."""
        with self._writing:
            with self._guard:
                pending, seen, anew = self._pending, self._seen, self._anew
                self._pending, self._seen, self._anew, self._busy = [], None, False, True
            try:
                if seen is not None:
                    self._settle(pending, seen, anew)
            finally:
                with self._guard:
                    self._busy = False

    def _settle(self, pending: list[bytes], seen: Seen, anew: bool) -> None:
        # The line is committed already: a memory that cannot be read or written now is refused at the next start, not here.
        try:
            kept, more = self._kept(), bool(pending)
            past = 0 if kept is None else kept.past
            if pending:
                self._append(_sealed(pending, replace(seen, past=past)))
                pending = []
            if kept is None or anew:
                self._put(SEEN, _seen(replace(seen, past=past + anew)))
            elif not more and (before := self.seen()) is not None and before.size < seen.size:
                # Where several processes write, the one that is behind must not take back what another has seen.
                self._put(SEEN, _seen(replace(seen, past=past)))
        except (OSError, Broken):
            # It goes with the next: a later one alone would be seen, and this one forgotten. After a crash the start catches up.
            with self._guard:
                self._pending = pending + self._pending
                self._seen, self._anew = self._seen or seen, self._anew or anew

    def turned(self, begun: int) -> None:
        """Forget what was recorded before line *begun*, where an epoch began that is now alone: no older copy opens any more."""
        with self._writing, contextlib.suppress(OSError):
            stays = HoldPlaced | NoticeInvalidated | PolicySet
            kept, seen = [one for one in self.deeds() if one.seq > begun or isinstance(one.line, stays)], self.seen()
            if seen is not None:  # first, since it goes with the lines
                self._put(SEEN, _seen(seen))
            self._put(DEEDS, b"".join(_spelled(one) for one in kept))

    def _append(self, raw: bytes) -> None:
        path = self._folder / DEEDS
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            end = os.fstat(handle).st_size
            if end and os.pread(handle, 1, end - 1) != b"\n":  # half a line, that a crash left
                os.ftruncate(handle, os.pread(handle, end, 0).rfind(b"\n") + 1)
            if os.write(handle, raw) < len(raw):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # the half line goes when the next is written
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

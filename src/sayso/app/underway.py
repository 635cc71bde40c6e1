"""Master keys on their way to another place: the epoch in use opens from the old one, the next one begins at the new one.

Nothing is carried: a turn of the epoch puts everything under a new master key, made or given at the new place, and destroys the
old one where it lay. So what was stopped is gone on with by any turn. (1) `master.to` says from where to where, and in which
epoch; (2) the turn; (3) its last step, once the old key is destroyed, has the folder name the new place, and removes `master.to`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from sayso.app import masters as files
from sayso.app.sealed import ADDRESS
from sayso.app.shelf import plainly
from sayso.facts.errors import Broken

ON_ITS_WAY = "master.to"
Kind = Literal["file", "environment", "token"]


class Course(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From where to where master keys move: `epoch` is the last one at the old place, `token` the new one's address."""

    old: Kind
    new: Kind
    epoch: str
    token: str | None = None

    def before(self, epoch: str) -> bool:
        """Return whether the key of *epoch* belongs to the old place."""
        return (len(epoch), epoch) <= (len(self.epoch), self.epoch)


class AnyMasters(Protocol):
    """What a place of master keys can do."""

    def current(self) -> tuple[str, bytes]: ...
    def key(self, epoch: str) -> bytes: ...
    def bind(self, epoch_of: Callable[[bytes], str | None]) -> None: ...
    def prepare(self, epoch: str, draw: Callable[[int], bytes]) -> None: ...
    def over(self, current: str) -> list[str]: ...
    def destroy(self, epoch: str) -> bool: ...


class UnderWay:
    """Master keys at two places until the turn is over: the old one's of the epochs so far, the new one's of those after."""

    def __init__(self, folder: Path, course: Course, old: AnyMasters, new: AnyMasters) -> None:
        self._folder, self._course = folder, course
        self._old, self._new = old, new

    def current(self) -> tuple[str, bytes]:
        """Return what a new vault would begin with: the key of the old place."""
        return self._old.current()

    def key(self, epoch: str) -> bytes:
        """Return the key of *epoch* from the place that has it."""
        return self._at(epoch).key(epoch)

    def bind(self, epoch_of: Callable[[bytes], str | None]) -> None:
        """Have both places learn which epoch each key began."""
        self._old.bind(epoch_of)
        self._new.bind(epoch_of)

    def prepare(self, epoch: str, draw: Callable[[int], bytes]) -> None:
        """Have a key for *epoch*, durable, at its place."""
        self._at(epoch).prepare(epoch, draw)

    def over(self, current: str) -> list[str]:
        """Return the epochs other than *current* of which something lies at either place."""
        return sorted({*self._old.over(current), *self._new.over(current)})

    def destroy(self, epoch: str) -> bool:
        """Destroy the key of *epoch* and, with the last of the old place, name the new one; may be called again after a crash."""
        gone = self._at(epoch).destroy(epoch)
        if epoch == self._course.epoch:
            arrive(self._folder, self._course)
        return gone

    def _at(self, epoch: str) -> AnyMasters:
        return self._old if self._course.before(epoch) else self._new


def read(folder: Path) -> Course | None:
    """Return where master keys are on their way to, `None` where they are not."""
    path = folder / ON_ITS_WAY
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(files.read_text(path), type=Course)
    except msgspec.DecodeError:
        raise Broken(f"{ON_ITS_WAY} is damaged; restore it from your copy of the keys") from None


def depart(folder: Path, course: Course) -> None:
    """Put down that master keys are on their way, durable."""
    _put(folder, ON_ITS_WAY, msgspec.json.encode(course).decode())


def turn_back(folder: Path) -> None:
    """Forget that master keys are on their way, where no epoch has begun at the new place."""
    with plainly("the folder of keys cannot be changed"):
        (folder / ON_ITS_WAY).unlink(missing_ok=True)
        files.keep(folder)


def arrive(folder: Path, course: Course) -> None:
    """Have the folder name the new place, then forget that anything was on its way."""
    with plainly("the folder of keys cannot be changed"):
        if course.new == "token" and course.token is not None:
            _put(folder, ADDRESS, course.token)
        elif course.old == "token":
            (folder / ADDRESS).unlink(missing_ok=True)
            files.keep(folder)
    turn_back(folder)


class Absent:
    """The environment's place where it says nothing: whoever needs a key of it is told which."""

    def __init__(self, what: str) -> None:
        self._what = what

    def current(self) -> tuple[str, bytes]:
        """Refuse: the key is not here."""
        raise self._asked()

    def key(self, epoch: str) -> bytes:  # noqa: ARG002  # whichever it is
        """Refuse: the key is not here."""
        raise self._asked()

    def bind(self, epoch_of: Callable[[bytes], str | None]) -> None:
        """Do nothing: there is no key."""

    def prepare(self, epoch: str, draw: Callable[[int], bytes]) -> None:  # noqa: ARG002  # the same
        """Refuse: the key is not here."""
        raise self._asked()

    def over(self, current: str) -> list[str]:  # noqa: ARG002  # the same
        """Return nothing: no key lies here."""
        return []

    def destroy(self, epoch: str) -> bool:  # noqa: ARG002  # the same
        """Return that it is the operator's to destroy."""
        return False

    def _asked(self) -> Broken:
        return Broken(f"master keys are on their way, and SAYSO_MASTER_KEY is not set; set it to the {self._what} meanwhile")


def _put(folder: Path, name: str, text: str) -> None:
    """Write a file of the folder of keys whole or not at all."""
    partial = folder / f"{name}.new"
    with plainly("the folder of keys cannot be changed"):
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
        files.write(partial, text)
        partial.rename(folder / name)
        files.keep(folder)

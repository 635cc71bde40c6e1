"""Where master keys lie, one per epoch: in files that are overwritten when their epoch is over, or handed in by the environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from sayso.app.shelf import plainly
from sayso.facts.errors import Broken, Unfit
from sayso.vault import MasterKeys

FIRST = "1"
SINGLE = "master.key"
"""The key of the first epoch; those of later ones lie in `masters/<epoch>.key`."""

_UNLISTED = "the folder of keys cannot be looked through"


class FileMasters:
    """Master keys in a folder of keys. One that is over is renamed, overwritten and removed, and each step is durable."""

    def __init__(self, folder: Path, *, none_yet: bool = False) -> None:
        self._folder = folder
        self._later = folder / "masters"
        self._keys = self._all()
        if not self._keys and none_yet:
            return
        if not self._keys:
            raise Broken(f"no {SINGLE} in `{folder.name}`; restore the keys, or begin anew with `sayso init`")
        MasterKeys(self._keys)  # refuses keys that are not random

    def current(self) -> tuple[str, bytes]:
        """Return the first epoch there is and its key: what a new vault begins with."""
        epoch = min(self._keys, key=lambda name: (len(name), name))
        return epoch, self._keys[epoch]

    def key(self, epoch: str) -> bytes:
        """Return the key of *epoch*, also one that was made after this process began."""
        if epoch not in self._keys:
            path = self._files().get(epoch)
            if path is None:
                raise Broken(
                    f"no master key of epoch `{epoch}` is in `{self._folder.name}`: epochs turned and it was destroyed, or it is "
                    "lost; use a copy of the data made since, or restore the key"
                )
            self._keys[epoch] = _read(path)
        return self._keys[epoch]

    def bind(self, epoch_of: Callable[[bytes], str | None]) -> None:
        """Do nothing: the names of the files say which epoch each key is of."""

    def prepare(self, epoch: str, draw: Callable[[int], bytes]) -> None:
        """Have a key for *epoch*, durable before anything is wrapped with it; one that lies there already is taken."""
        path = self._files().get(epoch)
        known = self._keys.get(epoch)
        # One that this process works with and that vanished or changed on the disk is written again: all may hang on it already.
        if path is None or (known is not None and _read(path) != known):
            path, partial = self._later / f"{epoch}.key", self._later / f"{epoch}.new"
            with plainly(f"the key of epoch `{epoch}` cannot be written"):
                self._later.mkdir(mode=0o700, exist_ok=True)
                partial.unlink(missing_ok=True)
                write(partial, (known or draw(32)).hex())
                partial.rename(path)
                keep(self._later)
                keep(self._folder)
        self._keys[epoch] = _read(path)

    def over(self, current: str) -> list[str]:
        """Return the epochs other than *current* of which something lies here; keys made for a later one do not count."""
        with plainly(_UNLISTED):
            gone = [path.stem for folder in (self._folder, self._later) for path in folder.glob("*.gone")]
        names = {*self._files(), *(FIRST if one == "master" else one for one in gone)}
        return sorted(one for one in names if (len(one), one) < (len(current), current))

    def destroy(self, epoch: str) -> bool:
        """Overwrite and remove the key of *epoch*; return that it is gone. May be called again after a crash at any point."""
        destroy(self._folder, epoch)
        self._keys.pop(epoch, None)
        return True

    def _all(self) -> dict[str, bytes]:
        """Return every key there is; a turn in another process may take one away between listing and reading."""
        for _ in range(5):
            files = self._files()
            with contextlib.suppress(FileNotFoundError):
                return {epoch: parse(_text(path), path.name) for epoch, path in files.items()}
        raise Broken(f"the keys in `{self._folder.name}` keep changing; try again in a moment")

    def _files(self) -> dict[str, Path]:
        single = self._folder / SINGLE
        with plainly(_UNLISTED):
            found = {path.stem: path for path in sorted(self._later.glob("*.key"))}
            return {FIRST: single, **found} if single.exists() else found


class GivenMasters:
    """Master keys handed in by the environment: the present one, and while an epoch turns the one before it.

    With *follows* the one before it lies somewhere else, and the present one is for the next epoch.
    """

    def __init__(self, present: bytes, old: bytes | None, folder: Path, *, follows: bool = False) -> None:
        self._present, self._old, self._folder, self._follows = present, old, folder, follows
        self._bound: dict[str, bytes] = {}
        for key in (present, old):
            if key is not None:
                MasterKeys.of(key)  # refuses keys that are not random

    def current(self) -> tuple[str, bytes]:
        """Return what a new vault begins with."""
        self._bound.setdefault(FIRST, self._present)
        return FIRST, self._present

    def key(self, epoch: str) -> bytes:
        """Return the key of *epoch*; where none is known to be it, one that the vault then says is wrong."""
        if epoch in self._bound:
            return self._bound[epoch]
        free = [one for one in (self._old, self._present) if one is not None and one not in self._bound.values()]
        if not free:
            raise Broken(
                f"no master key of epoch `{epoch}` is at hand; set SAYSO_MASTER_KEY_OLD to it until the turn is over, "
                "or use a copy of the data made since"
            )
        return free[0]

    def bind(self, epoch_of: Callable[[bytes], str | None]) -> None:
        """Learn from the vault which epoch each key began."""
        for key in (self._present, self._old):
            epoch = None if key is None else epoch_of(key)
            if key is not None and epoch is not None:
                self._bound[epoch] = key

    def prepare(self, epoch: str, _draw: Callable[[int], bytes]) -> None:
        """Take the present key for *epoch*; refuses where it is that of an epoch already."""
        if epoch in self._bound:
            return
        if self._present in self._bound.values() or (self._old is None and not self._follows):
            raise Unfit(
                "to turn the epoch, set SAYSO_MASTER_KEY to a new key and SAYSO_MASTER_KEY_OLD to the present one; "
                "nothing was changed"
            )
        self._bound[epoch] = self._present

    def over(self, current: str) -> list[str]:
        """Return the epochs other than *current* whose key the environment still holds."""
        return sorted(one for one in self._bound if one != current)

    def destroy(self, epoch: str) -> bool:
        """Forget the key of *epoch*; return that it is not gone: the environment is the operator's. A file of it goes."""
        destroy(self._folder, epoch)
        key = self._bound.pop(epoch, None)
        self._old = None if key == self._old else self._old
        return False


def parse(text: str, name: str) -> bytes:
    """Return the 32 bytes that *text* spells; *name* is where it stood, its content is never shown."""
    try:
        raw = bytes.fromhex(text.strip())
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise Broken(f"{name} is not 64 hexadecimal digits; restore it from your copy of the keys")
    return raw


def is_there(folder: Path) -> bool:
    """Return whether a master key lies in *folder* as a file."""
    return (folder / SINGLE).exists() or any((folder / "masters").glob("*.key"))


def read_text(path: Path) -> str:
    """Return what a file of keys holds; one that is missing or unreadable is named."""
    try:
        return _text(path)
    except FileNotFoundError:
        raise Broken(f"no {path.name} in `{path.parent.name}`; restore the keys, or begin anew with `sayso init`") from None


def write(path: Path, text: str) -> None:
    """Write a secret so that nobody else could read it even for a moment."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError):
        raise Broken(f"{path.name} cannot be read; check its permissions and content") from None


def _read(path: Path) -> bytes:
    return parse(read_text(path), path.name)


def destroy(folder: Path, epoch: str) -> None:
    """Remove the file of *epoch*'s key, where there is one, so that not even its bytes stay in place."""
    path = folder / SINGLE if epoch == FIRST else folder / "masters" / f"{epoch}.key"
    gone = path.with_suffix(".gone")
    try:
        # (1) Renamed: half an overwritten key must never be taken for one. (2) Overwritten. (3) Removed.
        with contextlib.suppress(FileNotFoundError):
            path.rename(gone)
            keep(gone.parent)
        if gone.exists():
            _overwrite(gone)
            gone.unlink()
            keep(gone.parent)
    except OSError as error:
        raise Broken(
            f"the key of epoch `{epoch}` cannot be removed from `{folder.name}` ({(error.strerror or 'unknown cause').lower()}); "
            "remove it, or what was shredded stays readable in backups"
        ) from None


def _overwrite(path: Path) -> None:
    """Put random digits where the key was, in the same place of the file."""
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        size = os.fstat(handle).st_size
        os.pwrite(handle, os.urandom(size // 2 + 1).hex().encode()[:size], 0)
        os.fsync(handle)
    finally:
        os.close(handle)


def keep(folder: Path) -> None:
    """Make the names in *folder* durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Reading a release for training: a withdrawn row keeps its place and loses its words, so that resuming stays exact."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest
from sayso.release.disk import readable
from sayso.release.erase import FOLDER as ERASURES
from sayso.release.erase import chain_problems, erased, pending
from sayso.release.pause import FILES as PAUSE
from sayso.release.pause import assert_going, is_paused
from sayso.release.plan import Manifest
from sayso.release.reader import extra_files, file_problems, read
from sayso.release.recall import FOLDER, newest, path_of, problems, revoked
from sayso.release.shards import groups, hollow, packed_group, unpacked

_CACHE_BYTES = 256 << 20
_PATIENCE = 600
"""How often a loader looks whether a pause is over before it refuses the row, a tenth of a second apart."""


def check(folder: Path | str) -> list[str]:
    """Return a line for everything in the release at *folder* that is missing, changed, unknown or out of order."""
    folder = Path(folder)
    try:
        about = read(folder)
        with readable(folder.name):
            return _found(folder, about)
    except (Unfit, Broken) as error:
        return [str(error)]


def _found(folder: Path, about: Manifest) -> list[str]:
    found = problems(folder) + chain_problems(folder)
    if found:
        return found + file_problems(folder, [file for file in about.files if not file.path.startswith(("data/", "jsonl/"))])
    now = erased(folder)
    found = file_problems(folder, now.files, erased(folder, max(0, now.number - 1)).files)
    if not found:
        found = [f"{path} still holds rows that erasure {now.number} empties; erase once more" for path in pending(folder, now)]
    return found + extra_files(folder, about, {FOLDER: newest(folder), ERASURES: now.number}, allowed=PAUSE)


class Loader:
    """The rows of a release in their fixed order, as dictionaries with `id`, `messages`, the other columns and `masked`.

    A withdrawn row is given with `masked` true and every word empty; give it no weight (labels -100). The newest revocation
    counts from the next row on, also while iterating. While the release is paused a row is waited for, a minute at most, and
    refused then. `loader[i]` gives a row by position, as map-style data sets need. `state_dict` and `load_state_dict` resume at
    the exact row, whatever was withdrawn between. An iteration that ran to its end begins anew the next time.
    """

    def __init__(self, folder: Path, *, masking: bool) -> None:
        self._folder = folder
        self._about = read(folder)
        self._masking = masking
        with readable(folder.name):
            self._groups = [
                (folder / path, number, count)
                for path in self._about.paths("data")
                for number, count in enumerate(groups(folder / path))
            ]
        self._starts = [0, *accumulate(count for _, _, count in self._groups)]
        if self._starts[-1] != self._about.rows:
            raise Broken(f"release `{self.release}` holds {self._starts[-1]} rows and its manifest says {self._about.rows}")
        self._cache: dict[int, Any] = {}
        self._next = 0
        self._revision = 0
        self._gone: frozenset[str] = frozenset()
        self.refresh()

    @property
    def release(self) -> str:
        """The name of the release."""
        return self._about.name

    @property
    def digest(self) -> Digest:
        """The digest of its manifest; log it, with `root` and `revision`, for every training run."""
        return self._about.digest

    @property
    def root(self) -> Digest:
        """The commitment over its blinded ids."""
        return self._about.root

    @property
    def revision(self) -> int:
        """The revision of the withdrawals that rows are masked by now."""
        return self._revision

    def __len__(self) -> int:
        return self._about.rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while self._next < len(self):
            row = self[self._next]
            self._next += 1
            yield row
        self._next = 0

    def __getitem__(self, position: int) -> dict[str, Any]:
        if not 0 <= position < len(self):
            raise IndexError(f"release `{self.release}` has rows 0 to {len(self) - 1}")
        if self._masking:
            self._wait()  # before it is looked for what is newer: a pause ends when that is there
        with readable(self._folder.name):
            later = self._masking and path_of(self._folder, self._revision + 1).exists()
        if later:
            self.refresh()
        number = bisect_right(self._starts, position) - 1
        row = unpacked(self._group(number), position - self._starts[number])
        return _masked(row) if row["id"] in self._gone else _copied(row)

    def _wait(self) -> None:
        """Return once the release is not paused; refuses the row where that lasts."""
        for _ in range(_PATIENCE):
            with readable(self._folder.name):
                if not is_paused(self._folder):
                    return
            threading.Event().wait(0.1)
        assert_going(self._folder)

    def refresh(self) -> None:
        """Read the newest revocation; refuses one that is older than what was seen before."""
        if not self._masking:
            return
        newest = revoked(self._folder)
        if newest.revision < self._revision:
            raise Broken(f"release `{self.release}` has lost a revocation; restore it before serving rows")
        self._revision, self._gone = newest.revision, frozenset(newest.ids)

    def state_dict(self) -> dict[str, Any]:
        """Return where the iteration stands, to be kept with a checkpoint."""
        return {"release": self.release, "manifest": self.digest, "position": self._next, "revision": self._revision}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from *state*; refuses that of another release, and a folder whose revocations are older than the state."""
        position, revision = state.get("position"), state.get("revision")
        if not isinstance(position, int) or not isinstance(revision, int) or not 0 <= position <= len(self):
            raise Unfit(f"that is no state of a loader of release `{self.release}`; hand in what `state_dict` gave")
        if state.get("manifest") != self.digest:
            raise Unfit(f"that state belongs to another release than `{self.release}`; load the one it was made with")
        self.refresh()
        if self._masking and self._revision < revision:
            raise Broken(f"release `{self.release}` is at revocation {self._revision}, the state has seen {revision}; restore it")
        self._next = position

    def _group(self, number: int) -> Any:
        """Return the Arrow table of a row group, keeping those read last, so that a shuffled reading is no slower by much."""
        if (kept := self._cache.pop(number, None)) is None:
            path, inside, _ = self._groups[number]
            with readable(self._folder.name):
                kept = packed_group(path, inside)
            size = kept.nbytes + sum(table.nbytes for table in self._cache.values())
            while self._cache and size > _CACHE_BYTES:
                size -= self._cache.pop(next(iter(self._cache))).nbytes
        self._cache[number] = kept
        return kept

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_cache": {}}  # a worker process reads for itself


def load(path: Path | str, *, revoked: bool = True, verify: bool = True, digest: str | None = None, at_least: int = 0) -> Loader:
    """Return a loader of the release at *path*.

    With *revoked* false, withdrawn rows are not masked: for audits, never for training. *verify* compares every file with the
    manifest first and refuses (broken) any difference; *digest*, from the ledger or a receipt, pins the manifest itself, and
    *at_least* the revision of the withdrawals: a folder whose newest is older is refused, as one that lost some. One that is paused
    is refused until it is known which rows are withdrawn.
    """
    folder = Path(path)
    about = read(folder)
    if digest is not None and about.digest != digest:
        raise Broken(f"release `{about.name}` is not the one with the digest `{digest[:16]}`; fetch that one again")
    if verify and (found := _problems(folder)):
        raise Broken(f"release `{about.name}`: {found[0]}" + (f" (and {len(found) - 1} more)" if len(found) > 1 else ""))
    if (there := newest(folder)) < at_least:
        raise Broken(f"release `{about.name}` is at revocation {there}, and {at_least} is known; fetch the revocations again")
    if revoked:
        assert_going(folder)
    return Loader(folder, masking=revoked)


def _copied(row: dict[str, Any]) -> dict[str, Any]:
    """Return a copy, so that a trainer that edits a row does not edit what the loader keeps."""
    said = [dict(message) for message in row["messages"]]
    return {**row, "messages": said, "labels": list(row["labels"]), "masked": not any(message["content"] for message in said)}


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    return {**hollow(row), "masked": True}


def _problems(folder: Path) -> list[str]:
    """Return what of the files is neither as the newest erasure names it nor, where a crash cut that short, as it was before."""
    found: list[str] = []
    for _ in range(2):  # an erasure that begins while we compare makes the first look wrong, not the second
        now = erased(folder)
        before = erased(folder, max(0, now.number - 1))
        with readable(folder.name):
            found = chain_problems(folder) or file_problems(folder, now.files, before.files)
        if not found:
            break
    return found

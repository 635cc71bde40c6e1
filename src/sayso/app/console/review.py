"""The part of the officers' desk that shows samples of scrubbed words and takes remarks on them."""

from __future__ import annotations

from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs import reviewing
from sayso.app.jobs.recall import released
from sayso.app.jobs.reviewing import Remark, Samples


class Reviews:
    """Samples of releases for officers who audit; *one* is the lock under which the house is used.

    Promises: no name of an account, nothing of who deleted or refused, and no stretch before its deed is in the ledger.
    """

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one

    def releases(self) -> list[str]:
        """Return the names of the releases, the newest first."""
        with self._one:
            return [line.release for line in reversed(released(self._house))]

    def samples(self, by: str, release: str, why: str, start: int, kind: str) -> Samples:
        """Return a page of stretches; Unfit without a reason."""
        return reviewing.samples(self._house, self._one, by, release, why, start, kind)

    def remark(self, by: str, why: str, said: Remark) -> bool:
        """Keep a remark, sealed beside the words; return whether it is new."""
        with self._one:
            return reviewing.remark(self._house, by, why, said)

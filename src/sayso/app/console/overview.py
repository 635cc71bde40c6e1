"""The officers' first page: what there is in numbers, and which policy's copy went bad. No name and no word is opened for it."""

from __future__ import annotations

import logging
from collections import Counter

from sayso import release as release_room
from sayso.app.console.counting import Counted, Counting
from sayso.app.console.releases import ReleaseDesk, ReleaseLine
from sayso.app.counted import counts, rows
from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs.recall import folder_of
from sayso.app.views import Count, Overview, ReleaseView
from sayso.facts.errors import SaysoError

log = logging.getLogger("sayso.policy")


class Overviews:
    """The overview of one opened house; *one* is the lock under which the house is used."""

    def __init__(self, house: House, one: FairLock, counting: Counting, releases: ReleaseDesk) -> None:
        self._house, self._one = house, one
        self._counting, self._releases = counting, releases
        self._damaged: tuple[tuple[str, str], ...] = ()

    def view(self) -> Overview:
        """Return the officer's counts."""
        # Not under the lock as a whole: a large house is counted between other people's requests.
        found = self._counting.now()
        with self._one:
            return self._view(found if found is not None else self._counting.nothing())

    def damaged(self) -> tuple[tuple[str, str], ...]:
        """Return the policies whose copy went bad while this service runs, name and file; a change is logged once."""
        with self._one:
            found = tuple((line.profile, f"policies/{line.digest}.toml") for line in self._house.damaged())
            for name, file in found:
                if (name, file) not in self._damaged:
                    log.error(
                        "the copy of policy `%s` is missing or damaged; the last good one stays in force, restore %s", name, file
                    )
            if self._damaged and not found:
                log.warning("every copy of a policy is whole again")
            self._damaged = found
            return found

    def _view(self, found: Counted) -> Overview:
        return Overview(
            at=found.at,
            policy=found.policy,
            accounts=found.accounts,
            conversations=found.conversations,
            uses={purpose: counts(counted.items()) for purpose, counted in found.uses.items()},
            because={purpose: rows(_by_row(counted)) for purpose, counted in found.because.items()},
            kept=rows(_by_row(found.kept)),
            says=counts(found.says.items()),
            due=found.due,
            held=found.held,
            holds=tuple((one.hold, one.matter, found.holds.get(one.hold, 0)) for one in self._house.present().holds().values()),
            releases=tuple(self._release(one) for one in reversed(self._releases.all())),
            damaged=self.damaged(),
            ends=tuple(Count(label=month, count=count) for month, count in sorted(found.ends.items())),
            counting=self._counting.running,
        )

    def _release(self, seen: ReleaseLine) -> ReleaseView:
        line = seen.line
        try:
            out = release_room.read(folder_of(self._house, line.release)).plan.left_out
        except SaysoError:
            out = {}  # the page of the release says what is wrong with it; the overview must open all the same
        return ReleaseView(
            name=line.release,
            purpose=line.purpose,
            built_at=line.at,
            rows=line.rows,
            withdrawn=seen.withdrawn,
            left_out=counts(out.items()),
        )


def _by_row(found: list[tuple[str, str, int]]) -> Counter[tuple[str, str]]:
    return Counter({(row, text): count for row, text, count in found})

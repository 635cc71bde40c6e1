"""The version of a data folder's database: which it is, and to another one."""

from __future__ import annotations

from msgspec.structs import replace

from sayso.app import migrations, shelf
from sayso.app.clock import StoryClock, SystemClock
from sayso.app.house import EARLIEST, House
from sayso.app.jobs import stale
from sayso.app.mark import database_of, read_mark
from sayso.app.settings import Settings

STALE = "0012"
"""The first version that knows accounts whose next looks are stale."""


def move(settings: Settings, target: str) -> tuple[str, str]:
    """Bring the database of a data folder to version *target*, as its only writer; return from where to where."""
    settings = replace(settings, database=database_of(settings, read_mark(settings.data)))
    # As of the last line: what has come since then by itself is found by any sweep, whatever its version.
    with House(settings, StoryClock(EARLIEST), None, write=True) as house:
        if target < STALE:
            stale.settle_all(house)  # a version that does not know them would go by looks that are stale
        with shelf.transaction(house.engine) as conn:
            return migrations.move(conn, target)


def version_of(settings: Settings) -> tuple[str, str]:
    """Return the version of the database of a data folder, twice, as `move` would that has nothing to do."""
    settings = replace(settings, database=database_of(settings, read_mark(settings.data)))
    with House(settings, SystemClock(), None, write=False) as house, house.reading() as conn:
        here = migrations.version(conn)
        return here, here

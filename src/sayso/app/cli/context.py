"""What every command needs: the settings, the way to answer, and an opened house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from sayso.app.cli.show import Out
from sayso.app.house import House, open_house
from sayso.app.jobs.mend import mend
from sayso.app.settings import Settings


def given(context: click.Context) -> tuple[Settings, Out]:
    """Return the settings and the way to answer."""
    settings, out = context.obj
    return settings, out


@contextmanager
def opened(context: click.Context, *, write: bool = True, keys: bool = True, sharing: bool = False) -> Iterator[tuple[House, Out]]:
    """Yield the opened house; what it has to shout goes to standard error first."""
    settings, out = given(context)
    with open_house(settings, write=write, keys=keys, sharing=sharing) as house:
        if write:
            with house.place():
                for line in mend(house):
                    out.warn(line)
            if house.keys.shout:
                out.warn(house.keys.shout)
        if house.behind():
            out.warn(f"the clock is behind the ledger by {house.behind()}; choices are recorded in server order all the same")
        yield house, out

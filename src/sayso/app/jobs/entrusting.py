"""Moving master keys to another kind of place, which is a turn of the epoch: the next key is there, the old one is destroyed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from sayso.app import keyring, underway
from sayso.app.clock import Clock
from sayso.app.house import House, open_house
from sayso.app.jobs import epochs
from sayso.app.jobs.mend import mend
from sayso.app.masters import parse
from sayso.app.settings import Settings
from sayso.facts.deeds import EpochTurned
from sayso.facts.errors import Unfit


class Entrusted(Struct, frozen=True, kw_only=True):
    """From which kind of place master keys moved to which, and by which turn."""

    old: str
    new: str
    turned: epochs.Turning


def begin(settings: Settings, to: str, clock: Clock | None = None) -> underway.Course | None:
    """Return the course that is put down now, or was before; `None` where master keys are there already.

    The house is opened at its old place first: without the key in use, or with half a turn, nothing is changed.
    """
    begun = underway.read(settings.keys)
    if begun is not None:
        if (begun.token or begun.new) != to:
            raise Unfit(f"master keys are on their way to the {begun.new} already; say the same again, or `sayso epoch turn`")
        return begun
    arrives = to == "environment" and keyring.course(settings, to, "") is not None
    old = replace(settings, master_hex=None, old_master_hex=None) if arrives else settings
    with open_house(old, clock=clock) as house:
        with house.place():
            mend(house)
        epoch = _epoch(house)
        course = keyring.course(settings, to, epoch)
        if course is not None and course.new == "environment":
            _assert_new(house, settings)
        if course is not None:
            underway.depart(settings.keys, course)
    return course


def finish(house: House, course: underway.Course, progress: Callable[[int], None] = lambda _: None) -> Entrusted:
    """Return what was moved, by the turn that does it; *house* was opened after `begin`, which may have ended what was begun."""
    with house.reading() as conn:
        last = house.ledger.last_of(conn, EpochTurned)
    if last is not None and isinstance(line := last.line, EpochTurned) and line.previous == course.epoch:
        turned = epochs.Turning(line.epoch, line.previous, line.accounts, line.rekeyed, line.destroyed, resumed=True)
        return Entrusted(old=course.old, new=course.new, turned=turned)
    return Entrusted(old=course.old, new=course.new, turned=epochs.turn(house, progress=progress))


def give_up(settings: Settings, clock: Clock | None = None) -> underway.Course | None:
    """Return the course that is given up; `None` where there is none, and refused once an epoch began at the new place."""
    begun = underway.read(settings.keys)
    if begun is None:
        return None
    here = settings if begun.old == "environment" else replace(settings, master_hex=None)
    with open_house(here, clock=clock) as house, house.reading() as conn:
        if any(one.current and one.epoch != begun.epoch for one in house.vault.epochs(conn)):
            raise Unfit(f"the next epoch began at the {begun.new} already; run `sayso epoch turn` to end the move")
        made = [one for one in house.keys.masters().over("9" * 64) if not begun.before(one)]
        if begun.new != "environment":
            for one in made:
                house.keys.masters().destroy(one)
        underway.turn_back(settings.keys)
    return begun


def _epoch(house: House) -> str:
    """Return the one epoch there is; refuses where a turn is not over."""
    living = [one.epoch for one in epochs.listed(house) if one.ended is None]
    if len(living) != 1:
        raise Unfit("a turn of the epoch is not over; run `sayso epoch turn`, then move the master keys")
    return living[0]


def _assert_new(house: House, settings: Settings) -> None:
    """Refuse a key of the environment that is one of this vault's: the copy of it elsewhere would outlive the move."""
    with house.reading() as conn:
        known = house.vault.epoch_of(conn, parse(settings.master_hex or "", "SAYSO_MASTER_KEY"))
    if known is not None:
        raise Unfit(f"SAYSO_MASTER_KEY is the key of epoch `{known}`; set it to a new one, nothing was changed")

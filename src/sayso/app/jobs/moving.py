"""Moving a house: ledger and index between SQLite and PostgreSQL, sealed words between the folder and a store of objects.

The order is what makes it safe to stop anywhere: (1) the mark says what is begun, and that the target was empty; (2) everything
is copied, and (3) compared with what it was, and audited; (4) the mark is written anew, and from that write on the new place is
the one, and the old one not; (5) the ledger says so. Until (4) the old place serves, whatever lies at the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sayso.app import copying, objects, postgres, shelf
from sayso.app.house import House
from sayso.app.jobs import evidence, places
from sayso.app.mark import BEFORE, LEFT, MOVES, MOVING, moves, read_mark, write_mark
from sayso.facts.deeds import HouseMoved
from sayso.facts.errors import Broken, Unfit
from sayso.vault import Objects

UNKNOWN_FILE = "file_unknown"
"""What the old place's files are to an audit of the new one, until they are cleared."""
MAY_BE = ("overdue", UNKNOWN_FILE)
Progress = Callable[[int], None]


class Moved(Struct, frozen=True, kw_only=True):
    """What was moved from where to where: rows of the database, or segments and their bytes."""

    what: str
    old: places.Where
    new: places.Where
    rows: int = 0
    segments: int = 0
    bytes: int = 0


def move_database(house: House, to: str, progress: Progress = lambda _: None) -> Moved | None:
    """Return what was moved to the database *to*, `sqlite` for the folder's own; `None` where it lies there already.

    The house was opened for writing at its old place and is closed by this; open it anew.
    """
    mark = read_mark(house.folder)
    kept = mark.get("database")
    old = places.Where(what="database", url=str(kept) if kept is not None else places.SQLITE)
    new = places.Where(what="database", url=places.SQLITE if to == places.SQLITE else postgres.without_secrets(to))
    if new == old:
        return None
    known = _found(house)
    address = None if to == places.SQLITE else to
    target = shelf.engine(house.folder, address, write=True)
    try:
        _begin(house, mark, new, lambda: places.is_empty_database(target), lambda: places.drop(house, target))
        copying.copy(house.engine, target, progress)
        rows = copying.assert_same(house.engine, target)
    finally:
        target.dispose()
    there = replace(house.settings, database=address)
    with House(there, house.clock, None, write=False, blocks=house.fenced) as moved:
        _assert_audited(moved, known)
    _switch(house, old, database=None if address is None else new.url)
    return Moved(what="database", old=old, new=new, rows=rows)


def move_segments(house: House, to: str, endpoint: str | None, progress: Progress = lambda _: None) -> Moved | None:
    """Return what was moved to the objects at *to*, `folder` for the folder; `None` where they lie there already."""
    mark = read_mark(house.folder)
    here, there = objects.marked(mark), None if to == places.FOLDER else objects.address(to, endpoint)
    old, new = places.segments_at(here), places.segments_at(there)
    if new == old:
        return None
    known = _found(house)
    source, target = places.blocks_at(house, here), places.blocks_at(house, there)
    _begin(house, mark, new, lambda: places.is_empty(target), target.empty)
    target.create()
    copied = bytes_copied = 0
    with house.reading() as conn:
        wanted = house.vault.segments(conn)
    for segment in wanted:
        bytes_copied += places.copy_segment(source, target, segment)
        copied += 1
        progress(1)
    fenced = target if isinstance(target, Objects) else None
    with House(house.settings, house.clock, None, write=False, blocks=fenced) as moved:
        _assert_audited(moved, known)
    _switch(house, old, **objects.mark(there))
    return Moved(what="segments", old=old, new=new, segments=copied, bytes=bytes_copied)


def settle(house: House) -> None:
    """Say in the ledger that something was moved, where the mark says so and the ledger does not; have the old place refused."""
    mark = read_mark(house.folder)
    with house.reading() as conn:
        last = house.ledger.last_of(conn, HouseMoved)
    said = last.line.number if last is not None and isinstance(last.line, HouseMoved) else 0
    if moves(mark) <= said:
        return
    left = left_behind(house)
    for one in left:
        if one.what == "segments" and isinstance(there := places.blocks_at(house, places.address_of(one)), Objects):
            there.retire()
    what = left[-1].what if left else "database"
    kept = mark.get("database") if what == "database" else places.segments_at(objects.marked(mark)).url
    with house.writing() as work:
        kind = str(kept or places.SQLITE).partition(":")[0]
        work.record([HouseMoved(at=work.at, number=moves(mark), what=what, to=kind)])


def left_behind(house: House) -> list[places.Where]:
    """Return the places that something was moved away from and that were not cleared since, oldest first."""
    found = read_mark(house.folder).get(LEFT, [])
    return msgspec.convert(found, list[places.Where])


def begun(house: House) -> places.Where | None:
    """Return where a move that was begun and is not over copies to."""
    found = read_mark(house.folder).get(MOVING)
    return None if found is None else msgspec.convert(found, places.Where)


def clear(house: House) -> list[places.Where]:
    """Remove what lies at the places something was moved away from; return them."""
    gone = left_behind(house)
    for one in gone:
        places.assert_not_here(house, one)
        places.remove(house, one)
        mark = read_mark(house.folder)
        _write(house, mark | {LEFT: [msgspec.to_builtins(each) for each in left_behind(house) if each != one]})
    return gone


def stop(house: House) -> places.Where | None:
    """Give up a move that was begun: remove what was copied, and return from where; `None` where none was begun."""
    one = begun(house)
    if one is not None:
        places.assert_not_here(house, one)
        places.remove(house, one)
        _write(house, read_mark(house.folder) | {MOVING: None})
    return one


def _begin(
    house: House, mark: dict[str, object], new: places.Where, is_empty: Callable[[], bool], wipe: Callable[[], None]
) -> None:
    """Write down what is begun, once the target is known to be empty; what an earlier try left there is taken away first."""
    before = begun(house)
    if before is not None and before != new:
        raise Unfit(f"a move of the {before.what} to `{before.url}` was begun; say the same again, or `sayso move stop` first")
    if before is None:
        if not is_empty():
            raise Unfit(
                f"`{new.url}` is not empty; name an empty place (`sayso move clear` removes what an earlier move left), "
                "nothing was changed"
            )
        _write(house, mark | {MOVING: msgspec.to_builtins(new)})
    else:
        wipe()


def _switch(house: House, old: places.Where, **fields: object) -> None:
    """Write the mark that names the new place: the one write that makes it so; then close the house at the old one."""
    mark = read_mark(house.folder)
    left = [msgspec.to_builtins(one) for one in [*left_behind(house), old]]
    fields |= {MOVING: None, MOVES: moves(mark) + 1, LEFT: left}
    same = objects.marked(mark | fields) == objects.marked(mark)
    write_mark(house.folder, {**mark, **fields, BEFORE: objects.before(house.fenced) if same else None})
    house.close()  # who opens it at the new place claims the objects in its name


def _write(house: House, mark: Mapping[str, object]) -> None:
    """Write the mark; where segments lie as objects it says who wrote there, since the new mark is told apart from the old."""
    write_mark(house.folder, {**mark, BEFORE: objects.before(house.fenced)})
    objects.claim(house.fenced, house.where, read_mark(house.folder))


def _found(house: House) -> set[tuple[str, str]]:
    """Return what an audit finds, which may be what is due and files that do not belong; refuses to move anything worse.

    A copy of it would look as if the move had done it.
    """
    found = evidence.audit(house)
    if wrong := [one for one in found if one.kind not in MAY_BE]:
        raise Broken(f"the audit finds {len(wrong)} differences before anything is moved; run `sayso audit`, nothing was changed")
    return {(one.kind, one.where) for one in found}


def _assert_audited(moved: House, known: set[tuple[str, str]]) -> None:
    """Refuse (broken) the copy that *moved* reads unless an audit finds nothing there but what was *known* at the old place."""
    found = evidence.audit(moved)
    new = [one for one in found if (one.kind, one.where) not in known and one.kind != UNKNOWN_FILE]
    if new:
        raise Broken(f"the audit finds {len(new)} differences at the new place ({new[0].line()}); the old place goes on")

"""The places a house may lie at: how each is named, asked whether it is empty, copied to and taken away from."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import Engine

from sayso.app import copying, objects, postgres, shelf
from sayso.app.house import House
from sayso.app.mark import read_mark
from sayso.facts.errors import Broken
from sayso.vault import Blocks, Objects
from sayso.vault.segments import Segments

SQLITE, FOLDER = "sqlite", "folder"
CHUNK = 8 * 1024 * 1024


class Where(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place of the `database` or the `segments`: an address without secrets, `sqlite` or `folder`, and an endpoint."""

    what: str
    url: str
    endpoint: str | None = None


def assert_not_here(house: House, one: Where) -> None:
    """Refuse (broken) to remove what is in use."""
    mark = read_mark(house.folder)
    here = (segments_at(objects.marked(mark)), Where(what="database", url=str(mark.get("database") or SQLITE)))
    if one in here:
        raise Broken(f"the {one.what} at `{one.url}` is the one in use; nothing was removed, restore the mark from a copy")


def remove(house: House, one: Where) -> None:
    """Take away everything that lies at *one*."""
    if one.what == "segments":
        blocks_at(house, address_of(one)).empty()
    elif one.url == SQLITE:
        copying.burn(house.folder)
    else:
        given = house.settings.database
        secret = given is not None and postgres.without_secrets(given) == one.url
        target = shelf.engine(house.folder, given if secret and given is not None else one.url, write=True)
        try:
            drop(house, target)
        finally:
            target.dispose()


def drop(house: House, target: Engine) -> None:
    """Take away what was copied to, or left at, a database, where it is this installation's."""
    copying.assert_of(target, str(read_mark(house.folder).get("instance")), house.ledger)
    copying.drop(target)


def is_empty_database(target: Engine) -> bool:
    """Return whether none of our tables is there."""
    with shelf.transaction(target) as conn:
        return not copying.there(conn)


def is_empty(target: Blocks) -> bool:
    """Return whether no segment lies at *target*, nor anybody's mark."""
    return target.unused() if isinstance(target, Objects) else not target.sizes()


def segments_at(where: objects.Address | None) -> Where:
    """Return the place of segments as objects at *where*, or in the folder."""
    return Where(what="segments", url=FOLDER) if where is None else Where(what="segments", url=where.url, endpoint=where.endpoint)


def address_of(one: Where) -> objects.Address | None:
    """Return the address of a place of segments as objects, `None` for the folder."""
    return None if one.url == FOLDER else objects.address(one.url, one.endpoint)


def blocks_at(house: House, where: objects.Address | None) -> Blocks:
    """Return the segments of this installation at *where*, as objects or in the folder."""
    found = objects.blocks(where, owner=str(read_mark(house.folder).get("instance")))
    return Segments(house.folder / "vault") if found is None else found


def copy_segment(source: Blocks, target: Blocks, segment: int) -> int:
    """Copy one segment under its own number and read it back; return its bytes."""
    one, other, size = sha256(), sha256(), 0

    def parts() -> Iterator[bytes]:
        for part in _parts(source, segment):
            one.update(part)
            yield part

    target.take_in(segment, parts())
    for part in _parts(target, segment):
        other.update(part)
        size += len(part)
    if one.digest() != other.digest():
        raise Broken(f"segment {segment} does not read back as it was; the old place goes on, look at the new one")
    return size


def _parts(blocks: Blocks, segment: int) -> Iterator[bytes]:
    start = 0
    while part := blocks.read(segment, start, CHUNK):
        start += len(part)
        yield part

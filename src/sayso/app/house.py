"""One data folder, opened: the rooms wired together, one transaction at a time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from msgspec.structs import replace
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from sayso import ledger as ledger_room
from sayso import policy as policy_bench
from sayso import vault as vault_room
from sayso.app import answered, kept, keyring, migrations, objects, postgres, shelf
from sayso.app.clock import Clock, SystemClock
from sayso.app.inforce import InForce
from sayso.app.keyring import Keyring, NoMasters
from sayso.app.mark import MARK, assert_fits, database_of, read_mark, write_mark
from sayso.app.memory import Memory, Seen
from sayso.app.place import Place
from sayso.app.settings import DEFAULT_POLICY, Settings
from sayso.app.told import Told
from sayso.app.unfinished import UnfinishedObjects
from sayso.app.work import Work as Work  # noqa: PLC0414  # named so that journeys may take both from here
from sayso.facts.deeds import NoticePublished, Opened, OpeningsDestroyed, PolicySet
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.facts.events import NoticeInvalidated
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger import Entry

BEHIND = timedelta(minutes=5)
"""How far the clock may lag behind the last ledger line before nothing is deleted or released any more."""
LOOK = 0.5
"""Seconds after which a house in PostgreSQL looks whether it is still the only one that wrote."""
T = TypeVar("T")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class House(InForce):
    """An opened data folder, for one process that writes or any number that read. Close it, or use it as a context manager."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        keys: Keyring | None,
        *,
        write: bool,
        blocks: vault_room.Objects | None = None,
        sharing: bool = False,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.folder = settings.data
        self.clock = clock
        self._keys = keys
        self._place = place = Place(self.folder, write=write, sharing=sharing)
        self.engine: Engine = shelf.engine(self.folder, settings.database, write=write, patience=place.patience)
        # Readers begin a deferred transaction of their own, so that they never wait for the writer, nor it for them.
        self._reader: Engine = shelf.engine(self.folder, settings.database, write=False) if write else self.engine
        self._glance = shelf.glance(self._reader)
        self.ledger = ledger_room.Ledger(self.engine, entropy=keyring.entropy)
        masters = keys.masters() if keys else NoMasters()
        self.vault = vault_room.Vault(
            self.engine, self.folder / "vault", masters, entropy=keyring.entropy, blocks=blocks, cipher=settings.cipher
        )
        if blocks is not None and write:
            blocks.unfinished = UnfinishedObjects(self.folder / "vault")
        self.fenced = blocks  # only one copy of the folder, or of the database on a server, may write these
        self.memory = Memory(settings.keys)
        self.told = Told(self.ledger)
        self.recalls = False
        """Whether a release may be paused or owed its recall, so that somebody has to find out what is withdrawn from it."""
        self._folded, self._looked = 0, 0.0
        self._worded = Counter[str]()
        self._work: Work | None = None
        self._last: datetime | None = None

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder free."""
        shelf.leave(self._glance)
        self._reader.dispose()
        self.engine.dispose()
        self._place.release()

    def where(self) -> str:
        """Return what tells this copy of the installation from every other: by its folder, or by its database on a server."""
        if self.settings.database is None:
            return objects.place_of(self.folder)
        with self.reading() as conn:
            return postgres.place_of(conn)

    @property
    def keys(self) -> Keyring:
        """Return the keyring; refuses where this house was opened without keys, as for an audit."""
        if self._keys is None:
            raise Broken("this needs the keys of the installation; an audit opens the folder without them")
        return self._keys

    def now(self) -> datetime:
        """Return the present: the clock's, but never before the last line of the ledger."""
        return max(self.clock.now(), self._last_line())

    def behind(self) -> timedelta:
        """Return by how much the clock lags behind the ledger; zero when it does not."""
        return max(timedelta(0), self._last_line() - self.clock.now())

    def assert_clock(self) -> None:
        """Refuse to delete or release anything while the clock is wrong; choices are still recorded."""
        if self.behind() > BEHIND:
            raise Broken(
                f"the clock reads {iso(self.clock.now())}, before the ledger's last line; "
                "mend the clock: until then choices are recorded, and nothing is released or deleted"
            )

    def _last_line(self) -> datetime:
        if self._last is None:
            with self.reading() as conn:
                self._last = self.ledger.head(conn).at or EARLIEST
        return self._last

    def reading(self) -> AbstractContextManager[Connection]:
        """Yield a connection to read what is committed."""
        return shelf.transaction(self._reader)

    def ask(self, question: Callable[[Connection], T]) -> T:
        """Return what one *question* gives, of what is committed: outside a transaction, or in one where a connection was lost."""
        try:
            return shelf.ask(self._glance, question)
        except DBAPIError:
            with self.reading() as conn:
                return question(conn)

    @contextmanager
    def writing(self, *, settle: bool = True) -> Iterator[Work]:
        """Yield one unit of work over ledger and vault; it commits at the end, signed. Without *settle*, see `Memory.hand_in`."""
        with self.place():
            yield from self._writing(settle)

    @property
    def sharing(self) -> bool:
        """Whether the place of the writer is taken for each work and given up after it, so that others work too."""
        return self._place.sharing

    def place(self) -> AbstractContextManager[None]:
        """Have the place of the one writer until the block ends: it is ours all along, or shared and waited for."""
        return self._place.taken(self.engine)

    def _writing(self, settle: bool) -> Iterator[Work]:
        work: Work | None = None
        known = None
        try:
            with shelf.transaction(self.engine) as conn:
                head = self.ledger.take(conn)
                if head.size != self._folded:
                    self._past = None  # the place was lost in between, and another process wrote
                    self._worded[""] += 1
                self._last = head.at or EARLIEST
                work = self._work = Work(self, conn)
                if self._past is not None:
                    self._past.advance(work.at)
                with self.vault.waiting_once():
                    yield work
                if work.recorded:
                    self.ledger.sign(conn, self.keys.signing, self.keys.signing.name, head)
                known = self.ledger.head(conn) if work.deeds else None
        except BaseException:
            self._last = None
            if work is None or work.recorded or work.heard:
                self._past = None  # what was folded may not have been committed
                self.told.forget()
            raise
        finally:
            self._work = None
        if work.recorded:
            self._last = work.at
        if known is not None:
            # After the commit: what was never recorded must not be remembered. The next start catches up after a crash.
            (self.memory.note if settle else self.memory.hand_in)(Seen(size=known.size, root=known.root), work.deeds)

    @property
    def past(self) -> History:
        """Return everything recorded so far, folded, as of now. It costs what is stored: who needs a part asks `past_of`."""
        if self._past is not None and (self.settings.database is not None or self.sharing) and self._work is None:
            self._look_again()
        if self._past is None and self._work is not None:
            # In the middle of a work: its own lines are not committed yet, so only its own connection sees them.
            self._past = self._fold(self._work.conn)
            self._past.advance(self._work.at)
        elif self._past is None:
            with self.reading() as conn:
                self._past = self._fold(conn)
        return self._past

    def _fold(self, conn: Connection) -> History:
        self._folded = size = self.ledger.size(conn)
        return self.fold(conn, upto=size)

    def _look_again(self) -> None:
        """Forget what was folded if somebody else wrote since: the place of the writer goes with its connection."""
        if time.monotonic() - self._looked > LOOK:
            with self.reading() as conn:
                if self.ledger.size(conn) != self._folded:
                    self._past = self._last = None
                    self._worded[""] += 1
            self._looked = time.monotonic()

    def past_of(
        self, conn: Connection, conversations: Collection[ConversationId], at: datetime, *, accounts: Collection[AccountId] = ()
    ) -> History:
        """Return what decides about *conversations* and *accounts* as of *at*, folded; at the cost of these alone."""
        past = self.ledger.history_of(conn, conversations, accounts)
        past.cuts, past.purposes = self.cuts(conn), self.purposes(conn)
        past.advance(at)
        return past

    def folded(self) -> History | None:
        """Return `past` where it is folded already, and `None` where asking for it would cost what is stored."""
        return self._past

    def take_in(self, entries: Sequence[Entry], *, heard: bool = False) -> None:
        """Fold what was just recorded, unless it was *heard* before; a past that is not folded reads it when it is asked for."""
        self.told.grew(entries)
        for entry in entries:
            if isinstance(entry.line, NoticePublished | NoticeInvalidated | PolicySet):
                self._worded[entry.line.name if isinstance(entry.line, NoticePublished) else ""] += 1
        if any(isinstance(entry.line, OpeningsDestroyed) for entry in entries):
            self._past = None  # it knows what is destroyed
        if self._past is not None:
            self._past.extend(() if heard else (entry.line for entry in entries))
            self._ruled = None if any(isinstance(entry.line, PolicySet) for entry in entries) else self._ruled
            self._folded += len(entries)

    def worded(self, name: str) -> int:
        """Return a number that grows whenever what notice *name* asks may be another: by other words, or under another policy."""
        return self._worded[name] + self._worded[""]

    def present(self) -> History:
        """Return the past, moved on to this instant."""
        past = self.past
        past.advance(self.now())
        return past

    def fold(self, conn: Connection, *, at: datetime | None = None, upto: int | None = None) -> History:
        """Return the facts up to an instant or a line, asked for every purpose and cut at every change of terms there ever was."""
        past = self.ledger.history(conn, at=at, upto=upto)
        past.cuts, past.purposes = self.cuts(conn), self.purposes(conn)
        return past


def create(settings: Settings, *, clock: Clock | None = None, policy: str = DEFAULT_POLICY) -> House:
    """Return a new house in an empty folder, with keys beside it and a policy in force."""
    policy_bench.load(policy)  # refuse a wrong policy before anything is made
    folder = settings.data
    if (folder / MARK).exists():
        raise Unfit(f"`{folder.name}` is a data folder already; use it as it is, or name another")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Unfit(f"folder `{folder.name}` is not empty; name an empty or new one")
    if settings.database is not None:
        postgres.assert_empty(settings.database)
    instance = keyring.entropy(4).hex()
    where = None if settings.objects is None else objects.address(settings.objects, settings.endpoint)
    blocks = objects.blocks(where, owner=instance)
    if blocks is not None:
        blocks.create()  # a store that does not answer, or is somebody else's, is found before any key is made
    try:
        keys = keyring.create(settings, instance)
    except SaysoError:
        if blocks is not None:
            blocks.give_up()
        raise
    house = House(settings, clock or SystemClock(), keys, write=True, blocks=blocks)
    try:
        house.ledger.create()
        house.vault.create()
        with shelf.transaction(house.engine) as conn:
            kept.create(conn)
            answered.create(conn)
            migrations.stamp(conn)
        with house.writing() as work:
            told = None if keys.cosigning is None else keys.cosigning.public.text()
            work.record([Opened(at=work.at, instance=instance, signing_key=keys.signing.vkey(), cosigning_key=told)])
            house.set_policy(work, policy)
    except BaseException:
        house.close()
        raise
    # The mark comes last: a folder without it was never finished, and holds nothing of anybody.
    place = None if settings.database is None else postgres.without_secrets(settings.database)
    write_mark(folder, {"instance": instance, "log_key": keys.signing.vkey(), "database": place, **objects.mark(where)})
    return house


def open_house(
    settings: Settings,
    *,
    clock: Clock | None = None,
    write: bool = True,
    keys: bool = True,
    older: bool = False,
    sharing: bool = False,
) -> House:
    """Return the house in an existing data folder; `keys=False` opens it as an auditor would.

    With *sharing* other processes that share may write as well, one work at a time; who does not share keeps them all out.

    One that was restored from an older copy is refused, unless *older* says that it is to be mended.
    """
    mark = read_mark(settings.data)
    settings = replace(settings, database=database_of(settings, mark))
    blocks = objects.blocks(objects.marked(mark), owner=str(mark.get("instance")))
    house = House(
        settings, clock or SystemClock(), keyring.read(settings) if keys else None, write=write, blocks=blocks, sharing=sharing
    )
    try:
        if write and not older:
            objects.claim(house.fenced, house.where, mark)
        if write:
            with house.place(), shelf.transaction(house.engine) as conn:
                migrations.move(conn)
        seen = house.memory.seen() if keys else None
        with house.reading() as conn:
            migrations.version(conn)
            assert_fits(house.ledger, conn, mark)
            if keys:
                house.keys.masters().bind(partial(house.vault.epoch_of, conn))
                house.vault.unlock(conn)
            if keys and not older:
                house.memory.check(house.ledger, conn, seen)
                if write:
                    house.memory.catch_up(house.ledger, conn)
    except BaseException:
        house.close()
        raise
    return house

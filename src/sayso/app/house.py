"""One data folder, opened: the rooms wired together, one transaction at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from sayso import ledger as ledger_room
from sayso import policy as policy_bench
from sayso import vault as vault_room
from sayso.app import keyring, migrations, postgres, profiles, shelf
from sayso.app.clock import Clock, SystemClock
from sayso.app.keyring import Keyring
from sayso.app.settings import DEFAULT_POLICY, Settings
from sayso.facts.canonical import canonical
from sayso.facts.deeds import AnyLine, Opened, PolicySet
from sayso.facts.errors import Broken, Unfit
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.words import Digest
from sayso.ledger import Entry, Request

MARK = "sayso.json"
BEHIND = timedelta(minutes=5)
"""How far the clock may lag behind the last ledger line before nothing is deleted or released any more."""

LOOK = 0.5
"""Seconds after which a house in PostgreSQL looks whether it is still the only one that wrote."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class NoMasters:
    """The master keys of somebody who has none, as an auditor."""

    def current(self) -> tuple[str, bytes]:
        raise Broken("the folder is open without keys; nothing can be sealed or opened")

    def key(self, epoch: str) -> bytes:
        raise Broken(f"the folder is open without keys; epoch `{epoch}` stays closed")


class Work:
    """One transaction over ledger and vault: what is recorded here is durable when the block ends, or not at all."""

    def __init__(self, house: House, conn: Connection) -> None:
        self.house = house
        self.conn = conn
        self.at = house.now()
        self.recorded = 0
        self.ruled_by: policy_bench.Policy | None = None

    def record(self, lines: Sequence[AnyLine], *, request: Request | None = None) -> list[Entry]:
        """Append *lines* in server order and return their entries; a *request*, which must be new, became them."""
        entries = self.house.ledger.append(self.conn, lines, recorded=self.at, request=request)
        past = self.house.past
        past.extend(entry.line for entry in entries)
        self.recorded += len(entries)
        return entries

    def policy(self) -> policy_bench.Policy:
        """Return the policy in force, read once for the whole transaction: many choices may share it."""
        if self.ruled_by is None:
            self.ruled_by = self.house.policy_at(self.conn, None)
        return self.ruled_by

    def move_on(self) -> None:
        """Let what follows happen now, and not when the transaction began: two answers at one instant would refuse each other."""
        self.at = max(self.at, self.house.now())
        self.house.past.advance(self.at)


class House:
    """An opened data folder. Close it, or use it as a context manager.

    Only one process may hold it for writing; any number may read.
    """

    def __init__(self, settings: Settings, clock: Clock, keys: Keyring | None, *, write: bool) -> None:
        self.settings = settings
        self.folder = settings.data
        self.clock = clock
        self._keys = keys
        self._lock = shelf.Lock(self.folder) if write else None
        self.engine: Engine = shelf.engine(self.folder, settings.database, write=write)
        # Readers begin a deferred transaction of their own, so that they never wait for the writer, nor it for them.
        self._reader: Engine = shelf.engine(self.folder, settings.database, write=False) if write else self.engine
        self.ledger = ledger_room.Ledger(self.engine, entropy=keyring.entropy)
        masters = keys.masters() if keys else NoMasters()
        self.vault = vault_room.Vault(self.engine, self.folder / "vault", masters, entropy=keyring.entropy)
        self._policies: dict[str, policy_bench.Policy] = {}
        self._past: History | None = None
        self._folded = 0
        self._looked = 0.0
        self._writing = False
        self._last: datetime | None = None

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder free."""
        self._reader.dispose()
        self.engine.dispose()
        if self._lock is not None:
            self._lock.release()

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

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection to read what is committed."""
        with shelf.transaction(self._reader) as conn:
            yield conn

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """Yield one unit of work over ledger and vault; it commits when the block ends, with a signed checkpoint."""
        if self._lock is None:
            raise Unfit("the data folder is open for reading only")
        try:
            with shelf.transaction(self.engine) as conn:
                head = self.ledger.head(conn)
                if head.size != self._folded:
                    self._past = None  # the place was lost in between, and another process wrote
                self._last = head.at or EARLIEST
                work = Work(self, conn)
                self.past.advance(work.at)
                self._writing = True
                yield work
                if work.recorded:
                    self.ledger.sign(conn, self.keys.signing, self.keys.signing.name)
        except BaseException:
            self._past = self._last = None  # what was folded may not have been committed
            raise
        finally:
            self._writing = False
        if work.recorded:
            self._last = work.at
            self._folded += work.recorded

    @property
    def past(self) -> History:
        """Return everything recorded so far, folded, as of now."""
        if self._past is not None and self.settings.database is not None and not self._writing:
            self._look_again()
        if self._past is None:
            with self.reading() as conn:
                self._folded = self.ledger.size(conn)
                self._past = self.ledger.history(conn, upto=self._folded)
                self._past.cuts = self.cuts(conn)
        return self._past

    def _look_again(self) -> None:
        """Forget what was folded if somebody else wrote since: the place of the writer goes with its connection."""
        if time.monotonic() - self._looked > LOOK:
            with self.reading() as conn:
                if self.ledger.size(conn) != self._folded:
                    self._past = self._last = None
            self._looked = time.monotonic()

    def present(self) -> History:
        """Return the past, moved on to this instant."""
        past = self.past
        past.advance(self.now())
        return past

    def policy_in_force(self) -> policy_bench.Policy:
        """Return the policy the ledger says is in force, from the copy kept beside it."""
        with self.reading() as conn:
            return self.policy_at(conn, None)

    def policy_at(self, conn: Connection, upto: int | None) -> policy_bench.Policy:
        """Return the policy in force at ledger line *upto*, or now."""
        lines = self.policies_set(conn, upto)
        if not lines:
            raise Broken("no policy is in force; begin anew with `sayso init` in a new folder")
        return self._policy(lines[-1])

    def policies_set(self, conn: Connection, upto: int | None = None) -> list[PolicySet]:
        """Return the lines that put policies into force, oldest first, up to ledger line *upto*."""
        entries = self.ledger.of_kind(conn, PolicySet)
        return [one.line for one in entries if isinstance(one.line, PolicySet) and (upto is None or one.seq <= upto)]

    def policy_of(self, line: PolicySet) -> policy_bench.Policy:
        """Return the policy that *line* put in force; refuses a copy that is not the one it names."""
        path = self.folder / "policies" / f"{line.digest}.toml"
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            raise Broken(f"the copy of policy `{line.profile}` is missing or unreadable; restore policies/{path.name}") from None
        policy = policy_bench.parse(text, name=line.profile)
        if policy.digest != line.digest:
            raise Broken(f"the copy of policy `{line.profile}` is not the one in force; restore policies/{path.name}")
        return policy

    def cuts(self, conn: Connection) -> tuple[datetime, ...]:
        """Return the instants at which the terms of any policy that was ever in force change: no stretch reaches across one."""
        found: set[datetime] = set()
        for line in self.policies_set(conn):
            found.update(self._policy(line).instants)
        return tuple(sorted(found))

    def _policy(self, line: PolicySet) -> policy_bench.Policy:
        if line.digest not in self._policies:
            self._policies[line.digest] = self.policy_of(line)
        return self._policies[line.digest]

    def set_policy(self, work: Work, name: str) -> policy_bench.Policy:
        """Put the profile *name* (shipped, or a file) into force: copy it, and record its digest."""
        text = profiles.source(name)
        policy = policy_bench.parse(text, name=Path(name).stem)
        folder = self.folder / "policies"
        folder.mkdir(exist_ok=True)
        (folder / f"{policy.digest}.toml").write_bytes(text.encode("utf-8"))
        work.record([PolicySet(at=work.at, profile=policy.name, digest=Digest(policy.digest))])
        work.ruled_by = policy
        self.past.cuts = tuple(sorted({*self.past.cuts, *policy.instants}))
        return policy


def create(settings: Settings, *, clock: Clock | None = None, policy: str = DEFAULT_POLICY) -> House:
    """Return a new house in an empty folder, with keys beside it and a policy in force."""
    clock = clock or SystemClock()
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
    keys = keyring.create(settings, instance)
    house = House(settings, clock, keys, write=True)
    try:
        house.ledger.create()
        house.vault.create()
        with shelf.transaction(house.engine) as conn:
            migrations.stamp(conn)
        with house.writing() as work:
            work.record([Opened(at=work.at, instance=instance, signing_key=keys.signing.vkey())])
            house.set_policy(work, policy)
    except BaseException:
        house.close()
        raise
    mark = {"format": 1, "instance": instance, "log_key": keys.signing.vkey()}
    if settings.database is not None:
        mark["database"] = postgres.without_secrets(settings.database)
    # The mark comes last: a folder without it was never finished, and holds nothing of anybody.
    (folder / MARK).write_bytes(canonical(mark))
    return house


def open_house(settings: Settings, *, clock: Clock | None = None, write: bool = True, keys: bool = True) -> House:
    """Return the house in an existing data folder; `keys=False` opens it as an auditor would."""
    mark = read_mark(settings.data)
    settings = replace(settings, database=_database(settings, mark))
    house = House(settings, clock or SystemClock(), keyring.read(settings) if keys else None, write=write)
    try:
        if write:
            with shelf.transaction(house.engine) as conn:
                migrations.move(conn)
        with house.reading() as conn:
            migrations.version(conn)
            if settings.database is not None:
                _assert_own(house, conn, mark)
            if keys:
                house.keys.masters().bind(partial(house.vault.epoch_of, conn))
                house.vault.unlock(conn)
    except BaseException:
        house.close()
        raise
    return house


def move(settings: Settings, target: str) -> tuple[str, str]:
    """Bring the database of a data folder to version *target*, as its only writer; return from where to where."""
    settings = replace(settings, database=_database(settings, read_mark(settings.data)))
    with House(settings, SystemClock(), None, write=True) as house, shelf.transaction(house.engine) as conn:
        return migrations.move(conn, target)


def version_of(settings: Settings) -> tuple[str, str]:
    """Return the version of the database of a data folder, twice, as `move` would that has nothing to do."""
    settings = replace(settings, database=_database(settings, read_mark(settings.data)))
    with House(settings, SystemClock(), None, write=False) as house, house.reading() as conn:
        here = migrations.version(conn)
        return here, here


def _database(settings: Settings, mark: dict[str, object]) -> str | None:
    """Return where the database of the folder is: as the environment says, which may know a password, else as the mark does."""
    kept = mark.get("database")
    if kept is None:
        return None
    if not isinstance(kept, str):
        raise Broken(f"`{settings.data.name}/{MARK}` is damaged; restore it, then run `sayso audit`")
    return settings.database or kept


def _assert_own(house: House, conn: Connection, mark: dict[str, object]) -> None:
    """Refuse a database that began as another instance than the folder: its ledger and these segments do not belong together."""
    opened = next((one.line for one in house.ledger.of_kind(conn, Opened)), None)
    if not isinstance(opened, Opened) or opened.instance != mark.get("instance"):
        raise Broken("this database is of another data folder; name the one this folder was made with, nothing was changed")


def read_mark(folder: Path) -> dict[str, object]:
    """Return what the folder says about itself; refuses one that is no data folder."""
    try:
        mark = json.loads((folder / MARK).read_bytes())
    except FileNotFoundError:
        raise Unfit(f"no data folder at `{folder.name}`; make one with `sayso --data {folder.name} init`") from None
    except (OSError, ValueError):
        raise Broken(f"`{folder.name}/{MARK}` is damaged; restore it, then run `sayso audit`") from None
    if not isinstance(mark, dict) or mark.get("format") != 1:
        raise Broken(f"`{folder.name}/{MARK}` names a format this version does not know; use the version that made it")
    return mark

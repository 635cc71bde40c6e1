"""PostgreSQL for ledger and vault index: its address without secrets, its engine, and the one writer it admits."""

from __future__ import annotations

import importlib.util
import select
import time
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit

SECRETS = frozenset({"password", "sslpassword"})
"""What libpq may be told in an address and nobody else should read."""
WRITER, TURN = 0x73617973, 0x6F000001
"""Advisory locks, each beside the number of the schema: who writes at all, and whose transaction it is."""
LOST = "the connection to the database was lost; what was not acknowledged may or may not be recorded: look, then ask again"
_SINCE, ASLEEP = "sayso_since", 30
"""Seconds after which a connection that lay idle is asked whether it is still there."""
PATIENCE = {
    "statement_timeout": "10min",  # one statement; a big pass reads in batches
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "15min",
    "synchronous_commit": "on",  # acknowledged means on the disk, whatever the server's default is
    "timezone": "UTC",
    "client_min_messages": "warning",
    "tcp_keepalives_idle": "60",  # a writer whose machine is gone gives its place up within two minutes
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "6",
}


def address(text: str) -> URL:
    """Return the address in *text*; what is wrong with it is said without repeating it, since it may hold a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise Unfit("the address of the database cannot be read; write postgresql://HOST/NAME") from None
    if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise Unfit(f"no database of the kind `{url.drivername[:20]}` is known; write postgresql://HOST/NAME, or none")
    if importlib.util.find_spec("psycopg") is None:
        raise Unfit("PostgreSQL needs the extra `postgres`; install it with pip install 'sayso[postgres]'")
    return url.set(drivername="postgresql+psycopg")


def has_password(text: str) -> bool:
    """Return whether the address in *text* holds a secret."""
    url = address(text)
    return url.password is not None or not SECRETS.isdisjoint(url.query)


def without_secrets(text: str) -> str:
    """Return the address in *text* as it may be kept and shown: no password, nor where one lies.

    >>> without_secrets("postgresql://ana:secret@db.example/sayso?sslmode=require&password=secret")
    'postgresql://ana@db.example/sayso?sslmode=require'
    """
    url = address(text)
    plain = url.set(drivername="postgresql").difference_update_query([name for name in url.query if name in SECRETS])
    plain = URL.create("postgresql", plain.username, None, plain.host, plain.port, plain.database, plain.query)
    return plain.render_as_string(hide_password=False)


def engine(text: str, *, write: bool, patience: float = 3) -> Engine:
    """Return an engine on the database at *text*: durable commits, writers one at a time, readers on a view that stands still.

    A connection that writes holds the one writer's place for as long as it lives: whoever loses the connection loses the
    place with it, and writes nothing more before it has taken it again.
    """
    made = create_engine(
        address(text),
        isolation_level="READ COMMITTED" if write else "REPEATABLE READ",
        execution_options={} if write else {"postgresql_readonly": True},
        connect_args={"application_name": "sayso", "connect_timeout": 10},
        pool_size=1 if write else 5,
        max_overflow=0 if write else 20,
        pool_timeout=60,
    )
    event.listen(made, "checkout", partial(_alive, made))

    @event.listens_for(made, "connect")
    def _session(connection: Any, _record: object) -> None:
        before, connection.autocommit = connection.autocommit, True
        with connection.cursor() as cursor:
            for name, value in (PATIENCE | ({} if write else {"default_transaction_read_only": "on"})).items():
                cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
            if write:
                _take_place(cursor, text, patience)
        connection.autocommit = before

    if write:

        @event.listens_for(made, "begin")
        def _begin(connection: Connection) -> None:
            # As SQLite's BEGIN IMMEDIATE: one transaction at a time, from its first moment, so that none waits crosswise.
            _take_turn(connection)

    return made


def _alive(made: Engine, connection: Any, record: Any, _proxy: object) -> None:
    """Have a connection that was cut while it lay idle made anew, and its place taken anew.

    Whoever is cut off by a server hears of it: then there is something to be read, and the server is asked; else only once in
    a while, since to ask takes as long as to read a row.
    """
    now, since = time.monotonic(), record.info.get(_SINCE)
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if since is not None and now - since < ASLEEP and not poll.poll(0):
        record.info[_SINCE] = now
        return
    try:
        made.dialect.do_ping(connection)
    except made.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error
    record.info[_SINCE] = now


def _take_turn(conn: Connection) -> None:
    """Wait for this transaction's turn, in one trip with its beginning."""
    statement = f"SELECT pg_advisory_xact_lock({TURN}, hashtext(current_schema()))"
    if conn.engine.dispatch.before_cursor_execute:
        conn.exec_driver_sql(statement)
        return
    own: Any = conn.connection.dbapi_connection
    kind = conn.dialect.loaded_dbapi.Error
    try:
        with own.pipeline(), own.cursor() as cursor:
            cursor.execute(statement)
    except kind as error:
        lost = conn.dialect.is_disconnect(error, own, None)
        if lost:
            conn.invalidate(error)
        raise DBAPIError.instance(statement, None, error, kind, connection_invalidated=lost, dialect=conn.dialect) from error


def database(text: str) -> str:
    """Return the name of the database at *text*, for people."""
    url = address(text)
    service = url.query.get("service")
    return str(url.database or service or url.username or "postgresql")[:60]


_CAUSES = (
    ("28", "the database let nobody in; check the user, the password file or the service file"),
    ("3D", "the database does not exist; have it created, then try again"),
    ("42501", "the database denies what is asked; give the user of sayso its tables, nothing was recorded"),
    ("42", "the database lacks a table or column it should have; run `sayso upgrade`, then `sayso audit`"),
    ("53100", "the disk of the database is full; nothing was recorded: free some space and try again"),
    ("53300", "the database has no place for another connection; nothing was recorded: try again later"),
    ("25006", "the database is open for reading only; nothing was recorded"),
    ("55P03", "the database is busy with another process; nothing was recorded: try again"),
    ("40", "the database is busy with another process; nothing was recorded: try again"),
    ("57014", "the database took too long and was stopped; nothing was recorded: try again"),
    ("57P", LOST),
    ("08", LOST),
)
"""By the beginning of the SQLSTATE, which no language of the server changes."""


def why(error: DBAPIError) -> str:
    """Return in one line what went wrong, without the server's own words: they may hold what was to be written."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    for beginning, said in _CAUSES:
        if state.startswith(beginning):
            return said
    if error.connection_invalidated or "closed" in str(error.orig):
        return LOST
    if not state:
        said = str(error.orig)
        # Before it let somebody in, a server says what it will in its own language; the driver keeps no code of it.
        if any(word in said for word in ("password", "authentication", "pg_hba", "role")):
            return _CAUSES[0][1]
        if "does not exist" in said:
            return _CAUSES[1][1]
        return "the database cannot be reached; check that it runs and its address, then try again"
    return "the database refuses the change or is damaged; run `sayso audit`"


def _take_place(cursor: Any, text: str, patience: float) -> None:
    """Take the place of the one writer; a process that was killed just now may keep it for a moment."""
    cursor.execute("SELECT set_config('lock_timeout', %s, false)", (f"{patience:.0f}s",))
    try:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(current_schema()))", (WRITER,))
    except Exception as error:
        if getattr(error, "sqlstate", "") != "55P03":
            raise
        raise Unfit(f"database `{database(text)}` has another writer; stop that one first, nothing was changed") from None
    cursor.execute("SELECT set_config('lock_timeout', %s, false)", (PATIENCE["lock_timeout"],))


_MAY, _SYSTEM = (
    "SELECT has_function_privilege('pg_control_system()', 'execute')",
    "SELECT system_identifier FROM pg_control_system()",
)
_NUMBER = "SELECT oid::text || ' ' || current_schema() FROM pg_database WHERE datname = current_database()"


def place_of(conn: Connection) -> str:
    """Return what tells this database from one that was restored from a dump of it, here or on another server.

    A server that was copied file by file has the same, and is not told apart.
    """
    # Where the server's own number is kept from us, the database's is all there is: another server may give the same.
    system = conn.exec_driver_sql(_SYSTEM).scalar() if conn.exec_driver_sql(_MAY).scalar() else ""
    return digest(f"{system} {conn.exec_driver_sql(_NUMBER).scalar()}".encode())


def assert_empty(text: str) -> None:
    """Return only where the database at *text* answers and holds no ledger yet."""
    made = engine(text, write=False)
    try:
        with made.begin() as conn:
            if conn.exec_driver_sql("SELECT to_regclass('ledger_events') IS NOT NULL").scalar():
                raise Unfit(f"database `{database(text)}` holds a ledger already; name an empty one")
    except DBAPIError as error:
        raise Broken(why(error)) from None
    finally:
        made.dispose()

"""The vault's tables, beside the ledger's in one database; every row carries the sum of its own columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from json.encoder import encode_basestring
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, LargeBinary, MetaData, Table, inspect, select, text
from sqlalchemy import Text as AnyText
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest

VERSION = 1
Row = Mapping[Any, Any]
"""A row by column name, read or made."""

METADATA = MetaData()
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")
"""Text in the order of its bytes, in every database: pseudonyms and digests, never in a language."""
Number = BigInteger().with_variant(Integer(), "sqlite")
"""The number of a segment, 64 bits: objects have random ones. SQLite's INTEGER has them anyway."""


def _table(name: str, *columns: Column[Any] | Index) -> Table:
    """Return a vault table: what is given, and `sum`, which any changed column contradicts."""
    return Table(f"vault_{name}", METADATA, *columns, Column("sum", Text, nullable=False))


def _needed(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


INSTANCE = _table(
    "instance",
    Column("id", Integer, primary_key=True, autoincrement=False),
    _needed("version", Integer),
    _needed("epoch", Text),
    _needed("wrapped", LargeBinary),
)
EPOCHS = _table("epochs", Column("epoch", Text, primary_key=True), _needed("check_value", LargeBinary))
ACCOUNTS = _table(
    "accounts",
    Column("account", Text, primary_key=True),
    Column("lookup", LargeBinary, unique=True),
    _needed("lookup_digest", Text),
    _needed("wrapped", LargeBinary),
    _needed("name", LargeBinary),
    _needed("secret", LargeBinary),
    _needed("epoch", Text),
    _needed("leaving", Integer),
)
CONVERSATIONS = _table(
    "conversations",
    Column("conversation", Text, primary_key=True),
    _needed("account", Text),
    _needed("seq", BigInteger),
    _needed("state", Text),
    _needed("turns", BigInteger),
    _needed("blocks", Integer),
    _needed("bytes", BigInteger),
    Column("began_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("hidden_at", BigInteger),
    Column("next_change_at", BigInteger),
    Index("vault_by_account", "account", "seq"),
    Index("vault_by_date", "account", "ended_at", "conversation"),
    Index("vault_by_seq", "seq"),
    Index("vault_due", "next_change_at"),
)
KEYS = _table("keys", Column("conversation", Text, primary_key=True), _needed("account", Text), _needed("wrapped", LargeBinary))
BLOCKS = _table(
    "blocks",
    Column("conversation", Text, primary_key=True),
    Column("block", Integer, primary_key=True, autoincrement=False),
    _needed("turns", Integer),
    _needed("policy", Text),
    _needed("segment", Number),
    _needed("start", BigInteger),
    _needed("length", Integer),
    _needed("digest", Text),
    Index("vault_by_place", "segment", "start", unique=True),
)
HOLDS = _table("holds", Column("hold", Text, primary_key=True), _needed("matter", Text))
HELD = _table(
    "held",
    Column("hold", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("conversation", Text),
    Column("account", Text),
    Column("since", BigInteger),
    Column("until", BigInteger),
    Index("vault_held_by", "conversation", "account"),
)
WORN = _table("worn", Column("account", Text, primary_key=True))
"""Accounts something was shredded of since they got their key: they get a new one when the epoch turns."""
ALL = (INSTANCE, EPOCHS, ACCOUNTS, CONVERSATIONS, KEYS, BLOCKS, HOLDS, HELD, WORN)


class _Plain(NamedTuple):
    """A form with quotes around its gaps, how many quotes there are once it is filled, and whether bytes go in as hex."""

    text: str
    quotes: int
    hexed: bool


class _Form(NamedTuple):
    """The canonical JSON of a table's rows with a gap for each value, the columns that fill the gaps, and where each stands."""

    text: str
    names: tuple[str, ...]
    places: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    plain: dict[tuple[type, ...], _Plain | None]
    """By the types of the values, how to fill the gaps where no value needs more than quotes."""


_FORMS: dict[tuple[str, tuple[str, ...]], _Form] = {}
_GAPS: dict[type, str] = {str: '"%s"', int: '"%d"', NoneType: "null%.0s", bytes: "%s"}


def _form(table: Table, without: tuple[str, ...] = ()) -> _Form:
    """Return the form of *table*, made once: a row's sum is taken at every reading."""
    found = _FORMS.get((table.name, without))
    if found is None:
        every = [column.name for column in table.columns]
        names = sorted(name for name in every if name != "sum" and name not in without)
        # A line of JSON for each key in its canonical order; the name of the table is one of them.
        lines = sorted([f'"{name}":%s' for name in names] + [f'"table":"{table.name}"'])
        first, *others = (every.index(name) for name in names)
        # With one column `itemgetter` would give the value itself and no tuple.
        places = itemgetter(first, *others) if others else itemgetter(slice(first, first + 1))
        found = _FORMS[table.name, without] = _Form("{" + ",".join(lines) + "}", tuple(names), places, {})
    return found


def _spelled(value: object) -> str:
    """Return a value as JSON: bytes as hex, numbers as decimal text."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)  # type: ignore[arg-type]  # its type was just compared
    if value is None:
        return "null"
    if kind is int:
        return f'"{value}"'
    return f'"{value.hex()}"' if isinstance(value, bytes) else encode_basestring(str(value))


def _plain(text: str, kinds: tuple[type, ...]) -> _Plain | None:
    """Return how to fill *text* with values of *kinds* that need nothing but quotes; `None` where one is of another kind."""
    if not _GAPS.keys() >= {*kinds}:
        return None
    quoted = text % tuple(_GAPS[kind] for kind in kinds)
    return _Plain(quoted, quoted.count('"') + 2 * kinds.count(bytes), bytes in kinds)


def _digest(form: _Form, values: tuple[Any, ...]) -> Digest:
    kinds = tuple(map(type, values))
    if kinds not in form.plain:
        form.plain[kinds] = _plain(form.text, kinds)
    plain, said = form.plain[kinds], ""
    if plain is not None:
        said = plain.text % (tuple([f'"{one.hex()}"' if type(one) is bytes else one for one in values]) if plain.hexed else values)
    # As many quotes as there should be, no backslash, nothing that does not print: then no value needed more than quotes.
    if plain is None or said.count('"') != plain.quotes or "\\" in said or not said.isprintable():
        said = form.text % tuple(map(_spelled, values))
    try:
        return Digest(sha256(said.encode()).hexdigest())
    except UnicodeEncodeError:
        raise Unfit("a row holds half a character; it has no canonical bytes") from None


def row_digest(table: Table, row: Row, *, without: tuple[str, ...] = ()) -> Digest:
    """Return the SHA-256 of the canonical JSON of *row*: bytes as hex, numbers as decimal text, `sum` left out."""
    form = _form(table, without)
    return _digest(form, tuple([row[name] for name in form.names]))


def summed(table: Table, row: Row) -> dict[str, Any]:
    """Return *row* with its sum, ready to be written."""
    return {**row, "sum": row_digest(table, row)}


def sound(table: Table, row: Row | None) -> Row | None:
    """Return *row* as it was written; `Broken` where any of its columns was changed since, so that nothing is done upon it."""
    if row is None:
        return None
    try:
        whole = row["sum"] == row_digest(table, row)
    except Unfit:
        whole = False
    if not whole:
        names = " ".join(str(row[column.name])[:40] for column in table.primary_key.columns)
        raise Broken(f"table `{table.name}` row `{names}` was changed; nothing is done upon it, run `sayso audit`")
    return row


REMEMBERED = 8192
"""Rows of a table that are remembered as checked. Keys among them are wrapped: they open nothing without a master key."""


def sounding(table: Table, *, remember: bool = True) -> Callable[[tuple[Any, ...]], None]:
    """Return what checks a row of *table*, its values in the order of the columns, as `sound` does: made once, asked often.

    A row that was checked is remembered whole, and found again only where each of its values is the same; not so where *remember*
    is false, for whoever remembers rows elsewhere.
    """
    form, names = _form(table), table.columns.keys()
    known: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    keys = len(table.primary_key.columns)  # the columns of the key are the first ones

    def check_anew(values: tuple[Any, ...]) -> None:
        try:
            if values[-1] == _digest(form, form.places(values)):
                return
        except Unfit:
            pass
        sound(table, dict(zip(names, values, strict=True)))

    def check(values: tuple[Any, ...]) -> None:
        key = values[:keys]
        try:
            if known.get(key) == values:
                return
            if values[-1] == _digest(form, form.places(values)):
                if len(known) >= REMEMBERED:
                    known.clear()
                known[key] = values
                return
        except Unfit:
            pass
        sound(table, dict(zip(names, values, strict=True)))

    return check if remember else check_anew


def account_digest(row: Row) -> Digest:
    """Return the digest of an account row that stays the same from its enrolment to its last day."""
    return row_digest(ACCOUNTS, row, without=("lookup", "leaving"))


def worn(conn: Connection) -> list[str]:
    """Return the accounts that are to get a new key; in a folder made before epochs turned, all that ever lost anything."""
    if inspect(conn).has_table(WORN.name):
        return list(conn.execute(select(WORN.c.account).order_by(WORN.c.account)).scalars())
    lost = select(CONVERSATIONS.c.account).where(CONVERSATIONS.c.state == "shredded").distinct()
    return list(conn.execute(select(ACCOUNTS.c.account).where(ACCOUNTS.c.account.in_(lost)).order_by(ACCOUNTS.c.account)).scalars())


def create(conn: Connection) -> None:
    """Create the tables that are missing."""
    METADATA.create_all(conn)
    if conn.dialect.name == "postgresql":
        # Statistics hold samples of what is in a column, and outlive the row: nothing wrapped or hashed belongs there.
        for table in METADATA.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, LargeBinary):
                    conn.exec_driver_sql(f"ALTER TABLE {table.name} ALTER COLUMN {column.name} SET STATISTICS 0")


_TURN, _BEGUN = "UPDATE vault_instance SET version = version WHERE id < 0", "SELECT 1 FROM vault_instance WHERE id = 1"
"""SQLite's way: what changes no row makes a writer all the same, and leaves no page to be written."""
_LOCK = select(INSTANCE.c.id).where(INSTANCE.c.id == 1).with_for_update()
_HOLD = "SELECT id FROM vault_instance WHERE id = 1 FOR UPDATE"
"""PostgreSQL's way to be the only writer: a changed row would leave a dead one behind with each turn."""
_OVERWRITES, _WAITS = "PRAGMA secure_delete", "PRAGMA synchronous"
_DURABLE = text("SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'")


def take_turn(conn: Connection) -> None:
    """Make this transaction the vault's only writer until it ends; refuses a database that keeps what it deletes.

    Files are appended to, and removed, only by whoever holds this turn, so no index row can come to point at a file
    that another transaction has just removed.
    """
    transaction = None if conn.in_nested_transaction() else conn.get_transaction()
    if transaction is not None and conn.info.get("turn") is transaction:
        return  # taken before in this transaction, and not in a part of it that may have been taken back
    assert_safe(conn)
    try:
        found = _first_writer(conn) if conn.dialect.name == "sqlite" else _locked(conn)
    except (OperationalError, ProgrammingError) as error:
        if "no such table" in str(error) or "does not exist" in str(error):
            raise Broken("this database holds no vault; run `sayso init`") from None
        if error.connection_invalidated:
            raise Broken("the connection to the database was lost; nothing was recorded, try again") from None
        raise Broken("another writer holds the vault's database; try again in a moment") from None
    if not found:
        raise Broken("the vault was never begun in this database; run `sayso init`")
    conn.info["turn"] = transaction


def _locked(conn: Connection) -> bool:
    """Lock PostgreSQL's row of the vault; return whether there is one."""
    own: Any = conn.connection.dbapi_connection
    if conn.dialect.name != "postgresql" or conn.engine.dispatch.before_cursor_execute or not conn.in_transaction():
        return conn.execute(_LOCK).first() is not None
    kind = conn.dialect.loaded_dbapi.Error
    try:
        with own.cursor() as cursor:
            return cursor.execute(_HOLD).fetchone() is not None
    except kind as error:
        lost = conn.dialect.is_disconnect(error, own, None)
        if lost:
            conn.invalidate(error)
        raise DBAPIError.instance(_HOLD, None, error, kind, connection_invalidated=lost, dialect=conn.dialect) from None


def _first_writer(conn: Connection) -> bool:
    """Make this transaction SQLite's writer; return whether there is a vault."""
    if conn.engine.dispatch.before_cursor_execute or not conn.in_transaction():
        conn.exec_driver_sql(_TURN)
        return conn.exec_driver_sql(_BEGUN).first() is not None
    kind = conn.dialect.loaded_dbapi.Error
    cursor = conn.connection.cursor()
    try:
        cursor.execute(_TURN)
        return cursor.execute(_BEGUN).fetchone() is not None
    except kind as error:
        raise DBAPIError.instance(_TURN, None, error, kind, dialect=conn.dialect) from None
    finally:
        cursor.close()


def assert_safe(conn: Connection) -> None:
    """Return only where a commit waits for the disk and, in SQLite, what is deleted is overwritten.

    A key deleted from a page that is not overwritten can be read back from the file, so `secure_delete` must be fully on
    (`fast` keeps overflow pages); a commit that does not wait could lose what was acknowledged. PostgreSQL has no way to
    overwrite: there a destroyed key is dead when its epoch turns, and not before.
    """
    if conn.dialect.name == "sqlite":
        # Asked of the driver: both are said once per transaction that writes, and neither touches the database.
        cursor = conn.connection.cursor()
        overwrites, waits = (cursor.execute(asked).fetchone() or (None,) for asked in (_OVERWRITES, _WAITS))
        cursor.close()
        if overwrites[0] != 1:
            raise Broken("this database keeps what it deletes; set `PRAGMA secure_delete = ON` on every connection")
        if int(waits[0] or 0) < 2:
            raise Broken("this database does not wait for the disk; set `PRAGMA synchronous = FULL` on every connection")
    elif conn.dialect.name == "postgresql" and not conn.info.get("durable"):
        if not conn.execute(_DURABLE).scalar():
            raise Broken("this database does not wait for the disk; set `fsync` and `synchronous_commit` to on in its settings")
        conn.info["durable"] = True  # asked once per connection: it is asked at the first write of each transaction

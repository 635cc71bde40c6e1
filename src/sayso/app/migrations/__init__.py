"""Versions of the database: which one a data folder has, and how it comes to this program's, up or down, all of it or not at all.

One chain for ledger and vault together, since they share one database and one transaction. `docs/design/0003-databases.md`
says how to add a version.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from sqlalchemy import Connection, inspect, text

from sayso.facts.errors import Broken, Unfit

TABLE = "sayso_version"
FOLDER = Path(__file__).parent
KNOWN = tuple(sorted(path.stem[1:5] for path in (FOLDER / "versions").glob("v[0-9]*.py")))
"""Every version this program knows, oldest first; a database has one of them, or is left alone."""
NEWEST = KNOWN[-1]
_READ = text(f"SELECT version_num FROM {TABLE}")  # noqa: S608  # a name of ours


def version(conn: Connection) -> str:
    """Return the version of the database; refuses one that a newer program made, and one that does not say."""
    present = set(inspect(conn).get_table_names())
    if TABLE not in present:
        if "ledger_events" not in present:
            raise Broken("this database holds no ledger; name the one this data folder was made with, or run `sayso init`")
        # Made before versions were noted, in one of two states.
        return "0002" if "vault_worn" in present else "0001"
    found = [str(one) for one in conn.execute(_READ).scalars()]
    if len(found) != 1 or found[0] not in KNOWN:
        said = f"`{found[0][:20]}`" if len(found) == 1 else "none"
        raise Broken(f"the database is of version {said}, this program knows {KNOWN[0]} to {NEWEST}; use the program that made it")
    return found[0]


def stamp(conn: Connection) -> None:
    """Note that the tables that were just made are those of the newest version."""
    conn.exec_driver_sql(
        f"CREATE TABLE {TABLE} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {TABLE}_pkc PRIMARY KEY (version_num))"
    )
    conn.exec_driver_sql(f"INSERT INTO {TABLE} VALUES ('{NEWEST}')")  # noqa: S608  # a number of ours


def move(conn: Connection, target: str = NEWEST) -> tuple[str, str]:
    """Bring the database to version *target* in the caller's transaction; return from where to where.

    Refuses (Unfit) a version this program does not know. What goes wrong on the way undoes all of it.
    """
    if target not in KNOWN:
        raise Unfit(f"there is no version `{target[:20]}`; this program knows {KNOWN[0]} to {NEWEST}")
    here = version(conn)
    if here != target:
        _run(conn, here, target)
    return here, target


def begin(conn: Connection, target: str = NEWEST) -> None:
    """Make the tables of version *target* in an empty database, step by step; the rooms make the newest at once, and the same."""
    _run(conn, "", target)


def _run(conn: Connection, here: str, target: str) -> None:
    # Loaded here only: most starts find the newest version and need none of it.
    from alembic.config import Config  # noqa: PLC0415  # as said above
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415  # as said above
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # as said above

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = ScriptDirectory.from_config(config)
    steps = scripts._upgrade_revs if target > here else scripts._downgrade_revs
    with EnvironmentContext(config, scripts, fn=lambda _, __: steps(target, cast(str, here or ()))) as environment:
        environment.configure(connection=conn, version_table=TABLE)
        if here and not inspect(conn).has_table(TABLE):
            environment.get_context().stamp(scripts, here)
        environment.run_migrations()

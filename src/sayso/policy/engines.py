"""Which engines there are, what each can do, and why one cannot: nothing is left out without a reason.

`notimpl`: the engine could, and nobody needs it. `notyet`: it is meant to come. `never`: the engine is not made for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sayso.facts.errors import Unfit
from sayso.policy.dialects import Postgres, Spark, Sqlite
from sayso.policy.sql import Sql

Ability = Literal["rows", "big_pass"]
"""`rows`: say what every version says of flat rows. `big_pass`: rule a whole table of conversations inside the engine."""
ABILITIES: tuple[Ability, ...] = ("rows", "big_pass")


@dataclass(frozen=True)
class Mark:
    """Why an engine lacks an ability."""

    kind: Literal["notimpl", "notyet", "never"]
    why: str


@dataclass(frozen=True)
class Engine:
    """One way to ask the rows: the extra it needs, the SQL it speaks (`None`: none), and what it lacks, with the reason."""

    name: str
    extra: str | None = None
    dialect: Sql | None = None
    lacks: Mapping[Ability, Mark] = field(default_factory=dict)


ENGINES: tuple[Engine, ...] = (
    Engine("scalar", lacks={"big_pass": Mark("never", "it rules one standing at a time, which is what it is for")}),
    Engine("duckdb", "columns", Sql()),
    Engine("polars", "polars", lacks={"big_pass": Mark("notyet", "its rows agree; the ends of a plan are written in SQL only")}),
    Engine("sqlite", None, Sqlite(), {"big_pass": Mark("notimpl", "a house on SQLite is small enough for the scalar engine")}),
    Engine("postgresql", None, Postgres(), {"big_pass": Mark("notyet", "its rows agree; the pass needs joins as of an instant")}),
    Engine("spark", "spark", Spark()),
)


def engine(name: str, ability: Ability = "rows") -> Engine:
    """Return the engine of that name; refuses one that is not there or lacks *ability*, with the reason.

    >>> engine("sqlite").dialect is not None
    True
    """
    found = next((one for one in ENGINES if one.name == name), None)
    if found is None:
        raise Unfit(f"no engine `{name}`; there are {', '.join(one.name for one in ENGINES)}")
    if ability in found.lacks:
        mark = found.lacks[ability]
        raise Unfit(f"`{name}` cannot do `{ability}` ({mark.kind}): {mark.why}")
    return found

"""Many conversations, few cases: values that no row of a policy tells apart share a number, and a flat row becomes one code.

From a code a standing can be made that every version rules like those it stands for, up to their instants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sayso.facts.errors import Unfit
from sayso.facts.standings import Standing, Stretch
from sayso.facts.words import UNKNOWN, AccountId, ConversationId
from sayso.policy import flat, vocabulary
from sayso.policy.clock import micros
from sayso.policy.plans import plans
from sayso.policy.sql import Sql, sql
from sayso.policy.table import CapRow, KeepRow, Policy
from sayso.policy.tree import AtLeast, Case, Col, In, Known, Lit, Node, Value
from sayso.policy.vocabulary import ANSWERS, CONFLICT, SILENT

_LARGEST = 2**62


class _LongLists(Sql):
    """DuckDB compares a value with each of a list in turn; told that the list is all there may be, it looks the value up once."""

    def isin(self, column: str, values: tuple[Value, ...]) -> str:
        listed = ", ".join(self.lit(value) for value in values)
        return f"TRY_CAST({column} AS ENUM ({listed})) IS NOT NULL" if len(values) > _LONG else super().isin(column, values)


_LONG = 12
_LONG_LISTS = _LongLists()


@dataclass(frozen=True)
class Digit:
    """One column of a flat row in a code: the conditions of its numbers from 1 on, and for each number, 0 too, a value of it."""

    column: str
    conditions: tuple[Node, ...]
    stands_for: tuple[Any, ...]

    def number(self, stride: int) -> Node:
        """Return the tree of *stride* times the number: the last condition that holds counts, and without any it is 0."""
        arms = tuple((condition, Lit((place + 1) * stride)) for place, condition in enumerate(self.conditions))
        return Case(tuple(reversed(arms)), Lit(0))


class Codes:
    """How the flat rows of one policy are told apart."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.digits = tuple(_digits(policy))
        size = 1
        for digit in self.digits:
            size *= len(digit.stands_for)
        if size > _LARGEST:
            raise Unfit(f"`{policy.name}` tells too many cases apart for one number; rule its conversations one by one")

    def sql(self) -> str:
        """Return the DuckDB expression of the code of a flat row."""
        terms, stride = [], 1
        for digit in self.digits:
            terms.append(sql(digit.number(stride), _LONG_LISTS))
            stride *= len(digit.stands_for)
        return f"CAST({' + '.join(terms)} AS BIGINT)"

    def standing(self, code: int, at: datetime) -> Standing:
        """Return a standing of one stretch for all rows of that code; its instants say only what is there and in which version."""
        values: dict[str, Any] = {}
        for digit in self.digits:
            code, place = divmod(code, len(digit.stands_for))
            values[digit.column] = digit.stands_for[place]
        purposes = self.policy.purposes
        facts = ("tier", "tier_now", "region", "region_now", "contract", "organisation", "organisation_now", "surface", "origin")
        stretch = Stretch(
            first=0,
            last=0,
            began_at=values["began"],
            ended_at=values["at_collected"],
            account=AccountId(""),
            imported=values["raw_imported"],
            model=values["raw_model"],
            age=values["raw_age"],
            say={one: values[f"raw_say_{one}"] for one in purposes},
            **{fact: values[f"raw_{fact}"] for fact in facts},
        )
        there = {name: at if values[f"at_{name}"] else None for name in ("flagged", "feedback", "deleted", "last_turn")}
        return Standing(
            conversation=ConversationId(""),
            account=AccountId(""),
            at=at,
            stretches=(stretch,),
            say_now={one: values[f"raw_say_now_{one}"] for one in purposes},
            refused_at={one: at for one in purposes if values.get(f"at_refused_{one}")},
            private=values["raw_private"],
            holds=("",) if values["raw_held"] else (),
            age_now=values["raw_age_now"],
            **{f"{name}_at": instant for name, instant in there.items()},
        )


@lru_cache(maxsize=64)
def codes(policy: Policy) -> Codes:
    """Return the codes of *policy*; refuses one with too many cases."""
    return Codes(policy)


def _digits(policy: Policy) -> Iterator[Digit]:
    ends: list[KeepRow | CapRow] = [row for version in policy.versions for row in version.keep]
    ends += [row for version in policy.versions for row in version.cap]
    refused = {f"at_refused_{row.purpose}" for row in ends if row.anchor == "refused"}
    for name, kind in flat.columns(policy.purposes):
        if name.startswith("raw_") and kind == "BOOLEAN":
            yield _digit(name, [(True,), (False,)], None)
        elif name.startswith("raw_"):
            yield _digit(name, _classes(policy, name.removeprefix("raw_")), UNKNOWN)
        elif name.startswith("at_refused_") and name not in refused:
            continue  # nothing counts from this refusal, so no row asks whether there was one
        elif name.startswith("at_") and name != "at_collected":
            yield Digit(name, (Known(Col(name)),), (False, True))
    days = plans(policy).days
    eras = (days[0] - timedelta(days=1), *days)
    # A row holds its beginning once per purpose, for resumed conversations; here all are the same.
    for name, column in (("began", f"began_{policy.purposes[0]}"), ("at_collected", "at_collected")):
        yield Digit(name, tuple(AtLeast(Col(column), Lit(micros(day))) for day in days), eras)


def _digit(column: str, classes: list[tuple[Value, ...]], otherwise: Value) -> Digit:
    conditions = tuple(In(Col(column), values) for values in classes)
    return Digit(column, conditions, (otherwise, *(values[0] for values in classes)))


def _classes(policy: Policy, name: str) -> list[tuple[Value, ...]]:
    """Return the values of a fact in groups that no row tells apart; what is in none is unknown."""
    if any(name == f"{fact}_{purpose}" for fact in ANSWERS for purpose in policy.purposes):
        taken = ("withdrawn",) if name.startswith("say_") and not name.startswith("say_now_") else ()  # said of turns alone
        return [(value,) for value in (*SILENT, "allow", "refuse", *taken, CONFLICT)]
    asked = [
        frozenset(values) for when in _whens(policy) for fact, values in when.items() if fact in (name, name.removesuffix("_now"))
    ]
    if not asked and name not in vocabulary.ALWAYS:
        return []  # no row and no guard asks for it, so nothing is told apart
    groups: dict[tuple[bool, ...], list[Value]] = {}
    for value in vocabulary.values(name, dict(policy.declared)) or ():
        groups.setdefault(tuple(value in values for values in asked), []).append(value)
    # An organisation is some, none or unknown before any row is asked, so it has no conflict.
    return [*map(tuple, groups.values()), *([] if name.startswith("organisation") else [(CONFLICT,)])]


def _whens(policy: Policy) -> Iterator[Any]:
    for version in policy.versions:
        for row in (*version.keep, *version.cap, *version.choice.values(), *(row for use in version.use.values() for row in use)):
            yield row.when
        for based in version.basis.values():
            yield from ({"region": row.regions} for row in based)

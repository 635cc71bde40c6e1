"""Which plan a standing has: everything about it that the rows of a policy ask for, as one key, by a function made for the policy.

Facts that no row asks for are left out, so standings that differ only in them share a plan.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, TypeAlias

from sayso.facts.standings import Standing
from sayso.facts.words import NONE, UNKNOWN
from sayso.policy import flat
from sayso.policy.compiling import compiled
from sayso.policy.generated import Staged
from sayso.policy.table import Policy
from sayso.policy.tree import Node, columns

Key: TypeAlias = tuple[object, ...]
_THERE = {"at_flagged": "flagged_at", "at_feedback": "feedback_at", "at_deleted": "deleted_at", "at_last_turn": "last_turn_at"}
_WHOLE = {"raw_private": "s.private", "raw_age_now": "s.age_now", "raw_held": "not s.holds"}
_PART = ("tier", "tier_now", "region", "region_now", "contract", "surface", "origin", "model", "age", "imported")

_SOURCE = """
def stretch(t):
    began, ended, say = t.began_at, t.ended_at, t.say.get
    if ended < began:
        began, ended = ended, began
    era = bisect(days, began)
    return ({part}era, era if ended == began else bisect(days, ended))

def key(s):
    now, refused, stretches = s.say_now.get, s.refused_at.get, s.stretches
    if len(stretches) == 1:
        return ({whole}stretch(stretches[0]),)
    return ({whole}*map(stretch, stretches), {who})
"""


def key_function(policy: Policy) -> Callable[[Standing], Key]:
    """Return the function that gives the key of a standing: of equal keys every version says the same, but for ends."""
    names = {"bisect": bisect_right, "days": policy.instants, "some": some, "who": who, "unknown": UNKNOWN}
    purposes = {}
    for place, purpose in enumerate(policy.purposes):
        # A purpose is named in a profile: it goes into the function as a constant, never as code.
        names[f"p{place}"], purposes[purpose] = purpose, f"p{place}"
    asked = needed(policy)
    part = [f"t.{fact}" for fact in _PART if f"raw_{fact}" in asked]
    part += [f"some(t.{fact})" for fact in ("organisation", "organisation_now") if f"raw_{fact}" in asked]
    part += [f"say({short}, unknown)" for purpose, short in purposes.items() if f"raw_say_{purpose}" in asked]
    whole = [text for name, text in _WHOLE.items() if name in asked]
    whole += [f"s.{fact} is None" for name, fact in _THERE.items() if name in asked]
    whole += [f"now({short}, unknown)" for purpose, short in purposes.items() if f"raw_say_now_{purpose}" in asked]
    whole += [f"refused({short}) is None" for purpose, short in purposes.items() if f"at_refused_{purpose}" in asked]
    parts = {"part": "".join(f"{one}, " for one in part), "whole": "".join(f"{one}, " for one in whole)}
    source = _SOURCE.format(**parts, who="who(stretches)" if counts_whole(policy) else "")
    exec(compile(source, "<keys>", "exec"), names)  # noqa: S102  # of the words above and nothing else
    made: Callable[[Standing], Key] = names["key"]  # type: ignore[assignment]  # what the source defines
    return made


def counts_whole(policy: Policy) -> bool:
    """Return whether some version counts a resumed conversation whole."""
    return any(row.resumed == "whole" for version in policy.versions for row in version.choice.values())


def needed(policy: Policy) -> frozenset[str]:
    """Return the columns of a flat row that decide anything: those that rows ask for, directly or through facts."""
    found: set[str] = set()
    for terms in compiled(policy):
        roots: list[Node] = [*terms.use, *(node for pair in (*terms.keep, *terms.cap) for node in pair)]
        names = frozenset().union(*map(columns, roots))
        if any(row.resumed == "whole" for row in terms.version.choice.values()):
            names |= {"raw_imported", *(f"say_{purpose}" for purpose in terms.version.choice)}
        found |= _through(names, terms.staged)
    return frozenset(found)


def _through(names: frozenset[str], staged: Staged) -> frozenset[str]:
    """Return what *names* come down to when every fact among them is replaced by what it is worked out of."""
    for name, node in reversed(staged):
        if name in names:
            names = (names - {name}) | columns(node)
    return names


def some(organisation: str | None) -> str:
    """Return whether there is an organisation, fast where there is none."""
    return NONE if organisation == NONE else flat.some(organisation)


def who(stretches: tuple[Any, ...]) -> Key:
    """Return which stretches have an account in common."""
    accounts = [stretch.account for stretch in stretches]
    return tuple([accounts.index(one) for one in accounts])

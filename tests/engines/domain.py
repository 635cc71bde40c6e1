"""What every engine is asked: Ana's conversation with every pair of facts, with what every row tells apart, and any history."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from sayso.facts.events import parse_event
from sayso.facts.history import History
from sayso.facts.standings import Standing, Stretch
from sayso.policy import Policy
from sayso.policy.vocabulary import FIXED

BEFORE, ANNOUNCED, MOVED, AFTER = (datetime(*day, tzinfo=UTC) for day in ((2025, 6, 1), (2025, 9, 10), (2025, 10, 1), (2026, 8, 1)))
NOWS = (datetime(2025, 10, 3, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC))
LEAP = datetime(2028, 2, 29, 13, 30, tzinfo=UTC)

# One value for each group of values that no row tells apart, and what is no value at all.
DOMAIN: dict[str, tuple[Any, ...]] = {
    "tier": ("pro", "team", "free", "Pro ", "PRO", "", "unknown", "conflict"),
    "tier_now": ("pro", "enterprise", "pro ", "unknown"),
    "region": ("US", "EEA", "??", "us", "unknown", "conflict"),
    "region_now": ("US", "??"),
    "contract": ("none", "dpp", "trusted_tester", "zdr", "commercial", "DPP", "unknown"),
    "organisation": ("none", "acme", "", "unknown"),
    "organisation_now": ("none", "acme", "unknown"),
    "surface": ("chat", "code", "api", "Code", "o'chat"),
    "origin": ("typed", "copied", "connector", "audio", "recalled", "Typed", "none"),
    "imported": (False, True),
    "age": ("undeclared", "adult", "minor", "unknown", "conflict"),
    "say": ("allow", "refuse", "withdrawn", "deferred", "noticed", "unasked", "Allow", "unknown", None),
    "private": (False, True, None),
    "age_now": ("undeclared", "adult", "minor", "unknown", "conflict"),
    "say_now": ("allow", "refuse", "deferred", "unasked", "ALLOW", None),
    "flagged": (False, True),
    "feedback": (False, True),
    "deleted": (False, True),
    "held": (False, True),
    "collected": (BEFORE, ANNOUNCED, MOVED, AFTER, datetime(2024, 2, 29, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)),
}
BASE: dict[str, Any] = {fact: values[0] for fact, values in DOMAIN.items()} | {"collected": MOVED}
GROUNDS = (
    {},
    {"say": "refuse", "say_now": "refuse"},
    {"say_now": "refuse"},
    {"say": "unasked", "say_now": "unasked"},
    {"feedback": True, "say": "unasked"},
    {"flagged": True, "say": "refuse"},
    {"contract": "dpp", "surface": "code", "tier": "team", "say": "unasked", "say_now": "unasked"},
    {"deleted": True},
    {"imported": True, "say": "unasked"},
    {"collected": BEFORE},
)


def standing(facts: dict[str, Any], name: str = "c") -> Standing:
    """Ana's conversation with the given facts and otherwise ordinary ones."""
    have = {**BASE, **facts}
    when = have["collected"]
    marks = {
        fact: when + timedelta(hours=hours) if have[fact] else None
        for hours, fact in enumerate(("flagged", "feedback", "deleted"), 1)
    }
    heard = {"model_training": have["say"]} if have["say"] is not None else {}
    now = {"model_training": have["say_now"]} if have["say_now"] is not None else {}
    texts = ("tier", "tier_now", "region", "region_now", "contract", "organisation", "organisation_now", "surface", "origin", "age")
    stretch = Stretch(
        first=0,
        last=1,
        began_at=when,
        ended_at=when,
        account="ana",
        imported=have["imported"],
        say=heard,
        **{one: have[one] for one in texts},
    )
    return Standing(
        conversation=name,
        account="ana",
        at=when + timedelta(days=1),
        stretches=(stretch,),
        say_now=now,
        refused_at={"model_training": when + timedelta(hours=5)}
        if have["say_now"] == "refuse" or have["say"] == "withdrawn"
        else {},
        private=have["private"],
        last_turn_at=when,
        flagged_at=marks["flagged"],
        feedback_at=marks["feedback"],
        deleted_at=marks["deleted"],
        holds=("order",) if have["held"] else (),
        age_now=have["age_now"],
    )


def pairs() -> Iterator[dict[str, Any]]:
    """Every pair of facts with every pair of their values, on the ordinary ground; every single value on every other ground."""
    for one, other in itertools.combinations(DOMAIN, 2):
        for value, second in itertools.product(DOMAIN[one], DOMAIN[other]):
            yield {one: value, other: second}
    for ground, (fact, values) in itertools.product(GROUNDS, DOMAIN.items()):
        yield from ({**ground, fact: value} for value in values)


def ways(policy: Policy) -> Iterator[dict[str, Any]]:
    """For every use row, the full product of the values it tells apart: fitting and not, on every ground."""
    for version in policy.versions:
        for row in itertools.chain.from_iterable(version.use.values()):
            facts = [fact for fact in row.when if fact in DOMAIN]
            choices = []
            for fact in facts:
                wanted = [value for value in DOMAIN[fact] if _plain(fact, value) in row.when[fact]]
                other = [value for value in DOMAIN[fact] if _plain(fact, value) not in row.when[fact]]
                choices.append((*wanted[:2], *other[:2]))
            for values in itertools.product(*choices):
                yield {"collected": version.since + timedelta(days=3), **dict(zip(facts, values, strict=True))}


def _plain(fact: str, value: Any) -> Any:
    if FIXED.get(fact) == ("yes", "no") and isinstance(value, bool):
        return "yes" if value else "no"
    return "some" if fact.startswith("organisation") and value == "acme" else value


WHO = st.sampled_from(["ana", "bo"])
WHEN = st.integers(0, 486 * 24 * 60).map(lambda minutes: datetime(2025, 4, 1, tzinfo=UTC) + timedelta(minutes=minutes))
EVENT = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("choice"),
            "account": WHO,
            "say": st.sampled_from(["allow", "allow", "refuse"]),
            "covers": st.sampled_from(["from_now", "from_now", "stored"]),
        }
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["deferred", "notice_shown"]), "account": WHO}),
    st.fixed_dictionaries(
        {
            "type": st.just("turn"),
            "account": WHO,
            "conversation": st.just("c"),
            "origin": st.sampled_from(["typed", "typed", "connector"]),
            "imported": st.sampled_from([False, False, True]),
        }
    ),
    st.fixed_dictionaries({"type": st.just("tier"), "account": WHO, "tier": st.sampled_from(["free", "pro", "team", "Pro "])}),
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["flagged", "flag_cleared", "feedback", "feedback_withdrawn", "deleted"]),
            "conversation": st.just("c"),
        }
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["hold_placed", "hold_ended"]), "hold": st.just("order")}),
    st.fixed_dictionaries({"type": st.just("merged"), "account": st.just("bo"), "into": st.just("ana")}),
)


STORIES = st.lists(st.lists(st.tuples(WHEN, EVENT), max_size=10), min_size=8, max_size=30)


def told(stories: list[list[tuple[datetime, dict[str, Any]]]], at: datetime) -> list[Standing]:
    """The conversation `c` as it stands at *at* after each of *stories*, which all open alike."""
    opening = [{"at": "2025-04-01", "type": "account", "account": who, "tier": "pro", "region": "US"} for who in ("ana", "bo")]
    opening.append({"at": "2025-04-02", "type": "turn", "account": "ana", "conversation": "c"})
    asked = []
    for drawn in stories:
        events = [parse_event(one) for one in opening]
        events += [parse_event({"at": when, **one}) for when, one in sorted(drawn, key=lambda pair: pair[0])]
        asked.append(History(events, at).standing("c"))
    return asked


def everything(policy: Policy) -> list[Standing]:
    """Every pair of facts and every way of every row, each once."""
    seen: dict[str, Standing] = {}
    for facts in itertools.chain(pairs(), ways(policy)):
        seen.setdefault(repr(sorted({**BASE, **facts}.items(), key=lambda item: item[0])), standing(facts))
    return list(seen.values())

"""Stories that hypothesis tells of each profile in its own words: its tiers, regions, surfaces, origins, purposes and days.

A profile never heard of another one's tiers, and denies what it does not know. So each story opens, mostly, with facts under which
its profile is known to say yes, found by trying; what comes after may be anything.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from sayso.facts.events import AnyEvent, parse_event
from sayso.facts.history import History
from sayso.facts.standings import Standing
from sayso.facts.words import PURPOSES
from sayso.policy import Policy, decide, load
from sayso.policy.codes import codes

START = datetime(2025, 4, 1, tzinfo=UTC)
AFTER = timedelta(days=200)
"""How long after everybody was asked something may happen."""
HOUR = timedelta(hours=1)
PEOPLE = ("ana", "bo", "cy")
WHO = st.sampled_from(["ana", "ana", "bo", "cy"])
CHAT = st.just("c")
Happening = dict[str, Any]
Facts = tuple[tuple[str, Any], ...]
ODD = ("unknown", "conflict", "Pro ", "")
"""Words that no profile has: what nobody told, what sources disagree about, and what is almost a tier."""


@dataclass(frozen=True)
class World:
    """What a story under one profile is made of: one value of each group that its rows tell apart, and the days it names."""

    policy: Policy
    values: dict[str, tuple[str, ...]]
    days: tuple[datetime, ...]
    asked: datetime
    """When everybody is asked in most stories: the day on which the profile's last version and its notice have begun."""
    yes: tuple[Facts, ...]
    """Facts of account and turn under which some purpose is allowed, each deciding by another row."""


@cache
def world(name: str) -> World:
    """Return the world of a shipped profile; the yeses are looked for by a seeded draw."""
    policy = load(name)
    groups = {
        digit.column.removeprefix("raw_"): digit.stands_for for digit in codes(policy).digits if digit.column.startswith("raw_")
    }
    asked = ("tier", "region", "contract", "surface", "origin", "model")
    values = {fact: tuple(value for value in groups[fact] if value not in ("unknown", "conflict")) or ("",) for fact in asked}
    values["region"] = tuple(dict.fromkeys(("US", "DE", *values["region"])))
    begun = (day for version in policy.versions for day in (version.since, version.settled) if day.year < 9000)
    asked = max(datetime(2025, 10, 1, tzinfo=UTC), *begun) + timedelta(days=5)
    days = tuple(day for day in policy.instants if START <= day <= asked + AFTER)
    return World(policy, values, days, asked, _yeses(policy, values, asked))


def _yeses(policy: Policy, values: dict[str, tuple[str, ...]], asked: datetime) -> tuple[Facts, ...]:
    draw, found = random.Random(20251008), {}
    for _ in range(400):
        facts = {fact: draw.choice(known) for fact, known in values.items()} | {
            "rated": draw.random() < 0.2,
            "says": draw.random() < 0.7,
        }
        at = asked + AFTER
        for purpose, said in decide(policy, standing(policy, opening(facts, asked), at), at).use.items():
            if said.use == "allow":
                found.setdefault((purpose, said.because[0].row), tuple(facts.items()))
    return tuple(dict.fromkeys(found.values()))


def opening(facts: Happening, asked: datetime) -> list[Happening]:
    """Return how a story opens: three accounts, a turn of Ana's, perhaps everybody's yes to everything, and another turn."""
    account = {fact: facts[fact] for fact in ("tier", "region", "contract")}
    turn = {"type": "turn", "account": "ana", "conversation": "c", **{fact: facts[fact] for fact in ("surface", "origin", "model")}}
    events: list[Happening] = [{"at": START, "type": "account", "account": who, "birth_year": 1980, **account} for who in PEOPLE]
    events.append({"at": START, **turn})
    if facts["says"]:
        events += [
            {"at": asked, "type": "choice", "account": who, "purpose": one, "say": "allow"} for who in PEOPLE for one in PURPOSES
        ]
    events.append({"at": asked + timedelta(days=5), **turn})
    return [*events, {"at": asked + timedelta(days=6), "type": "feedback", "conversation": "c"}] if facts["rated"] else events


def told(story: list[Happening], *more: Happening) -> list[AnyEvent]:
    """Return the story in order of time; no two things happen at one instant.

    Ties are ruled by the list's order and are asked about by name in test_cases.
    """
    apart = [{**one, "at": one["at"] + timedelta(seconds=place)} for place, one in enumerate([*story, *more])]
    return [parse_event(one) for one in sorted(apart, key=lambda one: one["at"])]


def standing(policy: Policy, story: list[Happening], at: datetime) -> Standing:
    """Return the conversation `c` as it stands at *at*."""
    return History(told(story), at, cuts=policy.instants).standing("c")


@cache
def moments(name: str) -> st.SearchStrategy[datetime]:
    """Return when something may happen: any hour, or just before, at or after a day that the profile names."""
    here = world(name)
    hours = st.integers(0, (here.asked + AFTER - START) // HOUR).map(lambda hour: START + hour * HOUR)
    later = st.integers(0, AFTER // HOUR).map(lambda hour: here.asked + hour * HOUR)
    near = st.sampled_from(
        [day + way for day in (here.asked, *here.days) for way in (-timedelta(microseconds=1), timedelta(0), timedelta(days=1))]
    )
    return often((2, later), (1, hours), (1, near))


@cache
def instants(name: str) -> st.SearchStrategy[datetime]:
    """Return the instants to ask about: mostly after everybody was asked, up to a year after the last thing that may happen."""
    first = START + timedelta(minutes=7)
    after = st.integers(7 * 24, (AFTER + timedelta(days=365)) // HOUR).map(
        lambda hour: world(name).asked + hour * HOUR + timedelta(minutes=7)
    )
    return often((4, after), (2, moments(name).map(lambda at: max(at, first))))


def often(*weighted: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Return one of the strategies, each as often as its weight says; `one_of` takes each alike, however often it is named."""
    return st.sampled_from([place for place, (weight, _) in enumerate(weighted) for _ in range(weight)]).flatmap(
        lambda place: weighted[place][1]
    )


def event(name: str, kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Happening]:
    return st.fixed_dictionaries({"at": moments(name), "type": st.just(kind), **fields})


@cache
def turns(name: str) -> st.SearchStrategy[Happening]:
    known = world(name).values
    few = st.sampled_from([False, False, False, True])
    usual = {fact: st.sampled_from([*known[fact] * 3, *ODD]) for fact in ("surface", "origin", "model")}
    return event(
        name, "turn", account=WHO, conversation=CHAT, imported=few, incognito=st.sampled_from([False] * 4 + [True, None]), **usual
    )


@cache
def purposes(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*world(name).policy.purposes, "model_training"])


def refusals(name: str) -> st.SearchStrategy[Happening]:
    return event(name, "choice", account=WHO, purpose=purposes(name), say=st.just("refuse"))


def deletions(name: str) -> st.SearchStrategy[Happening]:
    return st.one_of(event(name, "deleted", conversation=CHAT), event(name, "deleted", account=WHO))


def flags(name: str) -> st.SearchStrategy[Happening]:
    return event(name, "flagged", conversation=CHAT)


def holds(name: str) -> st.SearchStrategy[Happening]:
    return event(name, "hold_placed", hold=st.sampled_from(["one", "two"]))


@cache
def happenings(name: str) -> st.SearchStrategy[Happening]:
    """Return what may happen to the conversation and to those who take part in it."""
    known = world(name).values
    says = st.sampled_from(["allow", "allow", "allow", "refuse"])
    choice = event(name, "choice", account=WHO, purpose=purposes(name), say=says, covers=st.sampled_from(["from_now", "stored"]))
    words = {fact: st.sampled_from([*known[fact] * 3, *ODD]) for fact in ("tier", "region", "contract")}
    against = st.one_of(refusals(name), deletions(name), flags(name), holds(name))
    others = st.one_of(
        event(name, "deferred", account=WHO, purpose=purposes(name)),
        event(name, "notice_shown", account=WHO, purpose=purposes(name)),
        event(name, "tier", account=WHO, tier=words["tier"]),
        event(name, "region", account=WHO, region=words["region"]),
        event(name, "account", account=WHO, birth_year=st.sampled_from([1980, 2010, "unknown"]), **words),
        event(name, "feedback", conversation=CHAT),
        event(name, "feedback_withdrawn", conversation=CHAT),
        event(name, "flag_cleared", conversation=CHAT),
        event(name, "hold_ended", hold=st.sampled_from(["one", "two"])),
        event(name, "merged", account=st.just("bo"), into=st.just("cy")),
        event(name, "moved", account=WHO, organisation=st.just("acme")),
    )
    return often((3, choice), (2, turns(name)), (1, against), (3, others))


@cache
def stories(name: str) -> st.SearchStrategy[list[Happening]]:
    """Return the stories of a profile: four in five open with facts that it says yes to."""
    here = world(name)
    anything = st.fixed_dictionaries(
        {
            **{fact: st.sampled_from([*known, ODD[0]]) for fact, known in here.values.items()},
            "rated": st.booleans(),
            "says": st.booleans(),
        }
    )
    yes = st.sampled_from([dict(one) for one in here.yes]) if here.yes else anything
    begun = often((4, yes), (1, anything)).map(lambda facts: opening(facts, here.asked))
    return st.builds(lambda first, more: [*first, *more], begun, st.lists(happenings(name), max_size=4))

"""All engines are asked every way through the rows of every profile, and a hundred thousand histories; they agree exactly.

What an engine says of a flat row is the position of the deciding row of each purpose and the end of each reason and cap, in every version.
A ruling, its reasons included, is made of nothing else, by one function for all of them (`asking.decide_by`); test_agreement compares
whole rulings. So here these answers are compared, one table per profile and engine, and `decide` with the ruling put together anew.

Every standing of the finite domain is in one of the boxes of `ways`: at the gate each box is asked by one flat row, under `make agree` by
three, with values, days and instants drawn from the box. The histories are drawn by hypothesis from the strategies of
`tests/stories.py`, one example each, and kept until there are enough for a table: an engine that answers in columns takes a second
to be asked anything. What is lost that way is shrinking, so a failure prints the flat row itself. At the gate they are fewer and the same
in every run; `make agree` draws a hundred thousand anew.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests import stories

from sayso.facts.standings import Standing
from sayso.policy import Policy, decide, flat, load, shipped
from sayso.policy.columns import Answers
from sayso.policy.compiled import Outcome
from sayso.policy.compiling import compiled
from sayso.policy.engines import ENGINES
from sayso.policy.resuming import resumed

from .test_agreement import reference
from .ways import Domain, tables

Ask = Callable[[str], Answers]
ALL = int(os.environ.get("SAYSO_HISTORIES", "0"))
"""How many histories there shall be in all; without it, a few thousand."""
EACH = -(-(ALL or 2800) // len(shipped()))
PER_BOX = 3 if ALL else 1
BATCH = 20_000


def asked_of_all(ask: Ask, policy: Policy, rows: Iterator[dict[str, Any]]) -> None:
    """Ask every engine every row, in batches, and compare what they say with what plain Python says."""
    while batch := list(islice(rows, BATCH)):
        wanted = ask("scalar")(policy, batch)
        for one in ENGINES:
            if "rows" in one.lacks or one.name == "scalar":
                continue
            for version, (said, want) in enumerate(zip(ask(one.name)(policy, batch), wanted, strict=True)):
                assert len(said) == len(want), one.name
                if said != want:
                    place = next(place for place, pair in enumerate(zip(said, want, strict=True)) if pair[0] != pair[1])
                    pytest.fail(f"{one.name}, version {version}: {said[place]}, not {want[place]}, of {batch[place]}")


def histories(profile: str, count: int) -> list[tuple[Standing, datetime]]:
    """Return as many histories of a profile, each as it stands at an instant of its own."""
    found: list[tuple[Standing, datetime]] = []
    policy = load(profile)

    @settings(
        max_examples=count,
        derandomize=not ALL,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(stories.stories(profile), stories.instants(profile))
    def tell(story: list[dict[str, Any]], at: datetime) -> None:
        found.append((stories.standing(policy, story, at), at))

    tell()
    return found


def of_histories(profile: str) -> Iterator[dict[str, Any]]:
    """Yield the flat rows of histories, as they stand and as later turns lift them; the fast path must say what the slow one says."""
    policy, uses = load(profile), set()
    told = histories(profile, EACH)
    assert len(told) >= EACH * 0.95
    for standing, at in told:
        ruling = decide(policy, standing, at)
        assert repr(ruling) == repr(reference(policy, standing, at)), (standing, at)
        uses |= {said.use for said in ruling.use.values()}
        yield from (spelt := flat.spell(policy, standing, at))
        lifted = [dict(row) for row in spelt]
        if resumed(policy, standing, lifted, at):
            yield from lifted
    assert "deny" in uses
    assert "allow" in uses or not stories.world(profile).yes


def of_boxes(policy: Policy) -> Iterator[dict[str, Any]]:
    """Yield flat rows of every box of every table of every version; what is in a box of several tables is asked once."""
    domain, draw = Domain(policy), random.Random(20260424)
    boxes = {tuple(box.values()): box for terms in compiled(policy) for found in tables(domain, terms) for box in found}
    yield from (domain.row(box, draw) for box in boxes.values() for _ in range(PER_BOX))


@pytest.mark.parametrize("profile", shipped())
def test_every_engine_says_the_same_of_every_way_through_the_rows_and_of_any_history(profile: str, ask: Ask) -> None:
    policy = load(profile)
    asked_of_all(ask, policy, chain(of_boxes(policy), of_histories(profile)))


@pytest.mark.parametrize("profile", shipped())
def test_the_ways_are_the_whole_domain_and_none_of_it_is_in_two(profile: str) -> None:
    policy = load(profile)
    domain = Domain(policy)
    for terms in compiled(policy):
        for found in tables(domain, terms):
            assert sum(map(domain.size, found)) == domain.size(domain.whole)


@pytest.mark.parametrize("profile", ["anthropic-consumer", "meta-ai", "protective"])
def test_all_flat_rows_of_a_box_take_the_same_way(profile: str) -> None:
    policy, draw = load(profile), random.Random(1)
    domain = Domain(policy)
    for terms in compiled(policy)[-2:]:
        for place, found in enumerate(tables(domain, terms)):
            for box in found[::7]:
                said = [terms.outcome(domain.row(box, draw)) for _ in range(4)]
                assert len({_answer(one, place) for one in said}) == 1


def _answer(said: Outcome, place: int) -> int | bool:
    return said.use[place] if place < len(said.use) else (*said.keep, *said.cap)[place - len(said.use)] is not None

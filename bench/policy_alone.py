"""How fast a policy rules on one standing at a time, and beside Cedar; what `policy_speed` writes down."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sayso.facts.standings import Standing, Stretch
from sayso.policy import decide, flat, load
from sayso.policy.asking import decide_by
from sayso.policy.compiled import Guard
from sayso.policy.compiling import compiled
from sayso.policy.plans import Plans

SEED = 20261122
AT = datetime(2026, 8, 1, tzinfo=UTC)
POLICY = "anthropic-consumer"
TIERS = ["free"] * 6 + ["pro"] * 2 + ["max", "team", "enterprise", "api"]
DECIDE = "a whole ruling of three purposes, with reasons, ends and what comes next (`decide`)"
ONE = "the use for one purpose, facts ready (`Compiled.deciding`)"


def standings(count: int) -> list[Standing]:
    """Return made-up conversations of one account each, as a house folds them."""
    dice = random.Random(SEED)
    made = []
    for number in range(count):
        began = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(900 * 1440))
        ended = began + timedelta(minutes=dice.choice([0, 5, 60, 30 * 1440]))
        say, now = dice.choice(["allow", "refuse", "unasked"]), dice.choice(["allow", "allow", "refuse", "unasked"])
        tier = dice.choice(TIERS)
        stretch = Stretch(
            first=0, last=dice.randrange(1, 30), began_at=began, ended_at=ended, account=f"person-{number}", tier=tier, region="US",
            surface=dice.choice(["chat", "code"]), say={"model_training": say}, tier_now=tier, region_now="US",
        )  # fmt: skip
        made.append(Standing(
            conversation=f"c-{number}", account=f"person-{number}", at=ended, stretches=(stretch,), say_now={"model_training": now},
            refused_at={"model_training": ended} if now == "refuse" else {}, private=dice.random() < 0.03, last_turn_at=ended,
            flagged_at=ended if dice.random() < 0.01 else None, feedback_at=ended if dice.random() < 0.03 else None,
            deleted_at=ended if dice.random() < 0.06 else None, holds=("order",) if dice.random() < 0.02 else (),
        ))  # fmt: skip
    return made


def micro(work: Callable[[Any], object], asked: Sequence[Any], repeats: int = 9) -> float:
    """Return CPU microseconds per item, the best of *repeats* rounds after an unmeasured one: others use this machine, too."""
    spent = []
    for place in range(repeats + 1):
        begin = time.thread_time()
        for one in asked:
            work(one)
        if place:
            spent.append((time.thread_time() - begin) / len(asked) * 1e6)
    return min(spent)


def scalar() -> list[tuple[str, float]]:
    """Return what was measured and its microseconds per ruling."""
    policy, asked = load(POLICY), standings(2000)
    terms = compiled(policy)[-1]
    rows = [flat.spell(policy, one, AT)[0] for one in asked]
    known = [terms.facts_of(row) for row in rows]
    deciding, verdicts = terms.deciding[0], terms.verdicts[0]

    def anew(one: Standing) -> object:
        return decide_by(policy, one, AT, lambda _stretch, number, _at, row: compiled(policy)[number].slowly(row))

    if any(anew(one) != decide(policy, one, AT) for one in asked):
        raise SystemExit("policy_speed: the fast path and the reference differ")
    if any(terms.outcome(row) != terms.slowly(row) for row in rows):
        raise SystemExit("policy_speed: generated functions and closures differ")
    found = [
        (ONE, micro(lambda row: verdicts[deciding(row)][0], known)),
        ("which rows fit, three purposes and all reasons, from a flat row never seen (`Compiled.fits`)", micro(terms.fits, rows)),
        ("the same with the end of every reason (`Compiled.outcome`)", micro(terms.outcome, rows)),
        (DECIDE, micro(lambda one: decide(policy, one, AT), asked)),
        ("the reference: nested closures, put together anew each time (`asking.decide_by`)", micro(anew, asked, 3)),
    ]
    fresh = Plans(policy)
    begin = time.thread_time()
    for one in asked:
        fresh.plan(one, AT, fresh.words(one))
    cold = (time.thread_time() - begin) / len(fresh._plans) * 1e6  # the bench counts the plans
    found.append((f"a set of words never seen before ({len(fresh._plans)} among the 2,000)", cold))
    return found + cedar(known)


def cedar(known: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """Return the same question, for one purpose and without ends, asked of Cedar with a prepared policy set; checks its answers."""
    try:
        from cedarpy import Entities, PolicySet, is_authorized, is_authorized_batch  # noqa: PLC0415  # only this bench has it
    except ImportError:
        print("policy_speed: cedarpy is missing, so nothing is compared with it; pip install cedarpy", file=sys.stderr)
        return []
    terms = compiled(load(POLICY))[-1]
    prepared, nobody = PolicySet.from_str(in_cedar(terms.use_rows[0])), Entities.from_json_str("[]")
    facts = {fact for row in terms.use_rows[0] for fact in ([row.fact] if isinstance(row, Guard) else row.when)}
    requests = []
    for one in known:
        context = {fact: one[f"{fact}_model_training" if fact.startswith("say") else fact] for fact in sorted(facts)}
        requests.append({"principal": 'P::"a"', "action": 'Action::"train"', "resource": 'C::"c"', "context": context})
    ready = [{**request, "context": json.dumps(request["context"])} for request in requests]
    for one, request in zip(known, ready, strict=True):
        allowed = is_authorized(request, prepared, nobody).allowed
        if allowed != (terms.verdicts[0][terms.deciding[0](one)][0] == "allow"):
            raise SystemExit("policy_speed: Cedar was given another question")
    batch = micro(lambda every: is_authorized_batch(every, prepared, nobody), [ready], 3) / len(ready)
    return [
        ("Cedar: the use for one purpose, facts in a dict (prepared policy set and entities)", micro(lambda one: is_authorized(one, prepared, nobody), requests, 5)),
        ("Cedar: the same, facts written as JSON before the clock starts", micro(lambda one: is_authorized(one, prepared, nobody), ready, 5)),
        ("Cedar: the same, 2,000 requests in one call (`is_authorized_batch`)", batch),
    ]  # fmt: skip


def in_cedar(rows: Sequence[Any]) -> str:
    """Return the rows of one purpose as Cedar policies. Cedar has no order: a yes stands unless a row above it fits."""
    above: list[str] = []
    text = ""
    for row in rows:
        when = {row.fact: (row.special,)} if isinstance(row, Guard) else row.when
        fits = " && ".join(_in_cedar(fact, values) for fact, values in when.items()) or "true"
        if not isinstance(row, Guard) and row.use == "allow":
            text += f"permit(principal, action, resource) when {{ {fits} }} unless {{ {' || '.join(above) or 'false'} }};\n"
        above.append(f"({fits})")
    return text


def _in_cedar(fact: str, values: Sequence[str]) -> str:
    """Return whether a fact has one of *values*, in the words that were fastest: `==` for one value, `contains` for more."""
    return (
        f"context.{fact} == {json.dumps(values[0])}" if len(values) == 1 else f"{json.dumps(list(values))}.contains(context.{fact})"
    )

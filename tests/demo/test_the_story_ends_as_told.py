"""The story, told to the readers, the history and the policy alone: what follows is what `expected.json` says."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sayso import intake, policy
from sayso.facts.conversation import Conversation
from sayso.facts.events import AnyEvent, TurnTaken, parse_event
from sayso.facts.history import History
from sayso.facts.instants import parse_instant
from sayso.facts.rulings import Ruling

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo"
EXPECTED: list[dict[str, Any]] = json.loads((DEMO / "expected.json").read_text("utf-8"))


@cache
def conversations(file: str) -> list[Conversation]:
    return [one for one in intake.read(DEMO / file) if isinstance(one, Conversation)]


def handed_over(step: dict[str, Any], seen: set[tuple[str, str]], private: set[str]) -> list[AnyEvent]:
    """The turns that one `collect` or `import` brings."""
    at, imported, taken = parse_instant(step["at"]), step["do"] == "import", []
    for talk in conversations(step["file"]):
        account = step.get("account") or step["accounts"].get(talk.account)
        for turn in talk.turns:
            when = at if imported or turn.at is None else turn.at
            if account is None or when > at or (talk.id, turn.id) in seen:
                continue
            seen.add((talk.id, turn.id))
            hidden = talk.private or talk.id in private
            taken.append(
                TurnTaken(
                    at=when,
                    account=account,
                    conversation=talk.id,
                    surface=talk.surface,
                    model=turn.model,
                    role=turn.role,
                    incognito=hidden,
                    origin=turn.origin,
                    imported=imported,
                )
            )
    return taken


@cache
def told() -> tuple[AnyEvent, ...]:
    """The whole story as events, in its order."""
    events: list[AnyEvent] = []
    seen: set[tuple[str, str]] = set()
    private: set[str] = set()
    for step in json.loads((DEMO / "story.json").read_text("utf-8")):
        if step["do"] == "mark":
            private.add(step["conversation"]["id"])
        elif step["do"] in ("collect", "import"):
            events.extend(handed_over(step, seen, private))
        else:
            event = {key: value for key, value in step.items() if key != "do"} | {"type": step["do"]}
            if "conversation" in event:
                event["conversation"] = event["conversation"]["id"]
            if "conversations" in event.get("scope", {}):
                event["scope"] = {**event["scope"], "conversations": [one["id"] for one in event["scope"]["conversations"]]}
            events.append(parse_event(event))
    return tuple(events)


@cache
def past(at: datetime) -> History:
    return History(told(), at)


def ruling(conversation: str, at: datetime) -> Ruling:
    return policy.decide(policy.load("anthropic-consumer"), past(at).standing(conversation), at)


@pytest.mark.parametrize("case", EXPECTED, ids=[f"{case['name']} on {case['at'][:10]}" for case in EXPECTED])
def test_what_follows_is_what_the_demo_says(case: dict[str, Any]) -> None:
    ruled, wanted = ruling(case["conversation"]["id"], parse_instant(case["at"])), case["expect"]
    for purpose, use in wanted.get("use", {}).items():
        assert ruled.use[purpose].use == use, case["because"]
    for purpose, may in wanted.get("may", {}).items():
        assert ruled.may(purpose) is may, case["because"]
    if "turns" in wanted:
        assert [list(span) for span in ruled.use["model_training"].turns] == wanted["turns"], case["because"]
    if "keep_until" in wanted:
        assert ruled.keep_until is wanted["keep_until"] is None, case["because"]
    if "gone" in wanted:
        assert ruled.due(ruled.at) is wanted["gone"], case["because"]


def test_only_those_who_allowed_or_rated_train_a_model_at_the_end() -> None:
    at = parse_instant("2026-11-20T12:00:00Z")
    users = {past(at).owner(one) for one in past(at).conversations() if ruling(one, at).may("model_training")}
    assert users == {"ana", "dee", "gus", "hana", "ivo", "jo", "lu"}


def test_a_sweep_at_any_time_takes_nothing_that_the_story_still_needs() -> None:
    """So it does not matter how often the demo sweeps."""
    turns = [event for event in told() if isinstance(event, TurnTaken)]
    last: dict[str, datetime] = {}
    for turn in sorted(turns, key=lambda turn: turn.at):
        before = last.get(turn.conversation)
        if before is not None and turn.at - before > timedelta(days=1):
            just_before = turn.at - timedelta(seconds=1)
            assert not ruling(turn.conversation, just_before).due(just_before), turn.conversation
        last[turn.conversation] = turn.at
    for event in told():
        scope = getattr(event, "scope", None)
        named = {getattr(event, "conversation", None), *((scope.conversations or ()) if scope else ())} - {None}
        for conversation in named if not isinstance(event, TurnTaken) else ():
            just_before = event.at - timedelta(seconds=1)
            assert not ruling(str(conversation), just_before).due(just_before), event

"""Two policies are compared before one takes the other's place: row by row, and on the conversations that are there."""

from __future__ import annotations

from datetime import UTC, datetime

from sayso.facts.events import parse_event
from sayso.facts.history import standings
from sayso.policy import load, parse, shelf
from sayso.policy.comparing import compare, differences

AT = datetime(2025, 11, 1, tzinfo=UTC)
EVENTS = [
    parse_event(event)
    for who in ("ana", "bo", "cy")
    for event in (
        {"at": "2025-08-01", "type": "account", "account": who, "tier": "pro", "region": "US"},
        *(
            {"at": "2025-09-10", "type": "choice", "account": one, "say": say}
            for one, say in (("ana", "allow"), ("bo", "refuse"))
            if one == who
        ),
        {"at": "2025-10-02", "type": "turn", "account": who, "conversation": f"{who} chats"},
    )
]


def test_only_who_was_never_asked_is_ruled_otherwise_by_what_the_press_reported() -> None:
    (change,) = compare(load("anthropic-consumer"), load("as-first-reported"), standings(EVENTS, AT), AT)
    assert change.conversation == "cy chats"
    assert change.use == {"model_training": ("deny", "allow")}
    assert change.loosens
    assert [until.year if until else None for until in change.keep_until] == [2025, 2030]
    (back,) = compare(load("as-first-reported"), load("anthropic-consumer"), standings(EVENTS, AT), AT)
    assert not back.loosens


def test_a_policy_does_not_differ_from_itself() -> None:
    policy = load("anthropic-consumer")
    assert list(compare(policy, policy, standings(EVENTS, AT), AT)) == []
    assert differences(policy, policy) == []


def test_rows_that_are_new_gone_or_changed_are_named() -> None:
    text = (shelf.folder() / "anthropic-consumer.toml").read_text(encoding="utf-8")
    old = parse(text, name="old.toml")
    shorter = parse(text.replace("years = 2", "years = 3", 1), name="new.toml")
    assert differences(old, shorter)[-1] == (
        "in version `2026-07-08` row `keep-partner` says something else: "
        "coding sessions of the Development Partner Program are kept two years, also after leaving it"
    )
    named = differences(old, load("as-first-reported"))
    assert "version `2025-09-27` is gone" in named
    assert any(line.startswith("in version `2025-08-28` row `silence-counted-as-yes` is new: ") for line in named)
    assert any(line.startswith("in version `2025-08-28` row `must-choose` is gone: ") for line in named)
    assert any(
        line.startswith("version `2025-09-27` is new, from 2025-09-27T00:00:00Z")
        for line in differences(load("as-first-reported"), old)
    )

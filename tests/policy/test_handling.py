"""What is done with hits: by the strictest text that binds, and a laxer one only with notice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.kinds import ACTIONS, KINDS, Action, stricter
from sayso.policy import cases, parse, shelf
from sayso.policy.clauses import Clause, difference
from sayso.policy.dated import Dated
from sayso.policy.table import Policy

TEXT = (shelf.folder() / "anthropic-consumer.toml").read_text(encoding="utf-8")
POLICY = shelf.load("anthropic-consumer")
SOURCE = next(iter(POLICY.sources))
OLD, NEW = POLICY.versions[-2], POLICY.versions[-1]


def row(name: str, do: str, *kinds: str, version: str = "") -> str:
    lines = [f'[[scrub]]\nid = "{name}"\ndo = "{do}"\nbecause = "b"\nsource = "{SOURCE}"\n']
    lines += [f"kind = {list(kinds)}\n"] if kinds else []
    lines += [f'versions = ["{version}"]\n'] if version else []
    return "".join(lines).replace("'", '"')


def with_rows(*rows: str) -> Policy:
    return parse(TEXT + "".join(rows), name="with-rows.toml")


def done(policy: Policy, written: str, asked: str, **expected: Action) -> cases.Outcome:
    """What a case says of Ana's conversation, written on one day and used on another."""
    events = [
        {"at": "2024-01-01", "type": "account", "account": "ana", "tier": "pro", "region": "US"},
        {"at": written, "type": "turn", "account": "ana", "conversation": "c"},
    ]
    case = {"id": "ana", "profile": "x", "at": asked, "events": events, "expect": {"scrub": expected}}
    return cases.run([case], lambda _: policy)[0]


def test_what_is_collected_under_a_stricter_text_keeps_it_and_a_stricter_new_one_reaches_back() -> None:
    before, after = (f"{version.since:%Y-%m-%d}" for version in (OLD, NEW))
    laxer = with_rows(row("now", "surrogate", "email", version=NEW.id))
    assert done(laxer, before, "2027-01-01", email="mark").passed, "the older text says nothing, so a mark"
    written = "2026-12-01"
    assert after < written
    assert done(laxer, written, "2027-01-01", email="surrogate").passed
    stricter_now = with_rows(row("now", "drop_turn", "email", version=NEW.id))
    assert done(stricter_now, before, "2027-01-01", email="drop_turn", phone="mark").passed


def test_a_row_that_names_the_kind_goes_before_the_one_for_all_others() -> None:
    policy = with_rows(row("most", "drop_turn"), row("mail", "surrogate", "email"))
    assert done(policy, "2026-12-01", "2027-01-01", email="surrogate", secret="drop_turn", name="drop_turn").passed


@pytest.mark.parametrize("scrub", [{}, [], {"mood": "mark"}, {"email": "hide"}])
def test_a_case_that_expects_what_there_is_not_has_failed_and_says_why(scrub: object) -> None:
    case = {"at": "2027-01-01", "events": [], "expect": {"scrub": scrub}}
    assert "expect.scrub" in str(cases.run([case])[0].why)


def test_a_case_that_expects_another_action_fails_and_names_both() -> None:
    told = done(POLICY, "2026-12-01", "2027-01-01", email="surrogate")
    assert not told.passed
    assert told.got["scrub"] == {"email": "mark"}


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(ACTIONS), st.sampled_from(ACTIONS))
def test_of_two_actions_the_stricter_one_is_the_same_whoever_comes_first(one: Action, other: Action) -> None:
    assert stricter(one, other) == stricter(other, one) in (one, other)


def clauses(old: Policy, new: Policy) -> dict[str, Clause]:
    sides = (Dated(label=one.name, policy=one, version=None) for one in (old, new))
    return {clause.row: clause for clause in difference(*sides)}


def test_a_laxer_row_needs_a_notice_and_a_stricter_one_does_not() -> None:
    rows = with_rows(row("mail", "surrogate", "email"), row("keys", "drop_turn", "secret"))
    found = clauses(POLICY, rows)
    assert (found["mail"].effect, found["keys"].effect) == ("more", "less")
    assert "a value that nobody has takes its place" in str(found["mail"].after)
    back = clauses(rows, POLICY)
    assert (back["mail"].effect, back["keys"].effect) == ("less", "more")
    assert clauses(rows, rows) == {}


def test_the_word_for_every_kind_can_stand_in_a_row() -> None:
    policy = with_rows(row("all", "drop_turn", *KINDS))
    assert policy.versions[-1].scrub["model_training"][0].kinds == KINDS

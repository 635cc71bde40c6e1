"""Two policies are compared before one takes the other's place: clause by clause, and on the conversations that are there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.facts.events import parse_event
from sayso.facts.history import History, standings
from sayso.facts.standings import Standing, Stretch
from sayso.facts.words import Digest
from sayso.policy import Policy, decide, load, parse, shelf
from sayso.policy.clauses import Clause, difference
from sayso.policy.comparing import compare, kept_to
from sayso.policy.compiling import compiled
from sayso.policy.dated import Dated, named
from sayso.policy.flat import spell
from sayso.policy.table import CapRow, KeepRow, UseRow, Version

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
TEXT = (shelf.folder() / "anthropic-consumer.toml").read_text(encoding="utf-8")


def edited(*pairs: tuple[str, str]) -> list[Clause]:
    """What differs when the text of our profile is edited."""
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return difference(dated(parse(TEXT, name="old.toml")), dated(parse(text, name="new.toml")))


def dated(policy: Policy) -> Dated:
    return Dated(label=policy.name, policy=policy, version=None)


def by_row(clauses: list[Clause]) -> dict[str, Clause]:
    return {clause.row: clause for clause in clauses}


def test_only_who_was_never_asked_is_ruled_otherwise_by_what_the_press_reported() -> None:
    (change,) = compare(load("anthropic-consumer"), load("as-first-reported"), standings(EVENTS, AT), AT)
    assert change.conversation == "cy chats"
    assert change.use == {"model_training": ("deny", "allow")}
    assert change.loosens
    assert [until.year if until else None for until in change.keep_until] == [2025, 2030]
    (back,) = compare(load("as-first-reported"), load("anthropic-consumer"), standings(EVENTS, AT), AT)
    assert not back.loosens


@pytest.mark.parametrize("name", shelf.shipped())
def test_a_policy_does_not_differ_from_itself(name: str) -> None:
    assert list(compare(load(name), load(name), standings(EVENTS, AT), AT)) == []
    assert difference(named(name), named(name)) == []


def test_what_the_press_reported_needs_a_notice_to_whoever_has_not_answered_and_the_way_back_does_not() -> None:
    clauses = by_row(difference(named("anthropic-consumer"), named("as-first-reported")))
    assert clauses["choice-reported"].notice
    assert clauses["choice-reported"].ask == "whoever has not answered, where the tier then is free, pro or max"
    counted = clauses["silence-counted-as-yes"]
    assert (counted.kind, counted.before, counted.notice) == ("added", None, True)
    assert "silence that counts as a yes" in counted.ask
    assert "the tier then and now is free, max or pro" in counted.ask
    assert clauses["keep-to-train"].notice
    assert not clauses["must-choose"].notice
    back = by_row(difference(named("as-first-reported"), named("anthropic-consumer")))
    assert {row for row, clause in back.items() if clause.notice} == set()
    assert back["silence-counted-as-yes"].kind == "removed"
    assert back["silence-counted-as-yes"].effect == "less"


def test_other_words_sources_lines_and_file_bytes_ask_nobody_anything() -> None:
    assert edited(("# What Anthropic's", "# Whatever Anthropic's")) == []
    (clause,) = edited(
        ('because = "the person deleted it: it leaves the history at once and no later run uses it"', 'because = "gone is gone"')
    )[:1]
    assert (clause.kind, clause.row, clause.notice) == ("reworded", "deleted", False)


def test_keeping_for_longer_needs_a_notice_and_for_shorter_none() -> None:
    coding = 'reason = "training"\nanchor = "last_turn"\nyears = 2'
    (longer,) = edited((coding, coding.replace("2", "3")))
    assert (longer.row, longer.kind, longer.notice) == ("keep-partner", "changed", True)
    assert longer.before is not None
    assert longer.after is not None
    assert longer.before.startswith("it is kept for training 2 years from the last turn")
    assert longer.after.startswith("it is kept for training 3 years from the last turn")
    (shorter,) = edited((coding, coding.replace("2", "1")))
    assert (shorter.effect, shorter.ask) == ("less", "")


def test_a_cap_that_shortens_less_needs_a_notice() -> None:
    cap = 'id = "deleted-30-days"\nanchor = "deleted"\ndays = 30'
    (looser,) = edited((cap, cap.replace("days = 30", "days = 90")))
    assert (looser.table, looser.notice, looser.ask) == ("cap", True, "those where deleted")
    (stricter,) = edited((cap, cap.replace("days = 30", "days = 7")))
    assert not stricter.notice


def test_a_row_under_another_name_with_a_shorter_end_makes_up_for_the_one_that_went() -> None:
    clauses = by_row(difference(named("anthropic-consumer@2025-05-01"), named("anthropic-consumer@2025-08-28")))
    assert clauses["keep-feedback-10"].effect == "less"
    assert clauses["keep-feedback-5"].effect == "none"
    assert clauses["choice-announced"].notice


def test_a_later_last_day_to_choose_lets_nothing_more_be_used() -> None:
    (moved,) = difference(named("anthropic-consumer@2025-08-28"), named("anthropic-consumer@2025-09-27"))
    assert (moved.row, moved.effect) == ("choice-moved", "none")
    assert moved.before is not None
    assert "until 2025-09-29 12:00 UTC" in moved.before


def test_a_row_that_stands_elsewhere_is_told_as_moved() -> None:
    no, yes = (UseRow(**head(name), purpose="p", use=use, when=when) for name, use, when in (
        ("no-incognito", "deny", {"private": ("yes",)}), ("yes", "allow", {"say": ("allow",)})))  # fmt: skip
    (clause,) = difference(dated(small([no, yes])), dated(small([yes, no])))
    assert (clause.kind, clause.row, clause.notice) == ("moved", "yes", True)
    assert "`no-incognito`" in str(clause.after)
    assert "incognito" in clause.ask


def test_a_value_newly_known_needs_a_notice_where_a_row_lets_it_through() -> None:
    yes = UseRow(**head("yes"), purpose="p", use="allow", when={"say": ("allow",)})
    old, new = small([yes]), replace(small([yes]), declared={**small([yes]).declared, "tier": ("free", "pro", "max")})
    clauses = difference(dated(old), dated(new))
    assert by_row(clauses)["tier"].notice
    assert not any(clause.notice for clause in difference(dated(new), dated(old)))


PAIRS = [
    (name, one.id, other.id)
    for name in shelf.shipped()
    for place, one in enumerate(load(name).versions)
    for other in load(name).versions[place + 1 :]
]


@pytest.mark.parametrize(("name", "one", "other"), PAIRS)
def test_any_two_versions_of_a_shipped_profile_can_be_compared_both_ways_and_agree_on_what_loosens(
    name: str, one: str, other: str
) -> None:
    """What is more one way is less, or made up for, the other way; whom to ask is said for just what needs a notice."""
    there, back = (difference(named(f"{name}@{a}"), named(f"{name}@{b}")) for a, b in ((one, other), (other, one)))
    # A choice has one row per purpose and is named by the newer one.
    rows = [{clause.row for clause in some if clause.table != "choice"} for some in (there, back)]
    assert rows[0] == rows[1]
    for clause in (*there, *back):
        assert bool(clause.ask) == clause.notice
        assert (clause.before is None) == (clause.kind == "added")
    whole = difference(named(name), named(name))
    assert whole == []


def test_a_policy_is_named_with_a_version_and_then_ends_with_it() -> None:
    found = named("anthropic-consumer@2025-08-28")
    assert [version.id for version in found.policy.versions] == ["2023-01-01", "2025-05-01", "2025-08-28"]
    assert found.label == "anthropic-consumer@2025-08-28"
    with pytest.raises(Unfit, match="has no version `2024-02-29`; it has 2023-01-01, 2025-05-01"):
        named("anthropic-consumer@2024-02-29")
    with pytest.raises(Unfit, match="no policy `nobody`"):
        named("nobody@2025-08-28")


def test_the_end_is_where_nothing_keeps_any_more_even_if_a_later_version_would_have() -> None:
    policy = load("anthropic-consumer")
    early = datetime(2025, 6, 1, tzinfo=UTC)
    events = [
        parse_event({"at": "2025-05-20", "type": "account", "account": "ana", "tier": "pro", "region": "US"}),
        parse_event({"at": "2025-05-20", "type": "turn", "account": "ana", "conversation": "c"}),
    ]
    standing = History(events, early, purposes=policy.purposes, cuts=policy.instants).standing("c")  # type: ignore[arg-type]
    assert kept_to(policy, standing, decide(policy, standing, early)) == datetime(2025, 6, 19, tzinfo=UTC)


# ------------------------------------------------------------------------------- one row differs, and only where it fits

VALUES = {
    "tier": ["free", "pro", "team", "unknown"], "region": ["US", "DE", "unknown"], "contract": ["none", "dpp", "zdr"],
    "surface": ["chat", "code", "api"], "origin": ["typed", "connector", "recalled"], "age": ["adult", "minor", "undeclared"],
    "imported": [False, False, True], "organisation": ["none", "acme"],
}  # fmt: skip
SAY = st.sampled_from(["allow", "allow", "refuse", "deferred", "noticed", "unasked"])
DAY = st.integers(0, 900).map(lambda days: datetime(2024, 6, 1, tzinfo=UTC) + timedelta(days=days))
WHEN = st.one_of(st.none(), st.none(), DAY)
ASKED = datetime(2027, 1, 1, tzinfo=UTC)
BOTH = ("model_training", "safety_training", "human_review")


@st.composite
def a_standing(draw: st.DrawFn) -> Standing:
    stretches: list[Stretch] = []
    for place in range(draw(st.integers(1, 2))):
        fields: dict[str, Any] = {name: draw(st.sampled_from(values)) for name, values in VALUES.items()}
        fields |= {f"{name}_now": draw(st.sampled_from(VALUES[name])) for name in ("tier", "region", "organisation")}
        began = draw(DAY)
        says = {one: draw(SAY) for one in BOTH}
        stretches.append(Stretch(first=place, last=place, began_at=began, ended_at=began, account="ana", say=says, **fields))  # type: ignore[arg-type]
    return Standing(
        conversation="c", account="ana", at=ASKED, stretches=tuple(stretches), say_now={one: draw(SAY) for one in BOTH},  # type: ignore[arg-type]
        private=draw(st.sampled_from([False, False, True, None])), last_turn_at=max(one.ended_at for one in stretches),
        flagged_at=draw(WHEN), feedback_at=draw(WHEN), deleted_at=draw(WHEN), holds=draw(st.sampled_from([(), (), ("one",)])),
        age_now=draw(st.sampled_from(["adult", "minor", "undeclared"])),
    )  # fmt: skip


def with_row(policy: Policy, id_: str, **other: Any) -> Policy:
    """The policy, in which one row says something else in every version that has it."""

    def changed(version: Version) -> Version:
        use = {one: tuple(replace(row, **other) if row.id == id_ else row for row in rows) for one, rows in version.use.items()}
        return replace(version, use=use)

    return replace(policy, versions=tuple(changed(version) for version in policy.versions))


POLICY = load("anthropic-consumer")
ROWS = sorted({row.id: row for version in POLICY.versions for rows in version.use.values() for row in rows if row.when}.items())
TURNED = {id_: (row, with_row(POLICY, id_, use="deny" if row.use == "allow" else "allow")) for id_, row in ROWS}


@settings(max_examples=400, deadline=None)
@given(a_standing(), st.sampled_from(sorted(TURNED)))
def test_policies_that_differ_in_one_row_differ_only_on_standings_that_fit_it(standing: Standing, id_: str) -> None:
    row, other = TURNED[id_]
    before, after = decide(POLICY, standing, ASKED), decide(other, standing, ASKED)
    fits = set()
    for terms in compiled(POLICY):
        for flat in spell(POLICY, standing, ASKED):
            facts = terms.facts_of(flat)
            for purpose in BOTH:
                named_ = {fact: facts[f"{fact}_{purpose}" if fact in ("say", "say_now") else fact] for fact in row.when}
                if all(named_[fact] in wanted for fact, wanted in row.when.items()):
                    fits.add(purpose)
    for purpose in BOTH:
        if purpose not in fits:
            assert before.use[purpose] == after.use[purpose]
    assert (before.keep_until, before.reasons) == (after.keep_until, after.reasons)


def test_that_property_sees_differences_at_all() -> None:
    """Ana said yes; were the row of her yes a no, she would be ruled otherwise."""
    (standing,) = [one for one in standings(EVENTS, AT) if one.conversation == "ana chats"]
    _, other = TURNED["said-yes"]
    assert decide(POLICY, standing, AT).may("model_training")
    assert not decide(other, standing, AT).may("model_training")


# ---------------------------------------------------------------- a notice is needed just where somebody would newly be used


def head(id_: str) -> dict[str, Any]:
    return {"id": id_, "because": "because", "source": "T", "line": 1, "versions": ("v",)}


def small(rows: list[UseRow]) -> Policy:
    """A policy of one version and one purpose, ending in a no."""
    last = UseRow(**head("rest"), purpose="p", use="deny", when={})
    version = Version(
        id="v", since=datetime(2020, 1, 1, tzinfo=UTC), because="b", source="T", line=1, use={"p": (*rows, last)}, cap=(),
        keep=(KeepRow(**head("month"), reason="product", anchor="last_turn", of="conversation", purpose="p", months=0, days=30, when={}, unless=()),),
        choice={},
    )  # fmt: skip
    declared = {"tier": ("free", "pro"), "contract": ("none",), "surface": ("chat",), "origin": ("typed",)}
    return Policy(name="small", title="t", digest=Digest("0"), purposes=("p",), versions=(version,), declared=declared, sources={})


def some(*values: str) -> st.SearchStrategy[tuple[str, ...] | None]:
    return st.one_of(st.none(), st.sets(st.sampled_from(values), min_size=1).map(lambda found: tuple(sorted(found))))


@st.composite
def rows(draw: st.DrawFn) -> list[UseRow]:
    made = []
    for id_ in draw(st.permutations(["a", "b", "c", "d"]))[: draw(st.integers(0, 4))]:
        asked = {
            "tier": draw(some("free", "pro")),
            "say": draw(some("allow", "refuse", "unasked")),
            "private": draw(some("yes", "no")),
        }
        when = {fact: values for fact, values in asked.items() if values}
        made.append(UseRow(**head(id_), purpose="p", use=draw(st.sampled_from(["allow", "deny", "undetermined"])), when=when))
    return made


EVERYONE = [
    Standing(
        conversation="c", account="ana", at=AT, say_now={"p": "unasked"}, private=private,  # type: ignore[arg-type]
        stretches=(
            Stretch(first=0, last=0, began_at=AT, ended_at=AT, account="ana", tier=tier, region="US", say={"p": say},  # type: ignore[arg-type, dict-item]
                    tier_now="pro", region_now="US"),
        ),
        last_turn_at=AT,
    )
    for tier, say, private in product(["free", "pro", "gold"], ["allow", "refuse", "unasked", "deferred", "noticed", "unknown"], [True, False, None])
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(rows(), rows())
def test_a_notice_is_asked_for_just_where_somebody_would_newly_be_used(before: list[UseRow], after: list[UseRow]) -> None:
    old, new = small(before), small(after)
    newly = [one for one in EVERYONE if decide(new, one, AT).may("p") and not decide(old, one, AT).may("p")]
    clauses = difference(dated(old), dated(new))
    assert any(clause.notice for clause in clauses) == bool(newly)


def keep(id_: str, **fields: Any) -> KeepRow:
    given_ = {"anchor": "last_turn", "of": "conversation", "purpose": "p", "months": 0, "when": {}, "unless": ()} | fields
    return KeepRow(**head(id_) | given_)


@st.composite
def keeping(draw: st.DrawFn) -> Policy:
    """A policy that keeps and shortens in some way, and always ends with a row for everything."""
    reasons = ["product", "training", "safety", "feedback"]
    kept: list[KeepRow] = []
    for id_ in draw(st.sets(st.sampled_from(["a", "b", "c"]))):
        reason = draw(st.sampled_from(reasons))
        others = [one for one in reasons if one != reason]  # a row that steps back for its own reason is not loaded
        kept.append(
            keep(
                id_, reason=reason, days=draw(st.sampled_from([10, 30, 90])),
                when=draw(st.sampled_from([{}, {"private": ("yes",)}, {"say": ("allow",)}, {"say": ("allow", "refuse")}])),
                unless=tuple(draw(st.sets(st.sampled_from(others), max_size=1))),
            )
        )  # fmt: skip
    kept.append(
        keep("rest", reason="product", days=draw(st.sampled_from([20, 30])), unless=draw(st.sampled_from([(), ("training",)])))
    )
    caps = [
        CapRow(
            **head(id_) | {"when": draw(st.sampled_from([{}, {"private": ("yes",)}]))}, anchor="last_turn", months=0,
            days=draw(st.sampled_from([5, 15, 60])), purpose="p", spares=tuple(draw(st.sets(st.sampled_from(reasons)))),
        )
        for id_ in draw(st.sets(st.sampled_from(["x", "y"])))
    ]  # fmt: skip
    policy = small([])
    return replace(policy, versions=(replace(policy.versions[0], keep=tuple(kept), cap=tuple(caps)),))


@settings(max_examples=300, deadline=None)
@given(keeping(), keeping())
def test_nobody_s_conversation_is_kept_longer_without_a_notice(old: Policy, new: Policy) -> None:
    longer = []
    for one in EVERYONE:
        ends = [kept_to(policy, one, decide(policy, one, AT)) for policy in (old, new)]
        longer += [one] if ends[0] is not None and ends[1] is not None and ends[1] > ends[0] else []
    if longer:
        assert any(clause.notice for clause in difference(dated(old), dated(new)))

"""What the shipped policies promise, whatever happened: Ana, Bo and Cy share a conversation, and anything may come to pass.

Each promise is asked of each profile, in stories of its own words (`tests/stories.py`). `seen` counts where a promise was really put to
the test, such as a yes that could have been lost, and a promise that was not for some profile fails.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace as with_fields
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests import stories

from sayso.facts.events import parse_event
from sayso.facts.history import History
from sayso.facts.instants import LAST
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.policy import Policy, decide, flat, load, shipped
from sayso.policy.compiling import compiled
from sayso.policy.resuming import resumed
from sayso.policy.table import CapRow, KeepRow, UseRow, Version
from sayso.policy.vocabulary import PER_PURPOSE, REASONS

Story = list[dict[str, Any]]
Seen = Counter[str]
PROFILES = pytest.mark.parametrize("name", shipped())
FEW = settings(max_examples=30, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
"""The same stories in every run, so that what was seen in them is the same; with SAYSO_PROMISES=N, N of them drawn anew."""
if MANY := int(os.environ.get("SAYSO_PROMISES", "0")):
    FEW = settings(FEW, derandomize=False, max_examples=MANY)
OPENED = datetime(2025, 4, 1, tzinfo=UTC)


def asked(policy: Policy, story: Story, at: datetime) -> Ruling:
    return decide(policy, stories.standing(policy, story, at), at)


def turns(ruling: Ruling, purpose: str = "model_training") -> set[int]:
    return {turn for first, last in ruling.use[purpose].turns for turn in range(first, last + 1)}


def everything(policy: Policy, ruling: Ruling) -> set[tuple[str, int]]:
    """Every turn that is allowed, with the purpose it is allowed for."""
    return {(purpose, turn) for purpose in policy.purposes for turn in turns(ruling, purpose)}


def far(until: datetime | None) -> datetime:
    return until or LAST


def words(ruling: Ruling) -> Ruling:
    """A ruling without the instants at which it was asked and at which it changes."""
    return replace(ruling, at=OPENED, next_change_at=None)


def in_force(policy: Policy, at: datetime) -> bool:
    """Whether any text is in force: before the first, no end of keeping is known."""
    return policy.version(at) is not None


# -------------------------------------------------------------------------------------------------- each promise, as one function


def adding_a_no(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    name = policy.name
    more = data.draw(st.one_of(stories.refusals(name), stories.deletions(name), stories.flags(name), stories.holds(name)))
    before, after = turns(asked(policy, story, at)), turns(asked(policy, [*story, more], at))
    seen["a yes that a no is added to"] += bool(before)
    seen["a yes that a no takes away"] += before != after
    assert after <= before


UNKNOWN = {
    "tier": "unknown", "tier_now": "??", "region": "unknown", "region_now": "conflict", "contract": "unknown", "organisation": "unknown",
    "organisation_now": "", "surface": "unknown", "model": "unknown", "origin": "unknown", "age": "unknown", "say": {}, "imported": None,
    "began_at": datetime(1, 1, 1, tzinfo=UTC),
}  # fmt: skip
"""What a fact of a stretch is when nobody knows it. Turns collected nobody knows when were collected under nobody knows which version."""
UNKNOWN_OF_ALL = {"private": None, "say_now": {}, "age_now": "unknown"}
NOTICE = "notice"


def blurred(standing: Standing, fact: str) -> Standing:
    """The standing with one fact no longer known; `notice` is whether a notice was shown."""
    if fact in UNKNOWN_OF_ALL:
        return replace(standing, **{fact: UNKNOWN_OF_ALL[fact]})
    if fact == NOTICE:
        now = _unnoticed(standing.say_now)
        return replace(standing, say_now=now, stretches=tuple(replace(one, say=_unnoticed(one.say)) for one in standing.stretches))
    return replace(standing, stretches=tuple(replace(one, **{fact: UNKNOWN[fact]}) for one in standing.stretches))


def _unnoticed(says: Any) -> dict[str, Any]:
    return {purpose: "unknown" if said in ("noticed", "unasked") else said for purpose, said in says.items()}


def losing_a_fact(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    standing = stories.standing(policy, story, at)
    clear = everything(policy, decide(policy, standing, at))
    fact = data.draw(st.sampled_from([*UNKNOWN, *UNKNOWN_OF_ALL, NOTICE]))
    unclear = everything(policy, decide(policy, blurred(standing, fact), at))
    seen["a yes whose fact is lost"] += bool(clear)
    seen["a yes lost with its fact"] += clear != unclear
    assert unclear <= clear


def placing_a_hold(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    more = data.draw(stories.holds(policy.name))
    without, held = asked(policy, story, at), asked(policy, [*story, more], at)
    seen["another hold"] += len(held.reasons) > len(without.reasons)
    assert far(held.keep_until) >= far(without.keep_until)
    assert not {one.name for one in without.reasons} - {one.name for one in held.reasons}


ENDS: tuple[tuple[int | None, int | None], ...] = ((None, None), (0, 1), (60, 0))


@cache
def longer(name: str, reason: str, anchor: str, months: int | None, days: int | None) -> Policy:
    """The profile, with one more reason to keep in every version."""
    policy = load(name)
    row = KeepRow(
        id="added", because="b", source="s", line=1, versions=(), when={}, purpose=policy.purposes[0], unless=(), reason=reason,
        of="conversation", anchor=anchor, months=months, days=days,
    )  # fmt: skip
    return with_fields(policy, versions=tuple(with_fields(one, keep=(*one.keep, row)) for one in policy.versions))


def adding_a_reason(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    reason, anchor = data.draw(st.sampled_from(REASONS)), data.draw(st.sampled_from(["last_turn", "collected", "flagged"]))
    other = longer(policy.name, reason, anchor, *data.draw(st.sampled_from(ENDS)))
    standing = stories.standing(policy, story, at)
    before, after = decide(policy, standing, at), decide(other, standing, at)
    seen["another reason"] += any(one.because.row == "added" for one in after.reasons)
    assert far(after.keep_until) >= far(before.keep_until)


def refusing_or_deleting(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    more = data.draw(st.one_of(stories.refusals(policy.name), stories.deletions(policy.name)))
    before, after = asked(policy, story, at), asked(policy, [*story, more], at)
    seen["a no to what is kept"] += bool(before.reasons)
    assert far(after.keep_until) <= far(before.keep_until)


def what_comes_later(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    later = data.draw(st.lists(stories.happenings(policy.name), min_size=1, max_size=5))
    past = [one for one in story if one["at"] <= at]
    future = [{**one, "at": at + timedelta(minutes=1) + (one["at"] - stories.START)} for one in later]
    before = asked(policy, past, at)
    seen["a yes with a future"] += bool(everything(policy, before))
    assert asked(policy, [*past, *future], at) == before


def waiting_for_the_next_change(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    standing = stories.standing(policy, story, at)
    ruling = decide(policy, standing, at)
    change = ruling.next_change_at
    end = change or datetime(2500, 1, 1, tzinfo=UTC)
    assert end > at
    for before in (at + (end - at) * data.draw(st.floats(0, 1)), end - timedelta(microseconds=1)):
        if at <= before < end:
            assert words(decide(policy, standing, before)) == words(ruling)
    if change is not None:
        after = decide(policy, standing, change)
        seen["a change by the calendar alone"] += 1
        assert words(after) != words(ruling)


def resuming(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> bool:
    """Ana says yes and goes on in an old chat; return whether that let older turns be used which it would not have been."""
    late = max(at, stories.world(policy.name).asked + 2 * stories.AFTER)
    kept = story
    if data.draw(st.booleans()):  # nothing but turns under everybody's no
        no = [
            {"at": OPENED, "type": "choice", "account": who, "purpose": one, "say": "refuse"}
            for who in stories.PEOPLE
            for one in policy.purposes
        ]
        kept = [*[one for one in story if one["type"] in ("account", "turn")], *no]
    yes = [
        {"at": late, "type": "choice", "account": who, "purpose": one, "say": "allow"}
        for who in stories.PEOPLE
        for one in policy.purposes
    ]
    turn = next(one for one in story if one["type"] == "turn")
    more = {**turn, "at": late + timedelta(days=1), "account": "ana"}
    then = late + timedelta(days=2)
    alone, went_on = asked(policy, [*kept, *yes], then), asked(policy, [*kept, *yes, more], then)
    count = sum(one["type"] == "turn" for one in kept)
    old = {pair for pair in everything(policy, went_on) if pair[1] < count}
    new = everything(policy, went_on) - old
    seen["a resumed chat whose older turns are left out"] += bool({purpose for purpose, _ in new} - {purpose for purpose, _ in old})
    return not old <= everything(policy, alone)


def resuming_exposes_nothing(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    assert not resuming(data, policy, story, at, seen)


Row = UseRow | KeepRow | CapRow


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Every row of use, keeping and capping of a profile but the last ones, each once."""
    policy = load(name)
    every: list[Row] = [row for version in policy.versions for use in version.use.values() for row in use if row.when]
    every += [row for version in policy.versions for row in (*version.keep, *version.cap) if row.when]
    return tuple({(type(row), row.id, getattr(row, "purpose", "")): row for row in every}.values())


@lru_cache(maxsize=512)
def turned(name: str, place: int) -> Policy:
    """The profile, in which one row says the opposite about use, or ends forty days later, in every version that has it."""
    policy, asked = load(name), rows(name)[place]

    def change(row: Any) -> Any:
        if type(row) is not type(asked) or row.id != asked.id:
            return row
        if isinstance(row, UseRow):
            return with_fields(row, use="deny" if row.use == "allow" else "allow")
        return with_fields(row, months=row.months or 0, days=(row.days or 0) + 40)

    def version(one: Version) -> Version:
        use = {purpose: tuple(map(change, found)) for purpose, found in one.use.items()}
        return with_fields(one, use=use, keep=tuple(map(change, one.keep)), cap=tuple(map(change, one.cap)))

    return with_fields(policy, versions=tuple(map(version, policy.versions)))


def fitting(policy: Policy, row: Row, standing: Standing, at: datetime) -> set[str]:
    """For which purposes a row fits any stretch in any version, as it stands and as a later turn lifts it."""
    plain = flat.spell(policy, standing, at)
    lifted = flat.spell(policy, standing, at)
    resumed(policy, standing, lifted, at)
    asked = policy.purposes if isinstance(row, UseRow) else (row.purpose,)
    found = set()
    for terms in compiled(policy):
        for one in (*plain, *lifted):
            facts = terms.facts_of(one)
            for purpose in asked:
                have = {fact: facts.get(f"{fact}_{purpose}" if fact in PER_PURPOSE else fact) for fact in row.when}
                if all(have[fact] in wanted for fact, wanted in row.when.items()):
                    found.add(purpose)
    return found


def changing_one_row(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    standing = stories.standing(policy, story, at)
    before = words(decide(policy, standing, at))
    spoke = {one.row for said in before.use.values() for one in said.because} | {one.because.row for one in before.reasons}
    every = range(len(rows(policy.name)))
    place = data.draw(
        st.sampled_from([one for one in every if rows(policy.name)[one].id in spoke] or every) | st.sampled_from(every)
    )
    row, other = rows(policy.name)[place], turned(policy.name, place)
    after = words(decide(other, standing, at))
    fits = fitting(policy, row, standing, at)
    seen["a changed row that fits"] += bool(fits)
    seen["a changed row that changes a ruling"] += before != after
    if isinstance(row, UseRow):
        assert (before.keep_until, before.reasons, before.caps) == (after.keep_until, after.reasons, after.caps)
        assert all(before.use[one] == after.use[one] for one in policy.purposes if one not in fits)
    else:
        assert before.use == after.use
        assert fits or before == after


SAYS_YES = ("a yes", "something trains")


def possible(policy: Policy, sight: str) -> bool:
    """Whether a profile can show a sight at all: one whose rows never allow has no yes to lose, and one that never asks no answer."""
    if sight.startswith(SAYS_YES):
        return any(row.use == "allow" for version in policy.versions for use in version.use.values() for row in use)
    return not sight.startswith("a resumed chat") or any(version.choice for version in policy.versions)


def put(promise: Callable[..., None], name: str, *sights: str, examples: settings = FEW) -> None:
    """Put a promise to the test in stories of one profile; each of *sights* must have been seen, where the profile can show it."""
    seen: Seen = Counter()
    policy = load(name)

    @examples
    @given(st.data(), stories.stories(name), stories.instants(name))
    def told(data: Any, story: Story, at: datetime) -> None:
        once: Seen = Counter()
        promise(data, policy, story, at, once)
        for sight in +once:
            event(sight)
        seen.update(once)

    told()
    assert not [sight for sight in sights if not seen[sight] and possible(policy, sight)]


# --------------------------------------------------------------------------------------------------------------- and as tests


@PROFILES
def test_a_refusal_a_deletion_a_flag_or_a_hold_never_turns_a_no_into_a_yes(name: str) -> None:
    put(adding_a_no, name, "a yes that a no is added to", "a yes that a no takes away")


@PROFILES
def test_a_fact_that_becomes_unknown_never_turns_a_no_into_a_yes(name: str) -> None:
    put(losing_a_fact, name, "a yes whose fact is lost", "a yes lost with its fact")


@pytest.mark.parametrize(
    "fact",
    ["tier", "tier_now", "region", "region_now", "contract", "surface", "origin", "age", "say", "private", "say_now", "age_now"],
)
def test_ana_says_yes_but_what_is_not_known_of_her_denies_and_says_so(fact: str) -> None:
    account = {"at": OPENED, "type": "account", "account": "ana", "tier": "pro", "region": "US", "birth_year": 1980}
    yes = {"at": "2025-10-01", "type": "choice", "account": "ana", "say": "allow"}
    turn = {"at": "2025-10-02", "type": "turn", "account": "ana", "conversation": "mine"}
    events = [parse_event(one) for one in (account, yes, turn)]
    at = datetime(2025, 11, 1, tzinfo=UTC)
    standing = History(events, at).standing("mine")
    policy = load("anthropic-consumer")
    assert decide(policy, standing, at).may("model_training")
    ruling = decide(policy, blurred(standing, fact), at)
    assert ruling.use["model_training"].use == "deny"
    assert ruling.use["model_training"].because[0].row in (f"unknown-{fact}", f"conflict-{fact}")


@PROFILES
def test_keep_until_never_falls_when_a_hold_is_added(name: str) -> None:
    put(placing_a_hold, name, "another hold")


@PROFILES
def test_keep_until_never_falls_when_a_policy_gives_another_reason(name: str) -> None:
    put(adding_a_reason, name, "another reason")


@PROFILES
def test_a_refusal_or_a_deletion_never_keeps_anything_longer(name: str) -> None:
    put(refusing_or_deleting, name, "a no to what is kept")


@PROFILES
def test_a_ruling_depends_on_nothing_that_came_after_it(name: str) -> None:
    put(what_comes_later, name, "a yes with a future")


@PROFILES
def test_the_next_change_is_the_first_instant_at_which_anything_changes(name: str) -> None:
    put(waiting_for_the_next_change, name, "a change by the calendar alone", examples=settings(FEW, max_examples=max(80, MANY)))


WHOLE = ("as-first-reported",)
"""The profile that counts a resumed conversation whole, as the press first told it."""


@pytest.mark.parametrize("name", [one for one in shipped() if one not in WHOLE])
def test_a_resumed_conversation_never_exposes_an_older_turn_where_only_new_turns_count(name: str) -> None:
    policy = load(name)
    assert all(choice.resumed == "new_turns" for version in policy.versions for choice in version.choice.values())
    put(resuming_exposes_nothing, name, "a resumed chat whose older turns are left out")


def test_where_a_resumed_conversation_counts_whole_older_turns_are_exposed_so_that_promise_sees_it() -> None:
    exposed = Counter[bool]()

    def look(*given_: Any) -> None:
        exposed[resuming(*given_)] += 1

    put(look, WHOLE[0])
    assert exposed[True]


@PROFILES
def test_policies_that_differ_in_one_row_differ_only_on_standings_that_fit_that_row(name: str) -> None:
    put(changing_one_row, name, "a changed row that fits", "a changed row that changes a ruling")


def without_a_yes(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    standing = stories.standing(policy, story, at)
    trains = turns(decide(policy, standing, at))
    seen["something trains"] += bool(trains)
    for stretch in standing.stretches:
        if trains & set(range(stretch.first, stretch.last + 1)):
            said = stretch.say["model_training"] == standing.say_now["model_training"] == "allow"
            assert said or standing.feedback_at is not None or stretch.contract in ("dpp", "trusted_tester")


@pytest.mark.parametrize("name", ["anthropic-consumer", "anthropic-commercial", "protective"])
def test_nothing_trains_without_a_yes_but_feedback_and_the_partner_program(name: str) -> None:
    put(without_a_yes, name, "something trains")


def out_of_bounds(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    more = data.draw(st.none() | st.one_of(stories.deletions(policy.name), stories.holds(policy.name)))
    standing = stories.standing(policy, [*story, more] if more else story, at)
    trains = turns(decide(policy, standing, at))
    bounds = standing.private is not False or standing.deleted_at is not None or bool(standing.holds)
    seen["something out of bounds"] += bounds
    seen["something trains"] += bool(trains)
    assert not (bounds and trains)
    for stretch in standing.stretches:
        if "team" in (stretch.tier, stretch.tier_now) and standing.feedback_at is None and stretch.contract != "dpp":
            assert not trains & set(range(stretch.first, stretch.last + 1))


@PROFILES
def test_nothing_private_deleted_held_or_under_commercial_terms_trains(name: str) -> None:
    put(out_of_bounds, name, "something out of bounds", "something trains")


def naming_rows(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    ruling = asked(policy, story, at)
    for said in ruling.use.values():
        assert said.because
        assert (said.use == "allow") == bool(said.turns)
    ends = [one.until for one in ruling.reasons if one.of == "conversation"]
    seen["a reason"] += bool(ends)
    if ends:
        assert far(ruling.keep_until) == max(far(end) for end in ends)
    elif in_force(policy, at):
        assert ruling.due(at)
    else:
        assert ruling.keep_until is None  # no text was in force yet: nothing permits, and nothing says until when


@PROFILES
def test_every_use_and_every_reason_names_the_row_that_decided(name: str) -> None:
    put(naming_rows, name, "a reason")


def gone_in_thirty_days(data: Any, policy: Policy, story: Story, at: datetime, seen: Seen) -> None:
    standing = stories.standing(policy, [*story, data.draw(stories.deletions(policy.name))], at)
    spared = standing.flagged_at or standing.feedback_at or standing.holds
    if standing.deleted_at is not None and not spared and in_force(policy, at):
        seen["a deletion"] += 1
        assert far(decide(policy, standing, at).keep_until) <= standing.deleted_at + timedelta(days=30)


@PROFILES
def test_a_deleted_conversation_is_gone_in_thirty_days_but_for_flags_feedback_and_orders(name: str) -> None:
    put(gone_in_thirty_days, name, "a deletion")

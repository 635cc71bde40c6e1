"""A policy that is misspelt, unsourced or has a dead row is refused, with the line and the mend."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.facts.standings import Standing, Stretch
from sayso.policy import decide, load, parse, shipped
from sayso.policy.shelf import folder

GOOD = """title = "small"
purposes = ["model_training"]
[facts]
tier = ["free", "pro"]
contract = ["none"]
surface = ["chat"]
origin = ["typed"]
[sources]
A1 = "the terms"
[[version]]
id = "one"
from = 2025-01-01
because = "the first"
source = "A1"
[[choice]]
id = "asked"
from = 2025-01-01
deadline = 2025-02-01
zone = "UTC"
before = "deny"
after = "allow"
withdrawal = "future_runs"
resumed = "new_turns"
because = "people are asked"
source = "A1"
[[use]]
id = "no"
when = { say_now = "refuse" }
use = "deny"
because = "a no"
source = "A1"
[[use]]
id = "yes"
when = { say = ["allow", "assumed"], say_now = ["allow", "assumed"] }
use = "allow"
because = "a yes"
source = "A1 s.2, A1"
[[use]]
id = "rest"
when = {}
use = "deny"
because = "the rest"
source = "A1"
[[keep]]
id = "month"
reason = "product"
anchor = "last_turn"
days = 30
when = {}
because = "thirty days"
source = "A1"
"""
NEW = datetime(2025, 3, 1, tzinfo=UTC)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def standing(**facts: str) -> Standing:
    """Cy's conversation, never asked, written in January and in March."""
    january = datetime(2025, 1, 10, tzinfo=UTC)
    common = {
        "account": "cy",
        "tier": "pro",
        "tier_now": "pro",
        "region": "US",
        "region_now": "US",
        "say": {"model_training": "unasked"},
        **facts,
    }
    stretches = tuple(
        Stretch(first=position, last=position, began_at=at, ended_at=at, model=str(position), **common)
        for position, at in enumerate((january, NEW))
    )
    return Standing(
        conversation="c", account="cy", at=NEW, stretches=stretches, say_now={"model_training": "unasked"}, last_turn_at=NEW
    )


def test_a_good_policy_is_read_and_its_digest_is_that_of_its_bytes() -> None:
    policy = parse(GOOD, name="small.toml")
    assert (policy.name, policy.purposes, [one.id for one in policy.versions]) == ("small", ("model_training",), ["one"])
    assert policy.digest == hashlib.sha256(GOOD.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ('title = "small"', "title = ", 'title = ', "no valid TOML"),
        ('title = "small"', 'titel = "small"', "titel", "unknown key `titel`"),
        ('title = "small"', 'title = " "', "title", "no `title`"),
        ('purposes = ["model_training"]', "purposes = []", "purposes", "no list of words"),
        ('purposes = ["model_training"]', 'purposes = ["a b"]', "purposes", "something else than a to z"),
        ('tier = ["free", "pro"]', 'tiers = ["free"]', "tiers", "unknown fact `tiers`"),
        ('tier = ["free", "pro"]', 'tier = ["free", "unknown"]', "tier =", "declares `unknown`"),
        ('surface = ["chat"]\n', "", "[facts]", "does not declare `surface`"),
        ('[sources]\nA1 = "the terms"', "", 'title = ', "no `[sources]`"),
        ("from = 2025-01-01\nbecause", 'from = "2025-13-01"\nbecause', "[[version]]", "day or time that exists"),
        ('use = "allow"', 'use = "maybe"', 'use = "maybe"', "`use` is `maybe`"),
        ('when = { say_now = "refuse" }', 'when = { mood = "low" }', "mood", "unknown fact `mood`"),
        ('when = { say_now = "refuse" }', 'when = { tier = "Pro " }', "Pro ", "`tier` is never `Pro `"),
        ('when = { say_now = "refuse" }', 'when = { tier = "unknown" }', "when = { tier", "never reaches a row"),
        ('when = { say_now = "refuse" }', "when = { say_now = [] }", "say_now = []", "nothing can fit"),
        ('when = { say_now = "refuse" }', "when = {}", 'id = "yes"', "row `yes` never decides in version `one`: row `no` (line 26)"),
        ('because = "a no"\n', "", 'id = "no"', "without `because`"),
        ('because = "a no"\nsource = "A1"', 'because = "a no"', 'id = "no"', "without `source`"),
        ('because = "a no"\nsource = "A1"', 'because = "a no"\nsource = "A9"', "A9", "source `A9` is not in [sources]"),
        ('because = "a no"', 'because = "a no"\ncolour = 1', "colour", "unknown key `colour`"),
        ('id = "yes"', 'id = "no"', None, "a second row `no`"),
        ('id = "yes"', 'id = "Yes!"', "Yes!", "no plain name"),
        ('id = "yes"', 'id = "yes"\nversions = ["two"]', "versions", "unknown version `two`"),
        ('id = "yes"', 'id = "yes"\npurpose = "ads"', "purpose = ", "unknown purpose `ads`"),
        ('id = "rest"\nwhen = {}', 'id = "rest"\nwhen = { tier = "pro" }', 'id = "rest"', "no final row for `model_training`"),
        ('when = {}\nuse = "deny"', 'when = {}\nuse = "allow"', 'id = "rest"', "the final row for `model_training` allows"),
        ("days = 30", "days = -1", "days", "whole number"),
        ("days = 30", "days = 1.5", "days", "whole number"),
        ("days = 30", "days = true", "days", "whole number"),
        ("days = 30", "days = 30\nopen = true", "open", "`open` goes with no length"),
        ("days = 30\n", "", 'id = "month"', "without a length"),
        ('reason = "product"', 'reason = "fun"', "reason = ", "`reason` is `fun`"),
        ('anchor = "last_turn"', 'anchor = "birth"', "anchor", "`anchor` is `birth`"),
        ('reason = "product"', 'reason = "safety"', "[[version]]", "no final keep row"),
        ("deadline = 2025-02-01", 'deadline = "soon"', "deadline", "`deadline` is no day"),
        ("deadline = 2025-02-01", "deadline = 2025-02-01T00:00:00Z", "deadline", "`deadline` is no day"),
        ("deadline = 2025-02-01\n", "", "after =", "without a deadline"),
        ('zone = "UTC"', 'zone = "Mars"', "zone", "`zone` is `Mars`"),
        ('after = "allow"', 'after = "yes"', "after =", "`after` is `yes`"),
        ("[[use]]\n", "[use]\n", None, "no valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, at: str | None, says: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(Unfit) as caught:
        parse(text, name="mine.toml")
    line = str(caught.value)
    assert says in line
    assert "; " in line
    assert "\n" not in line
    file, number, _ = line.split(":", 2)
    assert file == "mine.toml"
    if at is not None and at in text:
        start = line_of(text, at)
        # a complaint about a whole row names its head, one about a key the key's own line
        assert start - 2 <= int(number) <= start, line


def test_a_row_hidden_by_several_together_is_refused() -> None:
    both = '[[use]]\nid = "b"\nwhen = { tier = "pro" }\nuse = "deny"\nbecause = "b"\nsource = "A1"\n'
    free = both.replace('"b"', '"a"').replace("pro", "free")
    with pytest.raises(Unfit, match="row `no` never decides in version `one`: the rows above it together"):
        parse(GOOD.replace("[[use]]", free + both + "[[use]]", 1), name="mine.toml")


def test_versions_out_of_order_or_doubled_are_refused() -> None:
    older = '[[version]]\nid = "two"\nfrom = 2024-01-01\nbecause = "b"\nsource = "A1"\n'
    with pytest.raises(Unfit, match="does not begin after `one`"):
        parse(GOOD.replace("[[choice]]", older + "[[choice]]"), name="mine.toml")
    with pytest.raises(Unfit, match="a second version `one`"):
        parse(GOOD.replace("[[choice]]", older.replace("two", "one") + "[[choice]]"), name="mine.toml")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40), st.integers(0, len(GOOD)), st.integers(0, 30))
def test_any_scribble_in_a_policy_is_refused_with_one_line_or_read(scribble: str, place: int, cut: int) -> None:
    text = GOOD[:place] + scribble + GOOD[place + cut :]
    complaint = ""
    try:
        parse(text, name="mine.toml")
    except Unfit as refusal:
        complaint = str(refusal)
    assert not complaint or complaint.startswith("mine.toml:")
    assert "\n" not in complaint


def test_silence_counts_as_a_yes_only_after_the_deadline_and_only_where_a_policy_says_so() -> None:
    ruling = decide(parse(GOOD, name="s"), standing(), NEW).use["model_training"]
    assert (ruling.use, ruling.turns) == ("allow", ((1, 1),))
    for other in ("deny", "gate"):
        assert (
            decide(parse(GOOD.replace('after = "allow"', f'after = "{other}"'), name="s"), standing(), NEW)
            .use["model_training"]
            .use
            == "deny"
        )


def test_a_deadline_without_a_zone_ends_where_midnight_comes_last() -> None:
    for zone, hour in (("", 12), ('zone = "UTC"', 0), ('zone = "+02:00"', -2), ('zone = "-08:00"', 8)):
        moved = parse(GOOD.replace('zone = "UTC"', zone), name="s").versions[0].choice["model_training"].deadline
        assert moved is not None
        assert (moved - datetime(2025, 2, 2, tzinfo=UTC)).total_seconds() == hour * 3600


def test_a_resumed_conversation_counts_whole_only_where_a_policy_says_so_and_never_what_was_imported() -> None:
    whole = parse(GOOD.replace("new_turns", "whole"), name="s")
    assert decide(whole, standing(), NEW).use["model_training"].turns == ((0, 1),)
    old = standing()
    imported = standing()
    first = type(old.stretches[0])(
        **{field: getattr(old.stretches[0], field) for field in Stretch.__struct_fields__} | {"imported": True}
    )
    brought = type(imported)(
        **{field: getattr(imported, field) for field in Standing.__struct_fields__} | {"stretches": (first, old.stretches[1])}
    )
    assert decide(whole, brought, NEW).use["model_training"].turns == ((1, 1),)


def test_a_no_reaches_what_the_policy_says_it_reaches() -> None:
    def uses(reach: str) -> str:
        base = standing(say={"model_training": "allow"})  # type: ignore[arg-type]  # a mapping among texts
        now = {"say_now": {"model_training": "refuse"}, "refused_at": {"model_training": NEW}}
        asked = Standing(**{field: getattr(base, field) for field in Standing.__struct_fields__} | now)
        return decide(parse(GOOD.replace("future_runs", reach), name="s"), asked, NEW).use["model_training"].use

    assert uses("future_conversations") == "allow"
    assert uses("future_runs") == uses("everything") == "deny"
    assert load("anthropic-consumer").withdrawal("model_training", NEW) == "everything"
    assert load("anthropic-consumer").withdrawal("model_training", datetime(2026, 1, 1, tzinfo=UTC)) == "future_runs"


def test_shipped_policies_lie_where_they_are_found() -> None:
    assert {"anthropic-consumer", "as-first-reported", "protective"} <= set(shipped())
    assert shipped() == sorted(file.stem for file in folder().glob("*.toml") if file.with_suffix(".md").is_file())
    for name in shipped():
        assert load(name).digest == hashlib.sha256((folder() / f"{name}.toml").read_bytes()).hexdigest()


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match=r"no policy `nowhere`; name a \.toml file or one of anthropic-"):
        load("nowhere")
    with pytest.raises(Unfit, match="no policy"):
        load(tmp_path)
    with pytest.raises(Unfit, match="no policy"):
        load("nul\0byte")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'title = "ok"\n# caf\xe9\n')
    with pytest.raises(Unfit, match=r"latin.toml:2: not UTF-8"):
        load(latin)
    mine = tmp_path / "mine.toml"
    mine.write_text(GOOD, encoding="utf-8")
    assert load(str(mine)).name == "mine"


def test_an_instant_without_a_zone_or_before_what_is_known_is_refused() -> None:
    policy = load("anthropic-consumer")
    with pytest.raises(Unfit, match="has no time zone"):
        decide(policy, standing(), datetime(2025, 3, 1))  # noqa: DTZ001  # what is refused
    with pytest.raises(Unfit, match="fold the events up to that instant"):
        decide(policy, standing(), datetime(2025, 2, 1, tzinfo=UTC))


def test_before_the_first_version_nothing_is_used_and_no_end_is_known() -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    facts = {field: getattr(standing(), field) for field in Standing.__struct_fields__} | {"at": old, "last_turn_at": old}
    ruling = decide(parse(GOOD, name="s"), Standing(**facts), old)
    assert (ruling.use["model_training"].use, ruling.keep_until) == ("deny", None)
    assert ruling.use["model_training"].because[0].row == "no-terms"
    assert ruling.next_change_at == datetime(2025, 1, 1, tzinfo=UTC)


TWO = """
[[version]]
id = "two"
from = 2025-02-20
because = "the second"
source = "A1"
[[keep]]
id = "flagged"
versions = ["two"]
reason = "safety"
anchor = "flagged"
days = 700
when = { flagged = "yes" }
because = "flags, since the second"
source = "A1"
[[keep]]
id = "rated"
versions = ["two"]
reason = "feedback"
anchor = "feedback"
days = 700
when = { feedback = "yes" }
because = "feedback, since the second"
source = "A1"
[[keep]]
id = "year"
versions = ["two"]
reason = "product"
anchor = "last_turn"
days = 300
when = {}
because = "longer, since the second"
source = "A1"
"""
YES = 'id = "yes"'


def said_yes(**marks: datetime) -> Standing:
    """Ana's conversation of January, said yes to before and now, seen in March."""
    january = datetime(2025, 1, 10, tzinfo=UTC)
    yes = {"model_training": "allow"}
    stretch = Stretch(
        first=0,
        last=0,
        began_at=january,
        ended_at=january,
        account="ana",
        tier="pro",
        tier_now="pro",
        region="US",
        region_now="US",
        say=yes,
    )
    return Standing(conversation="c", account="ana", at=NEW, stretches=(stretch,), say_now=yes, last_turn_at=january, **marks)


@pytest.mark.parametrize(("where", "use"), [('["one"]', "deny"), ('["two"]', "deny"), ('["one", "two"]', "allow")])
def test_the_terms_at_collection_and_the_terms_now_must_both_permit(where: str, use: str) -> None:
    long = GOOD.replace("days = 30", "days = 90")
    policy = parse(long.replace(YES, f"{YES}\nversions = {where}") + TWO, name="s")
    ruling = decide(policy, said_yes(), NEW).use["model_training"]
    assert ruling.use == use
    assert {one.row for one in ruling.because} == ({"yes"} if use == "allow" else {"rest"})


def test_a_reason_to_keep_must_stand_in_both_texts_and_ends_with_the_shorter_but_a_danger_needs_no_older_text() -> None:
    ruling = decide(parse(GOOD + TWO, name="s"), said_yes(flagged_at=NEW, feedback_at=NEW), NEW)
    assert {one.name for one in ruling.reasons} == {"safety"}
    product = decide(parse(GOOD + TWO, name="s"), said_yes(), NEW)
    assert product.keep_until == datetime(2025, 2, 9, tzinfo=UTC)
    assert product.reasons == ()
    assert [one.row for one in product.use["model_training"].because] == ["ended"], (
        "what is due is not used, though the rows allow it"
    )

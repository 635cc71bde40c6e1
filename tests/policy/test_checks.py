"""Everything wrong with a policy is told at once, by the loader and, where one table shows it, by the schema for editors."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from sayso.facts.errors import Unfit
from sayso.facts.kinds import ACTIONS, KINDS
from sayso.facts.standings import Standing, Stretch
from sayso.facts.words import PURPOSES
from sayso.policy import cases, columns, decide, explain, load, parse, shipped, vocabulary
from sayso.policy.checking import check, check_text
from sayso.policy.rows import KEYS, RESUMED, SILENCE, USES, WITHDRAWALS
from sayso.policy.schema import schema
from sayso.policy.shelf import folder

ROOT = Path(__file__).resolve().parents[2]
GOOD = """title = "small"
purposes = ["model_training", "ads"]
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
[[version]]
id = "two"
from = 2025-06-01
because = "the second"
source = "A1"
[[choice]]
id = "asked"
from = 2025-01-01
deadline = 2025-02-01
before = "deny"
after = "gate"
withdrawal = "future_runs"
resumed = "new_turns"
because = "people are asked"
source = "A1"
[[use]]
id = "no"
purpose = "model_training"
when = { say_now = "refuse" }
use = "deny"
because = "a no"
source = "A1"
[[use]]
id = "yes"
purpose = "model_training"
when = { say = "allow", say_now = "allow" }
use = "allow"
because = "a yes"
source = "A1"
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
[[keep]]
id = "held"
reason = "hold"
anchor = "last_turn"
open = true
when = { held = "yes" }
because = "an order"
source = "A1"
[[cap]]
id = "gone"
anchor = "deleted"
days = 7
spares = ["hold"]
when = { deleted = "yes" }
because = "deleted: a week"
source = "A1"
"""


def basis(name: str, **keys: str) -> str:
    """A [[basis]] row for ads, with the keys as TOML."""
    head = {"id": f'"{name}"', "purpose": '"ads"', "because": '"the law"', "source": '"A1"', **keys}
    return "[[basis]]\n" + "".join(f"{key} = {value}\n" for key, value in head.items())


def rows(*more: str) -> str:
    return GOOD.replace("[[use]]", "\n".join((*more, "[[use]]")), 1)


def use(name: str, when: str, verdict: str = "deny", purpose: str = "ads") -> str:
    return f'[[use]]\nid = "{name}"\npurpose = "{purpose}"\nwhen = {when}\nuse = "{verdict}"\nbecause = "b"\nsource = "A1"\n'


def keep(name: str, **keys: str) -> str:
    head = {"id": f'"{name}"', "reason": '"product"', "anchor": '"last_turn"', "because": '"b"', "source": '"A1"', **keys}
    return "[[keep]]\n" + "".join(f"{key} = {value}\n" for key, value in head.items())


def scrub(name: str, **keys: str) -> str:
    head = {"id": f'"{name}"', "purpose": '"model_training"', "because": '"b"', "source": '"A1"', **keys}
    return "[[scrub]]\n" + "".join(f"{key} = {value}\n" for key, value in head.items())


EU = {"region": '"EU"', "basis": '"consent"'}
REFUSED = [
    ("a row hidden by one above", rows(use("a", '{ tier = "pro" }'), use("b", '{ tier = "pro", held = "yes" }')), 'id = "b"', "row `a`"),
    ("a row hidden by several", rows(use("a", '{ tier = "pro" }'), use("b", '{ tier = "free" }'), use("c", '{ held = "yes" }')), 'id = "c"', "together"),
    ("a country hidden by its group", rows(use("a", '{ region = "EU" }'), use("b", '{ region = "DE" }')), 'id = "b"', "row `a`"),
    ("no final row", GOOD.replace('id = "rest"\nwhen = {}', 'id = "rest"\nwhen = { held = "no" }'), 'id = "rest"', "no final row"),
    ("no final keep row", GOOD.replace("days = 30\nwhen = {}", 'days = 30\nwhen = { held = "no" }'), 'id = "one"', "no final keep row"),
    ("a hold with a length", GOOD.replace("open = true", "years = 3"), "years = 3", "ends a hold by the calendar"),
    ("a cap that ends a hold", GOOD.replace('spares = ["hold"]', "spares = []"), 'id = "gone"', "shorter than its order"),
    ("an unknown fact", rows(use("a", '{ mood = "low" }')), "mood", "unknown fact `mood`"),
    ("an unknown value", rows(use("a", '{ region = "Germany" }')), "Germany", "`region` is never `Germany`"),
    ("a last day before the first", GOOD.replace("deadline = 2025-02-01", "deadline = 2024-02-01"), "deadline", "before the first"),
    ("a deadline that is no day", GOOD.replace("deadline = 2025-02-01", "deadline = 2025-02-30"), None, "no valid TOML"),
    ("two versions that begin together", GOOD.replace("2025-06-01", "2025-01-01"), 'id = "two"', "does not begin after"),
    ("a row without a source", GOOD.replace('because = "a yes"\nsource = "A1"', 'because = "a yes"'), 'id = "yes"', "without `source`"),
    ("a source that no list names", GOOD.replace('because = "a yes"\nsource = "A1"', 'because = "a yes"\nsource = "B9"'), '"B9"', "B9"),
    ("versions out of order", GOOD.replace("2025-06-01", "2024-06-01"), 'id = "two"', "does not begin after"),
    ("an unknown version", GOOD.replace('id = "yes"\n', 'id = "yes"\nversions = ["three"]\n'), "three", "three"),
    ("a name used twice", rows(use("rest", '{ tier = "pro" }')), None, "rest"),
    ("a row without a because", GOOD.replace('because = "a yes"\n', ""), 'id = "yes"', "without `because`"),
    ("a row that allows the unknown", rows(use("a", '{ tier = "unknown" }', "allow")), "unknown", "never reaches a row"),
    ("a row that allows a conflict", rows(use("a", '{ region = "conflict" }', "allow")), "conflict", "never reaches a row"),
    ("an objection that permits", rows(basis("eu", **EU), use("a", '{ objection = "yes" }', "allow")), "objection", "cannot permit"),
    ("a basis nobody gives", rows(use("a", '{ basis = "consent" }')), 'id = "a"', "no [[basis]] for `ads`"),
    ("two bases of one country", rows(basis("eu", **EU), basis("de", region='"DE"', basis='"none"')), 'id = "de"', "`DE` a second basis"),
    ("two bases of all others", rows(basis("a", basis='"none"'), basis("b", basis='"consent"')), 'id = "b"', "all other regions"),
    ("basis dates out of order", rows(basis("eu", **EU, **{"from": "2025-05-01", "until": "2025-04-01"})), "until", "does not come after"),
    ("a basis of no region", rows(basis("eu", region='"Europe"', basis='"none"')), "Europe", "never `Europe`"),
    ("a basis that is none", rows(basis("eu", basis='"luck"')), "luck", "`basis` is `luck`"),
    ("a first version with notice", GOOD.replace("from = 2025-01-01\nbecause", "from = 2025-01-01\nnotice_days = 30\nbecause", 1), "notice_days", "drop it"),
    ("a notice of no length", GOOD.replace("from = 2025-06-01", "from = 2025-06-01\nnotice_days = -1"), "notice_days", "no whole number"),
    ("a row that steps back for itself", GOOD + keep("k", days="60", unless='["product"]'), "unless", "its own reason"),
    ("a second choice", rows() + '[[choice]]\nid = "again"\nfrom = 2025-01-01\nbefore = "deny"\nafter = "deny"\nwithdrawal = "everything"\nresumed = "whole"\nbecause = "b"\nsource = "A1"\n', 'id = "again"', "a second choice"),
    ("a kind that is none", GOOD + scrub("a", kind='"mood"', do='"mark"'), '"mood"', "`kind` is never `mood`"),
    ("an action that is none", GOOD + scrub("a", kind='"email"', do='"hide"'), '"hide"', "`do` is `hide`"),
    ("a stand-in for what has none", GOOD + scrub("a", kind='["email", "passport"]', do='"surrogate"'), '"surrogate"', "`passport` has no values set aside"),
    ("stand-ins for all others", GOOD + scrub("a", do='"surrogate"'), '"surrogate"', "not every kind has values set aside"),
    ("a public figure's address kept", GOOD + scrub("a", kind='["name", "address"]', do='"keep_public"'), '"keep_public"', "only names"),
    ("two things done with one kind", GOOD + scrub("a", kind='"email"', do='"mark"') + scrub("b", kind='["ip", "email"]', do='"drop_turn"'), 'id = "b"', "second thing of `email`"),
    ("two rows for all others", GOOD + scrub("a", do='"mark"') + scrub("b", do='"drop_turn"'), 'id = "b"', "all other kinds"),
    ("a row that every kind is named beside", GOOD + scrub("a", kind=json.dumps(list(KINDS)), do='"mark"') + scrub("b", do='"drop_turn"'), 'id = "b"', "every kind is named"),
]  # fmt: skip
DOUBTED = [
    ("a cap that spares nothing there is", GOOD.replace('spares = ["hold"]', 'spares = ["hold", "safety"]'), 'id = "gone"', "spares `safety`"),
    ("a row that steps back for nothing", GOOD + keep("k", days="60", unless='["training"]'), 'id = "k"', "steps back for `training`"),
    ("a keep that is shorter than another", GOOD + keep("k", days="20", when='{ tier = "pro" }'), 'id = "k"', "never counts: `month`"),
    ("a keep said twice", GOOD + keep("k", days="30", when="{}"), 'id = "k"', "never counts: `month`"),
    ("a keep that a cap always cuts", GOOD + '[[cap]]\nid = "week"\nanchor = "last_turn"\ndays = 7\nspares = ["hold"]\nwhen = {}\nbecause = "b"\nsource = "A1"\n', 'id = "month"', "longer than cap `week`"),
    ("a choice nobody looks at", GOOD.replace('[[choice]]\nid = "asked"', '[[choice]]\nid = "asked"\npurpose = "ads"'), 'id = "asked"', "no row of version `one`, `two` looks"),
    ("a deadline long over", GOOD.replace('[[choice]]\nid = "asked"', '[[choice]]\nid = "asked"\nversions = ["two"]'), 'id = "asked"', "is over before"),
    ("hits in what nothing uses", GOOD + scrub("a", purpose='"ads"', kind='"email"', do='"drop_turn"'), 'id = "a"', "nothing may be used for `ads`"),
]  # fmt: skip


def test_a_good_policy_and_all_shipped_ones_have_nothing_to_mend() -> None:
    assert check_text(GOOD, name="mine.toml").lines == []
    for name in shipped():
        assert check(name).lines == [], name


def near(text: str, at: str | None, line: str) -> bool:
    """A complaint about a whole row names its head, one about a key the key's own line."""
    number = int(line.split(":", 2)[1])
    found = next((place for place, one in enumerate(text.splitlines(), start=1) if at is not None and at in one), None)
    return at is None or (found is not None and found - 2 <= number <= found)


@pytest.mark.parametrize(("mistake", "text", "at", "says"), REFUSED, ids=[one[0] for one in REFUSED])
def test_what_contradicts_itself_never_loads(mistake: str, text: str, at: str | None, says: str) -> None:
    assert text != GOOD
    checked = check_text(text, name="mine.toml")
    assert checked.policy is None
    told = [line for line in checked.lines if says in line]
    assert told, checked.lines
    assert near(text, at, told[0]), told[0]
    assert all(line.startswith("mine.toml:") and "; " in line and "\n" not in line for line in checked.lines)
    with pytest.raises(Unfit):
        parse(text, name="mine.toml")


@pytest.mark.parametrize(("mistake", "text", "at", "says"), DOUBTED, ids=[one[0] for one in DOUBTED])
def test_what_is_said_in_vain_loads_and_is_told(mistake: str, text: str, at: str, says: str) -> None:
    checked = check_text(text, name="mine.toml")
    assert checked.policy is not None
    assert [says in line for line in checked.lines] == [True], checked.lines
    assert near(text, at, checked.lines[0])


def test_all_mistakes_are_told_at_once_and_from_the_top_of_the_file_down() -> None:
    text = GOOD.replace('title = "small"', 'titel = "small"').replace('use = "allow"', 'use = "maybe"\ncolour = 1')
    text = text.replace('reason = "product"', 'reason = "fun"').replace("days = 7", "days = -7").replace('"gate"', '"shut"')
    checked = check_text(text, name="mine.toml")
    said = [
        "no `title`",
        "unknown key `titel`",
        "`after` is `shut`",
        "`use` is `maybe`",
        "unknown key `colour`",
        "is `fun`",
        "`days` is no",
    ]
    assert len(checked.lines) == len(said)
    for part in said:
        assert sum(part in line for line in checked.lines) == 1, part
    numbers = [int(line.split(":")[1]) for line in checked.lines]
    assert numbers == sorted(numbers)


def test_a_row_that_could_not_be_read_is_not_missed_a_second_time() -> None:
    text = GOOD.replace('id = "rest"\nwhen = {}', 'id = "rest"\nwhen = { mood = "low" }')
    assert [("unknown fact" in line) for line in check_text(text, name="mine.toml").lines] == [True]
    facts = GOOD.replace('tier = ["free", "pro"]\n', "").replace("when = { say_now", 'when = { tier = "pro", say_now')
    assert ["does not declare `tier`" in line for line in check_text(facts, name="mine.toml").lines] == [True]


# --------------------------------------------------------------------------------------------------- the schema for editors


def plain(value: Any) -> Any:
    """A TOML value as an editor's schema checker sees it: dates as text."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def refusals(text: str) -> Iterator[str]:
    for error in jsonschema.Draft202012Validator(schema()).iter_errors(plain(tomllib.loads(text))):
        yield error.message


def test_the_schema_in_the_repository_is_the_one_the_vocabulary_makes() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads((ROOT / "spec" / "policy.schema.json").read_text("utf-8")) == schema(), "run `make docs`"


def test_the_schema_takes_every_shipped_policy_and_what_is_only_doubted() -> None:
    for name in shipped():
        assert list(refusals((folder() / f"{name}.toml").read_text("utf-8"))) == [], name
    assert list(refusals(GOOD)) == []
    for _, text, _, _ in DOUBTED:
        assert list(refusals(text)) == []


PLANTED = [
    GOOD + scrub("a", kind='"mood"', do='"mark"'),
    GOOD + scrub("a", kind="[]", do='"mark"'),
    GOOD + scrub("a", kind='"email"', do='"hide"'),
    GOOD + scrub("a", kind='"email"'),
    GOOD + scrub("a", kind='["email", "passport"]', do='"surrogate"'),
    GOOD + scrub("a", do='"surrogate"'),
    GOOD + scrub("a", kind='"address"', do='"keep_public"'),
    GOOD.replace("title", "titel"),
    GOOD.replace('purposes = ["model_training", "ads"]', "purposes = []"),
    GOOD.replace('tier = ["free", "pro"]\n', ""),
    GOOD.replace('tier = ["free", "pro"]', 'tier = ["free", "unknown"]'),
    GOOD.replace('use = "allow"', 'use = "maybe"'),
    GOOD.replace('because = "a yes"\n', ""),
    GOOD.replace('because = "a yes"\nsource = "A1"', 'because = "a yes"'),
    GOOD.replace('because = "a yes"', 'because = " "'),
    GOOD.replace('because = "a yes"', 'because = "a yes"\ncolour = 1'),
    GOOD.replace('id = "yes"', 'id = "Yes!"'),
    GOOD.replace('say_now = "refuse"', 'say_now = "Refuse"'),
    GOOD.replace('say_now = "refuse"', "say_now = []"),
    GOOD.replace('say_now = "refuse"', 'say_now = "unknown"'),
    GOOD.replace('say_now = "refuse"', 'mood = "low"'),
    GOOD.replace('say_now = "refuse"', 'region = "Germany"'),
    GOOD.replace('say_now = "refuse"', 'tier = "unknown"'),
    GOOD.replace("days = 30", "days = -1"),
    GOOD.replace("days = 30", "days = 1.5"),
    GOOD.replace("days = 30", "days = 30\nopen = true"),
    GOOD.replace("days = 30\n", ""),
    GOOD.replace("days = 7\n", ""),
    GOOD.replace("open = true", "years = 3"),
    GOOD.replace('reason = "product"', 'reason = "fun"'),
    GOOD.replace('anchor = "deleted"', 'anchor = "birth"'),
    GOOD.replace("deadline = 2025-02-01", 'deadline = "soon"'),
    GOOD.replace("deadline = 2025-02-01\n", ""),
    GOOD.replace('after = "gate"', 'after = "yes"'),
    GOOD.replace('after = "gate"', 'after = "gate"\nzone = "Mars"'),
    GOOD.replace("from = 2025-06-01", "from = 2025-06-01\nnotice_days = -1"),
    rows(basis("eu", region='"Europe"', basis='"none"')),
    rows(basis("eu", basis='"luck"')),
    rows(basis("eu")),
]


@pytest.mark.parametrize("number", range(len(PLANTED)))
def test_a_planted_mistake_is_refused_by_the_loader_and_by_the_schema(number: int) -> None:
    assert PLANTED[number] != GOOD
    assert check_text(PLANTED[number], name="mine.toml").policy is None
    assert list(refusals(PLANTED[number]))


# ------------------------------------------------------------------------------------- what the newer words of the language mean

JULY = datetime(2025, 7, 10, tzinfo=UTC)
INTERESTS = rows(
    basis("eu-before", region='["EU", "UK"]', basis='"consent"', until="2025-07-01"),
    basis("eu", region='"EU"', basis='"legitimate_interests"', **{"from": "2025-07-01"}),
    basis("uk", region='"UK"', basis='"conflict"', **{"from": "2025-07-01"}),
    basis("br", region='"BR"', basis='"unknown"'),
    basis("kr", region='"KR"', basis='"consent"', until="2025-07-01"),
    use("objected", '{ objection = "yes" }'),
    use("agreed", '{ basis = "consent", basis_now = "consent", say = "allow", say_now = "allow" }', "allow"),
    use("interests", '{ basis = "legitimate_interests", basis_now = "legitimate_interests", objection = "no" }', "allow"),
)


def talk(says: str, *, region: str = "DE", region_now: str | None = None, at: datetime = JULY, say: str | None = None) -> Standing:
    """Ana's one turn, with what she said about ads before it, and says now."""
    stretch = Stretch(
        first=0, last=0, began_at=at, ended_at=at, account="ana", tier="pro", tier_now="pro",
        region=region, region_now=region_now or region, say={"ads": say or says},
    )  # fmt: skip
    return Standing(conversation="c", account="ana", at=at, stretches=(stretch,), say_now={"ads": says}, last_turn_at=at)


@pytest.mark.parametrize(
    ("standing", "said", "row"),
    [
        (talk("noticed"), "allow", "interests"),
        (talk("refuse"), "deny", "objected"),
        (talk("noticed", region="FR", region_now="DE"), "allow", "interests"),
        (talk("noticed", at=datetime(2025, 6, 20, tzinfo=UTC)), "deny", "rest"),
        (talk("allow", at=datetime(2025, 6, 20, tzinfo=UTC)), "allow", "agreed"),
        (talk("refuse", at=datetime(2025, 6, 20, tzinfo=UTC)), "deny", "rest"),
        (talk("allow", region="GB"), "deny", "conflict-basis"),
        (talk("allow", region="BR"), "deny", "unknown-basis"),
        (talk("allow", region="KR"), "deny", "unknown-basis"),
        (talk("allow", region="US"), "deny", "unknown-basis"),
        (talk("noticed", region_now="GB"), "deny", "conflict-basis_now"),
        (talk("??"), "deny", "unknown-objection"),
    ],
)
def test_ads_rest_on_what_the_law_of_a_region_said_that_day(standing: Standing, said: str, row: str) -> None:
    policy = parse(INTERESTS, name="mine.toml")
    ruling = decide(policy, standing, standing.at)
    assert (ruling.use["ads"].use, ruling.use["ads"].because[0].row) == (said, row)
    assert list(columns.decide_many(policy, [standing], standing.at)) == [ruling]


def test_a_basis_that_ends_tomorrow_ends_the_use_and_the_ruling_says_when() -> None:
    policy = parse(INTERESTS, name="mine.toml")
    agreed = talk("allow", at=datetime(2025, 6, 20, tzinfo=UTC))
    ruling = decide(policy, agreed, agreed.at)
    day = datetime(2025, 7, 1, tzinfo=UTC)
    assert (ruling.use["ads"].use, ruling.next_change_at) == ("allow", day)
    assert decide(policy, agreed, day - timedelta(microseconds=1)).use == ruling.use
    after = decide(policy, agreed, day)
    assert (after.use["ads"].use, after.use["ads"].because[0].row) == ("deny", "rest")
    assert list(columns.decide_many(policy, [agreed], day)) == [after]


def test_all_other_regions_have_the_basis_of_the_row_that_names_none() -> None:
    policy = parse(
        rows(basis("rest-of-world", basis='"none"'), basis("eu", **EU), use("a", '{ basis = "none" }', "allow")), name="m"
    )
    uses = {region: decide(policy, talk("refuse", region=region), JULY).use["ads"].use for region in ("US", "JP", "DE", "EU", "??")}
    assert uses == {"US": "allow", "JP": "allow", "DE": "deny", "EU": "deny", "??": "deny"}


def test_an_objection_reaches_what_a_withdrawal_would_leave() -> None:
    forward = INTERESTS.replace('[[choice]]\nid = "asked"', '[[choice]]\nid = "asked"\npurpose = "ads"').replace(
        '"future_runs"', '"future_conversations"'
    )
    policy = parse(forward, name="mine.toml")
    assert decide(policy, talk("refuse", say="allow"), JULY).use["ads"].because[0].row == "objected"


def test_a_group_of_countries_in_a_row_fits_each_of_them() -> None:
    policy = parse(rows(use("eea", '{ region = "EEA" }', "undetermined")), name="mine.toml")
    rules = {
        region: decide(policy, talk("allow", region=region), JULY).use["ads"].because[0].row for region in ("DE", "NO", "EU", "US")
    }
    assert rules == {"DE": "eea", "NO": "eea", "EU": "eea", "US": "rest"}


def test_what_sources_disagree_about_is_not_used_and_says_so() -> None:
    policy = parse(rows(use("torn", '{ tier = "pro" }', "conflict")), name="mine.toml")
    ruling = decide(policy, talk("allow"), JULY)
    assert ruling.use["ads"].use == "undetermined"
    assert ruling.use["ads"].because[0].text == "sources disagree: b"
    assert "it is not used" in explain(policy, talk("allow"), ruling, purpose="ads")[0].replace("ads it", "it")


LOOSER = rows(use("new-rule", '{ surface = "chat" }', "allow").replace("purpose", 'versions = ["two"]\npurpose')).replace(
    "from = 2025-06-01", "from = 2025-06-01\nnotice_days = 30"
)


def test_while_its_notice_runs_a_looser_version_permits_nothing_the_older_one_did_not() -> None:
    policy = parse(LOOSER, name="mine.toml")
    settled = datetime(2025, 7, 1, tzinfo=UTC)
    during, after = talk("noticed", at=settled - timedelta(days=1)), talk("noticed", at=settled)
    assert decide(policy, during, during.at).use["ads"].use == "deny"
    assert decide(policy, after, after.at).use["ads"].use == "allow"
    # what was said while it ran was said under both texts, and stays so
    assert decide(policy, during, settled + timedelta(days=300)).use["ads"].use == "deny"
    assert (
        decide(parse(LOOSER.replace("notice_days = 30", "notice_days = 0"), name="m"), during, during.at).use["ads"].use == "allow"
    )
    for one in (during, after):
        assert list(columns.decide_many(policy, [one], one.at)) == [decide(policy, one, one.at)]


def test_the_end_of_a_notice_is_an_instant_at_which_a_ruling_may_change() -> None:
    policy = parse(LOOSER.replace("days = 30\nwhen", 'days = 30\nversions = ["one"]\nwhen') + keep("year", years="1", versions='["two"]', when="{}"), name="m")  # fmt: skip
    june = datetime(2025, 6, 20, tzinfo=UTC)
    assert datetime(2025, 7, 1, tzinfo=UTC) in policy.instants
    ruling = decide(policy, talk("noticed", at=june), june)
    assert ruling.keep_until == june + timedelta(days=30)  # the older and shorter text binds as well
    fresh = replace(talk("noticed", at=datetime(2025, 7, 2, tzinfo=UTC)))
    assert decide(policy, fresh, fresh.at).keep_until == datetime(2026, 7, 2, tzinfo=UTC)


def test_a_yes_taken_back_while_a_notice_runs_reaches_as_far_as_either_text_says() -> None:
    two = GOOD.replace('[[choice]]\nid = "asked"', '[[choice]]\nid = "asked"\nversions = ["one"]')
    later = two[two.index("[[choice]]") : two.index("[[use]]")].replace('"asked"', '"again"').replace('["one"]', '["two"]')
    policy = parse(
        (two + later).replace("from = 2025-06-01", "from = 2025-06-01\nnotice_days = 30").replace(
            'future_runs"\nresumed = "new_turns"\nbecause = "people are asked"\nsource = "A1"\n[[use]]',
            'everything"\nresumed = "new_turns"\nbecause = "people are asked"\nsource = "A1"\n[[use]]',
        ),
        name="m",
    )  # fmt: skip
    assert policy.withdrawal("model_training", datetime(2025, 6, 10, tzinfo=UTC)) == "everything"
    assert policy.withdrawal("model_training", datetime(2025, 7, 10, tzinfo=UTC)) == "future_runs"


def test_the_shipped_policies_say_what_they_said() -> None:
    for name in shipped():
        policy = load(name)
        assert not policy.gives_notice or name not in ("anthropic-consumer", "as-first-reported")
        if name in ("anthropic-consumer", "as-first-reported"):
            assert not any(version.basis for version in policy.versions)


def page(name: str = "policy") -> tuple[list[str], list[list[dict[str, Any]]]]:
    """The TOML and the cases on a page that defines the language."""
    text = (ROOT / "spec" / f"{name}.md").read_text("utf-8")
    blocks = [part.split("\n", 1) for part in text.split("```")[1::2]]
    return [body for kind, body in blocks if kind == "toml"], [json.loads(body) for kind, body in blocks if kind == "json"]


def test_the_page_of_the_language_is_short_and_its_examples_hold() -> None:
    assert len((ROOT / "spec" / "policy.md").read_text("utf-8").splitlines()) < 200
    (whole, *more), expected = page()
    assert len(more) == len(expected) == 2
    for part, asked in zip(more, expected, strict=True):
        text = whole.replace("[[use]]", f"{part}[[use]]", 1)
        assert check_text(text, name="page.toml").lines == []
        assert list(refusals(text)) == []
        policy = parse(text, name="page.toml")
        for outcome in cases.run(asked, lambda _name, policy=policy: policy):
            assert outcome.passed, (outcome.id, outcome.why, outcome.got, outcome.because)


def test_the_page_on_hits_is_short_and_its_examples_hold() -> None:
    text = (ROOT / "spec" / "policy-scrub.md").read_text("utf-8")
    assert len(text.splitlines()) < 100
    assert {word for word in (*KINDS, *ACTIONS) if not re.search(rf"\b{word}\b", text)} == set()
    (part,), (asked,) = page("policy-scrub")
    whole = page()[0][0].replace("[[use]]", f"{part}[[use]]", 1)
    assert check_text(whole, name="page.toml").lines == []
    assert list(refusals(whole)) == []
    policy = parse(whole, name="page.toml")
    for outcome in cases.run(asked, lambda _name: policy):
        assert outcome.passed, (outcome.id, outcome.why, outcome.got, outcome.because)


def test_every_key_and_value_of_the_language_stands_on_its_page() -> None:
    text = (ROOT / "spec" / "policy.md").read_text("utf-8")
    words = {key for keys in KEYS.values() for key in keys} | {*vocabulary.REASONS, *vocabulary.ANCHORS, *vocabulary.SAYS}
    words |= {*vocabulary.FIXED, *vocabulary.DECLARED, *vocabulary.BASES, *vocabulary.AGES, *USES, *SILENCE, *WITHDRAWALS, *RESUMED}
    assert {word for word in {*words, *PURPOSES} if not re.search(rf"\b{word}\b", text)} == set()

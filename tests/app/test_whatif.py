"""What another policy would change for those who are here: known numbers on a small house, and the bundled story."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.json import encode

from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.house import House, open_house
from sayso.app.jobs import enforce, people, sweep
from sayso.app.jobs.sides import YEARS
from sayso.app.jobs.story import Teller
from sayso.app.jobs.whatif import WhatIf, simulate
from sayso.app.settings import Settings
from sayso.app.whatif import page
from sayso.facts.errors import Unfit
from sayso.policy.clauses import difference
from sayso.policy.dated import named
from sayso.policy.shelf import folder

Talk = Callable[..., None]
OURS, REPORTED = "anthropic-consumer", "as-first-reported"
WROTE = datetime(2025, 10, 15, 12, tzinfo=UTC)
"""After the last day to choose under either policy."""
YEAR = timedelta(days=365, hours=6)


@pytest.fixture
def asked(house: House, clock: StoryClock, talk: Talk) -> House:
    """Ana (pro, US) says yes, Bo (free, DE) nothing, Cy (free, FR) no; each writes once after the last day to choose."""
    for name, say in (("ana", "allow"), ("cy", "refuse")):
        people.choose(house, people.account_of(house, name), "model_training", say, via="settings")  # type: ignore[arg-type]
    clock.set(WROTE)
    for name in ("ana", "bo", "cy"):
        talk(name, f"{name}-chat", text=f"{name} writes about the garden " * 40)
    return house


def bytes_of(house: House, name: str) -> int:
    with house.reading() as conn:
        return sum(row.bytes for row in house.vault.of_account(conn, people.account_of(house, name)))


def what_if(house: House, before: str = OURS, after: str = REPORTED, at: datetime | None = None) -> WhatIf:
    return simulate(house, named(before), named(after), at)


def sayso(folder: Path, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main([*words, "--data", str(folder)])
    return int(left.value.code or 0), out.getvalue(), err.getvalue()


def test_bo_who_said_nothing_would_newly_be_used_and_nobody_else_changes(asked: House) -> None:
    result = what_if(asked)
    bo = people.account_of(asked, "bo")
    assert (result.all.conversations, result.all.people) == (3, 3)
    assert (result.changed.conversations, result.changed.people, result.changed.bytes) == (1, 1, bytes_of(asked, "bo"))
    assert [(kind.what, kind.purpose, kind.notice) for kind in result.kinds] == [
        ("newly used", "model_training", True),
        ("kept longer", None, True),
    ]
    (chat,) = asked.present().of_account(bo)
    assert all(kind.sample == (chat,) for kind in result.kinds)
    (told,) = result.notice
    assert (told.account, told.purposes, told.kept_longer) == (bo, ("model_training",), True)


def test_sums_come_out_to_the_byte_and_the_day(asked: House) -> None:
    result = what_if(asked)
    size = bytes_of(asked, "bo")
    kept = datetime(2030, 10, 15, 12, tzinfo=UTC) - result.at
    assert result.changed.byte_years_before == pytest.approx(size * (timedelta(days=30) / YEAR), abs=0.01)
    assert result.changed.byte_years_after == pytest.approx(size * (kept / YEAR), abs=0.01)
    ana, cy = bytes_of(asked, "ana"), bytes_of(asked, "cy")
    assert result.all.bytes == ana + size + cy
    first, later, last = result.retained[0], result.retained[2], result.retained[-1]
    assert (first.before, first.after) == (result.all.bytes, result.all.bytes)
    assert (later.before, later.after) == (ana, ana + size)
    assert (last.at.year, last.before, last.after) == (result.at.year + YEARS, 0, 0)


def test_each_tier_region_and_reason_counts_its_own(asked: House) -> None:
    result = what_if(asked)
    assert [(one.name, one.all, one.changed.conversations, one.newly_used, one.kept_longer) for one in result.tiers] == [
        ("free", 2, 1, 1, 1),
        ("pro", 1, 0, 0, 0),
    ]
    assert [(one.name, one.changed.conversations) for one in result.regions] == [("DE", 1), ("FR", 0), ("US", 0)]
    assert [(one.name, one.changed.conversations) for one in result.reasons] == [
        ("kept for: product → training", 1),
        ("model_training: must-choose → silence-counted-as-yes", 1),
    ]
    training = [(one.before, one.after, one.sum.conversations) for one in result.flows if one.purpose == "model_training"]
    assert training == [("allow", "allow", 1), ("deny", "allow", 1), ("deny", "deny", 1)]
    for purpose in ("model_training", "safety_training", "human_review"):
        assert sum(one.sum.conversations for one in result.flows if one.purpose == purpose) == 3


def test_the_way_back_is_stricter_and_asks_nobody(asked: House) -> None:
    result = what_if(asked, REPORTED, OURS)
    assert result.notice == ()
    assert [(kind.what, kind.notice) for kind in result.kinds] == [("no longer used", False), ("kept shorter", False)]


def test_a_policy_changes_nothing_against_itself(asked: House) -> None:
    result = what_if(asked, OURS, OURS)
    assert result.changed.conversations == 0
    assert (result.kinds, result.reasons, result.notice) == ((), (), ())
    assert all(point.before == point.after for point in result.retained)


def test_a_past_instant_is_asked_of_what_was_known_then(asked: House, clock: StoryClock) -> None:
    clock.set(WROTE + timedelta(days=3))
    people.choose(asked, people.account_of(asked, "bo"), "model_training", "refuse", via="settings")
    (told,) = what_if(asked).notice  # a no after a silence that counted as a yes is kept 30 days longer, to undo it
    assert (told.purposes, told.kept_longer) == ((), True)
    then = what_if(asked, at=WROTE + timedelta(days=1))
    assert [(one.account, one.purposes) for one in then.notice] == [(people.account_of(asked, "bo"), ("model_training",))]
    with pytest.raises(Unfit, match="lies in the future"):
        what_if(asked, at=WROTE + timedelta(days=400))


def test_what_was_destroyed_since_counts_as_no_bytes_and_is_said(asked: House, clock: StoryClock) -> None:
    clock.set(WROTE + timedelta(days=40))
    sweep.sweep(asked)
    now = what_if(asked)
    assert (now.all.conversations, now.unsized) == (1, 0)
    then = what_if(asked, at=WROTE + timedelta(days=1))
    assert (then.all.conversations, then.unsized) == (3, 2)


def test_the_data_folder_is_only_read_without_keys_and_while_somebody_writes(asked: House, settings: Settings) -> None:
    with asked.reading() as conn:
        head = asked.ledger.head(conn)
    with open_house(settings, write=False, keys=False, clock=StoryClock(WROTE)) as reader:
        assert what_if(reader) == what_if(asked)
    with asked.reading() as conn:
        assert asked.ledger.head(conn) == head


def test_no_word_and_no_name_of_anybody_is_in_the_answer_or_the_report(asked: House) -> None:
    result = what_if(asked)
    for text in (encode(result).decode(), page(result, difference(named(OURS), named(REPORTED)))):
        assert "garden" not in text
        assert not re.search(r"\b(ana|bo|cy)\b", text)


class Parts(HTMLParser):
    """Counts what a page is made of, and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.fetched += [f"{name}={value}" for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]
        self.ids += [str(found["id"])] if "id" in found else []
        if tag == "svg" and found.get("role") == "img":
            self.pictures.append(found)


def test_the_report_stands_alone_and_each_plot_has_words_and_figures(asked: House) -> None:
    text = page(what_if(asked), difference(named(OURS), named(REPORTED)))
    parts = Parts()
    parts.feed(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(parts.tags)
    assert parts.fetched == []
    assert "url(" not in text
    assert "default-src 'none'" in text
    assert len(parts.ids) == len(set(parts.ids))
    assert len(parts.pictures) == 2  # the flow for model training, the only one that changes, and the bytes kept
    for picture in parts.pictures:
        title, desc = str(picture["aria-labelledby"]).split()
        said = re.search(rf'<desc id="{desc}">([^<]+)</desc>', text)
        assert {title, desc} <= set(parts.ids)
        assert said is not None
        assert len(said[1]) > 40
    assert "1 conversation not used before and may be used after" in text
    assert parts.tags.count("table") >= 6


def test_a_report_about_a_policy_with_a_hostile_name_shows_it_as_text(asked: House, tmp_path: Path) -> None:
    mine = tmp_path / "<script>alert(1)<.toml"
    mine.write_bytes((folder() / f"{OURS}.toml").read_bytes())
    text = page(what_if(asked, OURS, str(mine)), difference(named(OURS), named(str(mine))))
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;.toml" in text


def test_the_story_is_counted_whole_under_both_policies(told: tuple[House, StoryClock, Teller]) -> None:
    house, _, _ = told
    result = what_if(house, "anthropic-consumer@2025-05-01", OURS)
    past = house.present()
    kept = [one for one in past.conversations() if one not in past.shredded]
    assert result.all.conversations == len(kept) > 20
    for groups in (result.tiers, result.regions):
        assert sum(group.all for group in groups) == len(kept)
        assert sum(group.changed.conversations for group in groups) == result.changed.conversations
    assert result.changed.conversations > 0
    assert [point.before for point in result.retained] == sorted((point.before for point in result.retained), reverse=True)
    assert what_if(house, "anthropic-consumer@2025-05-01", OURS) == result


def test_the_commands_answer_in_tables_json_and_a_file(asked: House, settings: Settings, tmp_path: Path) -> None:
    report = tmp_path / "what-if.html"
    day = "2025-10-20"
    asked.clock = StoryClock(WROTE + timedelta(days=9))
    code, out, err = sayso(settings.data, "policy", "simulate", OURS, REPORTED, "--html", str(report))
    assert (code, err) == (0, ""), err
    assert "1 of 3 conversations of 1 of 3 people would be ruled otherwise" in out
    assert "1 person needs a new notice first" in out
    assert report.read_text("utf-8").startswith("<!doctype html>")
    code, out, _ = sayso(settings.data, "policy", "simulate", OURS, REPORTED, "--at", day, "--json")
    answer = json.loads(out)
    assert (code, answer["at"], answer["changed"]["conversations"]) == (0, f"{day}T00:00:00Z", 1)
    code, out, _ = sayso(settings.data, "policy", "diff", OURS, REPORTED)
    assert code == 1
    assert "NEEDS A NEW NOTICE" in out
    code, out, _ = sayso(settings.data, "policy", "diff", OURS, REPORTED, "--json")
    assert (code, any(one["notice"] for one in json.loads(out)["clauses"])) == (1, True)
    code, out, _ = sayso(settings.data, "policy", "diff", OURS, OURS)
    assert (code, out) == (0, f"{OURS} and {OURS} say the same\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["diff", OURS, "nobody"], "no policy `nobody`"),
        (["diff", f"{OURS}@2024-02-30", OURS], "has no version `2024-02-30`; it has 2023-01-01"),
        (["simulate", "nobody@2025", OURS], "no policy `nobody`"),
        (["simulate", OURS, REPORTED, "--at", "soon"], "--at `soon` is no ISO 8601 instant"),
        (["simulate", OURS, REPORTED, "--at", "2999-01-01"], "lies in the future"),
        (["simulate", OURS, REPORTED, "--at", ""], "is no ISO 8601 instant"),
        (["simulate", OURS, REPORTED, "--html", "no-such-folder/x.html"], "`x.html` cannot be written"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(asked: House, settings: Settings, words: list[str], said: str) -> None:
    code, out, err = sayso(settings.data, "policy", *words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err


def test_a_ruling_is_explained_with_what_mattered_and_what_would_turn_it(asked: House, settings: Settings) -> None:
    asked.clock = StoryClock(WROTE + timedelta(days=9))
    (chat,) = asked.present().of_account(people.account_of(asked, "bo"))
    code, out, _ = sayso(settings.data, "decide", chat, "--explain", "--at", "2025-10-20")
    assert code == 0
    assert "What mattered for model training: the answer now is not given, and the product waits for it." in out
    assert "For model training it could be used if the person had said yes before 15 October 2025." in out
    code, out, _ = sayso(settings.data, "decide", chat, "--explain", "--json", "--at", "2025-10-20")
    (answer,) = json.loads(out)
    assert (code, answer["ruling"]["conversation"]) == (0, chat)
    assert answer["mattered"]["model_training"] == {"say_now": ["gated"]}
    least = answer["least_change"]["model_training"]
    assert (least["now"], least["then"], [one["fact"] for one in least["changes"]]) == ("deny", "allow", ["say"])
    assert any("Must-choose" in line or "row `must-choose`" in line for line in answer["explained"])
    code, out, _ = sayso(settings.data, "decide", chat, "--json", "--at", "2025-10-20")
    assert set(json.loads(out)[0]) >= {"conversation", "use", "keep_until"}


NEWS = """title = "A newsletter, on a yes"
purposes = ["newsletter"]
[facts]
tier = ["free", "pro"]
contract = ["none"]
surface = ["chat"]
origin = ["typed", "generated"]
[sources]
A1 = "our terms"
[[version]]
id = "2025-08-01"
from = 2025-08-01
because = "the first"
source = "A1"
[[use]]
id = "said-yes"
purpose = "newsletter"
when = { say = "allow", say_now = "allow" }
use = "allow"
because = "they said yes"
source = "A1"
[[use]]
id = "rest"
when = {}
use = "deny"
because = "nothing else permits it"
source = "A1"
[[keep]]
id = "year"
reason = "product"
anchor = "last_turn"
days = 365
when = {}
because = "a year"
source = "A1"
"""


def test_a_purpose_that_a_policy_of_one_s_own_brought_along_is_counted_too(
    asked: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    news, none = tmp_path / "news.toml", tmp_path / "none.toml"
    news.write_text(NEWS, "utf-8")
    none.write_text(NEWS.replace('use = "allow"', 'use = "deny"'), "utf-8")
    enforce.put_in_force(asked, str(news), notice_given=asked.now())
    people.choose(asked, people.account_of(asked, "ana"), "newsletter", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    talk("ana", "ana-two")
    result = what_if(asked, str(none), str(news))
    flows = {(one.before, one.after): one.sum.conversations for one in result.flows if one.purpose == "newsletter"}
    assert flows == {("deny", "allow"): 1, ("deny", "deny"): 3}
    assert [one.purposes for one in result.notice] == [("newsletter",)]
    assert asked.present().purposes[-1] == "newsletter"

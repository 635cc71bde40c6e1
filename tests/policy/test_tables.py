"""The lawyers' tables are tests, in both languages: each line's words become events, and its last columns what they must lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from sayso.facts.events import parse_event
from sayso.facts.history import History
from sayso.facts.instants import iso, parse_instant
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.policy import Policy, columns, decide, load, shipped
from sayso.policy.shelf import folder

from .german import COLUMNS as SPALTEN
from .german import HEADING, english

LANGUAGES = ("en", "de")
COLUMNS = ("plan", "answers", "chat", "what else", "seen on", "asked for", "may be used", "kept until", "kept for", "rows")
PURPOSES = {
    "training": "model_training",
    "safety": "safety_training",
    "review": "human_review",
    "analytics": "product_analytics",
    "ads": "ads",
}
USES = {"yes": "allow", "no": "deny", "not settled": "undetermined"}
OPENED = "2023-02-01"
DAY = r"(\d{4}-\d\d-\d\d)"
AGREEMENTS = {"partner program": "dpp", "trusted tester": "trusted_tester", "zero retention": "zdr", "own contract": "commercial"}


@dataclass(frozen=True)
class Line:
    """One line of a table, and the version whose heading it stands under."""

    version: str
    number: int
    cells: dict[str, str]

    def events(self) -> list[dict[str, Any]]:
        """Return what the line tells, as events in order of time; on one day in the order of the columns."""
        told = [
            *_plan(self.cells["plan"]),
            *_answers(self.cells["answers"]),
            *_chat(self.cells["chat"]),
            *_else(self.cells["what else"], _spelt(self.cells["plan"].split(",")[0])),
        ]
        return sorted(told, key=lambda event: event["at"])

    def words(self, column: str) -> set[str]:
        """Return the words of a cell that lists some."""
        return {one.strip().strip("`") for one in self.cells[column].split(",") if one.strip() not in ("", "-", "nothing")}


def lines(text: str) -> list[Line]:
    """Return the lines of all tables in a Markdown *text*, in English whatever language it is in."""
    found: list[Line] = []
    version = ""
    german = False
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := re.match(r"## .*\(version `([^`]+)`\)", line) or re.match(HEADING, line):
            version = heading[1]
        if not line.startswith("|") or set(line) <= set("|-: "):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells in (list(COLUMNS), list(SPALTEN)) or not version:
            german = cells == list(SPALTEN)
            continue
        assert len(cells) == len(COLUMNS), f"line {number} has {len(cells)} cells"
        cells = english(cells) if german else cells
        found.append(Line(version, number, dict(zip(COLUMNS, cells, strict=True))))
    return found


def _spelt(plan: str) -> str:
    """The name of a plan as profiles spell it."""
    return plan.strip().lower().replace(" ", "_")


def _plan(text: str) -> list[dict[str, Any]]:
    tier, *more = [part.strip() for part in text.split(",")]
    account: dict[str, Any] = {"at": OPENED, "type": "account", "account": "ana", "tier": _spelt(tier), "region": "US"}
    events = [account]
    for part in more:
        if part in AGREEMENTS:
            account["contract"] = AGREEMENTS[part]
        elif born := re.fullmatch(r"born (\d{4})", part):
            account["birth_year"] = int(born[1])
        elif part == "of an organisation":
            events.append({"at": OPENED, "type": "moved", "account": "ana", "organisation": "acme"})
        elif place := re.fullmatch(r"in (\S+)", part):
            account["region"] = place[1]
        else:
            raise AssertionError(f"no such plan: {part}")
    return events


def _answers(text: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for part in [] if text == "never asked" else text.split(";"):
        found = re.fullmatch(
            rf"(yes|yes for what is stored|no|not now|shown)(?: to (safety|review|analytics|ads))? {DAY}", part.strip()
        )
        assert found, f"no such answer: {part}"
        base: dict[str, Any] = {"at": found[3], "account": "ana"}
        if found[2]:
            base["purpose"] = PURPOSES[found[2]]
        match found[1]:
            case "not now":
                events.append({**base, "type": "deferred"})
            case "shown":
                events.append({**base, "type": "notice_shown"})
            case say:
                kind = {"type": "choice", "say": "refuse" if say == "no" else "allow"}
                events.append({**base, **kind, **({"covers": "stored"} if "stored" in say else {})})
    return events


def _chat(text: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for part in text.split(";"):
        found = re.fullmatch(rf"([a-z][a-z0-9_]* )?{DAY}(?: of (\w+))?(?: on (\S+))?", part.strip())
        assert found, f"no such chat: {part}"
        turn: dict[str, Any] = {"at": found[2], "type": "turn", "account": "ana", "conversation": "c"}
        match (found[1] or "").strip():
            case "incognito" | "temporary":
                turn["incognito"] = True
            case "imported":
                turn["imported"] = True
            case "":
                pass
            case surface:
                turn["surface"] = surface
        if found[3]:
            turn["origin"] = found[3]
        if found[4]:
            turn["model"] = found[4]
        events.append(turn)
    return events


def _else(text: str, plan: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    simple = {
        "rated": "feedback",
        "rating withdrawn": "feedback_withdrawn",
        "flagged": "flagged",
        "flag cleared": "flag_cleared",
        "deleted": "deleted",
    }
    for part in [] if text == "-" else text.split(";"):
        found = re.fullmatch(rf"(.+) {DAY}", part.strip())
        assert found, f"no such happening: {part}"
        what, at = found[1], found[2]
        if what in simple:
            events.append({"at": at, "type": simple[what], "conversation": "c"})
        elif what == "account deleted":
            events.append({"at": at, "type": "deleted", "account": "ana"})
        elif what in ("held", "order ended"):
            events.append({"at": at, "type": "hold_placed" if what == "held" else "hold_ended", "hold": "order"})
        elif other := re.fullmatch(r"becomes ([\w ]+)", what):
            events.append({"at": at, "type": "tier", "account": "ana", "tier": _spelt(other[1])})
        elif place := re.fullmatch(r"moves to (\S+)", what):
            events.append({"at": at, "type": "region", "account": "ana", "region": place[1]})
        elif what == "goes over to an organisation":
            events.append({"at": at, "type": "moved", "account": "ana", "organisation": "acme"})
        elif joins := re.fullmatch(r"someone (never asked|who said no) joins", what):
            events.append({"at": OPENED, "type": "account", "account": "cy", "tier": plan, "region": "US"})
            events += [] if joins[1] == "never asked" else [{"at": at, "type": "choice", "account": "cy", "say": "refuse"}]
            events.append({"at": at, "type": "turn", "account": "cy", "conversation": "c"})
        else:
            raise AssertionError(f"no such happening: {part}")
    return events


def table(name: str, language: str = "en") -> str:
    return (folder() / (f"{name}.md" if language == "en" else f"{name}.{language}.md")).read_text(encoding="utf-8")


def standing(policy: Policy, line: Line, *more: dict[str, Any]) -> Standing:
    """What is known of Ana's conversation on the day a line is seen, after *more* on that very day."""
    at = parse_instant(line.cells["seen on"])
    told = [*line.events(), *({"at": line.cells["seen on"], **one} for one in more)]
    return History([parse_event(one) for one in told], at, purposes=policy.purposes, cuts=policy.instants).standing("c")


def ruled(policy: Policy, line: Line, *more: dict[str, Any]) -> Ruling:
    return decide(policy, standing(policy, line, *more), parse_instant(line.cells["seen on"]))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        pytest.param(name, one, id=f"{name}.{language}:{one.number}")
        for language in LANGUAGES
        for name in shipped()
        for one in lines(table(name, language))
    ],
)
def test_a_line_of_the_lawyers_table_is_what_the_rules_say(name: str, line: Line) -> None:
    policy, at = load(name), parse_instant(line.cells["seen on"])
    ruling = ruled(policy, line)
    use = ruling.use[PURPOSES[line.cells["asked for"]]]
    version = policy.version(at)
    assert version is not None
    assert version.id == line.version, "the line stands under another version's heading"
    assert use.use == USES[line.cells["may be used"]]
    assert ("no known end" if ruling.keep_until is None else iso(ruling.keep_until)[:10]) == line.cells["kept until"]
    assert {one.name for one in ruling.reasons} == line.words("kept for")
    rows = {one.row for one in (*use.because, *(reason.because for reason in ruling.reasons), *ruling.caps)}
    assert rows == line.words("rows")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", shipped())
def test_every_row_version_and_choice_of_the_rules_is_named_in_the_table(name: str, language: str) -> None:
    policy, text = load(name), table(name, language)
    assert len(lines(text)) > 10
    shown = set[str]().union(*(line.words("rows") for line in lines(text)))
    for version in policy.versions:
        assert f"({'version' if language == 'en' else 'Fassung'} `{version.id}`)" in text
        assert f"{'Source' if language == 'en' else 'Quelle'}: {version.source}." in text
        assert {row.id for rows in (*version.use.values(), version.keep, version.cap) for row in rows} <= shown
        for choice in version.choice.values():
            assert f"`{choice.id}`" in text
    for code, title in policy.sources.items():
        assert f"- {code}: {title if language == 'en' else ''}" in text


@pytest.mark.parametrize("name", shipped())
def test_the_german_table_tells_the_same_stories_in_the_same_order(name: str) -> None:
    ours, theirs = lines(table(name)), lines(table(name, "de"))
    assert [(one.version, one.cells) for one in ours] == [(one.version, one.cells) for one in theirs]
    asked = re.compile(r"\(`([a-z0-9-]+)`\): ")
    assert asked.findall(table(name)) == asked.findall(table(name, "de"))


@pytest.mark.parametrize("name", shipped())
def test_no_sentence_of_the_german_table_was_left_in_english(name: str) -> None:
    told = re.sub(r"`[^`]*`", "", table(name, "de"))
    prose = [line for line in told.splitlines() if line and not line.startswith(("|", "- "))]
    assert [
        line for line in prose if re.search(r"\b(the|and|is|of|whoever|source|chats are|not legal)\b", line, re.IGNORECASE)
    ] == []
    assert set(prose).isdisjoint(table(name).splitlines())


def test_a_german_phrase_that_the_tables_do_not_know_is_no_test_that_passes() -> None:
    line = next(one for one in table("protective", "de").splitlines() if one.startswith("| Pro | nie gefragt"))
    for found, instead in (("nie gefragt", "ungefragt"), ("nein", "vielleicht"), ("Produkt", "Vorrat")):
        with pytest.raises((AssertionError, KeyError)):
            english([cell.strip() for cell in line.replace(found, instead, 1).strip("|").split("|")])


@pytest.mark.parametrize("name", shipped())
def test_both_engines_say_the_same_of_every_line(name: str) -> None:
    policy = load(name)
    days: dict[str, list[Line]] = {}
    for line in lines(table(name)):
        days.setdefault(line.cells["seen on"], []).append(line)
    for day, seen in days.items():
        asked = [standing(policy, line) for line in seen]
        assert list(columns.decide_many(policy, asked, parse_instant(day))) == [ruled(policy, line) for line in seen]


REFUSAL = {"type": "choice", "account": "ana", "say": "refuse"}
DELETION = {"type": "deleted", "conversation": "c"}
FLAG = {"type": "flagged", "conversation": "c"}
HOLD = {"type": "hold_placed", "hold": "another"}


def places(ruling: Ruling) -> set[int]:
    """Return the turns that may train, one by one."""
    return {place for first, last in ruling.use["model_training"].turns for place in range(first, last + 1)}


@pytest.mark.parametrize("name", shipped())
def test_no_line_becomes_a_yes_by_a_refusal_a_deletion_a_flag_or_a_hold(name: str) -> None:
    policy, seen = load(name), lines(table(name))
    for line in seen:
        before = places(ruled(policy, line))
        for more in (REFUSAL, DELETION, FLAG, HOLD):
            assert places(ruled(policy, line, more)) <= before, (line, more)
        for more in (DELETION, HOLD):
            assert not ruled(policy, line, more).may("model_training"), (line, more)


@pytest.mark.parametrize("name", shipped())
@pytest.mark.parametrize("unknown", [{"type": "tier", "tier": "??"}, {"type": "region", "region": "??"}])
def test_no_line_is_a_yes_where_the_plan_or_the_place_is_not_known(name: str, unknown: dict[str, Any]) -> None:
    policy = load(name)
    for line in lines(table(name)):
        others = [{**unknown, "account": one.account} for one in standing(policy, line).stretches]
        ruling = ruled(policy, line, *others)
        assert {ruling.use[purpose].use for purpose in policy.purposes} == {"deny"}, line


def test_a_table_line_that_says_otherwise_would_be_found() -> None:
    twisted = next(line for line in lines(table("anthropic-consumer")) if "not-answered" in line.words("rows"))
    assert twisted.cells["may be used"] == "no"
    twisted.cells["may be used"] = "yes"
    with pytest.raises(AssertionError):
        test_a_line_of_the_lawyers_table_is_what_the_rules_say("anthropic-consumer", twisted)

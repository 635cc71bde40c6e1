"""A last day to decide: said in every language without hurry, part of the digest, and never a door that shuts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.darkpatterns import lexicon
from sayso.facts.errors import Unfit
from sayso.notices import Notice, Words, faults, grade, publish, read, shipped, wording
from sayso.notices.deadline import UNTIL, moment, until
from sayso.notices.fitness import first_layer
from sayso.notices.wording import parse

LAST = datetime(2026, 12, 1, 12, tzinfo=UTC)
OURS = (Path(wording.__file__).parent / "training-choice.toml").read_text("utf-8")


def dated(line: str = "deadline = 2026-12-01T12:00:00Z") -> Notice:
    return parse(f"{line}\n{OURS}", operator="Example Chat")


def test_without_a_last_day_no_byte_of_a_notice_changes() -> None:
    for notice in shipped("Example Chat"):
        assert b"deadline" not in notice.canonical()
        assert b"until" not in notice.canonical()


def test_a_last_day_is_said_in_every_language_and_is_part_of_the_digest(tmp_path: Path) -> None:
    notice, plain = dated(), parse(OURS, operator="Example Chat")
    assert notice.deadline == LAST
    assert all("2026-12-01 12:00 UTC" in str(notice.words(one).until) for one in ("ar", "de", "en", "es", "fr", "ja"))
    later = dated("deadline = 2026-12-02T12:00:00Z")
    assert len({notice.digest, plain.digest, later.digest}) == 3
    assert read(tmp_path, publish(tmp_path, notice)) == notice
    told = json.loads(notice.canonical())
    assert (told["deadline"], told["words"]["en"]["until"]) == ("2026-12-01T12:00:00Z", until("en", LAST))


def test_the_sentence_is_fit_beside_the_question_in_every_language() -> None:
    notice = dated()
    assert faults(notice) == []
    for language, sentence in UNTIL.items():
        assert grade(first_layer(notice.words(language)), language) < 8
        assert not any(lexicon.hit(lists, language, sentence) for lists in (lexicon.HURRY, lexicon.LEANING, lexicon.VAGUE))


def test_one_instant_in_another_zone_is_the_same_notice() -> None:
    assert dated("deadline = 2026-12-01T14:00:00+02:00").digest == dated().digest


@pytest.mark.parametrize("line", ["deadline = 2026-12-01", "deadline = 2026-12-01T12:00:00", 'deadline = "soon"', "deadline = 7"])
def test_a_day_without_a_zone_is_refused_with_what_to_write(line: str) -> None:
    with pytest.raises(Unfit, match="write it like deadline = 2026-12-01T12:00:00Z"):
        dated(line)


def test_a_last_second_is_no_last_day() -> None:
    with pytest.raises(Unfit, match="whole minute"):
        dated("deadline = 2026-12-01T12:00:30Z")
    told = json.loads(dated().canonical()) | {"deadline": "2026-12-01T12:00:00+01:00"}
    with pytest.raises(msgspec.ValidationError, match="whole minute"):
        msgspec.convert(told, Notice)


def said(words: str | msgspec.UnsetType, language: str = "en", base: Notice | None = None) -> list[str]:
    base = base or dated()
    return faults(replace(base, words_by_language={**base.words_by_language, language: replace(base.words(language), until=words)}))


def test_other_words_of_it_hurrying_wrong_or_missing_are_refused() -> None:
    ours = str(until("en", LAST))
    for words in (
        "Hurry, only until 2026-12-01 12:00 UTC!",
        ours.replace("-01", "-02"),
        f"{ours} Allow it now.",
        "",
        msgspec.UNSET,
    ):
        assert any("C24" in line for line in said(words)), words
    assert any("there is none" in line for line in said(ours, base=parse(OURS, operator="Example Chat")))


def test_a_language_we_have_no_sentence_for_says_the_day_itself() -> None:
    base = dated()
    words: Words = replace(base.words("en"), until=msgspec.UNSET)

    def in_italian(one: str | msgspec.UnsetType) -> list[str]:
        return [line for line in faults(replace(base, words_by_language={"it": replace(words, until=one)})) if "C24" in line]

    assert in_italian(msgspec.UNSET) == [
        "it: C24 the last day is not said; write `until` with `2026-12-01 12:00 UTC` in it, and that no answer is no yes"
    ]
    assert in_italian("Può decidere fino al 2026-12-01 12:00 UTC. Se non lo fa, non è un sì.") == []


def test_a_question_that_cannot_be_put_off_has_no_last_day() -> None:
    settings_text = (Path(wording.__file__).parent / "settings.toml").read_text("utf-8")
    assert any("put off" in line for line in faults(parse(f"deadline = 2026-12-01T12:00:00Z\n{settings_text}")))


@settings(max_examples=40, deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2090, 1, 1)).map(lambda one: one.replace(second=0, microsecond=0)),  # noqa: DTZ001
    st.integers(-14, 14),
)
def test_whatever_minute_is_named_in_whatever_zone_is_said_and_read_back(minute: datetime, zone: int) -> None:
    told = minute.replace(tzinfo=timezone(timedelta(hours=zone)))
    notice = dated(f"deadline = {told.isoformat()}")
    assert notice.deadline == told
    assert faults(notice) == []
    assert moment(told) in str(notice.words("de").until)
    assert msgspec.json.decode(notice.canonical(), type=Notice) == notice

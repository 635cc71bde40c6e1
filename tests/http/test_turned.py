"""What would turn a ruling, on the person's page: in words, in both languages, for everything a policy may ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sayso.app.pages.catalogue import catalogues
from sayso.app.pages.turned import turned
from sayso.app.views import WhyView
from sayso.facts.standings import Standing, Stretch
from sayso.policy import load, shelf, vocabulary
from sayso.policy.trying import tries
from sayso.policy.turning import Turn

AT = datetime(2026, 11, 1, tzinfo=UTC)


def somebody(*, imported: bool, together: bool) -> Standing:
    who = ("ana", "bo") if together else ("ana",)
    stretches = [
        Stretch(first=place, last=place, began_at=AT, ended_at=AT, account=name, tier="gold", imported=imported)  # type: ignore[arg-type]
        for place, name in enumerate(who)
    ]
    return Standing(
        conversation="c", account="ana", at=AT, stretches=tuple(stretches), private=None, holds=("one",), age_now="unknown",
        flagged_at=AT, feedback_at=AT, deleted_at=AT,
    )  # type: ignore[arg-type]  # fmt: skip


def said(language: str, now: str, found: str, *changes: Any, counted: Any = ()) -> list[str]:
    turn = Turn(purpose="p", now=now, then="", changes=changes, found=found, looked=1, said="")  # type: ignore[arg-type]
    return turned(WhyView(counted=counted, turn=turn), catalogues()[language])


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", shelf.shipped())
def test_everything_that_could_turn_a_ruling_has_words(name: str, language: str) -> None:
    policy = load(name)
    plain = Standing(conversation="c", account="ana", at=AT, stretches=(), private=False)  # type: ignore[arg-type]
    standings = [somebody(imported=one, together=other) for one in (True, False) for other in (True, False)]
    for purpose in policy.purposes:
        for one in [change for standing in (*standings, plain) for change in tries(policy, standing, purpose)]:
            (line,) = said(language, "deny", "turned", one.otherwise)
            assert "_" not in line, line
            assert line.endswith(".")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_fact_and_every_closed_value_has_a_word_of_its_own(language: str) -> None:
    sentences = catalogues()[language].sentences
    facts = {*vocabulary.FIXED, *vocabulary.DECLARED, "tier_now"}
    assert {fact for fact in facts if f"fact.{fact}" not in sentences} == set()
    closed = {value for fact, values in vocabulary.FIXED.items() if not fact.startswith("region") for value in values}
    assert {value for value in (*closed, *vocabulary.SPECIAL) if f"value.{value}" not in sentences} == set()


def test_ana_reads_what_counted_and_what_would_turn_it_in_her_language(enter: Any) -> None:
    ana = enter("ana")
    page = ana.get("/me/conversations/a3?lang=en").text
    assert "What counted: the answer now: none, and still awaited." in page
    assert "It could be used if you had said yes before 22 October 2026." in page
    assert "if it were flagged for safety and the plan then and now were “pro”." in page
    assert "No other fact about it would change this." in page
    page = ana.get("/me/conversations/a1?lang=de").text
    assert "Was zählte: die Antwort heute: Ja." in page
    assert "Er könnte nicht genutzt werden, wenn Sie Nein sagten." in page
    for code in ("say_now", "gated", "tier_now"):
        assert code not in page

"""The question without JavaScript, in every language it has: its words are those of the elements, and the record says which were shown."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from sayso.app.pages import asking_words, catalogue, catalogues, direction, spoken
from sayso.darkpatterns.lexicon import LEANING, VAGUE, hit, tongue
from sayso.notices import grade, shipped

TONGUES = ("ar", "de", "en", "es", "fr", "ja")
FOLDER = Path(catalogue.__file__).parent


def first(language: str) -> dict[str, str]:
    """The sentences that stand in the folder of the first pages alone."""
    told = tomllib.loads((FOLDER / "first" / f"{language}.toml").read_text("utf-8"))
    return {f"{family}.{name}": text for family, words in told.items() for name, text in words.items()}


def gaps(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_the_first_pages_say_the_same_things_in_six_languages() -> None:
    assert tuple(sorted(spoken())) == TONGUES == tuple(sorted(shipped()[0].languages))
    said = {tag: first(tag) for tag in TONGUES}
    english = {key: gaps(text) for key, text in said["en"].items()}
    assert len(english) > 100
    for tag in TONGUES:
        assert {key: gaps(text) for key, text in said[tag].items()} == english, tag
        assert all(text.strip() for key, text in said[tag].items() if key != "number.thousands")


@pytest.mark.parametrize("language", TONGUES)
def test_the_first_pages_are_in_their_own_language_and_lean_on_nobody(language: str) -> None:
    said = {
        key: re.sub(r"\{\w+\}", "", text)
        for key, text in first(language).items()
        if not key.startswith(("month", "date", "number"))
    }
    assert {tongue(text) for text in said.values()} <= {language, ""}
    assert tongue(" ".join(said.values())) == language
    assert [key for key, text in said.items() if hit(VAGUE, language, text) or hit(LEANING, language, text)] == []
    families: dict[str, list[str]] = defaultdict(list)
    for key, text in said.items():
        if text.endswith((".", "?", "。", "؟", "？")):
            families[key.split(".")[0]].append(text)
    hard = {family: round(grade(" ".join(texts), language), 1) for family, texts in families.items()}
    assert {"enter", "choice", "history", "error"} <= set(hard)
    assert {family: value for family, value in hard.items() if value >= 8} == {}


def test_what_is_said_around_the_question_has_one_source_for_pages_and_elements() -> None:
    for tag, words in spoken().items():
        assert {key: words.sentences[key] for key in asking_words()[tag].sentences} == asking_words()[tag].sentences
        twice = set(first(tag)) & set(asking_words()[tag].sentences)
        if tag in catalogues():
            rest = tomllib.loads((FOLDER / "words" / f"{tag}.toml").read_text("utf-8"))
            twice |= {f"{family}.{name}" for family in rest for name in rest[family]} & set(first(tag))
        assert twice == set()


@pytest.mark.parametrize("language", TONGUES)
def test_cy_is_asked_in_the_language_of_the_browser_and_the_answer_says_so(enter: Any, desk: Any, language: str) -> None:
    cy = enter("cy")
    page = cy.get("/me/choice", accept_language=f"{language}-XX, en;q=0.3")
    notice = desk.notices["training-choice"].words(language)
    assert re.search(rf'<html lang="{language}"{" dir=.rtl." if direction(language) == "rtl" else ""}>', page.text)
    assert page.headers["content-language"] == language
    for text in (notice.title, *notice.labels.values(), *notice.more, *(fact.text for fact in notice.facts)):
        assert text.format(operator="Example Chat") in page.text
    assert asking_words()[language]("ask.more") in page.text
    fields = cy.fields(page.text, "/me/choice")
    came = cy.post("/me/choice", {**fields, "answer": "refuse"})
    assert desk.log[-1][6:8] == (language, notice.labels["refuse"])
    after = cy.get(came.headers["location"], accept_language=language).text
    words = spoken()[language]
    assert words("ask.now_refuse") in after
    assert words("ask.saved", label=words("said.refuse")) in after
    assert words("history.title") in cy.get("/me/history", accept_language=language).text


def test_a_language_asked_for_is_kept_and_the_pages_that_lack_it_say_so_in_it(enter: Any) -> None:
    bo = enter("bo")
    assert 'lang="fr"' in bo.get("/me/choice?lang=fr").text
    assert '<html lang="fr">' in bo.get("/me/history", accept_language="de").text
    chats = bo.get("/me/conversations", accept_language="de").text
    assert '<html lang="de">' in chats
    assert '<p class="quiet" lang="fr" dir="ltr">Cette page n’est pas encore en français. Vous la voyez en Deutsch.</p>' in chats
    assert "encore en français" not in bo.get("/me/choice").text


@pytest.mark.parametrize("unknown", ["xx", "tlh-Latn", "pt-BR", "../de", "en\x00", "*"])
def test_in_a_language_nobody_speaks_here_cy_is_asked_in_english_and_the_answer_says_english(
    enter: Any, desk: Any, unknown: str
) -> None:
    cy = enter("cy")
    page = cy.client.get("/me/choice", params={"lang": unknown}).text
    assert '<html lang="en">' in page
    cy.post("/me/choice", {**cy.fields(page, "/me/choice"), "answer": "allow"})
    assert desk.log[-1][6:8] == ("en", "Allow training")


@pytest.mark.parametrize("language", TONGUES)
def test_who_signs_up_is_asked_without_a_third_answer_and_once(enter: Any, desk: Any, language: str) -> None:
    cy = enter("cy", to="signup")
    page = cy.get(f"/me/signup?lang={language}").text
    notice = desk.notices["signup"].words(language)
    assert re.findall(r'data-answer="(\w+)"', page) == ["allow", "refuse"]
    assert notice.title in page
    fields = cy.fields(page, "/me/choice")
    assert cy.post("/me/choice", {**fields, "answer": "later"}).status_code == 400
    assert cy.post("/me/choice", {**fields, "answer": "allow"}).status_code == 303
    assert desk.log[-1][4:8] == ("signup", fields["digest"], language, notice.labels["allow"])
    assert cy.get("/me/signup").headers["location"] == "/me/choice"
    assert desk.person("cy").says["model_training"] == "allow"


def test_words_that_changed_while_signing_up_are_shown_anew_and_nothing_is_recorded(enter: Any, desk: Any) -> None:
    cy = enter("cy", to="signup")
    fields = cy.fields(cy.get("/me/signup?lang=es").text, "/me/choice")
    came = cy.post("/me/choice", {**fields, "digest": "0" * 64, "answer": "allow"})
    assert came.status_code == 409
    assert asking_words()["es"]("ask.changed") in came.text
    assert 'data-notice="signup"' in came.text
    assert not any(line[0] == "choose" for line in desk.log)


@pytest.mark.parametrize("language", TONGUES)
def test_what_went_wrong_is_said_in_the_language_of_who_meets_it(visitor: Any, language: str) -> None:
    for path, status in (("/me/choice", 401), ("/nothing", 404), ("/enter?t=forged", 403)):
        came = visitor.get(path, accept_language=language)
        assert (came.status_code, came.headers["content-language"]) == (status, language)
        assert spoken()[language](f"error.{status}_title") in came.text


def test_officers_read_in_the_languages_their_pages_have(enter: Any) -> None:
    olga = enter("olga", "officer", "overview")
    for path in ("/officer", "/officer/nothing"):
        page = olga.get(path, accept_language="ja").text
        assert '<html lang="en">' in page
        assert "日本語" not in page

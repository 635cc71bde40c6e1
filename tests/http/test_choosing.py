"""Answering, changing one's mind, and putting it off."""

from __future__ import annotations

import re
from typing import Any

import pytest


def test_cy_is_asked_and_both_answers_stand_beside_each_other_unset(enter: Any, desk: Any) -> None:
    page = enter("cy").get("/me/choice").text
    buttons = re.findall(r"<button class=\"answer[^>]*>", page)
    assert [re.search(r'value="(\w+)"', button)[1] for button in buttons] == ["allow", "refuse", "later"]  # type: ignore[index]
    assert {re.sub(r'"(allow|refuse)"', "", button) for button in buttons[:2]} == {buttons[0].replace('"allow"', "")}
    assert "checked" not in page
    assert "autofocus" in re.search(r"<h1[^>]*>", page)[0]  # type: ignore[index]
    assert desk.log == [("shown", "cy", "model_training", desk.notices["training-choice"].digest)]


def test_the_question_is_noted_as_shown_once_and_never_for_a_prefetch(enter: Any, desk: Any) -> None:
    cy = enter("cy")
    cy.get("/me/choice", sec_purpose="prefetch;prerender")
    assert desk.log == []
    cy.get("/me/choice")
    cy.get("/me/choice")
    assert len(desk.log) == 1


@pytest.mark.parametrize(("answer", "label"), [("allow", "Allow training"), ("refuse", "Refuse training")])
def test_cy_answers_and_the_exact_words_are_recorded(enter: Any, desk: Any, answer: str, label: str) -> None:
    cy = enter("cy")
    came = cy.press(answer)
    digest = desk.notices["training-choice"].digest
    assert desk.log[-1] == ("choose", "cy", "model_training", answer, "notice", digest, "en", label, "from_now")
    assert came.status_code == 303
    page = cy.get(came.headers["location"]).text
    assert f'data-state="{answer}"' in page
    assert "is written down" in page
    assert f"/me/receipts/{desk.lines[-1].seq}" in page


def test_cy_decides_later_and_that_is_no_answer(enter: Any, desk: Any) -> None:
    cy = enter("cy")
    page = cy.get(cy.press("later").headers["location"]).text
    assert [line[0] for line in desk.log] == ["shown", "defer"]
    assert "That is not a yes" in page
    assert 'data-answer="refuse"' in page


def test_ana_takes_her_yes_back_with_one_press_and_it_counts_at_once(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    assert 'data-answer="later"' not in ana.get("/me/choice").text
    ana.press("refuse")
    assert desk.log[-1][3:5] == ("refuse", "withdrawal")
    assert 'data-state="refuse"' in ana.get("/me/choice").text


def test_bo_is_not_asked_again_but_can_allow_at_any_time(enter: Any, desk: Any) -> None:
    bo = enter("bo")
    page = bo.get("/me/choice").text
    assert "You refuse training" in page
    assert desk.log == []
    bo.press("allow")
    assert desk.log[-1][3:5] == ("allow", "settings")


def test_allowing_stored_chats_is_an_act_of_its_own(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    assert 'data-stored="leave"' in ana.get("/me/choice").text
    ana.press("allow", "imported")
    assert desk.log == [
        (
            "choose",
            "ana",
            "model_training",
            "allow",
            "settings",
            desk.notices["imported"].digest,
            "en",
            "Use stored chats",
            "stored",
        )
    ]
    assert 'data-stored="allow"' in ana.get("/me/choice").text


def test_leaving_stored_chats_out_ends_that_permission_and_keeps_the_other(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    ana.press("allow", "imported")
    done = ana.press("refuse", "imported")
    assert [(line[3], line[8]) for line in desk.log] == [("allow", "stored"), ("refuse", "stored"), ("allow", "from_now")]
    page = ana.get(done.headers["location"]).text
    assert 'data-stored="leave"' in page
    assert 'data-state="allow"' in page
    assert "“Leave out stored chats” is written down" in page


def test_allowing_again_after_a_refusal_does_not_bring_stored_chats_back(enter: Any) -> None:
    ana = enter("ana")
    ana.press("allow", "imported")
    ana.press("refuse", "settings")
    ana.press("allow", "settings")
    assert 'data-stored="leave"' in ana.get("/me/choice").text


def test_who_refuses_cannot_allow_stored_chats_by_a_stale_form(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    page = ana.get("/me/choice").text
    fields = ana.fields(page, "/me/choice", 1)
    assert fields["notice"] == "imported"
    ana.press("refuse", "settings")
    before = list(desk.log)
    assert ana.post("/me/choice", {**fields, "answer": "allow"}).status_code == 409
    assert desk.log == before


def test_an_answer_on_words_that_have_changed_since_is_not_recorded(enter: Any, desk: Any) -> None:
    cy = enter("cy")
    fields = cy.fields(cy.get("/me/choice").text, "/me/choice")
    came = cy.post("/me/choice", {**fields, "digest": "0" * 64, "answer": "allow"})
    assert came.status_code == 409
    assert "We have recorded nothing" in came.text
    assert not any(line[0] == "choose" for line in desk.log)


@pytest.mark.parametrize(
    "change", [{"answer": "yes"}, {"answer": ""}, {"notice": "settings-2"}, {"language": "pt"}, {"language": "../de"}]
)
def test_an_answer_nobody_offered_is_not_recorded(enter: Any, desk: Any, change: dict[str, str]) -> None:
    cy = enter("cy")
    fields = cy.fields(cy.get("/me/choice").text, "/me/choice")
    assert cy.post("/me/choice", {**fields, "answer": "allow", **change}).status_code in (400, 409)
    assert not any(line[0] == "choose" for line in desk.log)


def test_later_is_no_answer_in_the_settings(enter: Any, desk: Any) -> None:
    assert enter("ana").press("later").status_code == 400
    assert desk.log == []


def test_a_browser_signal_is_said_but_is_not_an_answer(enter: Any, desk: Any) -> None:
    cy = enter("cy")
    assert "do not sell or share" in cy.get("/me/choice", sec_gpc="1").text
    assert cy.press("allow", sec_gpc="1").status_code == 303
    assert desk.log[-1][4] == "notice"


def test_the_answer_is_recorded_in_the_language_it_was_read_in(enter: Any, desk: Any) -> None:
    cy = enter("cy")
    page = cy.get("/me/choice?lang=de").text
    assert "Training ablehnen" in page
    # The reader changes the language in another window; the words that were pressed stay the German ones.
    cy.get("/?lang=en")
    cy.post("/me/choice", {**cy.fields(page, "/me/choice"), "answer": "refuse"})
    assert desk.log[-1][6:8] == ("de", "Training ablehnen")


def test_an_address_cannot_make_the_page_claim_an_answer(enter: Any, desk: Any) -> None:
    for done in ("40", "41", "99", "later", "<b>", "-1", ""):
        page = enter("bo").get(f"/me/choice?done={done}").text
        assert ('role="status"' in page) == (done == "41")


def test_the_history_lists_answers_and_receipts_can_be_kept(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    ana.press("refuse")
    page = ana.get("/me/history").text
    assert page.index("Refuse") < page.index("Allow")
    found = ana.get("/me/receipts/40")
    assert found.headers["content-type"] == "application/json"
    assert found.headers["content-disposition"] == 'attachment; filename="sayso-receipt-40.json"'
    assert found.json()["locale"] == "Grüße"


def test_cy_has_no_history_yet(enter: Any) -> None:
    assert "You have not answered yet" in enter("cy").get("/me/history").text


def test_a_question_without_german_words_is_asked_in_english_on_an_english_page(enter: Any, desk: Any) -> None:
    from msgspec.structs import replace

    first = desk.notices["training-choice"]
    desk.notices["training-choice"] = replace(first, words_by_language={"en": first.words_by_language["en"]})
    page = enter("cy").get("/me/choice?lang=de").text
    assert '<html lang="en">' in page
    assert "Training ablehnen" not in page


def test_since_when_counts_from_the_first_of_equal_answers(enter: Any, desk: Any) -> None:
    from datetime import timedelta

    ana = enter("ana")
    desk.at += timedelta(minutes=30)
    ana.press("allow")
    page = ana.get("/me/choice").text
    assert "Since 1 November 2026, 09:30 UTC" in page
    ana.press("refuse")
    assert "Since 1 November 2026, 10:00 UTC, answered by taking back a yes" in ana.get("/me/choice").text

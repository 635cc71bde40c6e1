"""A person's own pages: finding a chat, where words went, what is held, what changed in the rules since the answer."""

from __future__ import annotations

import re
from typing import Any

import pytest


def searched(someone: Any, **fields: str) -> Any:
    page = someone.get("/me/conversations").text
    return someone.post("/me/find", {**someone.fields(page, "/me/find"), "words": "", "since": "", "until": "", **fields})


def test_ana_finds_a_chat_by_its_title_and_the_title_is_in_no_address(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    page = searched(ana, words="ALPS  holiday").text
    assert re.findall(r'<h2><a href="/me/conversations/(\w+)"', page) == ["a1"]
    assert not any("alps" in address.lower() for address in re.findall(r'(?:href|action)="([^"]*)"', page))
    assert 'value="ALPS holiday"' in page
    assert "No chat fits" in searched(ana, words="Bo's secret plan").text


def test_ana_finds_chats_by_the_days_of_their_last_turn(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    old = ana.get("/me/conversations?until=2026-01-01").text
    assert re.findall(r'<h2><a href="/me/conversations/(\w+)"', old) == ["a2"]
    assert 'value="2026-01-01"' in old
    both = searched(ana, since="2026-10-01", until="2026-10-23").text
    assert re.findall(r'<h2><a href="/me/conversations/(\w+)"', both) == ["a3", "a1"]
    assert "No chat fits" in searched(ana, since="2026-10-24").text


def test_a_search_that_goes_on_carries_its_words_in_a_form_and_not_in_a_link(enter: Any, desk: Any) -> None:
    many = enter("many")
    first = searched(many, words="chat number").text
    assert first.count('class="card"') == 50
    assert 'rel="next"' not in first
    on = many.fields(first, "/me/find", 1)
    assert on["words"] == "chat number"
    second = many.post("/me/find", on).text
    assert second.count('class="card"') == 50
    shown = [set(re.findall(r'<h2><a href="/me/conversations/(m\d+)"', page)) for page in (first, second)]
    assert not shown[0] & shown[1]
    assert {account for account, _ in desk.found} == {"many"}


def test_a_search_that_paused_says_how_far_it_came(enter: Any, desk: Any) -> None:
    from sayso.app.views import PageOf

    ana = enter("ana")
    desk.conversations = lambda account, find: PageOf(items=(), more=(desk.at, "a9"), looked=1000 if find.words else 0)
    page = searched(ana, words="rye").text
    assert "We have looked at 1,000 chats, back to 1 November 2026. There are more." in page
    assert "Look further back" in page
    assert "No chat fits" not in page


@pytest.mark.parametrize("wrong", [{"show": "secrets"}, {"since": "2026-13-01"}, {"before": "x"}, {"words": "w" * 201}])
def test_what_no_form_of_ours_asks_for_finds_nothing(enter: Any, desk: Any, wrong: dict[str, str]) -> None:
    ana = enter("ana")
    before = len(desk.found)
    assert searched(ana, **wrong).status_code == 404
    assert len(desk.found) == before + 1, "the list was read, for its form, and nothing after it"


def test_a_search_without_the_forms_token_finds_nothing(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    assert ana.post("/me/find", {"token": "x", "words": "alps"}).status_code == 403
    assert desk.found == []
    assert ana.get("/me/find").headers["location"] == "/me/conversations"


def test_who_is_held_reads_it_on_top_of_the_chats_and_others_do_not(enter: Any) -> None:
    text = enter("ana").get("/me/conversations").text
    assert "Kept by a legal order" in text
    assert "1 chat, since 29 October 2026" in text
    assert "Smith" not in text
    assert "since 29 October 2026" not in enter("many").get("/me/conversations").text


def test_where_ones_words_went_names_releases_runs_and_a_proof_for_each(enter: Any) -> None:
    ana, bo = enter("ana"), enter("bo")
    hers, his = ana.get("/me/traces").text, bo.get("/me/traces").text
    assert "1 chat is in it" in hers
    assert "run-1 &lt;b&gt;, from 1 November 2026" in hers
    assert hers.count("Download the proof that it is in there") == 1
    assert his.count("Download the proof that nothing of yours is in there") == 2
    proof = ana.get("/me/proofs/autumn-2026")
    assert proof.json() == {"of": "ana", "release": "autumn-2026"}
    assert proof.headers["content-disposition"] == 'attachment; filename="sayso-proof.json"'
    assert bo.get("/me/proofs/autumn-2026").json()["of"] == "bo"


def test_what_changed_since_the_answer_is_said_clause_by_clause(enter: Any) -> None:
    page = enter("ana").get("/me/changes").text
    assert "2 clauses differ from 22 September 2026, when you answered." in page
    assert "kept for &lt;b&gt;30 days&lt;/b&gt;" in page
    assert "More may be used or kept" in page
    assert "Nothing was said of it" in page
    assert "The rules are those of 22 September 2026" in enter("bo").get("/me/changes").text
    assert "You have not answered yet" in enter("cy").get("/me/changes").text


def test_who_has_very_many_chats_is_told_no_number_and_no_day_that_takes_long_to_find(enter: Any, desk: Any) -> None:
    desk.rich.add("many")
    desk.unreadable_by = lambda *_: pytest.fail("this asks after every chat")
    page = enter("many").get("/me/delete").text
    assert "All your chats are deleted with it. By when no one can read them, the next page says." in page
    assert "Delete account and chats" in page


def test_no_page_of_anas_names_anything_of_bo(enter: Any) -> None:
    ana = enter("ana")
    for path in ("/me/conversations", "/me/traces", "/me/changes", "/me/history"):
        text = ana.get(path).text
        assert "rye bread" not in text
        assert "b1" not in re.findall(r"/me/conversations/(\w+)", text)

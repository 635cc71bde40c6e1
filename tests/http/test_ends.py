"""After a deletion: it can be taken back in time by whoever deleted, and what became of it is said in plain words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace


def test_ana_takes_the_deletion_of_a_chat_back_from_its_page(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    desk.delete_conversation("ana", "a1")
    page = ana.get("/me/conversations/a1").text
    assert "You can take this back until 8 November 2026" in page
    came = ana.post("/me/conversations/a1/undo", ana.fields(page, "/me/conversations/a1/undo"))
    assert came.status_code == 303
    assert desk.log[-1] == ("undo", "ana", "a1")
    assert "take this back" not in ana.get("/me/conversations/a1").text


def test_too_late_is_said_and_offered_no_longer(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    desk.delete_conversation("ana", "a1")
    fields = ana.fields(ana.get("/me/conversations/a1").text, "/me/conversations/a1/undo")
    desk.late = True
    assert "take this back" not in ana.get("/me/conversations/a1").text
    assert ana.post("/me/conversations/a1/undo", fields).status_code == 409
    assert ("undo", "ana", "a1") not in desk.log


def test_nobody_else_takes_it_back_or_reads_what_became_of_it(enter: Any, desk: Any, visitor: Any) -> None:
    desk.delete_conversation("ana", "a1")
    bo = enter("bo")
    token = bo.fields(bo.get("/me/delete").text, "/me/delete")
    assert bo.post("/me/conversations/a1/undo", token).status_code in (403, 404, 409)
    for path in ("/me/conversations/a1/certificate", "/me/conversations/a1/certificate.json"):
        assert bo.get(path).status_code == 404
        assert visitor.get(path).status_code == 401
    for path in ("/me/left", "/me/certificate", "/me/certificate.json"):
        assert visitor.get(path).status_code == 401
        assert bo.get(path).status_code == 403, "whose account is there has not left"
    assert not [one for one in desk.log if one[0] == "undo"]


def test_who_left_comes_back_within_the_grace_and_is_shown_nothing_else_until_then(enter: Any, desk: Any) -> None:
    bo = enter("bo")
    page = bo.post("/me/delete", bo.fields(bo.get("/me/delete").text, "/me/delete")).text
    assert "You can take this back until" in page
    assert "Bring my account back" in page
    fields = bo.fields(page, "/me/return")
    assert bo.post("/me/return", {"token": "x"}).status_code == 403
    assert bo.post("/me/return", fields).headers["location"] == "/me/conversations"
    assert desk.log[-1] == ("undo", "bo", None)
    assert bo.get("/me/conversations").status_code == 200
    desk.delete_account("bo")
    assert bo.get("/me/choice").status_code == 410
    assert bo.get("/me/left").status_code == 401
    again = enter("bo")
    assert again.get("/me/left").status_code == 200, "a new link leads to what is left"
    desk.late = True
    assert "Bring my account back" not in again.get("/me/left").text


def test_the_certificate_is_offered_and_said_in_plain_words(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    assert ana.get("/me/conversations/a1/certificate").status_code == 404, "nothing was deleted"
    desk.delete_conversation("ana", "a1")
    assert "/me/conversations/a1/certificate" in ana.get("/me/conversations/a1").text
    page = ana.get("/me/conversations/a1/certificate").text
    assert "Not yet final" in page
    assert "Its key is destroyed by 1 December 2026" in page
    assert "Copies that other people made" in page
    assert "&lt;b&gt;r1" in page
    assert "Noch nicht endgültig" in ana.get("/me/conversations/a1/certificate?lang=de").text
    file = ana.get("/me/conversations/a1/certificate.json")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.json()["of"] == {"kind": "conversation", "id": "a1"}


def test_an_announced_end_is_shown_with_its_day_and_its_reason(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    assert "These chats will be deleted" not in ana.get("/me/conversations").text
    desk.chats["a1"] = replace(desk.chats["a1"], announced=desk.at + timedelta(days=14))
    page = ana.get("/me/conversations").text
    assert "These chats will be deleted" in page
    assert "On 15 November 2026: kept &lt;b&gt;no&lt;/b&gt; longer" in page
    assert "This chat will be deleted on 15 November 2026." in ana.get("/me/conversations/a1").text

"""The policy on the officers' pages: in words, held beside another text, proposed by one officer and approved by another."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sayso.app import profiles
from sayso.app.console import policies
from sayso.app.grants import Grants
from sayso.app.house import House
from sayso.facts.deeds import PolicyProposed, PolicySet

Come = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks waits until it is worked out."""
    monkeypatch.setattr("sayso.app.console.beside.PATIENCE", 60)


SENT = {"origin": "null", "sec-fetch-site": "same-origin"}
STRICT = profiles.source("protective")
NEAR = profiles.source("anthropic-consumer") + "# other words, the same rules\n"


def press(officer: TestClient, action: str, **fields: str) -> Any:
    found = re.findall(r'name="token" value="([^"]+)"', officer.get("/officer").text)
    return officer.post(action, data={"token": found[0], **fields}, headers=SENT)


def told(house: House, kind: Any) -> list[Any]:
    with house.reading() as conn:
        return [entry.line for entry in house.ledger.of_kind(conn, kind)]


def proposed(house: House, come: Come, text: str = NEAR) -> str:
    fields = {"text": text, "name": "protective", "why": "stricter <b>", "notice": "2026-10-01"}
    made = press(come("olga"), "/officer/policy/propose", **fields)
    assert made.status_code == 200, made.text
    return str(re.findall(r'name="number" value="(\d+)"', made.text)[0])


def test_olga_proposes_and_otto_approves_with_both_reasons_in_the_ledger(house: House, come: Come) -> None:
    page = press(come("olga"), "/officer/policy/check", text=STRICT.replace("\n", "\r\n"), name="protective").text
    assert "It loads; there is nothing to mend." in page
    assert "Lets more be used or kept" in page or "Stricter." in page
    assert told(house, PolicyProposed) == []
    number = proposed(house, come, STRICT)
    own = come("olga").get(f"/officer/policy/proposal?number={number}").text
    assert "another officer decides" in own
    assert 'action="/officer/policy/approve"' not in own
    other = come("otto").get(f"/officer/policy/proposal?number={number}").text
    assert "stricter &lt;b&gt;" in other
    assert 'action="/officer/policy/approve"' in other
    came = press(come("otto"), "/officer/policy/approve", number=number, why="read it")
    assert "It is in force." in came.text
    line = told(house, PolicySet)[-1]
    assert (line.profile, line.proposed_by, line.approved_by, line.why) == ("protective", "olga", "otto", "read it")
    page = come("rita").get("/officer/policy").text
    assert "proposed by olga, approved by otto" in page
    assert house.policy_in_force().name == "protective"


def test_the_text_that_a_browser_sends_back_is_the_text_in_force_to_the_letter(house: House, come: Come) -> None:
    page = come("olga").get("/officer/policy/draft").text
    text = html.unescape(re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)[0])
    came = press(come("olga"), "/officer/policy/check", text=text.replace("\n", "\r\n"), name="anthropic-consumer")
    assert "This is the text in force, to the letter." in came.text


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("/officer/policy/approve", {"why": "mine"}),
        ("/officer/policy/take-back", {"why": " "}),
    ],
)
def test_her_own_proposal_is_not_hers_to_approve_and_nothing_goes_without_a_reason(
    house: House, come: Come, action: str, fields: dict[str, str]
) -> None:
    number = proposed(house, come)
    came = press(come("olga"), action, number=number, **fields)
    assert came.status_code == 409
    assert "Nothing was changed:" in came.text
    assert house.policy_in_force().name == "anthropic-consumer"


def test_who_has_the_role_only_for_one_half_does_only_that_half(house: House, come: Come) -> None:
    Grants(house.settings.keys).name_officer("ann", ["approve"], house.now())
    number = proposed(house, come)
    assert press(come("ann"), "/officer/policy/propose", text=NEAR, name="p", why="w").status_code == 403
    assert press(come("rita"), "/officer/policy/approve", number=number, why="w").status_code == 403
    assert come("rita").get("/officer/policy/draft").status_code == 403
    assert press(come("ann"), "/officer/policy/decline", number=number, why="not yet").status_code == 200
    assert "turned down, ann" in come("rita").get("/officer/policy").text
    assert press(come("otto"), "/officer/policy/approve", number=number, why="w").status_code == 409


def test_a_text_that_does_not_load_is_told_line_by_line_and_cannot_be_proposed(house: House, come: Come) -> None:
    for action in ("/officer/policy/check", "/officer/policy/propose"):
        came = press(come("olga"), action, text='title = "<script>alert(1)</script>"\nx = 1\n', name="mine", why="w")
        assert "mine:2: unknown key `x`" in came.text
        assert "<script" not in came.text
    assert told(house, PolicyProposed) == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": "x" * 200_000}, 400),
        ({"text": "x" * 400_000}, 413),
        ({"text": "x" * 110_000}, 409),
        ({"name": "n" * 100, "text": NEAR}, 409),
        ({"notice": "soon", "text": NEAR}, 409),
        ({"why": "", "text": NEAR}, 409),
        ({"text": "[" * 50_000}, 409),
    ],
)
def test_what_is_too_long_or_no_text_is_refused_and_leaves_no_line(
    house: House, come: Come, fields: dict[str, str], status: int
) -> None:
    came = press(come("olga"), "/officer/policy/propose", **{"name": "protective", "why": "w", **fields})
    assert came.status_code == status
    assert told(house, PolicyProposed) == []


@pytest.mark.parametrize("number", ["", "zz", "-1", "1", "9" * 20])
def test_a_line_that_is_no_proposal_is_not_found(house: House, come: Come, number: str) -> None:
    assert come("otto").get(f"/officer/policy/proposal?number={number}").status_code == 404
    assert press(come("otto"), "/officer/policy/approve", number=number, why="w").status_code == 404


def test_nobody_waits_for_what_another_policy_would_change(house: House, come: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.app.console.beside.PATIENCE", 0.01)
    go_on, real = threading.Event(), policies.effect
    monkeypatch.setattr(policies, "effect", lambda *told: (go_on.wait(30), real(*told))[1])
    olga = come("olga")
    assert "It is being worked out." in press(olga, "/officer/policy/check", text=NEAR, name="protective").text
    go_on.set()
    desk: Any = olga.app.state.setting.desk  # type: ignore[attr-defined]  # the application is FastAPI's
    for thread in list(desk.console.policies.changes._threads.values()):
        thread.join(30)
    assert "chats would be ruled otherwise" in press(olga, "/officer/policy/check", text=NEAR, name="protective").text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_says_the_policy_in_words(come: Come, language: str) -> None:
    page = come("rita").get(f"/officer/policy?lang={language}").text
    assert "for model training it may be used" in page
    assert "it is kept for" in page
    assert len(page.encode()) < 100_000

"""Who may enter what, and what keeps everybody else out."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from sayso.app.http import links
from sayso.app.http.rights import OFFICERS, refuse_undeclared, right_of
from sayso.facts.errors import Broken, Unfit

BASE = "http://testserver"
OPEN = {"/", "/enter", "/static/{name}", "/robots.txt", "/healthz", "/design", "/verify.html", "/elements/{name}", "/v1/openapi.json",
        "/v1/problems/{slug}", "/.well-known/gpc.json", "/.well-known/security.txt"}  # fmt: skip
OPEN |= {"/officer/sign-in", "/officer/signed-in", "/officer/left"}  # nothing of anybody is on them
PERSONAL = [
    "/me",
    "/me/choice",
    "/me/history",
    "/me/receipts/40",
    "/me/conversations",
    "/me/find",
    "/me/traces",
    "/me/proofs/autumn-2026",
    "/me/changes",
    "/me/conversations/a1",
    "/me/conversations/a1/delete",
    "/me/delete",
]


def test_every_route_declares_who_may_enter_and_only_these_are_open(app: Any) -> None:
    rights = {(route.path, *sorted(route.methods)): right_of(route) for route in app.routes}
    assert None not in rights.values()
    assert {key[0] for key, right in rights.items() if right == "anyone"} == OPEN
    assert all(key[0].startswith("/officer") for key, right in rights.items() if right in OFFICERS)
    assert all(key[0].startswith("/v1/") for key, right in rights.items() if str(right).startswith("service"))
    assert {key[0] for key, right in rights.items() if right == "either"} == {"/leave"}
    assert {key[0] for key, right in rights.items() if right == "guest"} == {"/ask/question", "/ask/answer", "/ask/receipt"}
    assert all(key[0].startswith("/me") for key, right in rights.items() if right == "person")
    assert len(rights) == len(app.routes)


def test_a_route_that_declares_nothing_does_not_start() -> None:
    bare = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    bare.get("/forgotten")(lambda: "hello")
    with pytest.raises(Broken, match="`/forgotten` does not say who may enter"):
        refuse_undeclared(bare)
    with pytest.raises(Broken, match="openapi"):
        refuse_undeclared(FastAPI())


@pytest.mark.parametrize("path", [*PERSONAL, "/officer"])
def test_nobody_sees_anything_without_a_link(visitor: Any, path: str) -> None:
    came = visitor.get(path)
    assert came.status_code == 401
    assert "You are not in" in came.text


@pytest.mark.parametrize("path", PERSONAL)
def test_an_officer_sees_no_ones_pages(enter: Any, path: str) -> None:
    assert enter("olga", "officer", "overview").get(path).status_code == 403


def test_a_person_sees_no_overview(enter: Any) -> None:
    assert enter("ana").get("/officer").status_code == 403


def test_a_persons_link_to_the_overview_leads_to_their_own_pages(visitor: Any, desk: Any, secret: bytes) -> None:
    came = visitor.enter(links.mint(secret, "ana", "person", at=desk.at, base_url=BASE, to="overview"))
    assert came.headers["location"] == "/me/choice"


@pytest.mark.parametrize("path", ["/me/conversations/b1", "/me/conversations/b1/delete", "/me/receipts/41"])
def test_what_is_bos_looks_to_ana_like_what_is_not_there(enter: Any, path: str) -> None:
    ana = enter("ana")
    foreign, absent = ana.get(path), ana.get(path.replace("b1", "zz").replace("41", "9999"))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.text.replace(path, "") == absent.text.replace(path.replace("b1", "zz").replace("41", "9999"), "")


def test_ana_cannot_delete_what_is_bos(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    fields = ana.fields(ana.get("/me/conversations/a1/delete").text, "/me/conversations/a1/delete")
    assert ana.post("/me/conversations/b1/delete", fields).status_code == 404
    assert desk.log == []


def test_a_desk_that_gives_out_someone_elses_chat_is_not_believed(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    desk.conversation = lambda account, conversation: desk.chats["b1"]
    assert ana.get("/me/conversations/b1").status_code == 404


def test_a_link_enters_once(app: Any, desk: Any, secret: bytes, visitor: Any) -> None:
    link = links.mint(secret, "ana", "person", at=desk.at, base_url=BASE)
    assert visitor.enter(link).status_code == 303
    assert visitor.enter(link).status_code == 403


def test_opening_a_link_changes_nothing_until_the_button_is_pressed(visitor: Any, desk: Any, secret: bytes) -> None:
    link = links.mint(secret, "ana", "person", at=desk.at, base_url=BASE)
    for _ in range(3):
        assert visitor.get(link.removeprefix(BASE)).status_code == 200
    assert visitor.get("/me/choice").status_code == 401
    assert visitor.enter(link).status_code == 303


def test_a_second_window_does_not_spoil_the_first(visitor: Any, desk: Any, secret: bytes) -> None:
    first, second = (links.mint(secret, "ana", "person", at=desk.at, base_url=BASE).removeprefix(BASE) for _ in range(2))
    page = visitor.get(first).text
    visitor.get(second)
    assert visitor.post("/enter", visitor.fields(page, "/enter")).status_code == 303


def test_of_many_who_press_at_once_one_enters(desk: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    spent = links.Spent()
    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(lambda _: spent.enter("n", ends=desk.at + timedelta(minutes=1), at=desk.at), range(200)))
    assert came.count(True) == 1


def test_spent_links_are_forgotten_once_they_have_ended(desk: Any) -> None:
    spent = links.Spent()
    for number in range(50):
        assert spent.enter(str(number), ends=desk.at + timedelta(minutes=number), at=desk.at + timedelta(minutes=number))
    assert len(spent._ends) == 1


def test_the_start_page_leads_on_whoever_is_in(enter: Any, visitor: Any) -> None:
    assert 'href="/me/choice"' in enter("ana").get("/").text
    assert 'href="/officer"' in enter("olga", "officer", "overview").get("/").text
    assert "sayso serve" in visitor.get("/").text
    assert visitor.get("/enter").headers["location"] == "/"
    assert visitor.get("/healthz").text == "ok\n"
    assert "Disallow: /" in visitor.get("/robots.txt").text
    assert enter("ana").get("/me").headers["location"] == "/me/choice"


def test_the_token_leaves_the_address_and_the_cookie_is_fenced(visitor: Any, desk: Any, secret: bytes) -> None:
    came = visitor.enter(links.mint(secret, "ana", "person", at=desk.at, base_url=BASE))
    assert came.headers["location"] == "/me/choice"
    cookie = next(value for name, value in came.headers.multi_items() if name == "set-cookie" and value.startswith("sayso="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "ana@" not in cookie


def test_over_https_cookies_are_bound_to_the_host(desk: Any, secret: bytes) -> None:
    from fastapi.testclient import TestClient

    from sayso.app.http import create_app

    client = TestClient(
        create_app(desk, secret=secret, base_url="https://say.example", secure=True), base_url="https://say.example"
    )
    came = client.get(
        links.mint(secret, "ana", "person", at=desk.at, base_url="https://say.example").removeprefix("https://say.example")
    )
    assert came.headers["set-cookie"].startswith("__Host-sayso-door=")
    assert "Secure" in came.headers["set-cookie"]
    assert "max-age=" in came.headers["strict-transport-security"]


@pytest.mark.parametrize("harm", ["cut", "turned", "other key", "other kind", "late", "long", "empty", "session"])
def test_a_link_that_is_not_ours_or_has_ended_lets_nobody_in(visitor: Any, desk: Any, secret: bytes, enter: Any, harm: str) -> None:
    link = links.mint(secret, "ana", "person", at=desk.at, base_url=BASE, minutes=15)
    if harm == "cut":
        link = link[:-3]
    elif harm == "turned":
        link = link.replace("t=e", "t=f", 1)
    elif harm == "other key":
        link = links.mint(b"another secret of thirty-two bytes", "ana", "person", at=desk.at, base_url=BASE)
    elif harm == "other kind":
        link = links.mint_with(links.host_key(secret, "person"), "olga", "officer", at=desk.at, base_url=BASE)
    elif harm == "late":
        desk.at += timedelta(minutes=16)
    elif harm == "long":
        link += "A" * 5_000
    elif harm == "empty":
        link = f"{BASE}/enter?t=."
    else:
        link = f"{BASE}/enter?t={enter('ana').client.cookies['sayso']}"
    assert visitor.get(link.removeprefix(BASE)).status_code == 403


def test_a_link_from_the_future_lets_nobody_in(visitor: Any, desk: Any, secret: bytes) -> None:
    link = links.mint(secret, "ana", "person", at=desk.at + timedelta(days=1), base_url=BASE)
    assert visitor.get(link.removeprefix(BASE)).status_code == 403


def test_a_session_ends_by_itself(enter: Any, desk: Any) -> None:
    ana, olga = enter("ana"), enter("olga", "officer", "overview")
    for _ in range(5):
        desk.at += timedelta(minutes=25)
        olga.get("/officer")
        ana.get("/me/history")
    assert ana.get("/me/choice").status_code == 401
    assert olga.get("/officer").status_code == 200
    for _ in range(16):
        desk.at += timedelta(minutes=25)
        olga.get("/officer")
    assert olga.get("/officer").status_code == 401


def test_a_changed_cookie_is_no_session(enter: Any) -> None:
    ana = enter("ana")
    good = ana.client.cookies["sayso"]
    sealed, _, signature = good.rpartition(".")
    # The first sign of the signature: the last one has bits that base64 does not use.
    forged = f"{sealed}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    for bad in (forged, good.split(".")[0], "", "x" * 5_000):
        ana.client.cookies.clear()
        ana.client.cookies.set("sayso", bad)
        assert ana.get("/me/choice").status_code == 401


def test_leaving_ends_the_session(enter: Any) -> None:
    ana = enter("ana")
    came = ana.post("/leave", ana.fields(ana.get("/me/choice").text, "/leave"))
    assert came.headers["location"] == "/?done=left"
    assert ana.get("/me/choice").status_code == 401
    assert "You have left" in ana.get("/?done=left").text


def test_an_account_that_is_gone_is_shown_nothing(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    desk.delete_account("ana")
    assert ana.get("/me/choice").status_code == 410
    assert ana.get("/me/choice").status_code == 401
    bo = enter("bo")
    del desk.people["bo"]
    assert bo.get("/me/conversations").status_code == 410


@pytest.mark.parametrize("token", ["", "x", "ä", "\x00"])
def test_a_form_without_its_token_does_nothing(enter: Any, desk: Any, token: str) -> None:
    cy = enter("cy")
    fields = cy.fields(cy.get("/me/choice").text, "/me/choice")
    desk.log.clear()
    assert cy.post("/me/choice", {**fields, "answer": "allow", "token": token}).status_code == 403
    assert cy.post("/me/delete", {"token": token}).status_code == 403
    assert cy.post("/leave", {"token": token}).status_code == 403
    assert desk.log == []


def test_bos_token_does_not_work_for_ana(enter: Any, desk: Any) -> None:
    bo, ana = enter("bo"), enter("ana")
    token = bo.fields(bo.get("/me/choice").text, "/leave")["token"]
    assert ana.post("/me/delete", {"token": token}).status_code == 403
    assert desk.log == []


@pytest.mark.parametrize(
    "sent",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"origin": "http://evil.example"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "https://testserver"},
    ],
)
def test_a_form_from_another_site_does_nothing(enter: Any, desk: Any, sent: dict[str, str]) -> None:
    ana = enter("ana")
    fields = ana.fields(ana.get("/me/delete").text, "/me/delete")
    assert ana.post("/me/delete", fields, **sent).status_code == 403
    assert desk.log == []


def test_another_site_cannot_send_somebody_in_as_somebody_else(app: Any, visitor: Any, desk: Any, secret: bytes) -> None:
    link = links.mint(secret, "ana", "person", at=desk.at, base_url=BASE)
    fields = visitor.fields(visitor.get(link.removeprefix(BASE)).text, "/enter")
    assert visitor.post("/enter", fields, sec_fetch_site="cross-site").status_code == 403
    stranger = type(visitor)(app)
    assert stranger.post("/enter", fields).status_code == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("a=1&a=2", "application/x-www-form-urlencoded", 400),
        ("nonsense", "application/x-www-form-urlencoded", 400),
        ("", "application/x-www-form-urlencoded", 403),
        ("a=%", "application/json", 415),
        ("{}", "application/json", 415),
        ("--x", "multipart/form-data; boundary=x", 415),
        ("a=" + "b" * 3_000, "application/x-www-form-urlencoded", 400),
        ("&".join(f"f{n}=1" for n in range(40)), "application/x-www-form-urlencoded", 400),
        ("a=" + "b" * 20_000, "application/x-www-form-urlencoded", 413),
        ("ä=1", "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_is_no_form_of_ours_is_turned_away(enter: Any, desk: Any, body: str, kind: str, status: int) -> None:
    ana = enter("ana")
    came = ana.client.post("/me/delete", content=body.encode(), headers={"content-type": kind, "sec-fetch-site": "same-origin"})
    assert came.status_code == status
    assert "content-security-policy" in came.headers
    assert desk.log == []


def test_a_body_that_hides_its_length_is_cut_off(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    came = ana.client.post(
        "/me/delete", content=(b"a" * 4_000 for _ in range(20)), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert came.status_code == 413
    assert desk.log == []


def test_failures_tell_the_reader_a_number_and_the_log_no_words(enter: Any, desk: Any, caplog: pytest.LogCaptureFixture) -> None:
    ana = enter("ana")

    def fail(*_: Any, **__: Any) -> Any:
        raise ValueError("secret words of ana@example.org")

    desk.conversations = fail
    with caplog.at_level(logging.DEBUG):
        came = ana.get("/me/conversations")
    assert came.status_code == 500
    assert "secret words" not in came.text + caplog.text
    assert "Traceback" not in came.text + caplog.text
    number = next(one.getMessage().split()[1] for one in caplog.records if one.name == "sayso.http")
    assert number in came.text
    assert came.headers["content-security-policy"]


def test_a_refusal_nobody_expected_says_no_more_than_no(enter: Any, desk: Any) -> None:
    from sayso.facts.errors import Refused

    ana = enter("ana")

    def no(*_: Any, **__: Any) -> Any:
        raise Refused("account `ana` is under matter `Smith`")

    desk.choices = no
    came = ana.get("/me/history")
    assert came.status_code == 403
    assert "Smith" not in came.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/me/receipts/x", 404),
        ("GET", "/me/receipts/-1", 404),
        ("GET", "/me/receipts/" + "9" * 40, 404),
        ("POST", "/me/history", 405),
        ("GET", "/leave", 405),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/static/../render.py", 404),
        ("GET", "/static/..%2f__init__.py", 404),
        ("GET", "/me/conversations?before=-1.c1", 404),
        ("GET", "/me/conversations?since=2026-02-30", 404),
        ("GET", "/me/conversations?until=0000-01-01", 404),
        ("GET", "/me/proofs/other", 404),
        ("GET", "/me/proofs/..%2f..%2fseen.json", 404),
        ("GET", "/me/conversations?before=1e3.c1", 404),
        ("GET", "/me/conversations?before=" + "9" * 30 + ".c1", 404),
        ("GET", "/me/conversations?show=secrets", 404),
        ("GET", "/me/conversations/" + "a" * 500, 404),
        ("GET", "/me/conversations/%00", 404),
        ("GET", "/me/conversations/..%2f..%2fofficer", 404),
        ("GET", "/%ff", 404),
    ],
)
def test_wrong_addresses_get_an_answer_in_words(enter: Any, method: str, path: str, status: int) -> None:
    came = enter("ana").client.request(method, path)
    assert came.status_code == status
    assert "<h1>" in came.text
    assert "detail" not in came.text


def test_secrets_and_addresses_are_checked_before_the_site_stands(desk: Any, secret: bytes) -> None:
    from sayso.app.http import create_app

    with pytest.raises(Unfit, match="the secret has 5 bytes"):
        create_app(desk, secret=b"short", base_url=BASE, secure=False)
    for address in ("testserver", "ftp://x", "http://say.example", "https://say.example/pages", "https://say.example/?a"):
        with pytest.raises(Unfit, match="the base address"):
            create_app(desk, secret=secret, base_url=address, secure=True)
    for wrong in ({"minutes": 0}, {"minutes": 10**6}, {"to": "evil"}, {"account": ""}, {"account": "a\n"}, {"kind": "root"}):
        with pytest.raises(Unfit):
            links.mint(secret, **{"account": "ana", "kind": "person", "at": desk.at, "base_url": BASE, **wrong})  # type: ignore[arg-type]

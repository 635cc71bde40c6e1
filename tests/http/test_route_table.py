"""The table of routes, walked: every route is tried as nobody, as its person, as another, as each officer, as each service."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from sayso.app.grants import ROLES, SCOPES, ServiceKey
from sayso.app.http.limits import A_MINUTE, LOCKED, WRONG
from sayso.app.http.rights import OFFICERS, RIGHTS, right_of

FILLED = {
    "conversation": "a1", "seq": "40", "name": "style.css", "account": "zz", "line": "40", "notice": "0f" * 32, "id": "0f" * 6,
}  # fmt: skip
SERVICE_RIGHTS = {f"service {one}": one for one in SCOPES}
KNOWN = {"anyone", "person", "leaver", "either", "guest", "service any", *OFFICERS, *SERVICE_RIGHTS}


def table(app: Any) -> list[tuple[str, str, str]]:
    """Method, address with Ana's ids in it, and right of every route; what no test names a value for stands in the way."""
    found = []
    for route in app.routes:
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: FILLED.get(match[1], "zz"), route.path)
        found += [(method, path, right_of(route)) for method in sorted(route.methods - {"HEAD"})]
    return found


def served(someone: Any, method: str, path: str, token: str = "", **headers: str) -> int:
    if method == "GET":
        return int(someone.get(path, **headers).status_code)
    if method != "POST":
        return int(someone.client.request(method, path, headers=headers).status_code)
    fields = {"token": token or "none"}
    return int(someone.post(path, fields, **headers).status_code)


def token_of(someone: Any, page: str) -> str:
    return str(re.findall(r'name="token" value="([^"]+)"', someone.get(page).text)[0])


def test_every_route_names_a_right_that_this_walk_knows(app: Any) -> None:
    assert {right for _, _, right in table(app)} <= KNOWN
    assert {right.__name__ for right in RIGHTS} == KNOWN


def test_nobody_gets_in_anywhere_but_where_anyone_may(app: Any, visitor: Any, desk: Any) -> None:
    for method, path, right in table(app):
        status = served(visitor, method, path)
        if right == "anyone":
            assert status != 401, path
        elif right == "guest":
            assert status == 403, path
        else:
            assert status == 401, (method, path)
    assert desk.log == []


@pytest.mark.parametrize("role", ROLES)
def test_an_officer_enters_what_their_roles_name_and_nothing_else(app: Any, enter: Any, desk: Any, role: str) -> None:
    someone = enter(f"only-{role}", "officer", "overview")
    token = token_of(someone, "/officer")
    for method, path, right in table(app):
        if right in ("anyone", "either"):
            continue
        status = served(someone, method, path, token)
        if right in OFFICERS:
            assert (status == 403) == (OFFICERS[right] not in ("read", role)), (method, path)
            assert status != 401
        elif right.startswith("service"):
            assert status == 401, path
        else:
            assert status == 403, (method, path)
    assert desk.log == []


def test_an_officer_who_ended_is_out_at_once_and_one_never_named_never_in(enter: Any, desk: Any) -> None:
    olga, nobody = enter("olga", "officer", "overview"), enter("mallory", "officer", "overview")
    assert (olga.get("/officer").status_code, nobody.get("/officer").status_code) == (200, 403)
    del desk.officers["olga"]
    assert olga.get("/officer").status_code == 403


def test_ana_enters_her_own_pages_and_bo_finds_nothing_there(app: Any, enter: Any, desk: Any) -> None:
    ana, bo = enter("ana"), enter("bo")
    tokens = {one: token_of(one, "/me/history") for one in (ana, bo)}
    desk.log.clear()
    for method, path, right in table(app):
        if right in ("anyone", "either"):
            continue
        for one in (ana, bo):
            if right == "person" and ((method == "POST" and "a1" not in path) or (method == "POST" and one is ana)):
                continue  # what they may do with what is their own is tried elsewhere
            status = served(one, method, path, tokens[one])
            if right == "person" and one is bo and ("a1" in path or "/40" in path):
                # What is hers looks to him like what is not there; the answer to taking back is the same for both.
                assert status == (409 if path.endswith("undo") else 404), (method, path)
            elif right == "person" and path == "/me/takeout/file":
                assert status == 403, "it asks for a link of its own"
            elif right == "person":
                assert status not in (401, 403), path
            else:
                assert status == (401 if right.startswith("service") else 403), (method, path)
    assert [entry for entry in desk.log if entry[0] != "shown"] == []


def key(desk: Any, *scopes: Any) -> str:
    text = f"key for {' '.join(scopes)}"
    desk.keys[text] = ServiceKey(id=text, name="billing", scopes=frozenset(scopes), hash="", since=desk.at)
    return text


@pytest.mark.parametrize("scope", SCOPES)
def test_a_service_enters_what_its_scopes_name_and_no_page_of_anybody(app: Any, visitor: Any, desk: Any, scope: str) -> None:
    shown = {"authorization": f"Bearer {key(desk, scope)}"}
    for method, path, right in table(app):
        if right == "anyone":
            continue
        status = served(visitor, method, path, **shown)
        if right in SERVICE_RIGHTS:
            assert (status == 403) == (SERVICE_RIGHTS[right] != scope), path
            assert status != 401
        elif right == "service any":
            assert status == 200
        else:
            assert status in (401, 403), path
    assert desk.log == []


def test_a_service_sees_counts_and_makes_a_link_that_lets_ana_in_once(visitor: Any, desk: Any) -> None:
    counts = visitor.get("/v1/counts", authorization=f"Bearer {key(desk, 'count')}").json()
    assert (counts["accounts"], counts["uses"]["model_training"]["deny"]) == (812, 3411)
    shown = {"authorization": f"Bearer {key(desk, 'link')}"}
    made = visitor.client.post("/v1/links", json={"account": "ana"}, headers=shown)
    assert made.status_code == 201
    assert visitor.enter(made.json()["link"]).headers["location"] == "/me/choice"
    for wrong in ({"account": "zz"}, {"account": "ana", "to": "overview"}, {"account": "ana", "minutes": 10_000}, {"who": 1}, []):
        came = visitor.client.post("/v1/links", json=wrong, headers=shown)
        assert came.status_code == (404 if wrong == {"account": "zz"} else 400)
        assert came.headers["content-type"] == "application/problem+json"


def test_who_shows_wrong_keys_is_locked_out_for_a_while_with_right_ones_too(visitor: Any, desk: Any) -> None:
    good = {"authorization": f"Bearer {key(desk, 'count')}"}
    for _ in range(WRONG):
        assert visitor.get("/v1/key", authorization="Bearer sayso_guess").status_code == 401
    came = visitor.get("/v1/key", **good)
    assert (came.status_code, came.headers["retry-after"]) == (429, "900")
    desk.at += LOCKED
    assert visitor.get("/v1/key", **good).status_code == 200


def test_who_presses_forged_links_is_locked_out_too(visitor: Any, desk: Any, secret: bytes) -> None:
    from sayso.app.http import links

    link = links.mint(secret, "ana", "person", at=desk.at, base_url="http://testserver")
    fields = visitor.fields(visitor.get(link.removeprefix("http://testserver")).text, "/enter")
    for _ in range(WRONG):
        assert visitor.post("/enter", {**fields, "link": "forged"}).status_code == 403
    assert visitor.post("/enter", fields).status_code == 429
    desk.at += timedelta(minutes=15)
    link = links.mint(secret, "ana", "person", at=desk.at, base_url="http://testserver")
    assert visitor.enter(link).status_code == 303


def test_a_key_that_asks_too_often_waits_for_the_next_minute(visitor: Any, desk: Any) -> None:
    shown = {"authorization": f"Bearer {key(desk, 'count')}"}
    pace = visitor.client.app.state.setting.pace
    for _ in range(A_MINUTE - 1):
        pace.assert_slow("key for count", desk.at)
    assert visitor.get("/v1/key", **shown).status_code == 200
    assert visitor.get("/v1/key", **shown).status_code == 429
    desk.at += timedelta(minutes=1)
    assert visitor.get("/v1/key", **shown).status_code == 200


def test_a_copy_of_the_cookie_opens_nothing_once_its_holder_left_or_came_in_anew(enter: Any, visitor: Any, desk: Any) -> None:
    ana = enter("ana")
    copied = ana.client.cookies["sayso"]
    ana.post("/leave", {"token": token_of(ana, "/me/history")})
    visitor.client.cookies.set("sayso", copied)
    assert visitor.get("/me/history").status_code == 401


def test_coming_in_anew_ends_the_session_that_was_there(app: Any, enter: Any, visitor: Any, desk: Any, secret: bytes) -> None:
    from sayso.app.http import links

    ana = enter("ana")
    before = ana.client.cookies["sayso"]
    ana.enter(links.mint(secret, "ana", "person", at=desk.at, base_url="http://testserver"))
    assert ana.client.cookies["sayso"] != before
    visitor.client.cookies.set("sayso", before)
    assert visitor.get("/me/history").status_code == 401
    assert ana.get("/me/history").status_code == 200


def test_who_does_nothing_for_a_while_is_out(enter: Any, desk: Any) -> None:
    olga, ana = enter("olga", "officer", "overview"), enter("ana")
    desk.at += timedelta(minutes=30)
    assert olga.get("/officer").status_code == 200
    desk.at += timedelta(minutes=30)
    assert (olga.get("/officer").status_code, ana.get("/me/history").status_code) == (200, 200)
    desk.at += timedelta(minutes=30, seconds=1)
    assert (olga.get("/officer").status_code, ana.get("/me/history").status_code) == (401, 200)

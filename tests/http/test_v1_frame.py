"""What holds for every operation: problems, request keys, pages, tags, sizes, methods; and nobody's id opens anything of another's."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from v1_house import answer, append, turn

from sayso.app import answered
from sayso.app.http.v1 import DESCRIPTION, TABLE
from sayso.app.http.v1.params import PARAMS
from sayso.app.http.v1.problems import KINDS
from sayso.app.security import security
from sayso.facts.errors import Unfit


def slug(came: Any) -> str:
    assert came.headers["content-type"] == "application/problem+json", came.text
    said = came.json()
    assert (said["status"], said["title"]) == (came.status_code, KINDS[said["type"].rsplit("/", 1)[1]].title)
    return str(said["type"].removeprefix("/v1/problems/"))


def test_every_failure_is_a_problem_with_a_kind_that_is_explained(api: Any) -> None:
    host, bare = api.program(), api.program("count")
    came = {
        "unreadable": host.post("/v1/accounts", {"name": 7}),
        "bad-cursor": host.get("/v1/notices?cursor=x"),
        "no-key": api.client.get("/v1/log"),
        "no-scope": bare.get("/v1/log"),
        "not-found": host.get("/v1/nothing"),
        "no-method": host.delete("/v1/accounts"),
        "too-long": host.post("/v1/accounts", {"name": "x" * 20_000}),
        "wrong-type": api.client.post("/v1/accounts", content=b"{}", headers={"authorization": f"Bearer {host.key}"}),
        "unfit": host.get("/v1/questions/settings?language=xx"),
        "no-precondition": host.put("/v1/retention", {"notice": 1, "grace": 1, "evidence": 1, "why": "x"}),
        "stale": host.put("/v1/retention", {"notice": 1, "grace": 1, "evidence": 1, "why": "x"}, if_match='"0"'),
    }
    assert {name: slug(one) for name, one in came.items()} == {name: name for name in came}
    for name, kind in KINDS.items():
        assert api.client.get(f"/v1/problems/{name}").json()["next"] == kind.next
    assert slug(api.client.get("/v1/problems/zz")) == "not-found"
    assert "x" * 50 not in came["too-long"].text
    assert came["no-method"].headers["allow"] == "OPTIONS, POST"


def test_what_goes_wrong_inside_says_a_number_and_nothing_else(api: Any) -> None:
    host = api.program()
    api.desk.overview = lambda: 1 / 0
    came = host.get("/v1/counts")
    assert slug(came) == "failed"
    assert re.fullmatch("[0-9a-f]{8}", came.json()["number"])
    assert "division" not in came.text


def test_a_body_past_a_megabyte_is_stopped_on_the_way(api: Any) -> None:
    host = api.program()
    ana, _ = api.person(host)
    path = f"/v1/accounts/{ana}/conversations"
    assert host.post(path, {"id": "big", "turns": [turn(0, "x" * 900_000)]}).status_code == 201
    assert slug(host.post(path, {"id": "big2", "turns": [turn(0, "x" * 1_100_000)]})) == "too-long"

    def parts() -> Any:
        yield from (b"x" * 100_000 for _ in range(30))

    headers = {"authorization": f"Bearer {host.key}", "content-type": "application/json"}
    assert api.client.post(path, content=parts(), headers=headers).status_code == 413


def test_a_body_that_is_not_as_described_changes_nothing(api: Any) -> None:
    host, before = api.program(), api.desk.hosts.health().size
    headers = {"authorization": f"Bearer {host.key}", "content-type": "application/json"}
    wrong = (b"", b"null", b"[]", b"\xff", b'{"name":"a","who":1}', b"[" * 5_000, b'{"name":"\\ud800"}', b'{"name": NaN}')
    for body in wrong:
        assert slug(api.client.post("/v1/accounts", content=body, headers=headers)) == "unreadable", body[:20]
    said = [host.post("/v1/accounts", one).json()["detail"] for one in ({}, {"name": 7}, {"name": "x", "tier": ["secret words"]})]
    assert said[0].startswith("`name` is missing")
    assert said[1:] == [f"what stands at `$.{one}` is not what the description says; mend it" for one in ("name", "tier")]
    assert api.desk.hosts.health().size == before


def test_what_is_read_has_a_tag_and_is_not_sent_twice(api: Any) -> None:
    host = api.program()
    ana, _ = api.person(host)
    path = f"/v1/accounts/{ana}/facts"
    first = host.get(path)
    assert host.get(path, if_none_match=first.headers["etag"]).status_code == 304
    assert host.get(path, if_none_match=f'W/{first.headers["etag"]}, "x"').status_code == 304
    assert host.get(path, if_none_match='"x"').status_code == 200
    head = host.send("HEAD", path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    assert head.headers["content-length"] == first.headers["content-length"]
    assert first.headers["cache-control"] == "private, no-cache"


def test_of_two_who_read_the_same_one_changes_it_and_the_other_is_told(api: Any) -> None:
    host = api.program()
    read = host.get("/v1/retention")
    order = {**read.json(), "notice": 14, "why": "the officer said so"}
    assert host.put("/v1/retention", order, if_match=read.headers["etag"]).json()["notice"] == 14
    late = host.put("/v1/retention", {**order, "notice": 3}, if_match=read.headers["etag"])
    assert slug(late) == "stale"
    assert late.headers["etag"] == host.get("/v1/retention").headers["etag"]
    assert host.get("/v1/retention").json()["notice"] == 14
    assert host.put("/v1/retention", order, if_match=f"W/{late.headers['etag']}").status_code == 412, "a weak tag proves nothing"


def test_options_and_another_method_name_what_there_is(api: Any) -> None:
    host = api.program()
    ana, _ = api.person(host)
    came = api.client.options(f"/v1/accounts/{ana}")
    assert (came.status_code, came.headers["allow"], came.content) == (204, "DELETE, GET, HEAD, OPTIONS", b"")
    assert host.put(f"/v1/accounts/{ana}").headers["allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert "HEAD" not in api.client.options("/v1/takeouts/x").headers["allow"], "to fetch one is recorded"
    assert host.send("HEAD", "/v1/takeouts/x").status_code == 405


def test_a_request_that_is_sent_again_is_answered_the_same_and_done_once(api: Any) -> None:
    host, other = api.program(), api.program()
    order = {"hold": "case-1", "matter": "m", "reach": {}, "why": "w", "future": True}
    first = host.post("/v1/holds", order, idempotency_key="k")
    again = host.post("/v1/holds", order, idempotency_key="k")
    assert (first.status_code, first.content) == (201, again.content)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert slug(host.post("/v1/holds", {**order, "why": "x"}, idempotency_key="k")) == "key-reused"
    assert slug(host.post("/v1/sweeps", {"why": "w"}, idempotency_key="k")) == "key-reused"
    assert slug(other.post("/v1/holds", order, idempotency_key="k")) == "unfit", "another sender's key is another"
    assert slug(host.post("/v1/holds", order, idempotency_key="two words")) == "unreadable"
    api.house.clock.set(api.house.now() + answered.KEPT + timedelta(minutes=1))
    assert slug(host.post("/v1/holds", order, idempotency_key="k")) == "unfit", "a day later it is a new request"


def test_a_link_that_is_asked_for_twice_is_the_same_link(api: Any) -> None:
    host = api.program()
    ana, _ = api.person(host)
    made = [host.post("/v1/links", {"account": ana}, idempotency_key="k").json()["link"] for _ in range(2)]
    assert made[0] == made[1]
    with api.house.reading() as conn:
        rows = conn.exec_driver_sql("SELECT * FROM api_answers").fetchall()
    assert made[0].split("=")[1].encode() not in b"".join(str(row).encode() for row in rows)


def test_an_answer_that_is_sent_again_is_one_line_and_another_under_its_key_is_refused(api: Any) -> None:
    host = api.program()
    ana, bo = api.person(host)[0], api.person(host)[0]
    made = [answer(host, ana, "allow", idempotency_key="k") for _ in range(2)]
    assert made[0].json() == made[1].json()
    assert slug(answer(host, ana, "refuse", idempotency_key="k")) == "key-reused"
    assert answer(host, bo, "refuse", idempotency_key="k").status_code == 201
    assert len(host.get(f"/v1/accounts/{ana}/choices").json()["items"]) == 1


def test_the_same_request_sent_by_many_at_once_is_done_once(api: Any) -> None:
    host = api.program("keys")
    order = {"name": "n", "scopes": ["keys"], "why": "w"}
    with ThreadPoolExecutor(6) as pool:
        came = list(pool.map(lambda _: host.post("/v1/keys", order, idempotency_key="k"), range(12)))
    assert sorted({one.status_code for one in came}) == [201, 409]
    assert [one.status_code for one in came].count(201) == 1
    assert len(api.desk.hosts.grants.state().keys) == 2


def test_a_request_that_failed_is_not_held_against_its_key(api: Any) -> None:
    host = api.program()
    order = {"hold": "case-1", "matter": "m", "reach": {"accounts": ["zz"]}, "why": "w"}
    assert slug(host.post("/v1/holds", order, idempotency_key="k")) == "unfit"
    assert host.post("/v1/holds", {**order, "future": True}, idempotency_key="k").status_code == 201


def test_pages_hold_still_while_more_is_added_and_cursors_are_good_for_their_list_alone(api: Any) -> None:
    host = api.program()
    ana, chats = api.person(host, [str(number) for number in range(5)])
    bo, _ = api.person(host)
    path, seen = f"/v1/accounts/{ana}/conversations", []
    page = host.get(f"{path}?limit=2").json()
    api.house.clock.set(api.house.now() + timedelta(minutes=1))
    append(host, ana, "later")
    seen += page["items"]
    first = page["next"]
    while page["next"] is not None:
        page = host.get(f"{path}?limit=2&cursor={page['next']}").json()
        seen += page["items"]
    assert sorted(one["conversation"] for one in seen) == sorted(chats)
    for wrong in (f"/v1/accounts/{bo}/conversations", f"{path}?show=held", f"/v1/accounts/{ana}/choices"):
        joined = "&" if "?" in wrong else "?"
        assert slug(host.get(f"{wrong}{joined}cursor={first}")) == "bad-cursor"
    for changed in (first[:-2], first[:10] + "A" + first[11:], "x" * 900):
        assert slug(host.get(f"{path}?cursor={changed}")) == "bad-cursor"
    for limit in ("0", "201", "x", "-1", ""):
        assert slug(host.get(f"{path}?limit={limit}")) == "unreadable"
    assert slug(host.get(f"{path}?limit=1&limit=2")) == "unreadable"
    assert slug(host.get(f"{path}?what=1")) == "unreadable"


def test_a_key_that_asks_too_often_is_told_when_to_come_again(api: Any) -> None:
    host = api.program()
    api.app.state.setting.pace._most = 3
    came = [host.get("/v1/key") for _ in range(5)][-1]
    assert slug(came) == "too-often"
    assert 0 < int(came.headers["retry-after"]) <= 60


def test_every_operation_is_tried_with_bos_ids_and_finds_nothing_of_anas(api: Any) -> None:
    host = api.program()
    (ana, [hers]), (bo, [his]) = api.person(host), api.person(host)
    lines = [answer(host, one, "allow").json()["line"] for one in (ana, bo)]
    theirs = {"conversation": (hers, his), "line": (str(lines[0]), str(lines[1]))}
    tried = 0
    for op in TABLE:
        foreign = [name for name in re.findall(r"\{(\w+)\}", op.path) if name in theirs]
        if "{account}" not in op.path or not foreign:
            continue
        for place in (0, 1):
            filled = {"account": (ana, bo)[place], **{name: theirs[name][1 - place] for name in foreign}}
            assert slug(host.send(op.method, op.path.format(**filled))) == "not-found", op.name
            tried += 1
    assert tried >= 12
    assert host.get(f"/v1/accounts/{ana}/conversations/{hers}").status_code == 200
    assert host.get(f"/v1/accounts/{bo}/conversations/{his}").status_code == 200


def test_a_megabyte_in_any_field_of_any_body_is_turned_away_and_nothing_is_recorded(api: Any) -> None:
    host, tried = api.program(), 0
    ana, [hers] = api.person(host)
    before = api.desk.hosts.health().size
    for op in TABLE:
        said = DESCRIPTION["paths"][op.path][op.method.lower()].get("requestBody")
        if said is None:
            continue
        content = said["content"]["application/json"]
        known = DESCRIPTION["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]["properties"]
        names = {name: PARAMS[name]["example"] for name in PARAMS} | {"account": ana, "conversation": hers}
        for field in known:
            came = host.send(op.method, op.path.format(**names), {**content["example"], field: "x" * 1_100_000})
            assert slug(came) == "too-long", (op.name, field)
            tried += 1
    assert tried > 50
    assert api.desk.hosts.health().size == before


def test_a_name_of_nobody_is_not_there_in_any_place_of_any_address(api: Any) -> None:
    host, before = api.program(), api.desk.hosts.health().size
    for op in TABLE:
        names = re.findall(r"\{(\w+)\}", op.path)
        for name in names:
            for wrong in ("zz", "..%2F..", "%00é", "x" * 2_000):
                filled = {one: PARAMS[one]["example"] for one in names} | {name: wrong}
                came = host.send(op.method, op.path.format(**filled))
                assert came.status_code in (400, 404, 405, 415, 422, 428), (op.name, name, wrong, came.text)
    assert api.desk.hosts.health().size == before


def test_answers_are_fenced_like_every_page_and_kept_by_nobody_else(api: Any) -> None:
    came = api.program().get("/v1/log")
    assert came.headers["x-content-type-options"] == "nosniff"
    assert came.headers["content-security-policy"].startswith("default-src 'none'")
    assert "access-control-allow-origin" not in came.headers
    assert came.headers["vary"] == "authorization"


def test_the_well_known_places_say_what_becomes_of_a_signal_and_whom_to_write_to(api: Any) -> None:
    from v1_house import BASE

    from sayso.app.http import create_app

    assert api.client.get("/.well-known/gpc.json").json()["gpc"] is True
    assert api.client.get("/.well-known/security.txt").status_code == 404
    said = security(
        {"SAYSO_SECURITY_CONTACT": "mailto:s@say.example https://say.example/s", "SAYSO_SECURITY_EXPIRES": "2027-01-01T00:00:00Z"}
    )
    app = create_app(api.desk, secret=api.house.keys.session, base_url=BASE, secure=False, security=said)
    client = type(api.client)(app, base_url=BASE)
    lines = client.get("/.well-known/security.txt").text.splitlines()
    assert lines[:3] == ["Contact: mailto:s@say.example", "Contact: https://say.example/s", "Expires: 2027-01-01T00:00:00Z"]
    api.house.clock.set(said.expires)
    assert client.get("/.well-known/security.txt").status_code == 404, "it holds no more"


@pytest.mark.parametrize("env", [{"SAYSO_SECURITY_CONTACT": "a@b"}, {"SAYSO_SECURITY_EXPIRES": "2027-01-01T00:00:00Z"},
                                 {"SAYSO_SECURITY_CONTACT": "mailto:x\nInjected: 1", "SAYSO_SECURITY_EXPIRES": "2027-01-01T00:00:00Z"}])  # fmt: skip
def test_half_a_contact_does_not_start(env: dict[str, str]) -> None:
    with pytest.raises(Unfit):
        security(env)

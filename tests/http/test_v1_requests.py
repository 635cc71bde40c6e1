"""What people ask for by law, over the API: Ana asks, a service notes it, another one answers, and nobody is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

HOLDS_A_NAME = "Ana Example"


def noted(program: Any, account: str, what: str = "access", **more: Any) -> Any:
    return program.post("/v1/requests", {"what": what, "account": account, **more})


def lines(api: Any, before: int) -> list[Any]:
    with api.house.reading() as conn:
        return [entry.line for entry in api.house.ledger.entries(conn, after=before)]


def test_ana_asks_over_a_service_and_sees_it_on_her_own_list_with_its_last_day(api: Any) -> None:
    desk, ana = api.program("request", name="letters"), api.person(api.program(), ())[0]
    made = noted(desk, ana, received="2026-11-01")
    assert made.status_code == 201
    told = made.json()
    assert (told["received"], told["answer_by"], told["state"], told["by"]) == (
        "2026-11-01",
        "2026-12-01",
        "open",
        "service letters",
    )
    assert made.headers["location"] == f"/v1/requests/{told['request']}"
    assert desk.get(f"/v1/accounts/{ana}/requests").json()["items"] == [told]
    again = noted(desk, ana)
    assert (again.status_code, again.json()) == (200, told)
    assert noted(desk, ana, "erasure").status_code == 201


def test_it_is_open_then_soon_then_overdue_and_answering_late_is_said(api: Any) -> None:
    both, ana = api.program("request", "answer"), api.person(api.program(), ())[0]
    at = f"/v1/requests/{noted(both, ana).json()['request']}"
    for days, state, late in ((0, "open", False), (25, "soon", False), (7, "overdue", True)):
        api.house.clock.set(api.house.now() + timedelta(days=days))
        seen = both.get(at).json()
        assert (seen["state"], seen["late"]) == (state, late)
    assert both.post(f"{at}/extend", {"why": "three systems"}).json()["type"].endswith("conflict"), "only within the first month"
    done = both.post(f"{at}/answer", {"how": "done", "why": "sent as a file"}).json()
    assert (done["state"], done["late"], done["why"]) == ("done", True, "sent as a file")
    twice = both.post(f"{at}/answer", {"how": "refused", "why": "no"})
    assert (twice.status_code, twice.json()["type"]) == (409, "/v1/problems/conflict")
    assert both.get("/v1/requests").json()["items"] == []
    assert [one["state"] for one in both.get("/v1/requests?state=late").json()["items"]] == ["done"]


def test_it_is_extended_once_up_to_the_third_month_with_a_reason(api: Any) -> None:
    both, ana = api.program("request", "answer"), api.person(api.program(), ())[0]
    at = f"/v1/requests/{noted(both, ana, received='2026-10-31').json()['request']}"
    for until in ("2026-11-30", "2027-02-01", "0000-00-00", "9999-12-31"):
        assert both.post(f"{at}/extend", {"why": "w", "until": until}).status_code == 422, until
    made = both.post(f"{at}/extend", {"why": "three systems"}).json()
    assert (made["answer_by"], made["extended"]) == ("2027-01-31", "three systems")
    assert both.post(f"{at}/extend", {"why": "more"}).status_code == 409
    assert both.post(f"{at}/extend", {"why": " "}).status_code == 400


def test_the_first_due_come_first_page_by_page_and_that_they_were_shown_is_recorded(api: Any) -> None:
    desk = api.program("request", name="letters")
    days = {f"file-{day}": f"2026-10-{day:02}" for day in (20, 5, 11, 28)}
    for file, day in days.items():
        assert desk.post("/v1/requests", {"what": "objection", "file": file, "received": day}).status_code == 201
    before = api.desk.hosts.health().size
    found, more = [], "/v1/requests?limit=3"
    while more:
        page = desk.get(more).json()
        found += [one["file"] for one in page["items"]]
        more = page["next"] and f"/v1/requests?limit=3&cursor={page['next']}"
    assert found == ["file-5", "file-11", "file-20", "file-28"]
    assert [(line.by, line.what, line.size) for line in lines(api, before)] == [
        ("service letters", "requests unanswered", 3), ("service letters", "requests unanswered", 1),
    ]  # fmt: skip
    assert desk.get(f"/v1/requests?state=all&cursor={page['next'] or 'x'}").json()["type"] == "/v1/problems/bad-cursor"


def test_no_name_no_account_of_nobody_and_no_day_to_come_is_noted(api: Any) -> None:
    desk, before = api.program("request", "answer"), api.desk.hosts.health().size
    for body, status in (
        ({"what": "access", "file": HOLDS_A_NAME}, 422),
        ({"what": "access"}, 422),
        ({"what": "access", "account": "zz"}, 404),
        ({"what": "access", "file": "7", "received": "2030-01-01"}, 422),
        ({"what": "access", "file": "7", "received": "2026-02-31"}, 422),
        ({"what": "everything", "file": "7"}, 400),
        ({"what": "access", "file": "7", "name": HOLDS_A_NAME}, 400),
    ):
        came = desk.post("/v1/requests", body)
        assert came.status_code == status, (body, came.text)
        assert HOLDS_A_NAME not in came.text
    for number in ("1", "999999", "0", "x"):
        assert desk.get(f"/v1/requests/{number}").status_code == 404
        assert desk.post(f"/v1/requests/{number}/answer", {"how": "done", "why": "w"}).status_code == 404
    assert api.desk.hosts.health().size == before


def test_what_takes_letters_in_closes_none_and_one_repeat_is_one_request(api: Any) -> None:
    desk, ana = api.program("request"), api.person(api.program(), ())[0]
    body = {"what": "access", "file": "letter-1"}
    first, second = (desk.post("/v1/requests", body, idempotency_key="k-1") for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert desk.post(f"/v1/requests/{first.json()['request']}/answer", {"how": "done", "why": "w"}).status_code == 403
    assert api.program("answer").get("/v1/requests").status_code == 403
    assert api.program("people").get(f"/v1/accounts/{ana}/requests").status_code == 403
    read = desk.get(f"/v1/requests/{first.json()['request']}")
    assert desk.get(f"/v1/requests/{first.json()['request']}", if_none_match=read.headers["etag"]).status_code == 304


def test_what_bo_asked_for_is_on_no_list_of_anas(api: Any) -> None:
    desk, host = api.program("request"), api.program()
    ana, bo = api.person(host, ())[0], api.person(host, ())[0]
    number = noted(desk, bo).json()["request"]
    assert desk.get(f"/v1/accounts/{ana}/requests").json()["items"] == []
    assert [one["request"] for one in desk.get(f"/v1/accounts/{bo}/requests").json()["items"]] == [number]
    assert desk.get("/v1/accounts/zz/requests").status_code == 404


def test_officers_and_services_see_the_same_book(api: Any) -> None:
    desk, ana = api.program("request", "answer"), api.person(api.program(), ())[0]
    api.desk.ask(ana, "portability")
    (seen,) = desk.get("/v1/requests").json()["items"]
    assert (seen["by"], seen["what"], seen["account"]) == ("person", "portability", ana)
    desk.post(f"/v1/requests/{seen['request']}/answer", {"how": "refused", "why": "asked twice"})
    (shown,) = api.desk.console.asked.view("olga", "refused", 0).items
    assert (shown.number, shown.closed_by) == (seen["request"], "service host")


def test_a_run_is_noted_once_and_waits_after_each_withdrawal_until_it_is_confirmed(api: Any) -> None:
    from v1_house import answer, turn

    from sayso.app.jobs import build

    host, trainer = api.program(), api.program("run", name="trainer")
    ana, _ = api.person(host, ())
    answer(host, ana, "allow")
    api.house.clock.set(api.house.now() + timedelta(minutes=1))
    both = [turn(0, "How do I bake bread?"), turn(1, "With flour and water.", "assistant")]
    host.post(f"/v1/accounts/{ana}/conversations", {"id": "1", "turns": both})
    build.build(api.house, "autumn", "model_training")
    at = "/v1/releases/autumn/runs"
    made = trainer.post(at, {"run": "run-1", "why": "the first"})
    assert (made.status_code, made.json()["runs"][0]["waiting"]) == (201, False)
    assert trainer.post(at, {"run": "run-1", "why": "again"}).status_code == 422
    assert trainer.post(f"{at}/run-1/confirm", {"why": "nothing to do"}).status_code == 409
    answer(host, ana, "refuse")
    assert trainer.get(at).json()["runs"][0]["waiting"] is True
    confirmed = trainer.post(f"{at}/run-1/confirm", {"why": "masked by the loader"}).json()
    (run,) = confirmed["runs"]
    assert (run["revision"], run["waiting"], run["confirmed_by"]) == (confirmed["revision"], False, "service trainer")
    assert host.get(f"/v1/accounts/{ana}/releases").json()["releases"][0]["runs"] == ["run-1"]
    assert trainer.get("/v1/releases/winter/runs").status_code == 404
    assert trainer.post(f"{at}/run-2/confirm", {"why": "w"}).status_code == 404


def test_the_policy_is_read_in_words_and_a_text_is_checked_without_coming_into_force(api: Any) -> None:
    reader, before = api.program("policy"), api.desk.hosts.health().size
    seen = reader.get("/v1/policy").json()
    assert (seen["name"], seen["officers"]) == ("anthropic-consumer", 1)
    assert {one["table"] for one in seen["rows"]} >= {"use", "keep"}
    text = reader.get("/v1/policy/text").text
    import hashlib

    assert hashlib.sha256(text.encode()).hexdigest() == seen["digest"]
    same = reader.post("/v1/policy/check", {"toml": text}).json()
    assert (same["loads"], same["same"], same["problems"]) == (True, True, [])
    other = reader.post("/v1/policy/check", {"toml": text + "\n# another\n"}).json()
    assert (other["loads"], other["same"]) == (True, False)
    wrong = reader.post("/v1/policy/check", {"toml": "title = ", "name": "mine"}).json()
    assert (wrong["loads"], wrong["digest"]) == (False, None)
    assert wrong["problems"][0].startswith("mine")
    assert api.desk.hosts.health().size == before


@pytest.mark.parametrize("scope", ["request", "answer", "run", "policy"])
def test_a_megabyte_in_a_field_is_turned_away(api: Any, scope: str) -> None:
    program = api.program(scope)
    places = {
        "request": ("/v1/requests", {"what": "access", "file": "x" * 1_000_000}),
        "answer": ("/v1/requests/1/answer", {"how": "done", "why": "x" * 1_000_000}),
        "run": ("/v1/releases/r/runs", {"run": "r", "why": "x" * 1_000_000}),
        "policy": ("/v1/policy/check", {"toml": "x" * 1_000_000}),
    }
    assert program.post(*places[scope]).status_code == 413

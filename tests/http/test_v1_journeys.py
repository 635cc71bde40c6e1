"""What a host does over the API, on a real house: Ana allows, Bo refuses, Cy was never asked."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

from v1_house import answer, append, turn


def uses(program: Any, conversation: str) -> str:
    return str(program.get(f"/v1/decisions/{conversation}").json()["use"])


def test_ana_allows_bo_refuses_and_cy_was_never_asked(api: Any) -> None:
    host = api.program()
    (ana, _), (bo, [his]), (_, [hers]) = (api.person(host, chats) for chats in ((), ("1",), ("1",)))
    made = answer(host, ana, "allow")
    assert (made.status_code, made.json()["says"]) == (201, "allow")
    assert answer(host, bo, "refuse").json()["says"] == "refuse"
    assert host.get(f"/v1/accounts/{ana}/standing").json()["says"]["model_training"] == "allow"
    api.house.clock.set(api.house.now() + timedelta(minutes=1))
    (after,) = [append(host, ana, "2")]
    assert (uses(host, after), uses(host, his), uses(host, hers)) == ("allow", "deny", "deny")
    told = host.get(f"/v1/decisions/{after}").json()
    assert told["turns"] == [[0, 0]]
    assert told["because"][0]["row"]
    assert any("model training" in one for one in told["sentences"])
    many = host.post("/v1/decisions", {"purpose": "model_training", "conversations": [his, "zz", after]}).json()["decisions"]
    assert [(one["conversation"], one["use"]) for one in many] == [(his, "deny"), ("zz", "deny"), (after, "allow")]


def test_ana_changes_her_mind_and_every_answer_stays_in_her_history_with_its_receipt(api: Any) -> None:
    host = api.program()
    ana, _ = api.person(host)
    lines = [answer(host, ana, said).json()["line"] for said in ("allow", "refuse", "allow")]
    listed = host.get(f"/v1/accounts/{ana}/choices?limit=2").json()
    rest = host.get(f"/v1/accounts/{ana}/choices?limit=2&cursor={listed['next']}").json()
    assert [one["line"] for one in listed["items"] + rest["items"]] == lines[::-1]
    assert rest["next"] is None
    for form in ("jsonld", "record", "kantara"):
        assert host.get(f"/v1/accounts/{ana}/choices/{lines[0]}/receipt?form={form}").status_code == 200
    assert host.get(f"/v1/accounts/{ana}/choices/{lines[0]}/promise").status_code == 404, "no log is published"
    api.desk.publishes = True
    assert host.get(f"/v1/accounts/{ana}/choices/{lines[0]}/promise").json()["signature"]


def test_an_answer_counts_only_on_the_words_of_now(api: Any) -> None:
    host = api.program()
    ana, _ = api.person(host)
    body = {"question": "settings", "notice": "0f" * 32, "answer": "allow", "language": "en"}
    came = host.post(f"/v1/accounts/{ana}/choices", body)
    assert (came.status_code, came.json()["type"]) == (409, "/v1/problems/notice-changed")
    assert host.get(f"/v1/accounts/{ana}/choices").json()["items"] == []
    assert host.get("/v1/questions/settings?language=xx").status_code == 422
    later = answer(host, ana, "later", "training-choice")
    assert (later.json()["line"], later.json()["says"]) == (None, "deferred")
    assert answer(host, ana, "later").status_code == 422, "the settings do not offer it"


def test_the_signal_of_anas_browser_is_recorded_and_is_no_answer(api: Any) -> None:
    host = api.program()
    ana, bo = api.person(host)[0], api.person(host)[0]
    seen = [answer(host, ana, "allow", sec_gpc="1").json(), answer(host, bo, "allow").json()]
    assert [one["says"] for one in seen] == ["allow", "allow"]
    with api.house.reading() as conn:
        under = [api.house.ledger.entry(conn, one["line"]).line.under for one in seen]
    assert [one.gpc for one in under] == [True, None]


def test_turns_that_come_twice_are_kept_once_and_words_are_read_on_the_record(api: Any) -> None:
    host, reader = api.program(), api.program("words", name="support")
    ana, [chat] = api.person(host)
    body = {"id": "1", "turns": [turn(0), turn(1, "more words")]}
    again = host.post(f"/v1/accounts/{ana}/conversations", body).json()
    assert again == {"conversation": chat, "new_turns": 1}
    before = api.desk.hosts.health().size
    came = reader.get(f"/v1/accounts/{ana}/conversations/{chat}/words")
    assert [one["parts"][0]["text"] for one in came.json()["turns"]] == ["secret words", "more words"]
    with api.house.reading() as conn:
        (line,) = [entry.line for entry in api.house.ledger.entries(conn, after=before)]
    assert (line.by, line.what, line.size) == ("service support", "words", 1)
    assert reader.get(f"/v1/accounts/{ana}/conversations/{chat}").status_code == 403
    assert "secret words" not in host.get(f"/v1/accounts/{ana}/conversations").text


def test_a_private_chat_is_used_for_nothing(api: Any) -> None:
    host = api.program()
    ana, _ = api.person(host, ())
    answer(host, ana, "allow")
    api.house.clock.set(api.house.now() + timedelta(minutes=1))
    chat, open_chat = append(host, ana, "1", private=True), append(host, ana, "2")
    assert host.get(f"/v1/accounts/{ana}/conversations/{chat}").json()["private"] is True
    assert (uses(host, chat), uses(host, open_chat)) == ("deny", "allow")
    append(host, ana, "2", turns=2, private=True)
    append(host, ana, "2", turns=3)
    assert host.get(f"/v1/accounts/{ana}/conversations/{open_chat}").json()["private"] is True
    assert uses(host, open_chat) == "deny", "marked once, it is private as a whole"


def test_ana_deletes_a_chat_takes_that_back_and_deletes_everything(api: Any) -> None:
    host = api.program()
    ana, [chat] = api.person(host)
    at = f"/v1/accounts/{ana}/conversations/{chat}"
    left = host.delete(at).json()
    assert left["unreadable_by"] > left["undo_until"]
    assert host.delete(at).json()["unreadable_by"] == left["unreadable_by"]
    assert host.get(f"{at}/words").status_code == 410
    assert host.get(f"{at}/certificate").json()["of"] == {"kind": "conversation", "id": chat}
    assert host.post(f"{at}/undo").json()["deleted_at"] is None
    assert host.get(f"{at}/words").status_code == 200
    assert host.delete(f"/v1/accounts/{ana}").json()["undo_until"]
    assert host.get(at).status_code == 200
    assert host.get(f"/v1/accounts/{ana}/conversations").status_code == 410
    assert host.get(f"/v1/accounts/{ana}/certificate").json()["of"] == {"kind": "account", "id": ana}
    assert host.post(f"/v1/accounts/{ana}/return").json()["deleted_at"] is None
    host.delete(f"/v1/accounts/{ana}")
    api.house.clock.set(api.house.now() + timedelta(days=60))
    assert host.post(f"/v1/accounts/{ana}/return").status_code == 409


def test_ana_takes_everything_along_by_a_link_for_this_key_alone(api: Any) -> None:
    host, other = api.program(), api.program()
    ana, _ = api.person(host)
    assert host.post(f"/v1/accounts/{ana}/takeouts", {"language": "xx"}).status_code == 422
    made = host.post(f"/v1/accounts/{ana}/takeouts", {}).json()
    path = made["link"].removeprefix("http://testserver")
    assert other.get(path).status_code == 404
    names = zipfile.ZipFile(io.BytesIO(host.get(path).content)).namelist()
    assert "conversations.jsonl" in names
    listed = host.get(f"/v1/accounts/{ana}/takeouts").json()["items"]
    assert [(one["by"], one["conversations"]) for one in listed] == [("person", 1)]
    api.house.clock.set(api.house.now() + timedelta(minutes=16))
    assert host.get(path).status_code == 404


def test_a_hold_keeps_what_ana_deleted_and_says_who_ordered_it(api: Any) -> None:
    host = api.program()
    ana, [chat] = api.person(host)
    order = {"hold": "case-1", "matter": "Smith", "reach": {"accounts": [ana]}, "why": "ordered"}
    assert host.post("/v1/holds", order).json()["conversations"] == 1
    assert host.post("/v1/holds", order).status_code == 422
    assert host.get("/v1/holds/case-1").json()["matter"] == "Smith"
    assert host.get(f"/v1/accounts/{ana}/conversations/{chat}").json()["held"] is True
    assert host.delete(f"/v1/accounts/{ana}/conversations/{chat}").json()["unreadable_by"] is None
    assert host.post("/v1/holds/case-1/end", {"why": "over"}).json()["released"] == 1
    assert host.get("/v1/holds/case-1").status_code == 404
    nothing = {"hold": "case-2", "matter": "", "reach": {"accounts": ["zz"]}, "why": "ordered"}
    assert host.post("/v1/holds", nothing).status_code == 422


def test_what_is_due_is_listed_swept_and_gone(api: Any) -> None:
    host = api.program()
    ana, [chat] = api.person(host)
    host.delete(f"/v1/accounts/{ana}/conversations/{chat}")
    assert host.get("/v1/endings").json()["items"] == []
    assert chat in [one["conversation"] for one in host.get("/v1/endings?days=40").json()["items"]]
    api.house.clock.set(api.house.now() + timedelta(days=31))
    assert host.get("/v1/sweeps").json()["due"] >= 1
    assert host.post("/v1/sweeps", {"why": "monday"}).status_code == 202
    api.desk.console.sweeps.wait(30)
    assert host.get("/v1/sweeps").json()["shredded"] >= 1
    assert host.get(f"/v1/accounts/{ana}/conversations/{chat}").status_code == 404
    assert host.get(f"/v1/accounts/{ana}/conversations/{chat}/certificate").json()["destroyed"]["count"] == 1
    assert host.post("/v1/sweeps/stop", {"why": "late"}).status_code == 422


def test_a_release_is_recalled_when_ana_withdraws_and_her_proof_says_what_is_so(api: Any) -> None:
    from sayso.app.jobs import believing, build

    host = api.program()
    ana, _ = api.person(host, ())
    answer(host, ana, "allow")
    api.house.clock.set(api.house.now() + timedelta(minutes=1))
    both = [turn(0, "How do I bake bread?"), turn(1, "With flour and water.", "assistant")]
    host.post(f"/v1/accounts/{ana}/conversations", {"id": "1", "turns": both})
    build.build(api.house, "autumn", "model_training")
    bo, _ = api.person(host)
    assert host.get("/v1/releases").json()["items"][0]["rows"] == 1
    assert host.get("/v1/releases/autumn/card").text.startswith("---")
    assert host.get(f"/v1/accounts/{ana}/releases/autumn/proof").json()
    assert host.get(f"/v1/accounts/{ana}/releases").json()["releases"][0]["still"] == 1
    assert host.get(f"/v1/accounts/{bo}/releases").json()["releases"][0]["still"] == 0
    assert host.get(f"/v1/accounts/{ana}/belief").status_code == 404
    believing.renew(api.house)
    assert host.get(f"/v1/accounts/{ana}/belief").json()["believed"]["says"]["model_training"]["say"] == "allow"
    answer(host, ana, "refuse")
    assert len(host.get("/v1/releases/autumn/withdrawn").json()["ids"]) == 1
    assert host.post("/v1/releases/autumn/recall").json()["added"] == 0
    assert host.get("/v1/releases/winter").status_code == 404


def test_another_plan_is_told_and_what_follows_is_done(api: Any) -> None:
    host = api.program()
    ana, _ = api.person(host, ())
    answer(host, ana, "allow")
    read = host.get(f"/v1/accounts/{ana}/facts")
    told = host.put(f"/v1/accounts/{ana}/facts", {"tier": "enterprise", "region": "US"}, if_match=read.headers["etag"])
    assert told.json() == {"tier": "enterprise", "region": "US"}
    api.house.clock.set(api.house.now() + timedelta(minutes=1))
    assert uses(host, append(host, ana, "1")) == "deny"


def test_an_audit_runs_beside_and_finds_nothing(api: Any) -> None:
    host = api.program()
    api.person(host)
    assert host.get("/v1/audits").json()["findings"] is None
    assert host.post("/v1/audits").status_code == 202
    api.desk.hosts.audits.wait(60)
    seen = host.get("/v1/audits").json()
    assert (seen["running"], seen["findings"], seen["failed"]) == (False, [], "")
    assert seen["size"] == host.get("/v1/log").json()["size"]
    assert host.get("/v1/log/checkpoint").text == api.desk.hosts.health().checkpoint


def test_a_key_gives_no_scope_it_has_not_and_is_told_once(api: Any) -> None:
    keeper = api.program("keys", "count", name="keeper")
    order = {"name": "billing", "scopes": ["count"], "why": "for bills"}
    made = keeper.post("/v1/keys", order, idempotency_key="k1")
    assert made.json()["key"].startswith("sayso_")
    again = keeper.post("/v1/keys", order, idempotency_key="k1")
    assert (again.status_code, again.json()["type"]) == (409, "/v1/problems/answer-not-kept")
    assert len(api.desk.hosts.grants.state().keys) == 2
    assert keeper.post("/v1/keys", {**order, "scopes": ["words"]}).status_code == 403
    number = made.json()["id"]
    assert keeper.post(f"/v1/keys/{number}/revoke", {"why": "over"}).json()["revoked"]
    assert keeper.post(f"/v1/keys/{number}/revoke", {"why": "over"}).status_code == 422
    assert "key" not in keeper.get("/v1/keys").json()["items"][0]


def test_own_words_are_published_asked_with_and_answered_on(api: Any) -> None:
    from importlib import resources

    host = api.program()
    text = (resources.files("sayso.notices.wording") / "settings.toml").read_text("utf-8")
    text = text.replace("version = 2", "version = 90", 1)
    assert "version = 90" in text
    made = host.post("/v1/notices", {"toml": text})
    assert (made.status_code, made.json()["version"]) == (201, 90)
    digest = made.json()["notice"]
    assert host.get("/v1/questions/settings").json()["notice"] == digest
    assert host.get(f"/v1/notices/{digest}").json()["name"] == "settings"
    assert host.get(f"/v1/notices/{digest}/words").json()["version"] == 90
    ana, _ = api.person(host)
    assert answer(host, ana, "allow").status_code == 201
    assert host.get(f"/v1/notices/{digest}").json()["allowed"] == 1
    assert host.post("/v1/notices", {"toml": "no notice"}).status_code == 422

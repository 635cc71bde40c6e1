"""One journey over the API from the first turn to the certificate, on a house in a file and on one in PostgreSQL: the answers are alike."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from v1_house import Served, answer, append, turn

from sayso.app.clock import StoryClock
from sayso.app.house import create
from sayso.app.jobs import auditing, build
from sayso.app.settings import Settings
from sayso.facts.instants import parse_instant

TRAINING = "model_training"


@pytest.fixture
def both(tmp_path: Path, database: str | None) -> Iterator[Served]:
    clock = StoryClock(parse_instant("2026-11-02T09:00:00Z"))
    settings = Settings(data=tmp_path / "d", keys=tmp_path / "k", database=database)
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        yield Served(house)


def later(api: Served, **by: float) -> None:
    api.house.clock.set(api.house.now() + timedelta(**by))  # type: ignore[attr-defined]  # the clock of a story


def talk(host: Any, account: str, chat: str) -> str:
    both = [turn(0, "How do I bake bread?"), turn(1, "With flour and water.", "assistant")]
    return str(host.post(f"/v1/accounts/{account}/conversations", {"id": chat, "turns": both}).json()["conversation"])


def test_ana_bo_and_cy_are_asked_used_held_released_recalled_and_forgotten(both: Served) -> None:
    api, host = both, both.program()
    (ana, _), (bo, _), (cy, _) = (api.person(host, ()) for _ in range(3))
    assert (answer(host, ana, "allow").json()["says"], answer(host, bo, "refuse").json()["says"]) == ("allow", "refuse")
    later(api, minutes=1)
    chats = {one: talk(host, one, "1") for one in (ana, bo, cy)}
    uses = [host.get(f"/v1/decisions/{chat}").json()["use"] for chat in chats.values()]
    assert uses == ["allow", "deny", "deny"]

    # Sent again, changed by who read it, listed page by page: the same on every database.
    body = {"name": "di", "tier": "pro", "region": "US"}
    first, again = (host.post("/v1/accounts", body, idempotency_key="k-1") for _ in range(2))
    assert (first.json(), again.headers["idempotent-replayed"]) == (again.json(), "true")
    read = host.get(f"/v1/accounts/{cy}/facts")
    for tag, status in ((read.headers["etag"], 200), (read.headers["etag"], 412)):
        assert host.put(f"/v1/accounts/{cy}/facts", {"tier": "free", "region": "US"}, if_match=tag).status_code == status
    assert (
        host.get(f"/v1/decisions/{chats[bo]}", if_none_match=host.get(f"/v1/decisions/{chats[bo]}").headers["etag"]).status_code
        == 304
    )
    more = [append(host, ana, f"more-{one}") for one in range(4)]
    page = host.get(f"/v1/accounts/{ana}/conversations?limit=3").json()
    rest = host.get(f"/v1/accounts/{ana}/conversations?limit=3&cursor={page['next']}").json()
    assert sorted(one["conversation"] for one in page["items"] + rest["items"]) == sorted([chats[ana], *more])

    # A release, a run, a withdrawal.
    build.build(api.house, "autumn", TRAINING)
    assert host.post("/v1/releases/autumn/runs", {"run": "run-1", "why": "first"}).status_code == 201
    answer(host, ana, "refuse")
    assert len(host.get("/v1/releases/autumn/withdrawn").json()["ids"]) == 1
    assert host.post("/v1/releases/autumn/recall").json()["added"] == 0
    assert host.post("/v1/releases/autumn/runs/run-1/confirm", {"why": "masked"}).json()["runs"][0]["waiting"] is False
    assert host.get(f"/v1/accounts/{ana}/releases/autumn/proof").json()

    # A request by law, an order to keep, a take-out.
    asked = host.post("/v1/requests", {"what": "erasure", "account": bo}).json()
    assert [one["request"] for one in host.get("/v1/requests").json()["items"]] == [asked["request"]]
    order = {"hold": "case-1", "matter": "Smith", "reach": {"accounts": [cy]}, "why": "ordered"}
    assert host.post("/v1/holds", order).json()["conversations"] == 1
    made = host.post(f"/v1/accounts/{ana}/takeouts", {}).json()["link"].removeprefix("http://testserver")
    assert "conversations.jsonl" in zipfile.ZipFile(io.BytesIO(host.get(made).content)).namelist()

    # Bo leaves, Cy deletes what is held; the sweep destroys the one and not the other.
    assert host.delete(f"/v1/accounts/{bo}").json()["unreadable_by"]
    assert host.delete(f"/v1/accounts/{cy}/conversations/{chats[cy]}").json()["unreadable_by"] is None
    assert host.post(f"/v1/requests/{asked['request']}/answer", {"how": "done", "why": "deleted"}).json()["state"] == "done"
    later(api, days=40)
    assert host.post("/v1/sweeps", {"why": "monday"}).status_code == 202
    api.desk.console.sweeps.wait(60)
    assert host.get("/v1/sweeps").json()["shredded"] >= 1
    certificate = host.get(f"/v1/accounts/{bo}/certificate").json()
    assert certificate["of"] == {"kind": "account", "id": bo}
    assert host.get(f"/v1/accounts/{cy}/conversations/{chats[cy]}").json()["held"] is True
    assert host.post("/v1/holds/case-1/end", {"why": "over"}).status_code == 200

    counted = host.get("/v1/counts").json()
    assert counted["accounts"] >= 2
    assert host.get("/v1/log/checkpoint").text
    assert host.get("/v1/policy").json()["name"] == "anthropic-consumer"
    later(api, days=1)
    host.post("/v1/sweeps", {"why": "tuesday"})
    api.desk.console.sweeps.wait(60)
    assert auditing.audit(api.house).report.findings == ()

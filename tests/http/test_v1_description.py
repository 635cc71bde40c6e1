"""What is described is what is there: the file, the client and every example, asked of a real house."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from v1_house import Program, Served, answer, append, turn

from sayso.app.grants import MEANT, SCOPES
from sayso.app.http.v1 import DESCRIPTION, TABLE
from sayso.app.jobs import believing, build

jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema, of the extra `dev`")
ROOT = Path(__file__).resolve().parents[2]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_description_in_the_repository_is_that_of_the_table() -> None:
    assert (ROOT / "spec/openapi.json").read_text("utf-8") == script("write_docs").openapi_text(), "run make docs"


def test_the_page_names_every_scope_and_every_problem() -> None:
    text = (ROOT / "docs/api.md").read_text("utf-8")
    assert script("write_docs").api_page(text) == text, "run make docs"


def test_the_page_does_what_it_says(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sayso.client

    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text("utf-8"), re.S)
    assert len(blocks) >= 4

    def send(method: str, target: str, headers: Any, body: bytes | None) -> Any:
        came = api.client.request(method, target, content=body, headers=dict(headers))
        return came.status_code, dict(came.headers), came.content

    monkeypatch.setattr(sayso.client, "Connection", lambda base: send)
    known: dict[str, Any] = {"key": api.program().key}
    for block in blocks:
        exec(compile(block, "docs/api.md", "exec"), known)  # the page's own code


def test_the_client_in_the_repository_is_the_one_that_is_written_from_it() -> None:
    made = script("write_client").files()
    folder = ROOT / "src/sayso/client"
    assert {path.name for path in folder.glob("*.py")} == {*made, "wire.py"}
    for name, text in made.items():
        assert (folder / name).read_text("utf-8") == text, f"{name}: run make docs"


def test_every_route_of_the_api_is_described_with_its_scope_and_every_scope_opens_something(api: Any) -> None:
    routed = {(method, route.path) for route in api.app.routes if route.path.startswith("/v1/") for method in route.methods}
    described = {(method.upper(), path) for path, methods in DESCRIPTION["paths"].items() for method in methods}
    assert routed == described
    assert {op.right for op in TABLE} == {*SCOPES, "any", "anyone"}
    assert set(MEANT) == set(SCOPES)
    names = [op.name for op in TABLE]
    assert len(names) == len(set(names))
    assert api.client.get("/v1/openapi.json").json() == DESCRIPTION


class World:
    """Everything that an example may name: made anew for each, so that none depends on what another did."""

    def __init__(self, api: Served, host: Program, ana: str) -> None:
        self.api, self.host, self.ana = api, host, ana

    def ready(self, name: str) -> dict[str, str]:
        host = self.host
        account, [chat] = self.api.person(host)
        line = answer(host, account, "allow").json()["line"]
        notice = host.get("/v1/questions/settings").json()["notice"]
        found = {"account": account, "conversation": chat, "line": str(line), "notice": notice, "release": "autumn", "hold": "h-1",
                 "question": "settings", "slug": "stale"}  # fmt: skip
        match name:
            case "undo_deletion" | "certify_conversation":
                host.delete(f"/v1/accounts/{account}/conversations/{chat}")
            case "return_account" | "certify_account":
                host.delete(f"/v1/accounts/{account}")
            case "show_hold" | "end_hold":
                host.post("/v1/holds", {"hold": "h-1", "matter": "m", "reach": {"accounts": [account]}, "why": "w"})
            case "show_request" | "extend_request" | "answer_request":
                asked = {"what": "access", "account": account}
                found["request"] = str(host.post("/v1/requests", asked).json()["request"])
            case "confirm_run":
                host.post("/v1/releases/autumn/runs", {"run": f"run-{chat}"[:60], "why": "w"})
                found["run"] = f"run-{chat}"[:60]
                answer(host, self.ana, "refuse")  # what nobody withdrew needs no confirming
            case "revoke_key":
                found["id"] = host.post("/v1/keys", {"name": "x", "scopes": ["count"], "why": "w"}).json()["id"]
            case "fetch_takeout":
                found["token"] = host.post(f"/v1/accounts/{account}/takeouts", {}).json()["link"].rsplit("/", 1)[1]
            case "stop_sweep":
                self.api.desk.console.sweeps._thread = Living()
            case "start_sweep":
                self.api.desk.console.sweeps._thread = None
        return found


class Living:
    """A sweep that has not ended."""

    def is_alive(self) -> bool:
        return True


def filled(body: Any, world: dict[str, str]) -> Any:
    """The example, with the names that stand in it replaced by those of this house."""
    names = {"a-1": world["account"], "c-1": world["conversation"], "0f" * 32: world["notice"]}
    if isinstance(body, dict):
        return {name: filled(one, world) for name, one in body.items()}
    if isinstance(body, list):
        return [filled(one, world) for one in body]
    return names.get(body, body) if isinstance(body, str) else body


def fits(op: Any, came: Any) -> None:
    """The answer is of the declared shape."""
    told = DESCRIPTION["paths"][op.path][op.method.lower()]["responses"][str(came.status_code)]["content"]
    media = came.headers["content-type"]
    assert media in told, (op.name, media)
    if media == "application/json":
        schema = {**told[media]["schema"], "components": DESCRIPTION["components"]}
        jsonschema.Draft202012Validator(schema).validate(came.json())


def test_every_example_is_answered_as_described(api: Any) -> None:
    api.desk.publishes = True
    host = api.program()
    ana, _ = api.person(host, ())
    answer(host, ana, "allow")
    both = [turn(0, "How do I bake bread?"), turn(1, "With flour and water.", "assistant")]
    host.post(f"/v1/accounts/{ana}/conversations", {"id": "1", "turns": both})
    build.build(api.house, "autumn", "model_training")
    world = World(api, host, ana)
    for op in TABLE:
        said = DESCRIPTION["paths"][op.path][op.method.lower()]
        known = world.ready(op.name)
        if op.name == "prove_belief":
            believing.renew(api.house)
        example = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        body = filled(example, known)
        path = re.sub(r"\{(\w+)\}", lambda found, known=known: known[found[1]], op.path)
        headers = {"if_match": host.get(path).headers["etag"]} if op.guarded else {}
        came = host.send(op.method, path, body, **headers)
        assert came.status_code == op.status or came.status_code in op.also, (op.name, came.text)
        fits(op, came)
    assert append(host, ana, "2")


def test_an_example_of_an_answer_fits_its_own_shape() -> None:
    for op in TABLE:
        for told in DESCRIPTION["paths"][op.path][op.method.lower()]["responses"].values():
            one = told.get("content", {}).get("application/json", {})
            if "example" in one:
                jsonschema.Draft202012Validator({**one["schema"], "components": DESCRIPTION["components"]}).validate(one["example"])
    assert json.dumps(DESCRIPTION)

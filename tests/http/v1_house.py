"""A real house behind the API: Ana allows, Bo refuses, Cy was never asked; and programs that hold keys."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from fastapi.testclient import TestClient

from sayso.app.frontdesk import FrontDesk
from sayso.app.grants import SCOPES
from sayso.app.house import House
from sayso.app.http import create_app

BASE = "http://testserver"


class Program:
    """A service with a key: sends JSON, and reads what comes back."""

    def __init__(self, client: TestClient, key: str) -> None:
        self.client, self.key = client, key

    def send(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        shown = {"authorization": f"Bearer {self.key}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, path, json=json, headers=shown)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, json: Any = None, **headers: str) -> Any:
        return self.send("POST", path, json, **headers)

    def put(self, path: str, json: Any = None, **headers: str) -> Any:
        return self.send("PUT", path, json, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("DELETE", path, **headers)


class Served:
    """The API of one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desk = FrontDesk(house)
        self.app = create_app(self.desk, secret=house.keys.session, base_url=BASE, secure=False)
        self.client = TestClient(self.app, base_url=BASE, raise_server_exceptions=False)
        self.app.state.setting.pace._most = 10**9  # how often is tried elsewhere
        self._names = itertools.count()

    def program(self, *scopes: Any, name: str = "host") -> Program:
        _, text = self.desk.hosts.grants.make_key(name, scopes or SCOPES, self.house.now())
        return Program(self.client, text)

    def person(self, program: Program, chats: Iterable[str] = ("1",), **facts: Any) -> tuple[str, list[str]]:
        """A new account with chats, by pseudonyms."""
        name = f"person {next(self._names)}"
        account = program.post("/v1/accounts", {"name": name, "tier": "pro", "region": "US", **facts}).json()["account"]
        return account, [append(program, account, one) for one in chats]


def turn(number: int, text: str = "secret words", role: str = "user") -> dict[str, Any]:
    return {"id": f"t{number}", "role": role, "parts": [{"type": "text", "text": text}]}


def append(program: Program, account: str, chat: str, turns: int = 1, **more: Any) -> str:
    body = {"id": chat, "title": "A title", "turns": [turn(number) for number in range(turns)], **more}
    came = program.post(f"/v1/accounts/{account}/conversations", body)
    assert came.status_code == 201, came.text
    return str(came.json()["conversation"])


def answer(program: Program, account: str, said: str, question: str = "settings", **headers: str) -> Any:
    words = program.get(f"/v1/questions/{question}").json()
    body = {"question": question, "notice": words["notice"], "answer": said, "language": "en"}
    return program.post(f"/v1/accounts/{account}/choices", body, **headers)

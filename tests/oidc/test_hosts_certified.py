"""Programs come with tokens of a certified provider, as docs/host.md says; and the page's own lines run."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sayso.app.cli import main
from sayso.app.clock import SystemClock
from sayso.app.house import create
from sayso.app.oidc.access import Access
from sayso.app.oidc.hosts import HostTrust, read_host_trust
from sayso.app.settings import Settings
from sayso.facts.errors import Unfit

AUDIENCE = "https://say.example/v1"
SCOPES = {"chat.write": frozenset({"people", "chats"}), "chat.decide": frozenset({"decide"})}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "host.md"
GIVEN = {
    "SAYSO_HOSTS_ISSUER": "https://login.example/tenant", "SAYSO_HOSTS_AUDIENCE": AUDIENCE, "SAYSO_HOSTS_CLIENTS": "shop billing=uid-7",
    "SAYSO_HOSTS_SCOPES": "chat.write=people,chats; chat.decide=decide",
}  # fmt: skip


@pytest.fixture(scope="module")
def running(certified: Any) -> Any:
    return certified("https://say.example")


def bought(running: Any, client: str = "shop", resource: str = AUDIENCE, scope: str = "chat.write") -> Any:
    """What the provider answers to a client that asks for a token."""
    sent = {"grant_type": "client_credentials", "resource": resource, "scope": scope}
    with httpx2.Client(trust_env=False, timeout=30) as web:
        return web.post(f"{running.issuer}/token", data=sent, auth=(client, f"the+secret+of+{client}"))


@pytest.fixture
def asks(running: Any, tmp_path: Path, tools: Any) -> Any:
    settings = Settings(data=tmp_path / "d", keys=tmp_path / "k")
    with create(settings, clock=SystemClock(), policy="anthropic-consumer") as house:
        trust = HostTrust(issuer=running.issuer, audience=AUDIENCE, clients={"shop": "shop"}, scopes=SCOPES)
        browser = tools.Browser(tools.site(house, None, access=Access(trust)))

        def ask(token: str, path: str = "/v1/key", method: str = "GET", body: Any = None) -> Any:
            return browser.request(method, path, json=body, headers={"authorization": f"Bearer {token}"})

        yield ask


def test_the_shop_buys_a_token_enrols_ana_and_may_do_what_is_listed(running: Any, asks: Any) -> None:
    came = bought(running).json()
    assert came["token_type"] == "Bearer"
    head = json.loads(base64.urlsafe_b64decode(came["access_token"].split(".")[0] + "=="))
    assert head["typ"] == "at+jwt"
    seen = asks(came["access_token"]).json()
    assert (seen["name"], seen["scopes"]) == ("shop@127.0.0.1", ["chats", "people"])
    made = asks(came["access_token"], "/v1/accounts", "POST", {"name": "ana", "tier": "pro", "region": "US"})
    assert made.status_code == 201
    assert asks(came["access_token"], "/v1/counts").status_code == 403
    both = bought(running, scope="chat.write chat.decide keys").json()["access_token"]
    assert asks(both).json()["scopes"] == ["chats", "decide", "people"], "keys is given there, and is not listed here"


def test_what_the_same_provider_gives_for_others_or_for_too_long_opens_nothing(running: Any, asks: Any) -> None:
    for client, resource in (
        ("billing", AUDIENCE), ("shop", "https://other.example/v1"), ("shop", f"{AUDIENCE}/long"), ("shop", "https://say.example/opaque"),
    ):  # fmt: skip
        came = bought(running, client, resource)
        assert came.status_code == 200, came.text
        assert asks(came.json()["access_token"]).status_code == 401, (client, resource)
    head, body, mark = bought(running).json()["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["scope"] = "chat.write chat.decide"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert asks(f"{head}.{forged}.{mark}").status_code == 401
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    for text in (f"{none}.{body}.", f"{none}.{body}.{mark}", f"{head}.{body}."):
        assert asks(text).status_code == 401


def test_the_lines_of_the_page_run_as_they_stand(
    running: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tools: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith("SAYSO_")]:
        monkeypatch.delenv(name)
    lines = [line[2:] for line in re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.S)[0].splitlines()]
    done = 0
    for line in lines:
        program, *words = shlex.split(line)
        if program == "export":
            name, _, value = words[0].partition("=")
            monkeypatch.setenv(name, running.issuer if name == "SAYSO_HOSTS_ISSUER" else value)
        elif program == "sayso":
            with pytest.raises(SystemExit) as left:
                main(words)
            assert left.value.code in (0, None), capsys.readouterr().err
        done += 1
    assert done == len(lines) >= 9
    said = capsys.readouterr().out
    assert "with 1 key" in said
    trust = read_host_trust()
    assert trust is not None
    with_token = Access(trust).shown(bought(running).json()["access_token"], SystemClock().now())
    assert with_token.client == "shop"


def test_what_is_set_wrongly_is_said_in_one_line() -> None:
    assert read_host_trust({}) is None
    found = read_host_trust(GIVEN)
    assert found is not None
    assert (found.clients, found.scopes["chat.decide"]) == ({"shop": "shop", "billing": "uid-7"}, {"decide"})
    for other, said in (
        ({"SAYSO_HOSTS_ISSUER": ""}, "SAYSO_HOSTS_ISSUER is not set"),
        ({"SAYSO_HOSTS_CLIENTS": ""}, "SAYSO_HOSTS_CLIENTS is not set"),
        ({"SAYSO_HOSTS_CLIENTS": "shop="}, "SAYSO_HOSTS_CLIENTS has `shop=`"),
        ({"SAYSO_HOSTS_SCOPES": ""}, "SAYSO_HOSTS_SCOPES is not set"),
        ({"SAYSO_HOSTS_SCOPES": "chat.write"}, "cannot give"),
        ({"SAYSO_HOSTS_SCOPES": "chat.write=everything"}, "`everything`"),
        ({"SAYSO_HOSTS_SCOPES": "admin=keys"}, "`keys`"),
        ({"SAYSO_HOSTS_AUDIENCE": "two words"}, "no name of an audience"),
        ({"SAYSO_HOSTS_AUDIENCE": "sayso", "SAYSO_OIDC_CLIENT": "sayso"}, "an audience of its own"),
        ({"SAYSO_HOSTS_ISSUER": "http://login.example"}, "no https address"),
    ):
        with pytest.raises(Unfit, match=re.escape(said)):
            read_host_trust(GIVEN | other)


def test_an_issuer_that_is_not_there_is_one_line_of_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (GIVEN | {"SAYSO_HOSTS_ISSUER": "http://127.0.0.1:1"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as left:
        main(["host", "issuer"])
    assert left.value.code not in (0, None)
    err = capsys.readouterr().err.strip()
    assert "does not answer as it should" in err
    assert len(err.splitlines()) == 1

"""The whole way with a certified provider: by browser, and with its own refusals."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

pytest.importorskip("playwright", reason="the browser tests need playwright; pip install playwright")

import uvicorn
from playwright.sync_api import Browser

from sayso.app.clock import SystemClock
from sayso.app.grants import Grants
from sayso.app.house import House, create
from sayso.app.settings import Settings

SECRET = "a secret only for tests, with + and /"
ROLES = {"legal": frozenset({"read", "hold"})}


class Site:
    """A house served on a port of its own, whose officers the provider signs in."""

    def __init__(self, house: House, certified: Any, tools: Any) -> None:
        self.house = house
        self.server = uvicorn.Server(uvicorn.Config("", host="127.0.0.1", port=0, log_level="error", access_log=False))
        socket = self.server.config.bind_socket()
        self.base = f"http://127.0.0.1:{socket.getsockname()[1]}"
        self.running = certified(self.base)
        self.trust = tools.trust(issuer=self.running.issuer, secret=SECRET, roles=ROLES)
        self.provider = tools.Provider(self.trust)
        self.server.config.app = tools.site(house, self.provider, self.base)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [socket]}, daemon=True)
        self.thread.start()
        until = time.monotonic() + 60
        while not self.server.started:
            assert time.monotonic() < until, "the site did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture
def site(tmp_path: Path, certified: Any, tools: Any) -> Iterator[Site]:
    with create(Settings(data=tmp_path / "d", keys=tmp_path / "k"), clock=SystemClock(), policy="anthropic-consumer") as house:
        made = Site(house, certified, tools)
        yield made
        made.stop()


def test_olga_signs_in_and_out_in_a_browser_piet_has_no_role_and_whoever_is_ended_is_out(site: Site, chromium: Browser) -> None:
    complaints: list[str] = []
    page = chromium.new_page()
    page.set_default_timeout(30_000)
    page.on("console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None)
    page.goto(site.base)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill("olga")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{site.base}/officer")
    assert "code=" not in page.url
    page.goto(f"{site.base}/officer/holds")
    assert page.get_by_role("button", name="Place").count() >= 1

    page.get_by_role("button", name="Leave").first.click()
    page.wait_for_url(f"{site.running.issuer}/**")
    page.get_by_role("button", name="Yes, leave").click()
    page.wait_for_url(f"{site.base}/**")
    assert page.goto(f"{site.base}/officer").status == 401  # type: ignore[union-attr]

    # The provider has forgotten her as well: it asks again who is there.
    page.goto(f"{site.base}/officer/sign-in")
    page.get_by_label("Name").fill("piet")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="You have no role here").wait_for()
    assert page.goto(f"{site.base}/officer").status == 401  # type: ignore[union-attr]
    page.context.close()

    page = chromium.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{site.base}/officer/sign-in?to=/officer/holds")
    page.get_by_label("Name").fill("olga")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{site.base}/officer/holds")
    grants = Grants(site.house.settings.keys)
    (name,) = grants.state().guests
    grants.end_officer(name, site.house.now(), "left the company")
    assert page.reload().status == 403  # type: ignore[union-attr]
    page.goto(f"{site.base}/officer/sign-in")  # the provider knows her still, and sends her straight back
    page.get_by_role("heading", name="Your access was ended here").wait_for()
    assert name in page.content()
    page.context.close()
    assert [one for one in complaints if "Failed to load resource" not in one] == []


class Wire:
    """A browser without a screen, with cookies for both sides, that stops before it comes back to the site."""

    def __init__(self, site: Site) -> None:
        self.site, self.client = site, httpx2.Client(trust_env=False, timeout=30)

    def comes_back(self, there: str, login: str = "olga") -> str:
        """The address the provider sends the browser back to, that was sent to *there*."""
        answer = self.client.get(there)
        for _ in range(8):
            if answer.is_redirect:
                there = str(answer.next_request.url) if answer.next_request else ""
                if there.startswith(self.site.base):
                    return there
                answer = self.client.get(there)
            elif 'name="login"' in answer.text:
                answer = self.client.post(str(answer.url), data={"login": login})
            else:
                break
        raise AssertionError(f"the provider says {answer.status_code}: {re.sub('<[^>]*>', ' ', answer.text)[:300]}")

    def begins(self) -> str:
        return str(self.client.get(f"{self.site.base}/officer/sign-in").headers["location"])


def test_the_provider_takes_a_code_once_with_its_verifier_and_back_to_the_registered_place_only(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wire, token = Wire(site), f"{site.running.issuer}/token"
    there = wire.begins()
    asked = {name: one for name, (one,) in parse_qs(urlsplit(there).query).items()}
    back = wire.comes_back(there)
    answer = {name: one for name, (one,) in parse_qs(urlsplit(back).query).items()}
    assert (answer["state"], answer["iss"]) == (asked["state"], site.running.issuer)
    # A thief who has the code and even our secret has no verifier for it.
    sent = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": asked["redirect_uri"]}
    auth = ("sayso", "a%20secret%20only%20for%20tests%2C%20with%20%2B%20and%20%2F")
    for more in ({}, {"code_verifier": "x" * 43}):
        assert wire.client.post(token, data=sent | more, auth=auth).json()["error"] == "invalid_grant"
    came = wire.client.get(back)
    assert (came.status_code, came.headers["location"]) == (303, "/officer")
    assert wire.client.get(f"{site.base}/officer").status_code == 200
    # The code is used, and so is the state.
    assert wire.client.get(back).status_code == 403
    other = wire.begins()
    state = parse_qs(urlsplit(other).query)["state"][0]
    again = wire.client.get(f"{site.base}/officer/signed-in", params=answer | {"state": state})
    assert again.status_code == 403
    assert any("does not take the code" in one.getMessage() for one in caplog.records)
    # Another place to come back to, or no PKCE: the provider itself says no.
    for changed in (
        other.replace("signed-in", "elsewhere"),
        re.sub(r"&code_challenge=[^&]+&code_challenge_method=S256", "", other),
    ):
        assert changed != other
        said = httpx2.Client(trust_env=False).get(changed)
        assert said.status_code == 400 or "error=invalid_request" in said.headers.get("location", "")


def test_what_a_changed_nonce_brings_back_lets_nobody_in(site: Site) -> None:
    wire = Wire(site)
    back = wire.comes_back(re.sub(r"nonce=[^&]+", "nonce=of-mallory", wire.begins()))
    assert wire.client.get(back).status_code == 403
    assert wire.client.get(f"{site.base}/officer").status_code == 401


def test_the_provider_stops_by_itself_and_then_sign_in_says_so(site: Site) -> None:
    wire = Wire(site)
    wire.begins()
    site.running.stop()
    assert site.running.process.returncode == 0
    back = wire.client.get(f"{site.base}/officer/signed-in", params={"code": "c", "state": "s"})
    assert back.status_code == 403
    site.provider._known = None
    assert wire.client.get(f"{site.base}/officer/sign-in").status_code == 503

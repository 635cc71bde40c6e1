"""A house with officers, its site, a provider of sign-in that says what a test wants, and a real one from npm."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")
pytest.importorskip("authlib", reason="sign-in at a provider needs the extra `oidc`; pip install sayso[oidc]")

import httpx2
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.grants import Grants
from sayso.app.house import House, create
from sayso.app.http import create_app
from sayso.app.oidc import Trust
from sayso.app.oidc.provider import Provider
from sayso.app.settings import Settings

HERE = Path(__file__).parent
BASE = "http://testserver"
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
ISSUER = "https://login.example/tenant"
ROLES = {"legal": frozenset({"read", "hold"}), "ops": frozenset({"read", "operate"})}


def trust(**other: Any) -> Trust:
    return Trust(**({"issuer": ISSUER, "client": "sayso", "secret": "s3cret+/=", "roles": ROLES} | other))


@dataclass
class Pretended:
    """A provider as a transport: honest until a test changes what it says. It keeps what it was asked."""

    clock: Any
    groups: Any = ("legal",)
    subject: str = "olga-at-work"
    kid: str = "k1"
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=False))
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    published: Any = None
    signed: Any = None
    said: dict[str, Any] = field(default_factory=dict)
    away: bool = False
    asked: list[httpx2.Request] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def later(self, by: timedelta) -> None:
        self.clock.set(self.clock.now() + by)

    def jwks(self) -> dict[str, Any]:
        return self.published or {"keys": [{**self.key.as_dict(private=False), "kid": self.kid, "use": "sig"}]}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if self.away:
            raise httpx2.ConnectError("away")
        if request.url.path.endswith("/.well-known/openid-configuration"):
            places = {
                "authorization_endpoint": "auth",
                "token_endpoint": "token",
                "jwks_uri": "keys",
                "end_session_endpoint": "end",
            }
            said = {
                "issuer": ISSUER,
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
            return httpx2.Response(200, json=said | {name: f"{ISSUER}/{place}" for name, place in places.items()} | self.said)
        if request.url.path.endswith("/keys"):
            return httpx2.Response(200, json=self.jwks())
        assert request.url.path.endswith("/token")
        sent = dict(parse_qsl(request.content.decode()))
        begun = self.codes.pop(sent.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if begun is None or challenge != begun["code_challenge"] or sent["redirect_uri"] != begun["redirect_uri"]:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        return httpx2.Response(
            200, json={"access_token": "an-access-token", "token_type": "Bearer", "id_token": self.token(begun["nonce"])}
        )

    def token(self, nonce: str = "", typ: str = "JWT") -> str:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "sub": self.subject,
            "aud": "sayso",
            "exp": now + 600,
            "iat": now,
            "nonce": nonce,
            "groups": list(self.groups),
        }
        claims = {name: value for name, value in (claims | self.claims).items() if value is not ...}
        header = {"alg": "RS256", "kid": self.kid, "typ": typ} | self.header
        if header["alg"] == "none" or isinstance(self.signed, bytes):
            # By hand: no library signs such a thing.
            text = ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in (header, claims))
            mark = hmac.new(self.signed, text.encode(), hashlib.sha256).digest() if self.signed else b""
            return f"{text}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"
        return str(jwt.encode(header, claims, self.signed or self.key, algorithms=["RS256", "HS256", "ES256"]))

    def answers(self, there: str) -> str:
        """The address to which a browser comes back that was sent to *there*."""
        asked = {name: one for name, (one,) in parse_qs(urlsplit(there).query).items()}
        code = f"code-{asked['nonce'][:12]}"
        self.codes[code] = asked
        return f"/officer/signed-in?{urlencode({'code': code, 'state': asked['state'], 'iss': ISSUER})}"


class Browser(TestClient):
    """A browser without a screen, that follows nothing by itself."""

    def __init__(self, app: Any) -> None:
        super().__init__(app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)

    def begins(self, to: str = "") -> str:
        went = self.get("/officer/sign-in", params={"to": to} if to else {})
        assert went.status_code == 303, went.text
        return str(went.headers["location"])

    def presses(self, place: str) -> Any:
        """What comes of a form sent to *place*, with nothing in it but the token that every form of this visit has."""
        token = re.findall(r'action="/leave"><input type="hidden" name="token" value="([^"]+)"', self.get("/officer").text)[0]
        return self.post(place, data={"token": token}, headers={"origin": "null", "sec-fetch-site": "same-origin"})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(data=tmp_path / "d", keys=tmp_path / "k")
    with create(settings, clock=StoryClock(START), policy="anthropic-consumer") as made:
        yield made


@pytest.fixture
def grants(house: House) -> Grants:
    return Grants(house.settings.keys)


@pytest.fixture
def pretended(house: House) -> Pretended:
    return Pretended(house.clock)


def site(house: House, provider: Provider | None, base: str = BASE, **more: Any) -> Any:
    return create_app(FrontDesk(house), secret=house.keys.session, base_url=base, secure=False, provider=provider, **more)


@pytest.fixture
def browser(house: House, pretended: Pretended) -> Browser:
    return Browser(site(house, Provider(trust(), httpx2.MockTransport(pretended))))


@pytest.fixture
def tools() -> Any:
    """What the tests build more sites with, since their folder is no package."""

    class Tools:
        pass

    made: Any = Tools()
    made.trust, made.site, made.Browser, made.Provider, made.OctKey, made.RSAKey = trust, site, Browser, Provider, OctKey, RSAKey
    made.transport, made.ISSUER, made.START = httpx2.MockTransport, ISSUER, START
    return made


class Running:
    """The provider from npm, on a port of its own; it ends when its standard input does."""

    def __init__(self, redirects: list[str], leaves: list[str]) -> None:
        given = json.dumps({"redirects": redirects, "leaves": leaves})
        self.process = subprocess.Popen(
            ["node", str(HERE / "provider.mjs"), given], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the provider did not start"
        self.issuer = str(json.loads(line)["issuer"])

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)


@pytest.fixture(scope="session")
def certified() -> Iterator[Any]:
    """Start the provider for one site; gives what starts it, and ends all it started."""
    lacks = "node" if shutil.which("node") is None else ""
    if not (HERE / "node_modules" / "oidc-provider").is_dir():
        lacks = lacks or "oidc-provider"
    if lacks:
        said = f"{lacks} is missing; npm ci --prefix tests/oidc"
        pytest.fail(said) if os.environ.get("CI") else pytest.skip(said)
    started: list[Running] = []

    def start(base: str) -> Running:
        started.append(Running([f"{base}/officer/signed-in"], [f"{base}/"]))
        return started[-1]

    yield start
    for one in started:
        one.stop()

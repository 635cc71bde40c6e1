"""The shop comes to the API with an access token of its own issuer; whatever only looks like one opens nothing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import HTTPException

from sayso.app.grants import Grants
from sayso.app.http.limits import WRONG
from sayso.app.oidc.access import ANEW_SECONDS, KEPT_SECONDS, Access
from sayso.app.oidc.hosts import HostTrust
from sayso.facts.errors import Unfit

AUDIENCE = "https://say.example/v1"
SCOPES = {"chat.write": frozenset({"people", "chats", "choose", "ask"}), "chat.decide": frozenset({"decide"})}


class Shop:
    """A program with whatever token a test gives it; every header of `changes` and claim of `claims` is the issuer's own mistake."""

    def __init__(self, browser: Any, pretended: Any) -> None:
        self.browser, self.pretended = browser, pretended

    def token(self, typ: str = "at+jwt", **claims: Any) -> str:
        now = int(self.pretended.clock.now().timestamp())
        own = {"client_id": "shop", "sub": "shop", "aud": AUDIENCE, "jti": "t-1", "scope": "chat.write", "exp": now + 600, "iat": now,
               "nonce": ..., "groups": ...}  # fmt: skip
        self.pretended.claims = own | claims
        return str(self.pretended.token(typ=typ))

    def asks(self, path: str = "/v1/key", method: str = "GET", shown: str | None = None, json: Any = None, **headers: str) -> Any:
        text = self.token() if shown is None else shown
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.request(method, path, json=json, headers={"authorization": f"Bearer {text}", **named})


@pytest.fixture
def access(pretended: Any, tools: Any) -> Access:
    trust = HostTrust(issuer=tools.ISSUER, audience=AUDIENCE, clients={"shop": "shop", "desk": "uid-7"}, scopes=SCOPES)
    return Access(trust, tools.transport(pretended))


@pytest.fixture
def shop(house: Any, pretended: Any, tools: Any, access: Access) -> Iterator[Shop]:
    yield Shop(tools.Browser(tools.site(house, None, access=access)), pretended)


def refused(shop: Shop, shown: str, why: object = "") -> None:
    came = shop.asks(shown=shown)
    assert (came.status_code, came.json()["type"]) == (401, "/v1/problems/no-key"), why
    shop.pretended.later(timedelta(minutes=1))  # or the door would be shut to this address


def test_the_shop_does_what_its_scopes_are_listed_for_and_nothing_else(shop: Shop) -> None:
    own = shop.asks().json()
    assert (own["name"], own["scopes"]) == ("shop@login.example", ["ask", "chats", "choose", "people"])
    made = shop.asks("/v1/accounts", "POST", json={"name": "ana", "tier": "pro", "region": "US"})
    assert made.status_code == 201
    came = shop.asks("/v1/counts")
    assert (came.status_code, came.json()["type"]) == (403, "/v1/problems/no-scope")
    for scope in (
        "",
        "chats",
        "people keys",
        "CHAT.WRITE",
        "chat.write\tchat.decide",
        "chat.writ",
        ["chat.write"],
        {"chat.write": 1},
        7,
        None,
        ...,
    ):
        found = shop.asks(shown=shop.token(scope=scope))
        assert (found.status_code, found.json()["scopes"]) == (200, []), scope
    both = shop.asks(shown=shop.token(scope="openid chat.decide  chat.write admin")).json()["scopes"]
    assert both == ["ask", "chats", "choose", "decide", "people"]


WRONG_CLAIMS: list[dict[str, Any]] = [
    {"iss": "https://login.example/other"}, {"iss": ...}, {"iss": ["https://login.example/tenant"]}, {"aud": "sayso"}, {"aud": ...}, {"aud": []},
    {"aud": AUDIENCE + "/"}, {"aud": [AUDIENCE, "https://other.example"]}, {"aud": [[AUDIENCE]]}, {"aud": None}, {"client_id": "mallory"}, {"client_id": ...},
    {"client_id": ["shop"]}, {"sub": "ana"}, {"sub": ...}, {"sub": ["shop"]}, {"client_id": "desk", "sub": "desk"}, {"jti": ...}, {"jti": ""}, {"jti": 7}, {"jti": "x" * 300},
    {"cnf": {"jkt": "x"}}, {"cnf": None}, {"exp": ...}, {"exp": "never"}, {"exp": None}, {"exp": True}, {"exp": 4_000_000_000}, {"exp": 1e400}, {"exp": float("nan")},
    {"iat": ...}, {"iat": -1}, {"iat": "now"}, {"iat": 4_000_000_000, "exp": 4_000_000_600}, {"nbf": 4_000_000_000}, {"nbf": "later"}, {"iat": 1},
]  # fmt: skip


def test_a_token_of_another_issuer_audience_client_or_time_opens_nothing(shop: Shop) -> None:
    for claims in WRONG_CLAIMS:
        refused(shop, shop.token(**claims), claims)
    assert shop.asks().status_code == 200
    assert shop.asks(shown=shop.token(client_id="desk", sub="uid-7", aud=[AUDIENCE])).status_code == 200


def test_what_was_made_for_signing_in_or_for_nobody_opens_no_api(shop: Shop) -> None:
    for typ in ("JWT", "id+jwt", "logout+jwt", "", "at+jwt "):
        refused(shop, shop.token(typ=typ), typ)
    assert shop.asks(shown=shop.token(typ="application/at+jwt")).status_code == 200
    for text in ("..", "a.b.c", "x" * 20_000 + "..", "e30.e30.", "\u00e9.a.b".encode("latin-1").decode("latin-1")):
        came = shop.browser.get("/v1/key", headers={"authorization": b"Bearer " + text.encode("latin-1")})
        assert came.status_code == 401


def test_a_token_nobody_signed_or_that_is_signed_with_what_everybody_knows_opens_nothing(shop: Shop, tools: Any) -> None:
    one = shop.pretended
    one.header = {"alg": "none"}
    refused(shop, shop.token())
    public = one.key.as_pem(private=False)
    for secret in (public, public.strip(), one.key.as_der(private=False)):
        one.header, one.signed = {"alg": "HS256"}, secret
        refused(shop, shop.token())
    shared = tools.OctKey.import_key(b"k" * 40)
    one.signed, one.published = b"k" * 40, {"keys": [{**shared.as_dict(private=True), "kid": one.kid}]}
    one.later(timedelta(seconds=KEPT_SECONDS))
    refused(shop, shop.token(), "not even where the issuer publishes such a key")


def test_a_foreign_key_opens_nothing_whether_it_takes_our_name_or_brings_itself(shop: Shop, tools: Any) -> None:
    mallory = tools.RSAKey.generate_key(2048, auto_kid=False)
    shop.pretended.signed = mallory
    for header in (
        {}, {"kid": "mallory"}, {"jwk": mallory.as_dict(private=False)}, {"jku": "https://evil.example/keys"}, {"kid": "../k1"}, {"kid": ""},
        {"crit": ["b64"], "b64": False},
    ):  # fmt: skip
        shop.pretended.header = header
        refused(shop, shop.token(), header)


def test_invented_names_of_keys_make_us_ask_the_issuer_once_a_minute_and_no_oftener(shop: Shop) -> None:
    def asked() -> int:
        return sum(one.url.path.endswith("/keys") for one in shop.pretended.asked)

    assert shop.asks().status_code == 200
    assert asked() == 1
    shop.pretended.later(timedelta(seconds=ANEW_SECONDS))
    shop.pretended.kid, known = "invented", shop.pretended.jwks()
    shop.pretended.published = known
    for number in range(5):
        shop.pretended.kid = f"invented-{number}"
        assert shop.asks().status_code == 401
    assert asked() == 2
    # A key that is new there is found by the same question, and an old token goes on meanwhile.
    shop.pretended.published = None
    shop.pretended.kid = "k2"
    shop.pretended.later(timedelta(seconds=ANEW_SECONDS))
    assert shop.asks().status_code == 200
    assert asked() == 3


def test_a_key_taken_back_is_believed_five_minutes_at_most_and_an_issuer_that_is_away_lets_nobody_in(shop: Shop) -> None:
    text = shop.token()
    assert shop.asks(shown=text).status_code == 200
    shop.pretended.away = True
    shop.pretended.later(timedelta(seconds=KEPT_SECONDS - 1))
    assert shop.asks(shown=text).status_code == 200
    shop.pretended.later(timedelta(seconds=1))
    asked = len(shop.pretended.asked)
    for _ in range(3):
        came = shop.asks(shown=text)
        assert (came.status_code, came.json()["type"]) == (503, "/v1/problems/away")
    assert 1 <= len(shop.pretended.asked) - asked <= 2, "nobody waits for it again at once"
    shop.pretended.away = False
    shop.pretended.later(timedelta(seconds=11))
    assert shop.asks(shown=text).status_code == 200


def test_an_issuer_that_says_it_is_another_or_gives_keys_in_the_clear_is_not_believed(shop: Shop) -> None:
    for said in (
        {"issuer": "https://evil.example"},
        {"jwks_uri": "http://login.example/keys"},
        {"jwks_uri": None},
        {"issuer": None},
    ):
        shop.pretended.said = said
        assert shop.asks().status_code == 503, said
        shop.pretended.later(timedelta(seconds=KEPT_SECONDS))


def test_a_token_that_is_over_is_told_so_and_locks_nobody_out(shop: Shop) -> None:
    text = shop.token()
    shop.pretended.later(timedelta(seconds=659))
    assert shop.asks(shown=text).status_code == 200, "clocks may be a minute apart"
    shop.pretended.later(timedelta(seconds=1))
    for _ in range(WRONG + 1):
        came = shop.asks(shown=text)
        assert (came.status_code, came.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert shop.asks().status_code == 200
    for _ in range(WRONG):
        shop.asks(shown=text[:-4] + "AAAA")
    assert shop.asks().status_code == 429, "who guesses is"


def test_the_shop_is_ended_here_whatever_its_issuer_says_and_comes_back_with_a_new_token(shop: Shop, house: Any) -> None:
    grants, before = Grants(house.settings.keys), shop.token()
    assert shop.asks(shown=before).status_code == 200
    grants.end_token("shop", "t-1", house.now())
    refused(shop, before)
    assert shop.asks(shown=shop.token(jti="t-2")).status_code == 200
    grants.end_host("shop", house.now(), "its secret was in a log")
    shop.pretended.later(timedelta(seconds=2))
    between = shop.token(jti="t-3")
    refused(shop, between)
    with pytest.raises(Unfit):
        grants.take_host_back("desk", house.now())
    grants.take_host_back("shop", house.now())
    refused(shop, between)
    shop.pretended.later(timedelta(seconds=2))
    assert shop.asks(shown=shop.token(jti="t-4")).status_code == 200


def test_a_new_token_of_the_same_client_is_the_same_sender(shop: Shop, house: Any) -> None:
    body = {"name": "ana", "tier": "pro", "region": "US"}
    first = shop.asks("/v1/accounts", "POST", json=body, idempotency_key="k-1")
    again = shop.asks("/v1/accounts", "POST", shown=shop.token(jti="t-2"), json=body, idempotency_key="k-1")
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = shop.token(client_id="desk", sub="uid-7", jti="t-3")
    assert "idempotent-replayed" not in shop.asks("/v1/accounts", "POST", shown=other, json=body, idempotency_key="k-1").headers
    pace = shop.browser.app.state.setting.pace
    number = shop.asks().json()["id"]
    with contextlib.suppress(HTTPException):
        while True:
            pace.assert_slow(number, house.now())
    assert shop.asks(shown=shop.token(jti="t-5")).status_code == 429, "another token is no other pace"


def test_words_that_are_read_with_a_token_are_read_on_the_record_under_the_clients_name(
    house: Any, pretended: Any, tools: Any
) -> None:
    trust = HostTrust(
        issuer=tools.ISSUER, audience=AUDIENCE, clients={"shop": "shop"}, scopes={"all": frozenset({"people", "chats", "words"})}
    )
    shop = Shop(tools.Browser(tools.site(house, None, access=Access(trust, tools.transport(pretended)))), pretended)
    shown = shop.token(scope="all")
    ana = shop.asks("/v1/accounts", "POST", shown=shown, json={"name": "ana", "tier": "pro", "region": "US"}).json()["account"]
    turn = {"id": "t", "role": "user", "parts": [{"type": "text", "text": "secret words"}]}
    path = f"/v1/accounts/{ana}/conversations"
    chat = shop.asks(path, "POST", shown=shown, json={"id": "1", "turns": [turn]}).json()["conversation"]
    with house.reading() as conn:
        before = house.ledger.size(conn)
    assert "secret words" in shop.asks(f"{path}/{chat}/words", shown=shown).text
    with house.reading() as conn:
        (line,) = [entry.line for entry in house.ledger.entries(conn, after=before)]
    assert (line.by, line.what) == ("service shop@login.example", "words")


def test_no_token_opens_a_page_of_a_person_or_an_officer_and_no_session_opens_the_api(shop: Shop) -> None:
    for path in ("/me", "/me/history", "/officer", "/officer/holds"):
        assert shop.asks(path).status_code == 401, path
    assert shop.browser.get("/v1/key", params={"access_token": shop.token()}).status_code == 401
    assert shop.browser.get("/v1/key", headers={"authorization": f"DPoP {shop.token()}"}).status_code == 401


def test_no_token_and_no_claim_is_in_a_log(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    text = shop.token(sub="ana@example.org")
    refused(shop, text)
    assert "a token was refused" in caplog.text
    assert "ana@example.org" not in caplog.text
    assert text not in caplog.text


def test_an_issuer_that_speaks_oauth_alone_is_found_where_such_ones_say_who_they_are(
    house: Any, pretended: Any, tools: Any, access: Access
) -> None:
    def send(request: Any) -> Any:
        if request.url.path.endswith("/.well-known/openid-configuration"):
            return httpx2.Response(404)
        if request.url.path == "/.well-known/oauth-authorization-server/tenant":
            request = httpx2.Request("GET", f"{tools.ISSUER}/.well-known/openid-configuration")
        return pretended(request)

    shop = Shop(tools.Browser(tools.site(house, None, access=Access(access.trust, tools.transport(send)))), pretended)
    assert shop.asks().status_code == 200


def test_who_shows_a_known_key_does_not_wait_while_an_invented_one_is_asked_for(shop: Shop, access: Access) -> None:
    good = shop.token()
    assert shop.asks(shown=good).status_code == 200
    shop.pretended.later(timedelta(seconds=ANEW_SECONDS))
    asking, go_on = threading.Event(), threading.Event()
    before = access._asked

    def slow(at: Any) -> Any:
        asking.set()
        assert go_on.wait(30)
        return before(at)

    access._asked = slow  # type: ignore[method-assign]  # an issuer that takes its time
    shop.pretended.published, shop.pretended.kid = shop.pretended.jwks(), "invented"
    invented, came = shop.token(), list[Any]()
    other = threading.Thread(target=lambda: came.append(shop.asks(shown=invented)))
    other.start()
    assert asking.wait(30)
    try:
        assert access.shown(good, shop.pretended.clock.now()).client == "shop"
    finally:
        go_on.set()
        other.join(30)
    assert [one.status_code for one in came] == [401]

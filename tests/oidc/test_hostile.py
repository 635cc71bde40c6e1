"""Olga signs in at her organisation; everybody who only seems to is not let in, and nothing of it is kept."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sayso.app.grants import Grants
from sayso.facts.errors import Refused


def name(grants: Grants) -> str:
    return next(iter(grants.state().guests))


def comes(browser: Any, pretended: Any, to: str = "") -> Any:
    return browser.get(pretended.answers(browser.begins(to)))


def refused(browser: Any, answer: Any, code: int = 403) -> None:
    assert answer.status_code == code, answer.text
    assert "sayso=" not in " ".join(answer.headers.get_list("set-cookie"))
    assert browser.get("/officer").status_code == 401


def test_olga_of_the_legal_group_signs_in_and_may_hold_and_nothing_else(browser: Any, pretended: Any, grants: Grants) -> None:
    came = comes(browser, pretended)
    assert (came.status_code, came.headers["location"]) == (303, "/officer")
    assert browser.get("/officer").status_code == 200
    assert [browser.presses(f"/officer/{one}").status_code for one in ("holds/place", "sweep/start")] == [400, 403]
    guest = grants.state().guests[name(grants)]
    assert (guest.subject, guest.roles) == ("olga-at-work", {"read", "hold"})


def test_what_goes_to_the_provider_is_a_code_flow_with_pkce_and_new_numbers_each_time(browser: Any) -> None:
    first, second = (parse_qs(urlsplit(browser.begins()).query) for _ in range(2))
    assert (first["response_type"], first["code_challenge_method"], first["scope"]) == (["code"], ["S256"], ["openid"])
    assert first["redirect_uri"] == ["http://testserver/officer/signed-in"]
    for one in ("state", "nonce", "code_challenge"):
        assert first[one] != second[one]


def test_the_secret_goes_to_the_provider_written_as_in_a_form(browser: Any, pretended: Any) -> None:
    comes(browser, pretended)
    sent = next(one for one in pretended.asked if one.url.path.endswith("/token"))
    import base64

    assert base64.b64decode(sent.headers["authorization"].removeprefix("Basic ")) == b"sayso:s3cret%2B%2F%3D"


WRONG: list[dict[str, Any]] = [
    {"iss": "https://login.example/other"}, {"iss": ...}, {"aud": "another"}, {"aud": ["another"]}, {"aud": ...}, {"aud": []},
    {"aud": ["sayso", "another"], "azp": "sayso"}, {"azp": "another"}, {"exp": 1}, {"exp": ...}, {"exp": "never"}, {"exp": None},
    {"iat": 1}, {"iat": ...}, {"iat": 4_000_000_000}, {"nbf": 4_000_000_000, "exp": 5_000_000_000}, {"nonce": "of another sign-in"}, {"nonce": ...},
    {"nonce": ""}, {"sub": ...}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 300}, {"exp": float("nan")}, {"exp": 1e400},
]  # fmt: skip


def test_an_id_token_of_another_issuer_audience_time_or_sign_in_lets_nobody_in(
    browser: Any, pretended: Any, grants: Grants
) -> None:
    for pretended.claims in WRONG:
        refused(browser, comes(browser, pretended))
        pretended.later(timedelta(minutes=1))  # or the door would be shut to this address
    assert not grants.state().guests
    pretended.claims = {}
    assert comes(browser, pretended).status_code == 303


def test_a_token_for_a_second_audience_counts_where_the_operator_named_it_and_we_are_its_party(
    house: Any, pretended: Any, tools: Any
) -> None:
    provider = tools.Provider(tools.trust(audiences=frozenset({"intranet"})), tools.transport(pretended))
    browser = tools.Browser(tools.site(house, provider))
    pretended.claims = {"aud": ["sayso", "intranet"]}
    refused(browser, comes(browser, pretended))
    pretended.claims |= {"azp": "sayso"}
    assert comes(browser, pretended).status_code == 303


def test_clocks_may_be_a_minute_apart_and_no_more(browser: Any, pretended: Any) -> None:
    now = pretended.clock.now().timestamp()
    for exp, status in ((now - 59, 303), (now - 61, 403)):
        pretended.claims = {"exp": int(exp)}
        assert comes(browser, pretended).status_code == status
    for iat, status in ((now + 59, 303), (now + 62, 403)):
        pretended.claims = {"iat": int(iat)}
        assert comes(browser, pretended).status_code == status


def test_a_token_nobody_signed_or_that_is_signed_with_what_everybody_knows_lets_nobody_in(
    browser: Any, pretended: Any, tools: Any
) -> None:
    pretended.header = {"alg": "none"}
    refused(browser, comes(browser, pretended))
    public = pretended.key.as_pem(private=False)
    for secret in (public, public.strip(), b"s3cret+/=-s3cret+/=-s3cret+/=-s3cret"):
        pretended.header, pretended.signed = {"alg": "HS256"}, secret
        refused(browser, comes(browser, pretended))
    # Not even where the provider publishes such a key.
    shared = tools.OctKey.import_key(b"k" * 40)
    pretended.signed, pretended.published = b"k" * 40, {"keys": [{**shared.as_dict(private=True), "kid": pretended.kid}]}
    refused(browser, comes(browser, pretended))


def test_a_foreign_key_signs_nobody_in_whether_it_takes_our_name_or_brings_itself(browser: Any, pretended: Any, tools: Any) -> None:
    mallory = tools.RSAKey.generate_key(2048, auto_kid=False)
    pretended.signed = mallory
    for header in (
        {},
        {"kid": "mallory"},
        {"jwk": mallory.as_dict(private=False)},
        {"kid": "../k1"},
        {"crit": ["b64"], "b64": False},
    ):
        pretended.header = header
        refused(browser, comes(browser, pretended))


def test_a_short_key_is_no_key(browser: Any, pretended: Any, tools: Any) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pretended.key = tools.RSAKey.generate_key(1024, auto_kid=False)
        refused(browser, comes(browser, pretended))


def test_a_new_key_is_asked_for_once_and_one_taken_back_is_believed_five_minutes_at_most(
    browser: Any, pretended: Any, tools: Any
) -> None:
    def asked() -> int:
        return sum(one.url.path.endswith("/keys") for one in pretended.asked)

    assert comes(browser, pretended).status_code == 303
    assert asked() == 1
    pretended.kid, pretended.key = "k2", tools.RSAKey.generate_key(2048, auto_kid=False)
    assert comes(browser, pretended).status_code == 303
    assert asked() == 2
    old, pretended.published = pretended.key, {"keys": []}
    pretended.signed = old
    assert comes(browser, pretended).status_code == 303
    pretended.later(timedelta(minutes=6))
    assert comes(browser, pretended).status_code == 403
    before = asked()
    assert comes(browser, pretended).status_code == 403
    assert asked() == before + 1


def test_an_answer_counts_once_and_only_in_the_browser_that_began(browser: Any, pretended: Any, house: Any, tools: Any) -> None:
    address = pretended.answers(browser.begins())
    begun = {name: one for name, (one,) in parse_qs(urlsplit(address).query).items()}
    kept = dict(pretended.codes[begun["code"]])
    mallory = tools.Browser(browser.app)
    assert mallory.get(address).status_code == 403
    mallory.begins()
    assert mallory.get(address).status_code == 403
    cookie = browser.cookies["sayso-signin"]
    assert browser.get(address).status_code == 303
    assert "sayso-signin" not in browser.cookies
    # Once more, with a copy of the cookie, and a provider that would take its own code twice.
    pretended.codes[begun["code"]] = kept
    browser.cookies.clear()
    browser.cookies.set("sayso-signin", cookie)
    refused(browser, browser.get(address))
    assert begun["code"] in pretended.codes


def test_mallory_cannot_put_her_own_answer_into_olgas_browser(browser: Any, pretended: Any, tools: Any) -> None:
    mallory = tools.Browser(browser.app)
    hers = pretended.answers(mallory.begins())
    browser.begins()
    refused(browser, browser.get(hers))


def test_a_code_of_another_sign_in_is_stopped_by_its_proof_of_possession(browser: Any, pretended: Any, tools: Any) -> None:
    stolen = parse_qs(urlsplit(pretended.answers(tools.Browser(browser.app).begins())).query)["code"][0]
    mine = parse_qs(urlsplit(pretended.answers(browser.begins())).query)["state"][0]
    refused(browser, browser.get("/officer/signed-in", params={"code": stolen, "state": mine, "iss": tools.ISSUER}))


def test_an_answer_from_elsewhere_or_in_another_shape_is_none(browser: Any, pretended: Any) -> None:
    for changed in ("iss=https://evil.example", "iss=", "code=again", "state=again", "error=access_denied", "code=" + "x" * 3_000):
        address = pretended.answers(browser.begins())
        address = address.split("&iss=")[0] if changed.startswith("iss=") else address
        refused(browser, browser.get(f"{address}&{changed}"))


def test_an_answer_that_does_not_say_from_whom_counts_only_where_the_provider_never_says(browser: Any, pretended: Any) -> None:
    refused(browser, browser.get(pretended.answers(browser.begins()).split("&iss=")[0]))
    pretended.said = {"authorization_response_iss_parameter_supported": False}
    pretended.later(timedelta(minutes=6))
    assert browser.get(pretended.answers(browser.begins()).split("&iss=")[0]).status_code == 303


def test_ten_minutes_later_the_answer_is_too_late(browser: Any, pretended: Any) -> None:
    address = pretended.answers(browser.begins())
    pretended.later(timedelta(minutes=11))
    refused(browser, browser.get(address))


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "/officer/../me", "/officer//evil.example", "/officer?x=1",
           "/officer/holds\r\nset-cookie: a=b", "javascript:alert(1)", "/officer@evil.example", "/me/choice", "/officer\n"]  # fmt: skip


def test_no_link_to_the_sign_in_decides_where_olga_ends_up(browser: Any, pretended: Any) -> None:
    for to in ELSEWHERE:
        assert comes(browser, pretended, to).headers["location"] == "/officer", to


def test_olga_comes_to_the_page_she_wanted(browser: Any, pretended: Any) -> None:
    assert comes(browser, pretended, "/officer/holds").headers["location"] == "/officer/holds"


def test_who_is_in_no_group_of_the_list_has_no_role_and_is_not_in(browser: Any, pretended: Any, grants: Grants) -> None:
    for pretended.groups in ((), ("interns",), ("legal-interns",), ("LEGAL",), ({"legal": 1},), (None,)):
        refused(browser, comes(browser, pretended))
    assert not grants.state().guests


def test_a_sign_in_begins_a_new_session_and_ends_the_one_there_was(browser: Any, pretended: Any, tools: Any) -> None:
    comes(browser, pretended)
    old = browser.cookies["sayso"]
    comes(browser, pretended)
    assert browser.cookies["sayso"] != old
    other = tools.Browser(browser.app)
    other.cookies.set("sayso", old)
    assert other.get("/officer").status_code == 401


def test_who_is_ended_here_is_out_at_once_and_not_in_again_until_taken_back(browser: Any, pretended: Any, grants: Grants) -> None:
    comes(browser, pretended)
    olga, now = name(grants), pretended.clock.now
    grants.end_officer(olga, now())
    assert browser.get("/officer").status_code == 403
    assert comes(browser, pretended).status_code == 403
    grants.take_back(olga, now())
    assert browser.get("/officer").status_code == 403  # what was open before stays shut
    pretended.later(timedelta(seconds=1))
    assert comes(browser, pretended).status_code == 303
    assert browser.get("/officer").status_code == 200


def test_a_visit_ends_after_an_hour_whatever_is_pressed_so_a_role_taken_there_is_gone_here(browser: Any, pretended: Any) -> None:
    comes(browser, pretended)
    for _ in range(3):
        pretended.later(timedelta(minutes=19, seconds=50))
        assert browser.get("/officer").status_code == 200
    pretended.later(timedelta(seconds=31))
    assert browser.get("/officer").status_code == 401


def test_a_role_struck_off_the_list_or_a_provider_no_longer_trusted_ends_what_it_gave(
    browser: Any, pretended: Any, house: Any, tools: Any
) -> None:
    comes(browser, pretended)
    struck = tools.Provider(tools.trust(roles={"ops": frozenset({"read", "operate"})}))
    for provider, status in ((struck, 200), (None, 403)):
        later = tools.Browser(tools.site(house, provider))
        later.cookies.set("sayso", browser.cookies["sayso"])
        assert later.get("/officer").status_code == status
        if status == 200:
            assert later.presses("/officer/holds/place").status_code == 403


def test_nobody_at_the_provider_can_be_called_like_an_officer_named_here(browser: Any, pretended: Any, grants: Grants) -> None:
    grants.name_officer("olga", ["operate"], pretended.clock.now())
    pretended.subject = "olga"
    comes(browser, pretended)
    assert browser.presses("/officer/sweep/start").status_code == 403
    with pytest.raises(Exception, match="provider signs in"):
        grants.name_officer(name(grants), ["operate"], pretended.clock.now())


def test_when_the_provider_is_away_one_line_says_so_and_links_still_let_in(
    browser: Any, pretended: Any, house: Any, grants: Grants, caplog: pytest.LogCaptureFixture, tools: Any
) -> None:
    from sayso.app.http import links

    grants.name_officer("olga", ["hold"], pretended.clock.now())
    pretended.away = True
    answer = browser.get("/officer/sign-in")
    assert answer.status_code == 503
    assert "ask the operator for a link" in answer.text
    assert [one.message.splitlines() for one in caplog.records if one.name == "sayso.http"] == [
        ["the provider of sign-in does not answer as it should; links from `sayso officer link` still let officers in"]
    ]
    link = links.mint(house.keys.session, "olga", "officer", at=house.now(), base_url="http://testserver", to="overview")
    page = browser.get(link).text
    import re

    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    browser.post("/enter", data=fields, headers={"origin": "null", "sec-fetch-site": "same-origin"})
    assert browser.get("/officer/holds").status_code == 200


ANOTHER: list[dict[str, Any]] = [{"issuer": "https://evil.example"}, {"token_endpoint": "http://login.example/token"}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": None},
     {"code_challenge_methods_supported": ["plain"]}, {"authorization_endpoint": "javascript:alert(1)"}, {"end_session_endpoint": "http://evil.example"}]  # fmt: skip


def test_a_provider_that_says_it_is_another_or_speaks_in_the_clear_is_not_asked(browser: Any, pretended: Any) -> None:
    for pretended.said in ANOTHER:
        refused(browser, browser.get("/officer/sign-in"), 503)
    assert not any(one.url.path.endswith("/token") for one in pretended.asked)


def test_olga_leaves_here_and_is_led_on_to_leave_there(browser: Any, pretended: Any, tools: Any) -> None:
    comes(browser, pretended)
    copy = browser.cookies["sayso"]
    assert browser.presses("/leave").headers["location"] == "/officer/left"
    page = browser.get("/officer/left")
    there = parse_qs(urlsplit(page.headers["refresh"].removeprefix("0; url=")).query)
    assert there == {"client_id": ["sayso"], "post_logout_redirect_uri": ["http://testserver/"]}
    thief = tools.Browser(browser.app)
    thief.cookies.set("sayso", copy)
    assert thief.get("/officer").status_code == 401


def test_where_the_provider_offers_no_way_out_or_is_away_leaving_works_all_the_same(browser: Any, pretended: Any) -> None:
    pretended.said = {"end_session_endpoint": None}
    comes(browser, pretended)
    browser.presses("/leave")
    assert browser.get("/officer/left").headers["location"] == "/?done=left"
    pretended.away = True
    pretended.later(timedelta(minutes=6))
    assert browser.get("/officer/left").headers["location"] == "/?done=left"


def test_who_tries_wrong_answers_is_locked_out(browser: Any) -> None:
    codes = [browser.get("/officer/signed-in?code=a&state=b").status_code for _ in range(21)]
    assert (codes[0], codes[-1]) == (403, 429)


def test_without_a_provider_there_is_nothing_to_sign_in_at(house: Any, tools: Any) -> None:
    browser = tools.Browser(tools.site(house, None))
    assert [browser.get(f"/officer/{one}").status_code for one in ("sign-in", "signed-in?code=a&state=b")] == [404, 404]
    assert "sign-in" not in browser.get("/").text


def test_nothing_of_a_token_a_code_or_the_secret_is_kept_or_logged(
    browser: Any, pretended: Any, house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = []
    make = pretended.token
    pretended.token = lambda *given: tokens.append(make(*given)) or tokens[-1]
    address = pretended.answers(browser.begins())
    code, state = (parse_qs(urlsplit(address).query)[one][0] for one in ("code", "state"))
    assert browser.get(address).status_code == 303
    pretended.claims = {"aud": "another"}
    comes(browser, pretended)
    assert len(tokens) == 2
    secrets = [*tokens, *(part for one in tokens for part in one.split(".")[1:]), "an-access-token", "s3cret", state]
    # What the test itself asks its site for is logged by the client of the test, in the server's place.
    logged = "\n".join(one.getMessage() for one in caplog.records if "http://testserver" not in one.getMessage())
    kept = b"".join(
        one.read_bytes()
        for folder in (house.settings.data, house.settings.keys)
        for one in Path(folder).rglob("*")
        if one.is_file()
    )
    for secret in [*secrets, f"code={code}"]:
        assert secret not in logged
        assert secret.encode() not in kept
        assert all(secret not in value for value in browser.cookies.values())


def test_two_whom_the_provider_signed_in_put_a_policy_into_force_and_neither_alone(
    browser: Any, pretended: Any, house: Any, grants: Grants, tools: Any
) -> None:
    from sayso.app.jobs import approving

    both = {"boss": frozenset({"read", "operate", "approve"})}
    app = tools.site(house, tools.Provider(tools.trust(roles=both), tools.transport(pretended)))
    pretended.groups, names = ("boss",), []
    for pretended.subject in ("olga", "otto"):
        comes(tools.Browser(app), pretended)
        names.append(next(one.name for one in grants.state().guests.values() if one.subject == pretended.subject))
    text = (Path(__file__).resolve().parents[2] / "policies" / "protective.toml").read_text("utf-8")
    made = approving.propose(house, text, "protective", by=names[0], why="asked for")
    with pytest.raises(Refused, match="another officer"):
        approving.approve(house, made.number, by=names[0], why="mine")
    pretended.later(timedelta(hours=1, seconds=1))
    with pytest.raises(Refused, match="no officer with the role"):
        approving.approve(house, made.number, by=names[1], why="an hour ago I could")
    comes(tools.Browser(app), pretended)
    approving.approve(house, made.number, by=names[1], why="looked at")
    assert house.policy_in_force().name == "protective"
    grants.end_officer(names[0], pretended.clock.now())
    assert not grants.may(names[0], "operate", pretended.clock.now())

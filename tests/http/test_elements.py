"""What the routes of the elements give, and to whom: an opened origin, a fresh link, then a pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.app.http import create_app, links
from sayso.app.http.site import opened_origin
from sayso.app.pages import asking_words, catalogues
from sayso.app.views import PrivateView
from sayso.darkpatterns import grade
from sayso.darkpatterns.lexicon import LEANING, VAGUE, hit, tongue
from sayso.facts.errors import Unfit
from sayso.notices import shipped

BASE, SHOP = "http://testserver", "https://chat.example"


class Host:
    """A host product's page: it has a link for its user, and sends what its element sends."""

    def __init__(self, desk: Any, secret: bytes) -> None:
        from fastapi.testclient import TestClient

        app = create_app(desk, secret=secret, base_url=BASE, secure=False, operator="Example Chat", open_to=[SHOP])
        self.client, self.desk, self.secret = TestClient(app, base_url=BASE, raise_server_exceptions=False), desk, secret

    def link(self, account: str = "cy", **more: Any) -> str:
        address = links.mint(self.secret, account, more.pop("kind", "person"), at=self.desk.at, base_url=BASE, **more)
        return parse_qs(urlsplit(address).query)["t"][0]

    def send(self, what: str, fields: dict[str, str], origin: str | None = SHOP, **headers: str) -> Any:
        named = {"origin": origin} if origin else {}
        return self.client.post(f"/ask/{what}", data={"place": "notice", "lang": "en", **fields}, headers={**named, **headers})

    def ask(self, account: str = "cy", **fields: str) -> Any:
        return self.send("question", {"link": self.link(account), **fields})


@pytest.fixture
def host(desk: Any, secret: bytes) -> Host:
    return Host(desk, secret)


def test_an_opened_page_gets_the_question_and_no_cookie(host: Host) -> None:
    came = host.ask()
    assert came.status_code == 200
    assert came.headers["access-control-allow-origin"] == SHOP
    assert "access-control-allow-credentials" not in came.headers
    assert "origin" in came.headers["vary"]
    assert "set-cookie" not in came.headers
    told = came.json()
    assert told["state"] == "open"
    assert [answer for answer, _ in told["question"]["answers"]] == ["allow", "refuse", "later"]
    assert host.desk.log == [("shown", "cy", "model_training", told["question"]["digest"])]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "https://evil.example",
        "https://chat.example.evil.example",
        "http://chat.example",
        "https://chat.example:444",
        "HTTPS://CHAT.EXAMPLE",
    ],
    ids=str,
)
@pytest.mark.parametrize("what", ["question", "answer", "receipt"])
def test_any_other_page_gets_nothing_and_its_link_is_not_spent(host: Host, origin: str | None, what: str) -> None:
    link = host.link()
    came = host.send(what, {"link": link}, origin)
    assert came.status_code == 403
    assert "access-control-allow-origin" not in came.headers
    assert came.headers["cross-origin-resource-policy"] == "same-origin"
    assert host.desk.log == []
    assert host.send("question", {"link": link}).status_code == 200


def test_a_preflight_is_denied_since_no_honest_request_needs_one(host: Host) -> None:
    came = host.client.options("/ask/answer", headers={"origin": SHOP, "access-control-request-method": "POST"})
    assert came.status_code == 405


def test_where_nobody_is_opened_everybody_is_denied(desk: Any, secret: bytes) -> None:
    from fastapi.testclient import TestClient

    closed = TestClient(create_app(desk, secret=secret, base_url=BASE, secure=False), base_url=BASE)
    assert closed.post("/ask/question", data={"place": "notice"}, headers={"origin": BASE}).status_code == 403


def test_a_link_enters_once_and_the_pass_goes_on_until_it_ends(host: Host) -> None:
    link = host.link()
    ticket = host.send("question", {"link": link}).json()["pass"]
    again = host.send("question", {"link": link})
    assert (again.status_code, again.json()["code"]) == (403, "ended")
    assert host.send("question", {"pass": ticket}).status_code == 200
    host.desk.at += timedelta(hours=2, minutes=1)
    assert host.send("question", {"pass": ticket}).json()["code"] == "ended"


def test_a_pass_is_good_on_its_own_origin_only_and_is_no_session(desk: Any, secret: bytes) -> None:
    from fastapi.testclient import TestClient

    app = create_app(desk, secret=secret, base_url=BASE, secure=False, open_to=[SHOP, "https://other.example"])
    client = TestClient(app, base_url=BASE)
    host = Host(desk, secret)
    host.client = client
    ticket = host.ask().json()["pass"]
    assert host.send("question", {"pass": ticket}, "https://other.example").status_code == 403
    client.cookies.set("sayso", ticket)
    assert client.get("/me/choice").status_code == 401


def test_an_officer_s_link_a_foreign_one_and_a_deleted_account_are_not_asked(host: Host) -> None:
    assert host.send("question", {"link": host.link("olga", kind="officer", to="overview")}).status_code == 403
    assert host.send("question", {"link": "x" * 1500}).status_code == 403
    host.desk.delete_account("cy")
    assert host.send("question", {"link": host.link()}).json()["code"] == "gone"


@pytest.mark.parametrize(
    ("place", "account", "asked", "via"),
    [("signup", "cy", True, "signup"), ("notice", "cy", True, "notice"), ("settings", "cy", True, "settings"), ("settings", "ana", True, "settings"),
     ("notice", "bo", False, ""), ("signup", "ana", False, ""), ("reminder", "ana", False, ""), ("private", "cy", False, "")],
)  # fmt: skip
def test_each_placement_asks_whom_it_should_and_records_where_it_was(
    host: Host, place: str, account: str, asked: bool, via: str
) -> None:
    told = host.ask(account, place=place).json()
    assert ("question" in told) == asked
    if not asked:
        assert host.desk.log == []
        return
    question = told["question"]
    done = host.send(
        "answer",
        {"pass": told["pass"], "place": place, "language": "en", "digest": question["digest"], "answer": "allow", "key": "k1"},
    )
    assert done.json()["outcome"] == "recorded"
    assert host.desk.log[-1][3:6] == ("allow", via, question["digest"])
    receipt = host.send("receipt", {"pass": told["pass"], "line": str(done.json()["line"])})
    assert receipt.json()["purpose"] == "model_training"


def test_nothing_is_recorded_on_other_words_in_another_language_or_without_a_key(host: Host) -> None:
    told = host.ask().json()
    good = {"pass": told["pass"], "language": "en", "digest": told["question"]["digest"], "answer": "allow", "key": "k1"}
    changes: list[tuple[dict[str, str], int]] = [
        ({"digest": "0" * 64}, 409), ({"language": "nl"}, 400), ({"answer": "yes"}, 400), ({"key": "two words"}, 400), ({"key": ""}, 400),
        ({"place": "elsewhere"}, 400), ({"pass": "x"}, 403),
    ]  # fmt: skip
    for change, status in changes:
        assert host.send("answer", {**good, **change}).status_code == status, change
    assert [line[0] for line in host.desk.log] == ["shown"]
    assert host.send("receipt", {"pass": told["pass"], "line": "41"}).status_code == 404
    assert host.send("receipt", {"pass": told["pass"], "line": "x"}).status_code == 404


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["link", "pass", "place", "lang", "digest", "answer", "language", "key", "line"]), st.text(max_size=40)
    )
)
def test_whatever_is_sent_comes_back_as_a_refusal_in_words(fields: dict[str, str]) -> None:
    from tests.http.conftest import fake

    host = Host(fake.FakeDesk(), fake.SECRET)
    for what in ("question", "answer", "receipt"):
        came = host.client.post(f"/ask/{what}", data=fields, headers={"origin": SHOP})
        assert 400 <= came.status_code < 500
        assert came.json()["code"] in ("ended", "failed", "gone")
    assert host.desk.log == []


@pytest.mark.parametrize(("text", "said"), [("*", "no origin"), ("https://*.example", "no origin"), ("https://a.example/path", "no origin"),
    ("chat.example", "no origin"), ("http://chat.example", "not https"), ("https://a.example:x", "no origin"), ("https://u:p@a.example", "no origin")])  # fmt: skip
def test_an_origin_is_opened_by_its_whole_name(text: str, said: str) -> None:
    with pytest.raises(Unfit, match=said):
        opened_origin(text, secure=True)


def test_the_files_are_given_to_opened_pages_and_no_other_name_is(host: Host) -> None:
    came = host.client.get("/elements/sayso-ask.js", headers={"origin": SHOP})
    assert (came.status_code, came.headers["content-type"].split(";")[0], came.headers["access-control-allow-origin"]) == (
        200,
        "text/javascript",
        SHOP,
    )
    assert "access-control-allow-origin" not in host.client.get("/elements/sayso-ask.js").headers
    assert host.client.get("/elements/..%2fwords%2fen.toml").status_code == 404


def test_the_words_around_the_question_are_whole_in_six_languages_and_in_none_but_their_own() -> None:
    words = asking_words()
    assert set(words) == {"ar", "de", "en", "es", "fr", "ja"} == set(shipped()[0].languages)
    keys = {
        tag: {key: (text.count("{label}"), text.count("{days}")) for key, text in one.sentences.items()}
        for tag, one in words.items()
    }
    assert all(one == keys["en"] for one in keys.values())
    assert all(text.strip() for one in words.values() for text in one.sentences.values())
    for tag, one in words.items():
        said = [text.format(label="", days=30) for text in one.sentences.values()]
        assert {tongue(text) for text in said} <= {tag, ""}
        assert tongue(" ".join(said)) == tag
        assert not any(hit(VAGUE, tag, text) or hit(LEANING, tag, text) for text in said)
        assert grade(". ".join(said), tag) < 8
        for other, theirs in words.items():
            if other != tag:
                assert not set(one.sentences.values()) & set(theirs.sentences.values())


def test_the_line_on_a_private_chat_says_what_the_policy_in_force_says(host: Host) -> None:
    def said(lang: str = "en") -> str:
        return str(host.ask("ana", place="private", lang=lang).json()["say"]["private"])

    host.desk.private = PrivateView(used=False, days=3)
    assert said() == "Private chat. It is not used to train, whatever you answer. Days it is kept: 3."
    assert "3" in said("ar")
    host.desk.private = PrivateView(used=True, days=None)
    assert said() == (
        "Private chat. Being private does not keep it out of training. It is kept as long as there is a reason to. The day is not known yet."
    )
    assert "30" not in said("de")
    assert "private" not in host.ask("ana", place="reminder").json()["say"], "a line about what nobody asked for is not made"


@pytest.mark.parametrize("notice", shipped("Example Chat"), ids=lambda notice: notice.name)
def test_no_sentence_of_a_notice_is_in_another_language(notice: Any) -> None:
    for tag in notice.languages:
        words = notice.words(tag)
        said = [words.title, *(fact.text for fact in words.facts), *words.more]
        assert {tongue(text) for text in said} <= {tag, ""}
        assert tongue(" ".join(said)) == tag
        kinds = [fact.kind for fact in words.facts]
        assert kinds == [fact.kind for fact in notice.words("en").facts]


def test_the_pages_and_the_elements_ask_in_words_that_both_have() -> None:
    assert set(catalogues()) <= set(asking_words())


def test_words_that_were_found_unfair_are_not_asked_in_anybody_s_page(host: Host) -> None:
    told = host.ask().json()
    host.desk.unfair = lambda digest: True
    assert "question" not in host.ask("cy", place="settings").json()
    said = {"pass": told["pass"], "language": "en", "digest": told["question"]["digest"], "answer": "allow", "key": "k1"}
    assert host.send("answer", said).json()["outcome"] == "unfair"
    assert "choose" not in [line[0] for line in host.desk.log]

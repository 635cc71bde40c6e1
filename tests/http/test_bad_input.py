"""What somebody tries: another person's id in every parameter of every route, a megabyte in every field, markup, wrong clocks.

Every route of the table is tried, so that one added later is tried too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.http.conftest import BASE, Visitor, fake

from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, create
from sayso.app.http import create_app, links
from sayso.app.http.rights import right_of
from sayso.app.jobs import build, people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.words import AccountId, ConversationId

SECRET = b"another secret of thirty-two bytes"
MARKUP = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
CANARY = "canary of Bo"
BEGIN = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUERY = ("t", "show", "since", "until", "before", "done", "form", "lang", "from", "account", "conversation", "seq", "release")
FIELDS = ("link", "notice", "digest", "language", "answer", "words", "before", "show", "since", "until", "account", "conversation")
WIDE = ("/v1/accounts/{account}/conversations", "/v1/decisions")
LAST = {"/me/delete": 1, "/me/return": 2}
"""Routes that end what the others need, tried behind them."""


class Town:
    """A real house in which Ana and Bo have chats, answers, a release and a deletion each."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desk = FrontDesk(house)
        self.app = create_app(self.desk, secret=SECRET, base_url=BASE, secure=False)
        self.bo = people.account_of(house, "bo@example.org")
        self.ana = people.account_of(house, "ana@example.org")
        mine, gone = house.present().of_account(self.bo)
        self.desk.delete_conversation(self.bo, gone)
        (line, *_) = self.desk.choices(self.bo)
        self.seq = line.seq
        self.ids: tuple[str, ...] = (self.bo, mine, gone, str(self.seq), "bo@example.org", f"{10**15}.{mine}")

    def enter(self, account: AccountId) -> Visitor:
        someone = Visitor(self.app)
        came = someone.enter(links.mint(SECRET, account, "person", at=self.house.now(), base_url=BASE))
        assert came.status_code == 303
        return someone

    def of_bo(self) -> tuple[object, ...]:
        """Everything about Bo that anybody could change."""
        past, chats = self.house.present(), self.house.present().of_account(self.bo)
        with self.house.reading() as conn:
            lines = [entry.seq for entry in self.house.ledger.about(conn, [self.bo], after=0, limit=1000)]
        return (
            lines,
            [past.standing(one).deleted_at for one in chats],
            past.answer(self.bo, "model_training"),
            past.deleted_at(self.bo),
        )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder, clock = tmp_path_factory.mktemp("town"), StoryClock(BEGIN)
    with create(Settings(data=folder / "d", keys=folder / "k"), clock=clock) as house:
        with house.writing() as work:
            for name in ("ana@example.org", "bo@example.org"):
                people.enrol(house, work, name, tier="pro", region="US")
        for name in ("ana@example.org", "bo@example.org"):
            people.choose(house, people.account_of(house, name), "model_training", "allow", via="settings")
        clock.set(BEGIN + timedelta(hours=1))
        for name, title in (("ana@example.org", MARKUP), ("bo@example.org", CANARY)):
            for key in ("one", "two"):
                turns = (Turn(id="1", role="user", parts=(Text(f"{title} said {key}"),), at=clock.now()),)
                item = Conversation(id=f"{name}-{key}", source="t", account=name, title=title, turns=turns)
                assert collect_all(house, "t", [item], Arrival(own=True)).conversations == 1
        clock.set(BEGIN + timedelta(days=2))
        build.build(house, "r1", "model_training")
        yield Town(house)


def routes(app: Any, method: str) -> list[str]:
    """Return the paths of all routes that take *method*, those that end a visit behind the others."""
    paths = [route.path for route in app.routes if method in route.methods and right_of(route) is not None]
    return sorted(paths, key=lambda path: (LAST.get(path, 0), path))


def filled(path: str, value: str) -> str:
    return re.sub(r"\{\w+\}", lambda _: value.replace("/", "%2F"), path)


def nothing_of_bo(town: Town, answer: Any, sent: str, where: str) -> None:
    """Nothing of Bo comes back but what was sent: no word, no name, no other id of his."""
    assert answer.status_code < 500, where
    text = answer.text.replace(sent, "")
    for secret in (CANARY, "bo@example.org", town.bo, *town.ids[1:3]):
        assert secret not in text, where


def test_bos_ids_open_nothing_of_his_to_ana_in_any_parameter_of_any_route(town: Town) -> None:
    before, tried = town.of_bo(), 0
    ana = town.enter(town.ana)
    for path in routes(town.app, "GET"):
        for sent in town.ids:
            addresses = [f"{path}?{name}={sent}" for name in QUERY] if "{" not in path else []
            for address in [filled(path, sent), *addresses]:
                answer = ana.get(address)
                nothing_of_bo(town, answer, sent, address)
                if "{" in path:
                    # Over the API a person is nobody: without a key of a service nothing is looked for.
                    assert answer.status_code in ((401, 404) if path.startswith("/v1/") else (404, 409)), address
                tried += 1
    assert tried > 500
    assert town.of_bo() == before, "reading changes nothing of his"


def test_bos_ids_do_nothing_to_him_in_any_field_of_any_form_of_anas(town: Town) -> None:
    before, tried = town.of_bo(), 0
    bos = town.enter(town.bo)
    foreign = bos.fields(bos.get("/me/choice").text, "/leave")["token"]
    for path in routes(town.app, "POST"):
        for sent in town.ids:
            ana = town.enter(town.ana) if path not in LAST else None
            if ana is None:
                break
            token = ana.fields(ana.get("/me/history").text, "/leave")["token"]
            for fields in ({"token": token, **dict.fromkeys(FIELDS, sent)}, {"token": foreign, **dict.fromkeys(FIELDS, sent)}):
                answer = ana.post(filled(path, sent), fields)
                nothing_of_bo(town, answer, sent, path)
                if fields["token"] == foreign:
                    assert answer.status_code in (400, 401, 403, 404, 413, 415), path
                tried += 1
    assert tried > 60
    assert town.of_bo() == before
    ana = town.enter(town.ana)
    token = ana.fields(ana.get("/me/history").text, "/leave")["token"]
    assert ana.post("/me/delete", {"token": token, "account": town.bo}).status_code == 200
    assert ana.post("/me/return", {"token": token, "account": town.bo}).status_code == 303
    assert town.of_bo() == before


def test_markup_in_titles_and_names_is_shown_as_signs_on_every_page(town: Town) -> None:
    ana = town.enter(town.ana)
    (one, *_) = town.house.present().of_account(town.ana)
    for path in routes(town.app, "GET"):
        if path.startswith("/me"):
            page = ana.get(filled(path, one)).text
            assert MARKUP not in page, path
            assert "<img src=x" not in page, path
    assert "&lt;script&gt;document.title" in ana.get("/me/conversations").text


def test_a_megabyte_in_any_field_is_turned_away_before_it_is_read(app: Any, enter: Any, desk: Any) -> None:
    ana = enter("ana")
    desk.log.clear()
    for path in routes(app, "POST"):
        for name in ("token", *FIELDS):
            # Where programs send many turns or names at once a megabyte is room enough; she is asked for a key before it is read.
            wanted = 401 if path in WIDE else 413
            assert ana.post(filled(path, "a1"), {name: "x" * 1_000_000}).status_code == wanted, (path, name)
    assert desk.log == []


@pytest.mark.parametrize("sign", ["x", "\u202e", "'", "%", "\U0001f600"])
def test_a_very_long_word_in_any_part_of_an_address_gets_an_answer_in_words(enter: Any, app: Any, sign: str) -> None:
    ana = enter("ana")
    for path in routes(app, "GET"):
        answer = ana.client.get(filled(path, "a1"), params=dict.fromkeys(QUERY, sign * 300))
        assert answer.status_code < 500, path
        # The links to other languages carry on what was asked; nothing else repeats it.
        assert sign * 250 not in re.sub(r'href="[^"]*"', "", answer.text), path


TONGUES = ["tlh", "", "dex-" + "a" * 40, "../en", "en.toml", "en\u0000", "EN", "*", "zh-Hans;q=NaN", MARKUP]


@pytest.mark.parametrize("tongue", TONGUES)
def test_an_unknown_language_is_answered_in_one_there_is(enter: Any, tongue: str) -> None:
    ana = enter("ana")
    for path in ("/", "/me/choice", "/me/conversations", "/me/traces", "/me/changes"):
        answer = ana.client.get(path, params={"lang": tongue}, headers={"accept-language": tongue.encode("ascii", "replace")})
        assert answer.status_code == 200
        assert '<html lang="en"' in answer.text
        assert MARKUP not in answer.text


CLOCKS: list[tuple[str, Callable[[Any], timedelta], int, int]] = [
    ("a link of tomorrow", lambda _: timedelta(days=1), 0, 403),
    ("a link of a minute ahead", lambda _: timedelta(minutes=1), 0, 403),
    ("a link of this instant", lambda _: timedelta(0), 0, 200),
    ("a link that has just ended", lambda _: timedelta(0), 15 * 60, 403),
    ("a link one second before its end", lambda _: timedelta(0), 15 * 60 - 1, 200),
]


@pytest.mark.parametrize(("what", "ahead", "later", "status"), CLOCKS, ids=[one[0] for one in CLOCKS])
def test_clocks_that_differ_let_nobody_in_who_should_not(
    visitor: Any, desk: Any, what: str, ahead: Callable[[Any], timedelta], later: int, status: int
) -> None:
    link = links.mint(fake.SECRET, "ana", "person", at=desk.at + ahead(what), base_url=BASE, minutes=15)
    desk.at += timedelta(seconds=later)
    assert visitor.get(link.removeprefix(BASE)).status_code == status


def test_a_visit_does_not_outlive_a_clock_that_was_set_back(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    desk.at -= timedelta(hours=1)
    assert ana.get("/me/choice").status_code == 401, "signed in the future: nobody knows how old it is"


def test_a_link_that_was_shown_is_not_entered_after_it_was_spent_ended_or_changed(app: Any, desk: Any, secret: bytes) -> None:
    link = links.mint(secret, "ana", "person", at=desk.at, base_url=BASE, minutes=15)
    first, second, third = Visitor(app), Visitor(app), Visitor(app)
    pages = [one.get(link.removeprefix(BASE)).text for one in (first, second, third)]
    assert first.post("/enter", first.fields(pages[0], "/enter")).status_code == 303
    assert second.post("/enter", second.fields(pages[1], "/enter")).status_code == 403, "replayed"
    desk.at += timedelta(minutes=15)
    assert third.post("/enter", third.fields(pages[2], "/enter")).status_code == 403, "ended"
    late = links.mint(secret, "ana", "person", at=desk.at, base_url=BASE, minutes=15)
    forged = Visitor(app)
    fields = forged.fields(forged.get(late.removeprefix(BASE)).text, "/enter")
    turned = links.mint(SECRET, "bo", "person", at=desk.at, base_url=BASE).split("t=")[1]
    assert forged.post("/enter", {**fields, "link": turned}).status_code == 403, "another installation's"


def test_the_house_of_these_tests_is_what_they_say(town: Town) -> None:
    bo = town.enter(town.bo)
    text = bo.get("/me/conversations").text
    assert CANARY in text, "Bo himself sees what nobody else may"
    assert bo.get(f"/me/receipts/{town.seq}").status_code == 200
    assert ConversationId(town.ids[1]) in town.house.present()

"""A plain press takes a short way off the wire; nobody can tell, and whatever is not plain goes the long way."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import h11
import pytest
import uvicorn
from fastapi import Response
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, create
from sayso.app.http import create_app, wire
from sayso.app.http.answers import QUESTIONS
from sayso.app.jobs import deletion, evidence, notices, people
from sayso.app.settings import Settings
from sayso.facts.errors import Broken
from sayso.facts.words import AccountId

PEOPLE = ("ana", "bo", "cy", "dee")
BASE = "http://say.example"


class Site:
    """One house served twice: by the short way where that is open, and by the long way alone."""

    def __init__(self, folder: Path) -> None:
        self.house: House = create(Settings(data=folder / "data", keys=folder / "keys"), policy="anthropic-consumer")
        with self.house.writing() as work:
            self.accounts = {name: people.enrol(self.house, work, name, tier="pro", region="US") for name in PEOPLE}
        self.desk = FrontDesk(self.house)
        self.app = create_app(self.desk, secret=self.house.keys.session, base_url=BASE, secure=False, operator="Example Chat")
        self.setting = self.app.state.setting
        self.digests = {name: self.desk.notice(name)[1] for name in QUESTIONS}
        self.taken: list[object] = []
        self.protocol = wire.protocol(self.setting, self)
        self.servers: list[uvicorn.Server] = []
        self.threads: list[threading.Thread] = []
        self.short, self.long = self._serve(self.protocol), self._serve("h11")

    def _serve(self, http: Any) -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(self.app, http=http, log_level="critical", access_log=False, server_header=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        self.servers.append(server)
        self.threads.append(thread)
        return int(listening.getsockname()[1])

    def end(self) -> None:
        for server in self.servers:
            server.should_exit = True
        for thread in self.threads:
            thread.join()
        self.house.close()

    def at_hand(self, name: str) -> bool:
        return self.desk.at_hand(name)

    def choose_later(self, group: Sequence[Any]) -> None:
        self.taken += [press for press, _, _ in group]
        self.desk.choose_later(group)

    def promise_of(self, entry: Any) -> str | None:
        return self.desk.promise_of(entry)

    def session(self, account: AccountId, kind: Any = "person") -> tuple[str, str]:
        """A cookie as a link would have given it, and the token that goes with it."""
        response = Response()
        self.setting.sessions.begin(response, kind, account)
        cookie = response.headers["set-cookie"].split(";")[0]
        session = self.setting.sessions.read(cookie.partition("=")[2])
        assert session is not None
        return cookie, session.form_token

    def press(self, who: str, answer: str = "allow", notice: str = "settings", **more: str) -> bytes:
        """The bytes of a press as a browser sends them; fields of *more* replace those of the form."""
        cookie, token = self.session(self.accounts[who])
        fields = {"token": token, "notice": notice, "digest": self.digests[notice], "language": "en", "answer": answer}
        return spelled(urlencode({**fields, **more}), cookie)

    def lines(self, who: str) -> list[Any]:
        with self.house.reading() as conn:
            return [one.line for one in self.house.ledger.of_account(conn, self.accounts[who], ["choice"])]


def spelled(body: str, cookie: str, **headers: str) -> bytes:
    told = {
        "Host": "say.example",
        "Accept-Language": "en-US,en;q=0.5",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        "Origin": "null",
        "Cookie": cookie,
        "Sec-Fetch-Site": "same-origin",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST /me/choice HTTP/1.1\r\n{head}\r\n{body}".encode("latin-1")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.end()


def asked(port: int, *parts: bytes, answers: int = 1) -> list[tuple[bytes, bytes]]:
    """Send *parts* one by one on one connection and return head and body of each answer."""
    found: list[tuple[bytes, bytes]] = []
    with socket.create_connection(("127.0.0.1", port), 30) as one:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            one.sendall(part)
        got, ended = b"", False
        while len(found) < answers and not (ended and not got):
            head, there, body = got.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            size = int(length[1]) if length else len(body) if ended else None  # without a length it goes on to the end
            if there and size is not None and len(body) >= size:
                found.append((head, body[:size]))
                got = body[size:]
                continue
            assert not ended, "half an answer"
            more = one.recv(65536)
            got, ended = got + more, not more
    return found


def plainly(answer: tuple[bytes, bytes]) -> tuple[list[bytes], bytes]:
    """An answer without what differs from one request to the next: the time, the number of the line, tokens, a failure's number."""
    head = re.sub(rb"done=\d+", b"done=N", re.sub(rb"(?im)^date: .*\r?\n", b"", head_of(answer)))
    body = re.sub(rb'value="[^"]*"', b"", re.sub(rb"\b[0-9a-f]{8}\b", b"", answer[1]))
    return sorted(head.split(b"\r\n")), body


def head_of(answer: tuple[bytes, bytes]) -> bytes:
    return answer[0] + b"\r\n"


@pytest.mark.parametrize("answer", ["allow", "refuse"])
@pytest.mark.parametrize("notice", ["settings", "training-choice"])
def test_a_press_by_the_short_way_is_answered_and_recorded_as_by_the_long_one(site: Site, answer: str, notice: str) -> None:
    taken = len(site.taken)
    quick, slow = asked(site.short, site.press("ana", answer, notice)), asked(site.long, site.press("bo", answer, notice))
    assert [plainly(one) for one in quick] == [plainly(one) for one in slow]
    assert quick[0][0].startswith(b"HTTP/1.1 303 See Other\r\n")
    assert len(site.taken) == taken + 1
    ana, bo = site.lines("ana")[-1], site.lines("bo")[-1]
    assert (ana.say, ana.via, ana.notice, ana.locale, ana.pressed, ana.covers) == (
        bo.say, bo.via, bo.notice, bo.locale, bo.pressed, bo.covers,
    )  # fmt: skip


def test_where_the_log_is_published_both_ways_carry_the_promise_of_the_line(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.desk, "publishes", True)
    for port, who in ((site.short, "ana"), (site.long, "bo")):
        ((head, _),) = asked(port, site.press(who, "refuse"))
        carried = re.search(rb"(?im)^sayso-promise: (\S+)\r?$", head + b"\r\n")
        line = re.search(rb"done=(\d+)", head)
        assert carried is not None
        assert line is not None
        told = json.loads(base64.b64decode(carried[1]))
        assert told == site.desk.promise(site.accounts[who], int(line[1]))
        assert f'"account":"{site.accounts[who]}"' in told["opening"]["text"]


def test_a_no_that_takes_a_yes_back_is_called_a_withdrawal_on_both_ways(site: Site) -> None:
    for port, who in ((site.short, "ana"), (site.long, "bo")):
        asked(port, site.press(who, "allow"))
        asked(port, site.press(who, "refuse"))
        asked(port, site.press(who, "refuse"))
        assert [line.via for line in site.lines(who)[-2:]] == ["withdrawal", "settings"]


WRONG: dict[str, Callable[[Site], bytes]] = {
    "a token of somebody else": lambda site: site.press("cy", token=site.session(site.accounts["bo"])[1]),
    "no token": lambda site: site.press("cy", token=""),
    "words that are not those shown": lambda site: site.press("cy", digest="0" * 64),
    "a notice that is none": lambda site: spelled(urlencode({"notice": "x"}), site.session(site.accounts["cy"])[0]),
    "an answer that was not offered": lambda site: site.press("cy", "perhaps"),
    "a language nobody speaks here": lambda site: site.press("cy", language="xx"),
    "later": lambda site: site.press("cy", "later", "training-choice"),
    "the question about stored chats": lambda site: site.press("cy", "allow", "imported"),
    "another site's page": lambda site: site.press("cy").replace(b"same-origin", b"cross-site"),
    "another origin": lambda site: site.press("cy").replace(b"Origin: null", b"Origin: http://evil.example"),
    "no cookie": lambda site: site.press("cy").replace(b"Cookie:", b"X-Cookie:"),
    "a cookie with one sign changed": lambda site: re.sub(rb"(Cookie: sayso=.)", rb"\1A", site.press("cy")),
    "an officer": lambda site: spelled("a=b", site.session(AccountId("officer"), "officer")[0]),
    "an account nobody knows": lambda site: spelled("a=b", site.session(AccountId("0" * 32))[0]),
    "a field twice": lambda site: site.press("cy").replace(b"&answer=allow", b"&answer=allow&answer=allow").replace(
        b"Content-Length: ", b"Content-Length: 0"
    ),
    "JSON": lambda site: site.press("cy").replace(b"application/x-www-form-urlencoded", b"application/json"),
    "a key that is none": lambda site: site.press("cy").replace(b"Origin:", b"Idempotency-Key: a b\r\nOrigin:"),
    "two lengths": lambda site: site.press("cy").replace(b"Origin:", b"Content-Length: 1\r\nOrigin:"),
    "a length that is none": lambda site: re.sub(rb"Content-Length: \d+", b"Content-Length: +9", site.press("cy")),
    "two hosts": lambda site: site.press("cy").replace(b"Origin:", b"Host: evil.example\r\nOrigin:"),
    "no host": lambda site: site.press("cy").replace(b"Host:", b"X-Host:"),
    "a space before the colon": lambda site: site.press("cy").replace(b"Origin:", b"Origin :"),
    "a folded header": lambda site: site.press("cy").replace(b"Origin: null", b"Origin:\r\n null"),
    "bytes that are no text": lambda site: site.press("cy").replace(b"en-US", b"\xff\xfe"),
    "a nul": lambda site: site.press("cy").replace(b"en-US", b"\0"),
    "more than the longest form": lambda site: spelled("a" * 20_000, site.session(site.accounts["cy"])[0]),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_whatever_is_not_plain_is_answered_as_ever_and_never_taken_in(site: Site, what: str) -> None:
    sent, taken, before = WRONG[what](site), len(site.taken), len(site.lines("cy"))
    quick, slow = asked(site.short, sent), asked(site.long, sent)
    assert quick
    assert [plainly(one) for one in quick] == [plainly(one) for one in slow]
    assert len(site.taken) == taken
    recorded = 2 if quick[0][0].startswith(b"HTTP/1.1 303") and what != "later" else 0
    assert len(site.lines("cy")) - before == recorded


def test_chunks_a_connection_to_close_and_an_old_version_are_taken_the_long_way(site: Site) -> None:
    taken, press = len(site.taken), site.press("cy")
    head, _, body = press.partition(b"\r\n\r\n")
    chunked = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head) + b"\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (
        len(body),
        body,
    )
    for sent in (chunked, press.replace(b"Origin:", b"Connection: close\r\nOrigin:"), press.replace(b"HTTP/1.1", b"HTTP/1.0")):
        assert [one[0][9:12] for one in asked(site.short, sent)] == [b"303"]
    assert len(site.taken) == taken


def test_a_press_in_pieces_two_at_once_and_one_before_a_page_are_each_answered_in_turn(site: Site) -> None:
    press, page = site.press("dee"), b"GET /robots.txt HTTP/1.1\r\nHost: say.example\r\n\r\n"
    for cut in (1, 30, press.index(b"\r\n\r\n") + 4, len(press) - 1):
        assert [one[0][9:12] for one in asked(site.short, press[:cut], press[cut:])] == [b"303"]
    assert [one[0][9:12] for one in asked(site.short, press + press, answers=2)] == [b"303", b"303"]
    assert [one[0][9:12] for one in asked(site.short, press, press, page, press, answers=4)] == [b"303", b"303", b"200", b"303"]
    assert [one[0][9:12] for one in asked(site.short, press + page + press, answers=3)] == [b"303", b"200", b"303"]


def test_a_press_under_a_key_is_one_line_on_whichever_way_it_comes(site: Site) -> None:
    def keyed(answer: str) -> bytes:
        return site.press("dee", answer).replace(b"Origin:", b"Idempotency-Key: 8e03978e\r\nOrigin:")

    before = len(site.lines("dee"))
    places = {
        asked(port, keyed("allow"))[0][0].partition(b"location: ")[2].split(b"\r\n")[0] for port in (site.short, site.long) * 2
    }
    assert len(places) == 1
    assert [asked(port, keyed("refuse"))[0][0][9:12] for port in (site.short, site.long)] == [b"409", b"409"]
    assert len(site.lines("dee")) == before + 1


def test_who_deleted_their_account_meanwhile_is_told_so_as_ever(tmp_path: Path) -> None:
    site = Site(tmp_path)
    try:
        press = site.press("ana")
        assert asked(site.short, press)[0][0].startswith(b"HTTP/1.1 303")
        deletion.delete(site.house, account=site.accounts["ana"])
        quick, slow = asked(site.short, press), asked(site.long, press)
        assert quick[0][0].startswith(b"HTTP/1.1 410")
        assert [plainly(one) for one in quick] == [plainly(one) for one in slow]
        assert len(site.lines("ana")) == 1
    finally:
        site.end()


def test_a_commit_nobody_knows_of_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path)
    try:
        tried: list[int] = []

        def broken(*_: object) -> str:
            tried.append(1)
            raise Broken("the disk is full; nothing was recorded")

        with monkeypatch.context() as wrong:
            wrong.setattr(site.house.ledger, "sign", broken)
            ((head, body),) = asked(site.short, site.press("ana"))
        assert head.startswith(b"HTTP/1.1 500")
        assert b"disk" not in body
        assert len(tried) == 1
        assert asked(site.short, site.press("ana"))[0][0].startswith(b"HTTP/1.1 303")
        assert len(site.lines("ana")) == 1
        assert evidence.audit(site.house) == []
    finally:
        site.end()


def test_many_at_once_are_each_told_the_line_that_is_theirs(site: Site) -> None:
    places: dict[str, list[int]] = {name: [] for name in PEOPLE}

    def one(who: str) -> None:
        for number in range(6):
            ((head, _),) = asked(site.short, site.press(who, ("allow", "refuse")[number % 2]))
            places[who].append(int(re.search(rb"done=(\d+)", head)[1]))  # type: ignore[index]  # or the test fails here

    threads = [threading.Thread(target=one, args=(who,)) for who in PEOPLE]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with site.house.reading() as conn:
        for who, seqs in places.items():
            assert len(seqs) == 6
            assert seqs == sorted(seqs)
            assert [site.house.ledger.entry(conn, seq).line.account for seq in seqs] == [site.accounts[who]] * 6  # type: ignore[union-attr]
            assert [site.house.ledger.entry(conn, seq).line.say for seq in seqs] == ["allow", "refuse"] * 3  # type: ignore[union-attr]
    assert evidence.audit(site.house) == []


BYTES = st.sampled_from(
    [b"\r\n", b"\r", b"\n", b" ", b"\t", b":", b"\0", b"\x7f", b"\xe9", b",", b"0", b"Host: b\r\n", b"te: x\r\n"]
)
PLAIN = spelled("token=t&answer=allow", "sayso=abc; other=d")


@examples(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PLAIN)), st.integers(0, 3), st.one_of(BYTES, st.binary(max_size=3))), max_size=3))
def test_what_the_short_way_reads_the_long_way_reads_alike(changes: list[tuple[int, int, bytes]]) -> None:
    data = PLAIN
    for place, gone, new in changes:
        data = data[:place] + new + data[place + gone :]
    whole = wire.read(data)
    if whole is None:
        assert data != PLAIN
        return
    parser = h11.Connection(h11.SERVER)
    parser.receive_data(data)
    request = parser.next_event()
    assert isinstance(request, h11.Request)
    assert (request.method, request.target, request.http_version) == (b"POST", b"/me/choice", b"1.1")
    assert {name.decode().lower(): value.decode() for name, value in request.headers} == dict(whole.headers)
    assert len(request.headers.raw_items()) == len(whole.headers)
    got = parser.next_event() if whole.body and whole.length else None
    assert (bytes(got.data) if isinstance(got, h11.Data) else b"") == whole.body[: whole.length]


def test_words_that_are_published_meanwhile_are_the_only_ones_pressed_on_by_either_way(tmp_path: Path) -> None:
    site = Site(tmp_path)
    try:
        asked(site.short, site.press("ana", "refuse"))
        assert len(site.taken) == 1
        text = (resources.files("sayso.notices.wording") / "settings.toml").read_text("utf-8")
        with site.desk.one:
            _, digest = notices.publish_text(site.house, text.replace("version = 2", "version = 90", 1), "settings", "Example Chat")
        assert digest != site.digests["settings"]
        came = [*asked(site.short, site.press("ana", "allow")), *asked(site.long, site.press("bo", "allow"))]
        assert [head.partition(b"\r\n")[0] for head, _ in came] == [b"HTTP/1.1 409 Conflict"] * 2
        assert (len(site.lines("ana")), len(site.lines("bo"))) == (1, 0), "the words they saw are not the words of now"
        drawn = site.desk.notice("settings")[1]
        asked(site.short, site.press("ana", "allow", digest=drawn))
        assert (site.lines("ana")[-1].notice, len(site.taken)) == (drawn, 2), "and the way is short again"
    finally:
        site.end()

"""A service that is killed in the middle of many choices: whatever it acknowledged is there, in order, and nobody's answer is another's."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sayso.app.house import create, open_house
from sayso.app.jobs import evidence, people
from sayso.app.settings import Settings
from sayso.facts.events import ChoiceMade
from sayso.facts.words import AccountId

pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")

from fastapi import Response

from sayso.app.frontdesk import FrontDesk
from sayso.app.http.sessions import Sessions

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-u", "-c", "from sayso.app.cli import main; main()"]
PEOPLE = 8


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serving(settings: Settings, port: int) -> subprocess.Popen[str]:
    program = [*PROGRAM, "serve", "--port", str(port), "--data", str(settings.data)]
    environ = os.environ | {"PYTHONPATH": str(ROOT / "src"), "SAYSO_KEYS": str(settings.keys)}
    process = subprocess.Popen(program, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    assert any("serving at" in line for line in iter(process.stdout.readline, "")), "the service ended"
    return process


def connected(port: int, process: subprocess.Popen[str]) -> socket.socket:
    while True:  # it says where it serves a moment before it listens
        try:
            return socket.create_connection(("127.0.0.1", port), 30)
        except ConnectionRefusedError:
            assert process.poll() is None, "the service ended"


def answered(one: socket.socket) -> int | None:
    """The number of the line a press became, `None` where the service is gone before it said so."""
    got = b""
    while b"\r\n\r\n" not in got:
        try:
            more = one.recv(65536)
        except ConnectionError:
            return None
        if not more:
            return None
        got += more
    found = re.search(rb"location: /me/choice\?done=(\d+)", got)
    assert found is not None, got
    return int(found[1])


def test_what_was_acknowledged_before_a_kill_is_there_in_order_and_its_persons_own(settings: Settings) -> None:
    with create(settings, policy="anthropic-consumer") as house:
        with house.writing() as work:
            accounts = [people.enrol(house, work, f"person {number}", tier="pro", region="US") for number in range(PEOPLE)]
        desk = FrontDesk(house)
        digests = {name: desk.notice(name)[1] for name in ("training-choice", "settings", "imported")}
        sessions = Sessions(house.keys.session, now=house.now, secure=False)
    press = pressed(sessions, digests["settings"])
    port, told = free_port(), {account: list[tuple[int, str]]() for account in accounts}
    for _ in range(2):
        with serving(settings, port) as process:

            def keep_on(account: AccountId, process: subprocess.Popen[str] = process) -> None:
                with connected(port, process) as one:
                    for number in range(10_000):
                        say = ("allow", "refuse")[number % 2]
                        try:
                            one.sendall(press(account, say))
                        except ConnectionError:
                            return
                        if (seq := answered(one)) is None:
                            return
                        told[account].append((seq, say))

            before = {account: len(mine) for account, mine in told.items()}
            threads = [threading.Thread(target=keep_on, args=(account,)) for account in accounts]
            for thread in threads:
                thread.start()
            while any(len(mine) < before[account] + 4 for account, mine in told.items()) and any(one.is_alive() for one in threads):
                threading.Event().wait(0.01)
            process.kill()
            for thread in threads:
                thread.join()
        with open_house(settings) as house:
            with house.reading() as conn:
                for account, mine in told.items():
                    assert len(mine) >= before[account] + 4
                    assert [seq for seq, _ in mine] == sorted(seq for seq, _ in mine), "in the order in which it was answered"
                    for seq, say in mine:
                        line = house.ledger.entry(conn, seq).line
                        assert isinstance(line, ChoiceMade)
                        assert (line.account, line.say) == (account, say)
            remembered = {deed.seq for deed in house.memory.deeds()}
            assert {seq for mine in told.values() for seq, say in mine if say == "refuse"} <= remembered
            assert evidence.audit(house) == []


def pressed(sessions: Sessions, digest: str) -> Callable[[AccountId, str], bytes]:
    """What spells a press of one person's answer, as a browser sends it."""
    cookies: dict[AccountId, tuple[str, str]] = {}

    def press(account: AccountId, say: str) -> bytes:
        if account not in cookies:
            response = Response()
            sessions.begin(response, "person", account)
            cookie = response.headers["set-cookie"].split(";")[0]
            session = sessions.read(cookie.partition("=")[2])
            assert session is not None
            cookies[account] = cookie, session.form_token
        cookie, token = cookies[account]
        body = urlencode({"token": token, "notice": "settings", "digest": digest, "language": "en", "answer": say})
        return (
            f"POST /me/choice HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nOrigin: null\r\nCookie: {cookie}\r\n\r\n{body}"
        ).encode()

    return press

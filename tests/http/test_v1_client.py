"""The client, over a real socket and in process: what our own users would write."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import uvicorn

from sayso.client import Client, Connection, ProblemError
from sayso.client.shapes import Append, Many, NewAccount, NewChoice, NewHold, NewRetention, NewTurn, Reach, Text


def through(api: Any) -> Any:
    """What carries requests to the site without a socket."""

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, Mapping[str, str], bytes]:
        came = api.client.request(method, target, content=body, headers=dict(headers))
        return came.status_code, dict(came.headers), came.content

    return send


@pytest.fixture
def host(api: Any) -> Client:
    return Client("http://testserver", api.program().key, send=through(api))


def enrolled(host: Client, name: str) -> str:
    return host.accounts.enrol_account(NewAccount(name=name, tier="pro", region="US")).value.account


def said(host: Client, account: str, answer: Any, **more: Any) -> Any:
    question = host.choices.show_question("settings", language="de").value
    body = NewChoice(question="settings", notice=question.notice, answer=answer, language="de")
    return host.choices.choose(account, body, **more).value


def written(host: Client, account: str, chat: str) -> str:
    turns = (NewTurn(id="1", role="user", parts=(Text(text="How do I bake bread?"),)),)
    return host.conversations.append_turns(account, Append(id=chat, turns=turns)).value.conversation


def test_ana_allows_bo_refuses_and_cy_was_never_asked(api: Any, host: Client) -> None:
    people = {name: enrolled(host, f"new {name}") for name in ("ana", "bo", "cy")}
    assert said(host, people["ana"], "allow", sec_gpc="1", idempotency_key="k").says == "allow"
    assert said(host, people["bo"], "refuse").says == "refuse"
    api.house.clock.set(api.house.now() + timedelta(minutes=1))
    chats = {name: written(host, account, "1") for name, account in people.items()}
    decided = host.decisions.decide_many(Many(purpose="model_training", conversations=tuple(chats.values()))).value
    assert [one.use for one in decided.decisions] == ["allow", "deny", "deny"]
    assert decided.decisions[0].turns == ((0, 0),)
    says = [host.choices.show_standing(account).value.says["model_training"] for account in people.values()]
    assert says == ["allow", "refuse", "unasked"]


def test_all_pages_of_anas_chats_come_one_after_the_other(host: Client) -> None:
    ana = enrolled(host, "new ana")
    chats = [written(host, ana, str(number)) for number in range(5)]
    seen = [one.conversation for one in host.conversations.all_conversations(ana, limit=2)]
    assert sorted(seen) == sorted(chats)
    (words,) = host.conversations.read_words(ana, chats[0]).value.turns
    assert words.parts == (Text(text="How do I bake bread?"),)


def test_what_was_read_is_changed_by_its_tag_and_a_problem_says_why_not(host: Client) -> None:
    read = host.ends.show_retention()
    order = NewRetention(notice=14, grace=read.value.grace, evidence=read.value.evidence, why="asked")
    assert host.ends.put_retention(order, if_match=read.etag).value.notice == 14
    with pytest.raises(ProblemError) as late:
        host.ends.put_retention(order, if_match=read.etag)
    assert (late.value.status, late.value.slug) == (412, "stale")
    with pytest.raises(ProblemError, match="404 not-found"):
        host.accounts.show_account("zz/../x")


def test_ana_leaves_and_comes_back_and_a_hold_keeps_what_is_hers(host: Client) -> None:
    ana = enrolled(host, "new ana")
    chat = written(host, ana, "1")
    assert host.holds.place_hold(NewHold(hold="case 1", matter="m", reach=Reach(accounts=(ana,)), why="w")).value.conversations == 1
    assert host.holds.show_hold("case 1").value.matter == "m"
    assert [one.hold for one in host.holds.all_holds()] == ["case 1"]
    left = host.accounts.delete_account(ana).value
    assert left.unreadable_by is None
    assert left.undo_until is not None
    assert host.accounts.return_account(ana).value.deleted_at is None
    assert host.conversations.show_conversation(ana, chat).value.held
    assert host.releases.list_whereabouts(ana).value.releases == ()
    assert host.watching.show_checkpoint().value.startswith("sayso/")


def test_over_a_socket_one_connection_carries_many_requests_and_one_that_was_closed_is_opened_anew(api: Any) -> None:
    key = api.program().key
    with running(api.app) as port:
        send = Connection(f"http://127.0.0.1:{port}")
        host = Client("", key, send=send)
        assert host.keys.show_own_key().value.name == "host"
        first = send._made.sock
        assert host.watching.show_log().value.size > 0
        assert send._made.sock is first
        first.shutdown(socket.SHUT_RDWR)
        assert host.keys.show_own_key().value.name == "host"
        send.close()


class running:
    """A server of ours on a free port, until the block ends."""

    def __init__(self, app: Any) -> None:
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> int:
        self._thread.start()
        for _ in range(1_000):
            if self._server.started:
                return int(self._server.servers[0].sockets[0].getsockname()[1])
            time.sleep(0.01)
        raise AssertionError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)

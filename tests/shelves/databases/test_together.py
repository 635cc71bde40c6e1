"""Many who choose at once share a commit: nobody is answered before it, nobody is lost, and nobody pays for somebody else's mistake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, Work, create, open_house
from sayso.app.jobs import evidence, people
from sayso.app.sent import KEPT, expire, fit
from sayso.app.settings import Settings
from sayso.app.together import Together
from sayso.app.views import Sent
from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.facts.events import ChoiceMade, Deferred

PEOPLE = 12


@pytest.fixture
def house(settings: Settings, clock: StoryClock) -> Iterator[House]:
    with create(settings, clock=clock, policy="anthropic-consumer") as made:
        with made.writing() as work:
            for number in range(PEOPLE):
                people.enrol(made, work, f"person {number}", tier="pro", region="US")
        yield made


@pytest.fixture
def commits(house: House) -> list[int]:
    """How many transactions that wrote were committed, each with the lines it held."""
    seen: list[int] = []

    @event.listens_for(house.engine, "commit")
    def committed(conn: Any) -> None:
        seen.append(1)

    return seen


def at_once(desk: FrontDesk, doing: list[Callable[[], object]]) -> list[object]:
    """Let each of *doing* run in a thread of its own; all of them wait by the time the desk is free."""
    answers: list[object] = [None] * len(doing)

    def one(place: int) -> None:
        try:
            answers[place] = doing[place]()
        except SaysoError as error:
            answers[place] = error

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(doing))]
    with desk.one:
        for thread in threads:
            thread.start()
        while len(desk.together._waiting) < len(doing):
            threading.Event().wait(0.005)
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def desk(house: House) -> FrontDesk:
    return FrontDesk(house)


def accounts(house: House) -> list[Any]:
    return [people.account_of(house, f"person {number}") for number in range(PEOPLE)]


def press(desk: FrontDesk, account: Any, say: Any = "allow", **more: Any) -> int:
    return desk.choose(account, "model_training", say, via="settings", notice=None, locale="en", pressed="Allow", **more)  # type: ignore[arg-type]


def test_those_who_wait_share_a_commit_and_each_gets_a_line_of_their_own(house, desk, commits):
    who = accounts(house)
    answers = at_once(desk, [lambda one=one: press(desk, one) for one in who])
    assert len(commits) == 1
    assert sorted(answers) == list(range(min(answers), min(answers) + PEOPLE))
    with house.reading() as conn:
        for account, seq in zip(who, answers, strict=True):
            assert house.ledger.entry(conn, seq).line.account == account
        assert len(house.ledger.checkpoints(conn)) == 3, "one signature for all of them"
    assert [house.past.answer(one, "model_training") for one in who] == ["allow"] * PEOPLE
    assert evidence.audit(house) == []


def test_nobody_is_answered_before_the_commit(house, desk):
    answered: list[int] = []
    seen: list[int] = []

    @event.listens_for(house.engine, "commit")
    def committing(conn: Any) -> None:
        seen.append(len(answered))

    def one(account: Any) -> None:
        answered.append(press(desk, account))

    at_once(desk, [lambda account=account: one(account) for account in accounts(house)])
    assert seen == [0]
    assert len(answered) == PEOPLE


def test_a_choice_that_is_refused_takes_no_other_with_it(house, desk, commits):
    who = accounts(house)
    doing: list[Callable[[], object]] = [lambda one=one: press(desk, one) for one in who]
    doing[3] = lambda: desk.choose(who[3], "no_such_purpose", "allow", via="settings", notice=None, locale="en", pressed="x")  # type: ignore[arg-type]
    answers = at_once(desk, doing)
    assert isinstance(answers[3], Unfit)
    assert sum(isinstance(one, int) for one in answers) == PEOPLE - 1
    assert len(commits) == 1
    assert house.past.answer(who[3], "model_training") == "unasked"
    assert evidence.audit(house) == []


def test_one_that_fails_after_it_recorded_is_undone_and_the_others_are_made_again_alone(house, desk):
    who = accounts(house)
    together: Together = desk.together

    def bad(work: Work) -> None:
        work.record([Deferred(at=work.at, account=who[0], purpose="model_training", notice=None)])
        raise Refused("no")

    def good(account: Any) -> Callable[[Work], object]:
        return lambda work: people.choose_in(house, work, account, "model_training", "allow").seq

    changes = [good(one) for one in who[1:6]] + [bad] + [good(one) for one in who[6:]]
    answers = at_once(desk, [lambda change=change: together.do(change) for change in changes])
    assert isinstance(answers[5], Refused)
    assert len({one for one in answers if isinstance(one, int)}) == PEOPLE - 1
    assert house.past.answer(who[0], "model_training") == "unasked"
    with house.reading() as conn:
        assert not list(house.ledger.of_kind(conn, Deferred))
    assert evidence.audit(house) == []


def test_a_commit_that_fails_is_told_to_all_and_made_again_for_none(house, desk, monkeypatch):
    """Nobody knows whether it persisted: whoever asks again with the same key learns it, the others look."""
    who = accounts(house)
    real = house.ledger.sign
    monkeypatch.setattr(house.ledger, "sign", lambda *_: (_ for _ in ()).throw(Broken("the disk is full; nothing was recorded")))
    answers = at_once(desk, [lambda one=one: press(desk, one) for one in who])
    assert {str(one) for one in answers} == {"the disk is full; nothing was recorded"}
    monkeypatch.setattr(house.ledger, "sign", real)
    assert {house.past.answer(one, "model_training") for one in who} == {"unasked"}
    assert evidence.audit(house) == []


def lose_the_answer(house: House) -> None:
    """From now on a commit persists, and then the connection is gone before anybody hears of it."""
    from sqlalchemy.exc import OperationalError

    dialect = house.engine.dialect
    real = dialect.do_commit

    def commit(connection: Any) -> None:
        real(connection)
        dialect.do_commit = real  # type: ignore[method-assign]
        error = type(connection.driver_connection).__module__.split(".")[0]
        raise OperationalError(
            "COMMIT", {}, Exception(f"server closed the connection unexpectedly ({error})"), connection_invalidated=True
        )

    dialect.do_commit = commit  # type: ignore[method-assign]


def test_a_commit_that_persisted_though_its_answer_was_lost_is_not_recorded_again(house, desk):
    ana = accounts(house)[0]
    sent = Sent(key="8e03978e", asked={"answer": "allow"})
    lose_the_answer(house)
    with pytest.raises(Broken):
        press(desk, ana, sent=sent)
    first = press(desk, ana, sent=sent)
    assert press(desk, ana, sent=sent) == first
    with house.reading() as conn:
        assert [entry.seq for entry in house.ledger.of_account(conn, ana, ["choice"])] == [first]
    with pytest.raises(Unfit, match="used for another request"):
        press(desk, ana, "refuse", sent=Sent(key="8e03978e", asked={"answer": "refuse"}))
    assert house.past.answer(ana, "model_training") == "allow"
    assert evidence.audit(house) == []


def test_the_same_key_of_another_person_is_another_request(house, desk):
    ana, bo = accounts(house)[:2]
    sent = Sent(key="k", asked={"answer": "allow"})
    assert press(desk, ana, sent=sent) != press(desk, bo, sent=sent)
    assert press(desk, ana, sent=sent) != press(desk, ana, sent=Sent(key="k", asked={"answer": "allow"}, part=2))


def test_one_press_that_arrives_many_times_at_once_is_one_line(house, desk):
    ana = accounts(house)[0]
    sent = Sent(key="k", asked={"answer": "allow"})
    answers = at_once(desk, [lambda: press(desk, ana, sent=sent) for _ in range(8)])
    assert len(set(answers)) == 1
    with house.reading() as conn:
        assert len(list(house.ledger.of_account(conn, ana, ["choice"]))) == 1


def test_what_is_kept_of_a_request_tells_nothing_and_is_kept_for_a_week(house, desk, clock, settings):
    ana = accounts(house)[0]
    press(desk, ana, sent=Sent(key="ana@example.com", asked={"answer": "allow"}))
    with house.reading() as conn:
        [row] = conn.exec_driver_sql("SELECT * FROM ledger_requests").all()
    assert not any(word in str(tuple(row)) for word in ("ana@example.com", ana))
    assert expire(house) == 0
    house.close()
    clock.set(clock.now() + KEPT * 2)
    with open_house(settings, clock=clock) as again:
        assert expire(again) == 1
        assert evidence.audit(again) == []


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ä", "a\n", "\0"])
def test_a_key_that_is_none_is_refused(key):
    assert not fit(key)


def test_a_press_over_http_is_recorded_once_however_often_it_arrives(house, desk):
    pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")
    from tests.http.conftest import BASE, Visitor

    from sayso.app.http import create_app, links

    ana = accounts(house)[0]
    secret = house.keys.session
    visitor = Visitor(create_app(desk, secret=secret, base_url=BASE, secure=False, operator="Example Chat"))
    assert visitor.enter(links.mint(secret, ana, "person", at=desk.now(), base_url=BASE, to="choice")).status_code == 303
    fields = visitor.fields(visitor.get("/me/choice").text, "/me/choice")

    def press(say: str, key: str) -> Any:
        """Send the very same form, as a browser or a proxy does that heard no answer."""
        return visitor.post("/me/choice", {**fields, "answer": say}, idempotency_key=key)

    assert len({press("allow", "8e03978e").headers["location"] for _ in range(3)}) == 1
    assert press("refuse", "8e03978e").status_code == 409
    assert press("allow", "x y").status_code == 400
    with house.reading() as conn:
        assert [entry.line.say for entry in house.ledger.of_account(conn, ana, ["choice"])] == ["allow"]
    assert press("refuse", "8e03978f").status_code == 303
    assert house.past.answer(ana, "model_training") == "refuse"
    # The first press sent once more, late: its answer is that of then, and what was said since stands.
    assert press("allow", "8e03978e").status_code == 303
    assert house.past.answer(ana, "model_training") == "refuse"


def test_the_no_of_each_who_shared_a_commit_is_remembered_beside_the_keys(house, desk, commits):
    who = accounts(house)
    at_once(desk, [lambda one=one: press(desk, one, "refuse") for one in who])
    assert len(commits) == 1
    remembered = [deed.line for deed in house.memory.deeds()]
    assert {line.account for line in remembered if isinstance(line, ChoiceMade)} == set(who)
    with house.reading() as conn:
        assert house.memory.seen().size == house.ledger.head(conn).size

"""Ends are announced, taken back in time, found by what is due, and done once however many sweep."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sayso.app import house as house_module
from sayso.app import shelf
from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import build, deletion, enforce, evidence, holds, people, recall, retention, stale, sweep, undoing
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.deeds import Announced, Forgotten, Shredded
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import Flagged, Scope
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import decide

Talk = Callable[..., None]
DAY = timedelta(days=1)
START = datetime(2025, 9, 1, 12, tzinfo=UTC)


def only(house: House, name: str) -> ConversationId:
    (conversation,) = house.past.of_account(people.account_of(house, name))
    return conversation


def lines(house: House, kind: type) -> list[object]:
    with house.reading() as conn:
        return [entry.line for entry in house.ledger.of_kind(conn, kind)]


def planned(house: House, conversation: ConversationId) -> datetime | None:
    with house.reading() as conn:
        row = house.vault.look(conn, conversation)
    assert row is not None
    return row.next_change_at


def state(house: House, conversation: ConversationId) -> str:
    with house.reading() as conn:
        row = house.vault.look(conn, conversation)
    assert row is not None
    return row.state


# -- announced


def test_where_a_notice_is_set_bo_is_told_before_his_chat_goes_and_it_goes_on_the_day_he_was_told(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    retention.put_retention(house, notice=14)
    talk("bo", "one")
    clock.set(clock.now() + 10 * DAY)
    assert retention.announce(house).announced == 0, "its end is twenty days away"
    clock.set(clock.now() + 5 * DAY + timedelta(hours=12))
    told = retention.announce(house)
    assert (told.announced, told.people) == (1, 1)
    assert retention.announce(house).announced == 0, "told once is told"
    (line,) = lines(house, Announced)
    assert isinstance(line, Announced)
    assert evidence.audit(house) == []
    clock.set(line.until - timedelta(minutes=1))
    assert sweep.sweep(house).shredded == 0
    clock.set(line.until)
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


def test_a_sweep_that_finds_what_was_never_announced_announces_it_and_waits_the_whole_period(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    talk("bo", "one")
    bo = only(house, "bo")
    clock.set(clock.now() + 40 * DAY)
    retention.put_retention(house, notice=14)
    first = sweep.sweep(house)
    assert (first.announced, first.waiting, first.shredded) == (1, 1, 0)
    assert planned(house, bo) == clock.now() + 14 * DAY
    assert evidence.audit(house) == []
    clock.set(clock.now() + 13 * DAY)
    assert sweep.sweep(house).due == 0, "until that day no sweep needs to look at it"
    clock.set(clock.now() + DAY)
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


def test_what_the_person_deleted_waits_for_no_announcement(house: House, clock: StoryClock, talk: Talk) -> None:
    retention.put_retention(house, notice=90)
    talk("bo", "one")
    _, by = deletion.delete(house, conversation=only(house, "bo"))
    assert by is not None
    clock.set(by)
    swept = sweep.sweep(house)
    assert (swept.shredded, swept.announced, swept.waiting) == (1, 0, 0)
    assert evidence.audit(house) == []


def test_an_announcement_that_was_overtaken_does_not_count_when_the_chat_is_due_again(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    retention.put_retention(house, notice=14)
    talk("bo", "one")
    bo = only(house, "bo")
    clock.set(clock.now() + 20 * DAY)
    assert retention.announce(house).announced == 1
    with house.writing() as work:
        work.record([Flagged(at=work.at, conversation=bo)])
    enforce.put_in_force(house, "anthropic-consumer")
    assert next(retention.endings(house, account=people.account_of(house, "bo"))).announced is None
    clock.set(clock.now() + 731 * DAY)
    first = sweep.sweep(house)
    assert (first.announced, first.shredded) == (1, 0), "what was said two years ago was about another day"
    clock.set(clock.now() + 14 * DAY)
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


def test_a_notice_period_set_to_nothing_lets_go_what_only_waited_for_it(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("bo", "one")
    clock.set(clock.now() + 40 * DAY)
    retention.put_retention(house, notice=60)
    assert sweep.sweep(house).waiting == 1
    retention.put_retention(house, notice=0)
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


def test_a_longer_notice_period_is_owed_to_those_who_were_told_already(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("bo", "one")
    clock.set(clock.now() + 40 * DAY)
    retention.put_retention(house, notice=5)
    assert sweep.sweep(house).waiting == 1
    retention.put_retention(house, notice=20)
    assert evidence.audit(house) == []
    clock.set(clock.now() + 19 * DAY)
    assert sweep.sweep(house).shredded == 0
    clock.set(clock.now() + DAY)
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


def test_an_end_that_nobody_announced_is_found_by_an_audit(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("bo", "one")
    bo = only(house, "bo")
    retention.put_retention(house, notice=14)
    clock.set(clock.now() + 40 * DAY)
    with house.writing() as work:
        house.vault.shred(work.conn, bo)
        work.record([Shredded(at=work.at, conversation=bo, why="by hand")])
    assert "shredded_early" in [finding.kind for finding in evidence.audit(house)]


@pytest.mark.parametrize("days", [-1, 367])
def test_a_period_that_is_none_is_refused_and_changes_nothing(house: House, days: int) -> None:
    before = retention.retention(house)
    for wrong in ({"notice": days}, {"grace": days}):
        with pytest.raises(Unfit, match="nothing was changed"):
            retention.put_retention(house, **wrong)
    assert retention.retention(house) == before
    with pytest.raises(Unfit, match="no notice period"):
        retention.announce(house)


def test_the_preview_of_an_account_says_each_day_and_why_and_destroys_nothing(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("bo", "one")
    clock.set(clock.now() + DAY)
    talk("bo", "two")
    talk("cy", "three")
    bo = people.account_of(house, "bo")
    found = sweep.preview(house, account=bo)
    assert [one.account for one in found.preview] == [bo, bo]
    assert [one.until for one in found.preview] == sorted(one.until for one in found.preview)
    assert all(one.why for one in found.preview)
    assert found.due == 0
    assert [one.conversation for one in sweep.preview(house, days=29).preview] == [found.preview[0].conversation]
    clock.set(clock.now() + 40 * DAY)
    assert sweep.preview(house).due == 3
    assert house.past.shredded == set()


# -- taken back


def test_ana_takes_a_deletion_back_within_its_grace_and_it_is_as_before(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("ana", "one", text="quixotically")
    ana = only(house, "ana")
    before = planned(house, ana)
    deletion.delete(house, conversation=ana)
    assert state(house, ana) == "hidden"
    clock.set(clock.now() + 6 * DAY)
    assert undoing.undo(house, conversation=ana) == undoing.Undoing(undone=True, shown=1)
    assert state(house, ana) == "live"
    assert planned(house, ana) == before
    with house.reading() as conn:
        assert house.vault.open(conn, ana)
    assert undoing.undo(house, conversation=ana).undone is False, "there is nothing more to take back"
    assert evidence.audit(house) == []
    assert deletion.delete(house, conversation=ana)[0], "and it can be deleted again"


def test_a_grace_moves_no_day_and_after_it_nothing_comes_back(house: House, clock: StoryClock, talk: Talk) -> None:
    days = []
    for grace, name in ((0, "ana"), (7, "bo"), (366, "cy")):
        retention.put_retention(house, grace=grace)
        talk(name, "one")
        days.append(deletion.delete(house, conversation=only(house, name))[1])
    assert len(set(days)) == 1
    assert days[0] is not None
    retention.put_retention(house, grace=7)
    clock.set(clock.now() + 7 * DAY)
    with pytest.raises(Refused, match="that is over"):
        undoing.undo(house, conversation=only(house, "bo"))
    retention.put_retention(house, grace=366)
    clock.set(days[0])
    with pytest.raises(Refused, match="its day is past"):
        undoing.undo(house, conversation=only(house, "cy"))
    assert sweep.sweep(house).shredded == 3
    with pytest.raises(Refused, match="destroyed"):
        undoing.undo(house, conversation=only(house, "cy"))
    assert evidence.audit(house) == []


def test_a_deleted_account_comes_back_with_its_chats_but_not_with_the_one_deleted_before(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    for key in ("one", "two", "three"):
        talk("ana", key)
    account = people.account_of(house, "ana")
    first, *rest = house.past.of_account(account)
    deletion.delete(house, conversation=first)
    clock.set(clock.now() + DAY)
    deletion.delete(house, account=account)
    with pytest.raises(Refused, match="with its account"):
        undoing.undo(house, conversation=rest[0])
    clock.set(clock.now() + DAY)
    assert undoing.undo(house, account=account) == undoing.Undoing(undone=True, shown=2, stay=1)
    assert [state(house, one) for one in (first, *rest)] == ["hidden", "live", "live"]
    assert house.present().deleted_at(account) is None
    assert people.choose(house, account, "model_training", "allow")
    assert evidence.audit(house) == []
    clock.set(clock.now() + 60 * DAY)
    assert sweep.sweep(house).forgotten == 0
    assert evidence.audit(house) == []


def test_a_forgotten_account_does_not_come_back(house: House, clock: StoryClock, talk: Talk) -> None:
    retention.put_retention(house, grace=366)
    talk("ana", "one")
    account = people.account_of(house, "ana")
    deletion.delete(house, account=account)
    clock.set(clock.now() + 31 * DAY)
    assert sweep.sweep(house).forgotten == 1
    with pytest.raises(Refused, match="forgotten"):
        undoing.undo(house, account=account)


def test_what_a_release_withdrew_stays_withdrawn_when_the_deletion_is_taken_back(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    talk("ana", "one")
    build.build(house, "r1", "model_training")
    deletion.delete(house, conversation=only(house, "ana"))
    assert recall.recall(house, "r1").withdrawn == 1
    undoing.undo(house, conversation=only(house, "ana"))
    assert recall.recall(house, "r1").withdrawn == 1
    sweep.sweep(house)
    assert evidence.audit(house) == []
    assert build.build(house, "r2", "model_training").manifest.rows == 1, "a later release may have it again"


def test_what_only_a_hold_still_keeps_is_not_given_back(house: House, clock: StoryClock, talk: Talk) -> None:
    retention.put_retention(house, grace=366)
    talk("ana", "one")
    talk("ana", "two")
    account = people.account_of(house, "ana")
    holds.place(house, "order", Scope(accounts=(account,)), "a matter")
    one, two = house.past.of_account(account)
    deletion.delete(house, conversation=one)
    clock.set(clock.now() + 5 * DAY)
    assert undoing.undo(house, conversation=one).shown == 1, "in its own time it comes back, held as before"
    deletion.delete(house, account=account)
    clock.set(clock.now() + 60 * DAY)
    sweep.sweep(house)
    with pytest.raises(Refused, match="with its account"):
        undoing.undo(house, conversation=two)
    assert undoing.undo(house, account=account) == undoing.Undoing(undone=True, shown=0, stay=2)
    assert {state(house, one), state(house, two)} == {"hidden"}
    assert evidence.audit(house) == []
    holds.end(house, "order")
    assert sweep.sweep(house).shredded == 2, "the day they were deleted still counts"
    assert evidence.audit(house) == []


def test_an_order_that_may_not_be_told_takes_no_announcement_away(house: House, clock: StoryClock, talk: Talk) -> None:
    """Bo is told the day he would be told without it; nothing of it is on his page past that day, and it goes once the order ends."""
    from sayso.app.frontdesk import FrontDesk
    from sayso.app.views import Find, PageOf

    retention.put_retention(house, notice=14)
    talk("bo", "one")
    bo, one, desk = people.account_of(house, "bo"), only(house, "bo"), FrontDesk(house)
    plain = desk.conversation(bo, one).ruling.keep_until
    assert plain is not None
    holds.place(house, "order", Scope(accounts=(bo,)), "sealed matter", silent=True)
    look = planned(house, one)
    assert look is not None
    assert look <= plain, "a sweep looks when it would have ended, or before"
    clock.set(plain - 10 * DAY)
    assert sweep.sweep(house).announced == 1
    (told,) = desk.announced(bo, 20)
    assert told.conversation == one
    assert desk.conversation(bo, one).announced == told.day
    clock.set(told.day + DAY)
    assert sweep.sweep(house).shredded == 0, "the order keeps it"
    assert desk.conversations(bo, Find()) == PageOf(items=(), total=0)
    assert evidence.audit(house) == []
    holds.end(house, "order")
    assert sweep.sweep(house).shredded == 1, "he was told, and it is past the day"
    assert evidence.audit(house) == []


def test_what_a_silent_order_kept_is_announced_at_its_end_where_it_was_not_before(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    talk("bo", "one")
    one = only(house, "bo")
    holds.place(house, "order", Scope(conversations=(one,)), "sealed matter", silent=True)
    clock.set(clock.now() + 40 * DAY)
    sweep.sweep(house)
    retention.put_retention(house, notice=14)
    holds.end(house, "order")
    done = sweep.sweep(house)
    assert (done.announced, done.shredded) == (1, 0)
    (line,) = lines(house, Announced)
    assert isinstance(line, Announced)
    assert line.until >= clock.now() + 14 * DAY, "the whole period, before anything ends"
    clock.set(line.until)
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


# -- several at once


def test_several_are_deleted_together_or_none(house: House, clock: StoryClock, talk: Talk) -> None:
    for key in ("one", "two"):
        talk("ana", key)
    mine = list(house.past.of_account(people.account_of(house, "ana")))
    with pytest.raises(Unfit, match=r"2 of 4 are no conversations here: `nope`, `nor this`; .*none was deleted"):
        deletion.delete_all(house, [*mine, "nope", "nor this"])
    assert {state(house, one) for one in mine} == {"live"}
    first = deletion.delete_all(house, [*mine, mine[0]])
    assert [(one.conversation, one.new) for one in first] == [(one, True) for one in mine]
    clock.set(clock.now() + DAY)
    again = deletion.delete_all(house, mine)
    assert [one.new for one in again] == [False, False]
    assert [one.unreadable_by for one in again] == [one.unreadable_by for one in first], "asking again moves no day"
    assert evidence.audit(house) == []


# -- shortened at once


def shorter(what: str, house: House, conversation: ConversationId, clock: StoryClock, tmp_path: Path) -> None:
    if what == "refusal":
        people.choose(house, house.past.owner(conversation), "model_training", "refuse")
    elif what == "hold":
        holds.end(house, "order")
    else:
        text = (Path(__file__).resolve().parents[2] / "policies" / "anthropic-consumer.toml").read_text("utf-8")
        assert "years = 5" in text
        (tmp_path / "strict.toml").write_text(text.replace("years = 5", "months = 2"), "utf-8")
        enforce.put_in_force(house, str(tmp_path / "strict.toml"))


@pytest.mark.parametrize("what", ["refusal", "version", "hold"])
def test_keeping_shortens_at_once(what: str, house: House, clock: StoryClock, talk: Talk, tmp_path: Path) -> None:
    """Ana refuses, a stricter text comes into force, a hold ends: the next look is moved, or known to be stale, in the same transaction."""
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "refuse" if what == "hold" else "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    talk("ana", "one")
    conversation = only(house, "ana")
    if what == "hold":
        holds.place(house, "order", Scope(accounts=(ana,)), "a matter")
    clock.set(clock.now() + 90 * DAY)
    assert sweep.sweep(house).shredded == 0
    shorter(what, house, conversation, clock, tmp_path)
    standing = house.present().standing(conversation)
    ruled = decide(house.policy_in_force(), standing, standing.at)
    expected = standing.at if ruled.due(standing.at) else ruled.next_change_at
    with house.reading() as conn:
        assert [one.account for one in house.vault.stale.listed(conn)] == ([ana] if what == "refusal" else [])
    assert stale.settle_all(house), "whoever asks for what is due begins with this"
    assert planned(house, conversation) == expected
    assert ruled.keep_until is not None
    assert ruled.keep_until < clock.now() + 31 * DAY
    clock.set(clock.now() + 31 * DAY)
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


# -- by what is due, and once


def test_a_part_of_the_ledger_says_of_its_conversations_what_all_of_it_says(told: tuple[House, StoryClock, object]) -> None:
    house, clock, _ = told
    policy, whole = house.policy_in_force(), house.present()
    names = list(whole.conversations())
    with house.reading() as conn:
        for some in ([one] for one in names):
            part = house.past_of(conn, some, house.now())
            assert list(part.conversations()) == some
            assert part.standing(some[0]) == whole.standing(some[0])
        part = house.past_of(conn, names, house.now())
        for one in names:
            assert decide(policy, part.standing(one), clock.now()) == decide(policy, whole.standing(one), clock.now())


def test_a_sweep_reads_what_is_due_and_not_what_is_stored(house: House, clock: StoryClock, talk: Talk) -> None:
    """Neither the whole ledger nor the table of conversations is read: both are entered by an index."""
    for key in ("one", "two", "three"):
        talk("bo", key)
    clock.set(clock.now() + 31 * DAY)
    house._past = None  # as in a process that just began
    sweep.sweep(house)
    assert house._past is None, "a sweep must not fold the whole ledger"
    wanted = {
        "vault_due": "SELECT conversation FROM vault_conversations WHERE next_change_at <= 5 ORDER BY next_change_at, conversation LIMIT 9",
        "ledger_events_conversation": "SELECT seq, body FROM ledger_events WHERE conversation IN ('a', 'b')",
        "ledger_events_own": "SELECT seq, body FROM ledger_events WHERE account IN ('a', 'b') AND conversation IS NULL",
        "ledger_events_type": "SELECT seq FROM ledger_events WHERE type = 'swept' ORDER BY seq DESC LIMIT 1",
        "vault_by_date": "SELECT conversation FROM vault_conversations WHERE account = 'a' AND ended_at >= 0 AND (ended_at, conversation) < (9, 'c') ORDER BY ended_at DESC, conversation DESC LIMIT 9",
        "vault_by_place": "SELECT segment FROM vault_blocks WHERE segment = 3 LIMIT 1",
    }
    with house.reading() as conn:
        server = conn.dialect.name == "postgresql"
        if server:
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")  # what it would do were the tables large
        for index, query in wanted.items():
            rows = conn.exec_driver_sql(f"EXPLAIN {'' if server else 'QUERY PLAN '}{query}").all()
            plan = " ".join(str(row[0] if server else row[3]) for row in rows)
            assert "Seq Scan" not in plan, plan
            assert server or "SCAN" not in plan, plan
            assert index in plan, plan


def test_an_account_without_a_chat_is_forgotten_by_the_next_sweep(house: House, clock: StoryClock) -> None:
    cy = people.account_of(house, "cy")
    sweep.sweep(house)
    deletion.delete(house, account=cy)
    assert sweep.sweep(house).forgotten == 1
    assert evidence.audit(house) == []


def test_two_sweeps_at_once_do_everything_once(
    settings: Settings, house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder's lock lets one process write; without it, as on a database of its own, the transactions share the work."""
    for number in range(12):
        talk("bo", f"chat {number}")
    clock.set(clock.now() + 31 * DAY)
    with pytest.raises(Unfit, match=r"in use by process|has another writer"):
        open_house(settings, clock=clock)
    if settings.database is not None:
        return  # the server keeps the place of the one writer, and it is not ours to take away
    monkeypatch.setattr(sweep, "BATCH", 2)

    class NoLock:
        def __init__(self, _folder: Path) -> None:
            pass

        def release(self) -> None:
            pass

    monkeypatch.setattr(shelf, "Lock", NoLock)
    assert house_module.shelf is shelf
    others = [open_house(settings, clock=clock) for _ in range(3)]
    done: list[sweep.Sweeping] = []
    workers = [threading.Thread(target=lambda one=one: done.append(sweep.sweep(one))) for one in others]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for one in others:
        one.close()
    assert sum(one.shredded for one in done) == 12
    assert len(done) == 3
    ends = [line.conversation for line in lines(house, Shredded) if isinstance(line, Shredded)]
    assert len(ends) == len(set(ends)) == 12
    house._past = house._last = None
    assert evidence.audit(house) == []


def test_a_deletion_a_sweep_was_stopped_over_is_finished_by_the_next(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk("ana", "one")
    deletion.delete(house, account=people.account_of(house, "ana"))
    clock.set(clock.now() + 31 * DAY)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sweep, "_forget_the_deleted", stop)
        with pytest.raises(KeyboardInterrupt):
            sweep.sweep(house)
    assert lines(house, Forgotten) == []
    assert sweep.sweep(house).forgotten == 1
    assert evidence.audit(house) == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["delete", "leave", "undo", "return", "sweep", "announce", "notice", "wait"]), st.integers(0, 3)),
    min_size=4,
    max_size=12,
)


@given(steps=STEPS)
@hypothesis_settings(max_examples=6, deadline=None)
def test_in_whatever_order_people_delete_and_return_an_audit_finds_nothing(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    clock = StoryClock(START)
    with create(Settings(data=folder / "data", keys=folder / "data.keys"), clock=clock) as house:
        with house.writing() as work:
            who = [people.enrol(house, work, name, tier="pro", region="US") for name in ("ana", "bo")]
        for number in range(4):
            turn = Turn(id=f"t{number}", role="user", parts=(Text("Hello"),), at=clock.now())
            chat = Conversation(id=f"c{number}", source="test", account=("ana", "bo")[number % 2], title="", turns=(turn,))
            assert collect_all(house, "test", [chat], Arrival(own=True)).conversations == 1
        chats = list(house.past.conversations())
        for what, which in steps:
            with contextlib.suppress(Refused):
                take(what, which, house, clock, who[which % 2], chats[which])
        sweep.sweep(house)
        assert evidence.audit(house) == []
        clock.set(clock.now() + 800 * DAY)
        retention.put_retention(house, notice=0)
        sweep.sweep(house)
        assert house.past.shredded == set(chats), "in the end no reason is left, and nothing is"
        assert evidence.audit(house) == []


def take(what: str, which: int, house: House, clock: StoryClock, account: AccountId, chat: ConversationId) -> None:
    match what:
        case "delete":
            deletion.delete(house, conversation=chat)
        case "leave":
            deletion.delete(house, account=account)
        case "undo":
            undoing.undo(house, conversation=chat)
        case "return":
            undoing.undo(house, account=account)
        case "sweep":
            sweep.sweep(house)
        case "announce":
            if retention.retention(house).notice:
                retention.announce(house)
        case "notice":
            retention.put_retention(house, notice=(0, 3, 14, 40)[which])
        case _:
            clock.set(clock.now() + (1, 5, 12, 40)[which] * DAY)

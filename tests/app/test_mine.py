"""What a person sees of their own conversations, from a real house: page by page, by title, by day; where they went; what changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sayso import proofs
from sayso.app import mine
from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House
from sayso.app.jobs import build, holds, people, sweep
from sayso.app.views import Find, PageOf
from sayso.facts.canonical import canonical
from sayso.facts.errors import Refused
from sayso.facts.events import Merged, RunStarted, Scope
from sayso.facts.words import AccountId, ConversationId

Talk = Callable[..., None]
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(house: House) -> FrontDesk:
    return FrontDesk(house)


def every(desk: FrontDesk, account: AccountId, **asked: Any) -> tuple[list[str], int]:
    """Return the titles of all pages in order, and how many pages there were."""
    titles, count, find = list[str](), 0, Find(limit=2, **asked)
    while True:
        page = desk.conversations(account, find)
        titles += [one.title for one in page.items]
        count += 1
        if page.more is None:
            return titles, count
        find = Find(limit=2, before=page.more, **asked)


def ids(desk: FrontDesk, account: AccountId) -> dict[str, ConversationId]:
    return {one.title: one.conversation for one in desk.conversations(account, Find()).items}


def test_every_chat_of_ana_is_on_one_page_the_latest_first_and_none_of_bo(
    house: House, clock: StoryClock, talk: Talk, desk: FrontDesk
) -> None:
    for key in ("one", "two", "three", "four"):
        talk("ana", key, title=key)
        talk("bo", f"bo-{key}", title=f"Bo's {key}")
        clock.set(clock.now() + HOUR)
    talk("ana", "five", title="five")
    talk("ana", "six", title="six")  # at the very instant of the fifth: no page may end between them and lose one
    ana = people.account_of(house, "ana")
    titles, pages = every(desk, ana)
    assert (sorted(titles[:2]), titles[2:]) == (["five", "six"], ["four", "three", "two", "one"])
    assert pages == 3
    assert desk.conversations(ana, Find()).total == 6
    assert every(desk, ana, since=clock.now() - 3 * HOUR, until=clock.now())[0] == ["four", "three", "two"]
    assert desk.conversations(ana, Find(until=clock.now() - 4 * HOUR)) == PageOf(items=())


def test_a_title_is_found_however_it_is_written_and_only_by_its_owner(house: House, talk: Talk, desk: FrontDesk) -> None:
    talk("ana", "one", title="Die Straße nach Zürich")
    talk("ana", "two", title="Rye bread")
    talk("bo", "three", title="Straße")
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    assert every(desk, ana, words="ZÜRICH strasse")[0] == ["Die Straße nach Zürich"]
    assert every(desk, bo, words="rye")[0] == []
    desk.delete_conversation(ana, ids(desk, ana)["Rye bread"])
    assert every(desk, ana, words="rye")[0] == [], "what is deleted is out of sight, its title too"


def test_a_search_through_many_chats_pauses_and_comes_to_the_end(
    house: House, clock: StoryClock, talk: Talk, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        talk("ana", f"k{number}", title="needle" if number == 0 else f"hay {number}")
        clock.set(clock.now() + HOUR)
    monkeypatch.setattr(mine, "LOOK", 3)
    monkeypatch.setattr(mine, "BATCH", 3)
    ana = people.account_of(house, "ana")
    first = desk.conversations(ana, Find(words="needle"))
    assert (first.items, first.looked) == ((), 3)
    assert first.more is not None
    assert every(desk, ana, words="needle") == (["needle"], 3)


def test_a_filter_rules_on_so_many_chats_at_once_pauses_and_comes_to_the_end(
    house: House, clock: StoryClock, talk: Talk, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        talk("ana", f"k{number}", title=f"chat {number}", private=number == 0)
        clock.set(clock.now() + HOUR)
    monkeypatch.setattr(mine, "RULE", 2)
    ana = people.account_of(house, "ana")
    first = desk.conversations(ana, Find(show="private"))
    assert (first.items, first.looked) == ((), 2)
    assert first.more is not None
    assert every(desk, ana, show="private") == (["chat 0"], 4), "what pauses in the middle of what was read loses nothing"
    assert len(every(desk, ana, show="unused")[0]) == 7


def test_filters_show_what_they_name(house: House, clock: StoryClock, talk: Talk, desk: FrontDesk) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow", via="settings")
    clock.set(clock.now() + HOUR)
    talk("ana", "open", title="open")
    talk("ana", "private", title="private", private=True)
    talk("ana", "brought", title="brought", own=False)
    talk("ana", "gone", title="gone")
    desk.delete_conversation(ana, ids(desk, ana)["gone"])
    holds.place(house, "h", Scope(conversations=(ids(desk, ana)["open"],)), "a matter")
    assert every(desk, ana, show="private")[0] == ["private"]
    assert every(desk, ana, show="imported")[0] == ["brought"]
    assert every(desk, ana, show="held")[0] == ["open"]
    assert every(desk, ana, show="deleted")[0] == [""], "a deleted chat has no title any more"
    used, unused = every(desk, ana, show="used")[0], every(desk, ana, show="unused")[0]
    assert sorted(used + unused) == ["", "brought", "open", "private"]
    assert not set(used) & {"private", ""}


def test_what_an_order_keeps_silently_is_in_no_page_no_count_and_no_notice(
    house: House, clock: StoryClock, talk: Talk, desk: FrontDesk
) -> None:
    for key in ("one", "two", "three"):
        talk("ana", key, title=key)
        clock.set(clock.now() + HOUR)
    ana = people.account_of(house, "ana")
    hidden = ids(desk, ana)["two"]
    holds.place(house, "quiet", Scope(conversations=(hidden,)), "sealed matter", silent=True)
    holds.place(house, "open", Scope(conversations=(ids(desk, ana)["three"],)), "open matter")
    desk.delete_conversation(ana, hidden)
    clock.set(clock.now() + timedelta(days=29))
    sweep.sweep(house)
    clock.set(clock.now() + timedelta(days=2))
    (told,) = desk.held(ana)
    assert (told.matter, told.conversations) == ("open matter", 1)
    titles, _ = every(desk, ana)
    assert "two" not in titles
    assert desk.conversations(ana, Find()).total == len(titles)
    assert hidden not in {one.conversation for one in desk.conversations(ana, Find(show="deleted")).items}


def test_who_brought_two_accounts_together_sees_the_chats_of_both_in_order(
    house: House, clock: StoryClock, talk: Talk, desk: FrontDesk
) -> None:
    for name, key in (("ana", "a1"), ("bo", "b1"), ("ana", "a2"), ("bo", "b2")):
        talk(name, key, title=key)
        clock.set(clock.now() + HOUR)
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    with house.writing() as work:
        work.record([Merged(at=work.at, account=bo, into=ana)])
    assert every(desk, ana)[0] == ["b2", "a2", "b1", "a1"]
    assert {one.account for one in desk.conversations(ana, Find()).items} == {ana}
    assert desk.conversation(ana, ids(desk, ana)["b1"]).account == ana


def test_ana_sees_where_her_words_went_and_her_proofs_hold_without_us(
    house: House, clock: StoryClock, talk: Talk, desk: FrontDesk, tmp_path: Path
) -> None:
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    for one in (ana, bo):
        people.choose(house, one, "model_training", "allow", via="settings")
    clock.set(clock.now() + HOUR)
    talk("ana", "one", title="one")
    talk("bo", "two", title="two")
    clock.set(clock.now() + timedelta(days=40))
    assert build.build(house, "r1", "model_training").manifest.rows >= 1
    with house.writing() as work:
        work.record([RunStarted(at=work.at, release="r1", run="night")])
    (hers,) = desk.went(ana)
    assert (hers.release, hers.still, hers.withdrawn, [name for name, _ in hers.runs]) == ("r1", 1, 0, ["night"])
    assert desk.conversation(ana, ids(desk, ana)["one"]).releases == ("r1",)
    for account in (ana, people.account_of(house, "cy")):
        (kept := tmp_path / f"{account}.json").write_bytes(canonical(desk.proof(account, "r1")))
        assert proofs.verify(kept, house.keys.signing.vkey()).ok
    with pytest.raises(Refused):
        desk.proof(ana, "r2")
    people.choose(house, ana, "model_training", "refuse", via="settings")
    (after,) = desk.went(ana)
    assert (after.still, after.withdrawn) == (0, 1), "what was remembered of the release does not hide a withdrawal"
    view = desk.conversation(ana, ids(desk, ana)["one"])
    assert (view.releases, view.withdrawn_from) == ((), ("r1",))


def test_ana_reads_which_clauses_changed_since_she_answered(house: House, clock: StoryClock, desk: FrontDesk) -> None:
    ana = people.account_of(house, "ana")
    assert desk.changed(ana).since is None
    people.choose(house, ana, "model_training", "allow", via="settings")
    answered = clock.now()
    same = desk.changed(ana)
    assert (same.since, same.clauses, same.other) == (answered, (), False)
    clock.set(clock.now() + timedelta(days=60))
    with house.writing() as work:
        house.set_policy(work, "protective")
    changed = desk.changed(ana)
    assert changed.since == answered
    assert changed.other
    assert changed.clauses
    assert all(one.before != one.after for one in changed.clauses if one.kind == "changed")
    people.choose(house, ana, "model_training", "refuse", via="settings")
    assert desk.changed(ana).clauses == (), "she has answered under the new rules since"


def test_a_damaged_chat_hides_no_other(house: House, clock: StoryClock, talk: Talk, desk: FrontDesk) -> None:
    for key in ("one", "two"):
        talk("ana", key, title=key)
        clock.set(clock.now() + HOUR)
    ana = people.account_of(house, "ana")
    bad = ids(desk, ana)["one"]
    with house.writing() as work:
        work.conn.exec_driver_sql(f"UPDATE vault_keys SET account = 'x' WHERE conversation = '{bad}'")  # an id of ours
    assert sorted(every(desk, ana)[0]) == ["", "two"]

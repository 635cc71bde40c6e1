"""What a court ordered to keep is kept, whoever asks, until nobody orders it any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sayso.facts.errors import Refused, Unfit

POLICY = "ab" * 32
MAY = datetime(2025, 5, 13, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_held_conversation_cannot_be_shredded_and_the_matter_is_named(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    with house.begin() as conn:
        house.vault.hold(conn, "h1", matter="Doe v. Roe", conversations=[conversation])
        with pytest.raises(Refused, match=r"`h1` \(matter `Doe v. Roe`\)"):
            house.vault.shred(conn, conversation)
        assert house.vault.look(conn, conversation).held == ("h1",)
        assert house.vault.release_hold(conn, "h1")
        assert not house.vault.release_hold(conn, "h1")
        assert house.vault.shred(conn, conversation)


def test_ending_one_hold_releases_only_what_no_other_holds(house: Any) -> None:
    both, one, none = (house.seal("ana", str(n), b"words") for n in range(3))
    with house.begin() as conn:
        house.vault.hold(conn, "h1", conversations=[both, one])
        house.vault.hold(conn, "h2", conversations=[both])
        assert house.vault.shred(conn, none)
        house.vault.release_hold(conn, "h1")
        assert house.vault.shred(conn, one)
        with pytest.raises(Refused, match="h2"):
            house.vault.shred(conn, both)
        house.vault.release_hold(conn, "h2")
        assert house.vault.shred(conn, both)


def test_a_hold_on_an_account_reaches_what_it_seals_later_and_only_in_its_time(house: Any) -> None:
    early = house.seal("ana", "early", b"w", began=MAY - 9 * DAY, ended=MAY - 8 * DAY)
    across = house.seal("ana", "across", b"w", began=MAY - DAY, ended=MAY + DAY)
    last = house.seal("ana", "last", b"w", began=MAY + 5 * DAY, ended=MAY + 6 * DAY)
    undated = house.seal("ana", "undated", b"w")
    bo = house.seal("bo", "1", b"w", began=MAY, ended=MAY)
    with house.begin() as conn:
        ana = house.vault.find(conn, "ana")
        house.vault.hold(conn, "h", accounts=[ana], since=MAY, until=MAY + 5 * DAY)
    later = house.seal("ana", "later", b"w", began=MAY + DAY, ended=MAY + DAY)
    after = house.seal("ana", "after", b"w", began=MAY + 9 * DAY, ended=MAY + 9 * DAY)
    with house.begin() as conn:
        held = {one for one in (early, across, last, undated, bo, later, after) if house.vault.look(conn, one).held}
        assert held == {across, last, undated, later}
        for one in (early, bo, after):
            assert house.vault.shred(conn, one)
        for one in held:
            with pytest.raises(Refused):
                house.vault.shred(conn, one)


def test_one_turn_of_unknown_time_keeps_the_whole_conversation_held(house: Any) -> None:
    conversation = house.seal("ana", "1", b"w", began=MAY - 9 * DAY, ended=MAY - 9 * DAY)
    house.seal("ana", "1", b"w")
    house.seal("ana", "1", b"w", began=MAY - 9 * DAY, ended=MAY - 9 * DAY)
    with house.begin() as conn:
        house.vault.hold(conn, "h", since=MAY)
        with pytest.raises(Refused):
            house.vault.shred(conn, conversation)


def test_what_may_have_begun_before_a_hold_ended_is_held(house: Any) -> None:
    conversation = house.seal("ana", "1", b"w")
    house.seal("ana", "1", b"w", began=MAY, ended=MAY)
    dated = house.seal("ana", "2", b"w", began=MAY, ended=MAY)
    with house.begin() as conn:
        house.vault.hold(conn, "h", until=MAY - 9 * DAY)
        with pytest.raises(Refused):
            house.vault.shred(conn, conversation)
        assert house.vault.shred(conn, dated)


def test_a_hold_on_everything_holds_everything(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    with house.begin() as conn:
        house.vault.hold(conn, "all", matter="m")
        with pytest.raises(Refused):
            house.vault.shred(conn, conversation)
        (hold,) = house.vault.holds(conn)
        assert (hold.everything, hold.conversations, hold.accounts, hold.matter) == (True, (), (), "m")


def test_a_hold_can_come_before_the_conversation_and_grow_and_is_not_doubled(house: Any) -> None:
    with house.begin() as conn:
        ana = house.vault.enrol(conn, "ana").account
        first, second = (house.vault.identify(conn, ana, "claude", n) for n in "12")
        assert house.vault.hold(conn, "h", conversations=[]) == 0
        assert house.vault.hold(conn, "h", conversations=[first, first]) == 1
        assert house.vault.hold(conn, "h", conversations=[first, second], matter="ignored later") == 2
        assert house.vault.holds(conn)[0].conversations == (first, second)
    house.seal("ana", "1", b"words")
    with house.begin() as conn, pytest.raises(Refused):
        house.vault.shred(conn, first)


def test_forgetting_ana_waits_for_the_hold_and_she_comes_back_as_somebody_new(house: Any) -> None:
    held, free = house.seal("ana", "1", b"kept words"), house.seal("ana", "2", b"words")
    with house.begin() as conn:
        ana = house.vault.enrol(conn, "ana")
        house.vault.hold(conn, "h", conversations=[held])
        done = house.vault.forget(conn, ana.account, MAY)
        assert (done.shredded, done.held, done.gone) == ((free,), (held,), False)
        assert house.vault.leaving(conn) == [ana.account]
        assert house.vault.find(conn, "ana") is None
        assert house.vault.look(conn, held).state == "hidden"
        back = house.vault.enrol(conn, "ana")
        assert back.created
        assert back.account != ana.account
        with pytest.raises(Refused):
            house.vault.seal(conn, ana.account, held, b"late", turns=1, policy=POLICY)
        fingers = {(one.kind, one.id): one.digest for one in house.vault.fingerprints(conn)}
        assert fingers["account", ana.account] == ana.digest
        assert house.vault.check(conn) == []
        assert house.vault.forget(conn, ana.account).held == (held,)
        house.vault.release_hold(conn, "h")
        assert house.vault.forget(conn, ana.account).gone
        assert house.vault.leaving(conn) == []
        assert house.vault.check(conn) == []


def test_what_is_held_and_deleted_opens_only_under_its_hold(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    with house.begin() as conn:
        house.vault.hold(conn, "h", conversations=[conversation])
        house.vault.hold(conn, "other", conversations=["c_" + "a" * 26])
        house.vault.hide(conn, conversation)
        for hold in (None, "other", "none such"):
            with pytest.raises(Refused):
                house.vault.open(conn, conversation, hold=hold)
        assert house.vault.open(conn, conversation, hold="h") == [b"words"]


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 256, "half \udc00"])
def test_a_hold_has_a_name_that_can_be_shown(house: Any, name: str) -> None:
    with house.begin() as conn, pytest.raises(Unfit):
        house.vault.hold(conn, name, conversations=[])


def test_a_hold_that_cannot_mean_anything_is_refused(house: Any) -> None:
    with house.begin() as conn:
        ana = house.vault.enrol(conn, "ana").account
        for wrong in (
            {"accounts": [ana], "conversations": []},
            {"accounts": ["ana"]},
            {"conversations": ["1"]},
            {"since": MAY, "until": MAY - DAY},
            {"since": datetime(2025, 1, 1)},  # noqa: DTZ001 - a time without zone is what is refused
        ):
            with pytest.raises(Unfit):
                house.vault.hold(conn, "h", **wrong)
        assert house.vault.holds(conn) == []

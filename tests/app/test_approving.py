"""A policy that takes two officers: Olga proposes, Otto approves; nobody does both, nothing late or overtaken comes into force."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app import profiles
from sayso.app.clock import StoryClock
from sayso.app.fair import FairLock
from sayso.app.grants import Grants
from sayso.app.house import House, create, open_house
from sayso.app.jobs import approving, auditing, enforce, mend
from sayso.app.settings import Settings
from sayso.facts.deeds import PolicyProposed, PolicySet, ProposalEnded
from sayso.facts.errors import Refused, SaysoError, Unfit
from sayso.facts.instants import parse_instant

STRICT = "protective"


@pytest.fixture
def officers(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[House, StoryClock]]:
    """Olga, Otto and Ida; a test that is marked so has them on every database."""
    database = request.getfixturevalue("database") if "database" in request.fixturenames else None
    clock = StoryClock(parse_instant("2026-11-02"))
    settings = Settings(data=tmp_path / "d", keys=tmp_path / "k", database=database)
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        grants = Grants(settings.keys)
        for name, roles in (("olga", ("operate", "approve")), ("otto", ("approve",)), ("ida", ("approve", "operate"))):
            grants.name_officer(name, roles, clock.now())
        yield house, clock


def propose(house: House, **more: object) -> approving.Proposal:
    told: dict[str, object] = {"by": "olga", "why": "stricter", **more}
    return approving.propose(house, profiles.source(STRICT), STRICT, **told)  # type: ignore[arg-type]  # words of each test


def lines(house: House, kind: type[object]) -> list[object]:
    with house.reading() as conn:
        return [entry.line for entry in house.ledger.of_kind(conn, kind)]  # type: ignore[arg-type]  # kinds of lines


@pytest.mark.usefixtures("database")
def test_olga_proposes_otto_approves_and_both_names_are_in_the_ledger(officers: tuple[House, StoryClock]) -> None:
    house, _ = officers
    made = propose(house)
    assert house.policy_in_force().name == "anthropic-consumer"
    _, done = approving.approve(house, made.number, by="otto", why="read it")
    assert done.name == house.policy_in_force().name == STRICT
    line = lines(house, PolicySet)[-1]
    assert isinstance(line, PolicySet)
    assert (line.proposal, line.proposed_by, line.approved_by, line.why) == (made.number, "olga", "otto", "read it")
    assert auditing.audit(house).report.findings == ()


def test_nobody_approves_their_own_proposal_and_nobody_without_the_role(officers: tuple[House, StoryClock]) -> None:
    house, _ = officers
    made = propose(house)
    for name, said in (("olga", "another officer"), ("mallory", "no officer"), ("", "no officer")):
        with pytest.raises(Refused, match=said):
            approving.approve(house, made.number, by=name, why="quick")
    with pytest.raises(Refused, match="`operate`"):
        propose(house, by="otto")
    with pytest.raises(Unfit, match="say why"):
        approving.approve(house, made.number, by="otto", why=" \n ")
    assert house.policy_in_force().name == "anthropic-consumer"


def test_an_officer_who_ended_meanwhile_approves_nothing(officers: tuple[House, StoryClock]) -> None:
    house, clock = officers
    made = propose(house)
    Grants(house.settings.keys).end_officer("otto", clock.now())
    with pytest.raises(Refused, match="no officer"):
        approving.approve(house, made.number, by="otto", why="read it")


@pytest.mark.usefixtures("database")
def test_two_who_approve_at_once_put_it_into_force_once(officers: tuple[House, StoryClock]) -> None:
    house, _ = officers
    made, lock, said = propose(house), FairLock(), []

    def press(name: str) -> None:
        try:
            approving.approve(house, made.number, by=name, why="read it", lock=lock)
        except SaysoError as problem:
            said.append(str(problem))

    pressed = [threading.Thread(target=press, args=(name,)) for name in ("otto", "ida")]
    for one in pressed:
        one.start()
    for one in pressed:
        one.join(60)
    assert len(said) == 1
    assert "already" in said[0] or "another policy came into force meanwhile" in said[0]
    assert len(lines(house, PolicySet)) == 2


def test_one_who_saw_it_open_is_told_when_another_was_quicker(
    officers: tuple[House, StoryClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = officers
    made, real = propose(house), enforce.effect_of

    def slow(*told: object) -> object:
        monkeypatch.undo()
        approving.end(house, made.number, by="ida", why="a doubt")
        return real(*told)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(enforce, "effect_of", slow)
    with pytest.raises(Refused, match="`ida` turned it down"):
        approving.approve(house, made.number, by="otto", why="read it")
    assert house.policy_in_force().name == "anthropic-consumer"


def test_what_is_late_or_overtaken_is_refused(officers: tuple[House, StoryClock]) -> None:
    house, clock = officers
    late = propose(house, days=1)
    clock.set(clock.now() + timedelta(days=1))
    with pytest.raises(Refused, match="until 2026-11-03"):
        approving.approve(house, late.number, by="otto", why="read it")
    again = propose(house)
    enforce.put_in_force(house, "as-first-reported", notice_given=parse_instant("2026-10-01"))
    with pytest.raises(Refused, match="another policy came into force"):
        approving.approve(house, again.number, by="otto", why="read it")
    with house.reading() as conn:
        assert [one.state for one in approving.proposals(house, conn)] == ["overtaken", "late"]


def test_a_proposal_is_turned_down_by_another_or_taken_back_by_its_own(officers: tuple[House, StoryClock]) -> None:
    house, _ = officers
    first = propose(house)
    with pytest.raises(Unfit, match="proposed already"):
        propose(house, by="ida")
    assert approving.end(house, first.number, by="otto", why="not yet").state == "turned_down"
    second = propose(house)
    assert approving.end(house, None, by="olga", why="a slip").state == "taken_back"
    for number in (first.number, second.number):
        with pytest.raises(Refused, match="not open"):
            approving.approve(house, number, by="otto", why="read it")
    assert len(lines(house, ProposalEnded)) == 2


def test_where_it_takes_two_setting_alone_is_refused_and_one_alone_cannot_change_that(officers: tuple[House, StoryClock]) -> None:
    house, _ = officers
    approving.set_persons(house, 2, by="olga", why="nobody alone")
    with pytest.raises(Refused, match="two officers"):
        enforce.put_in_force(house, STRICT)
    for agreed in ("", "olga"):
        with pytest.raises(Refused):
            approving.set_persons(house, 1, by="olga", agreed=agreed, why="faster")
    approving.approve(house, propose(house).number, by="otto", why="read it")
    assert house.policy_in_force().name == STRICT
    approving.set_persons(house, 1, by="olga", agreed="otto", why="two of us left")
    enforce.put_in_force(house, "anthropic-consumer", notice_given=parse_instant("2026-10-01"))


def test_nobody_asks_for_two_where_no_second_could_approve(officers: tuple[House, StoryClock]) -> None:
    house, clock = officers
    for name in ("otto", "ida"):
        Grants(house.settings.keys).end_officer(name, clock.now())
    with pytest.raises(Refused, match="nobody else"):
        approving.set_persons(house, 2, by="olga", why="nobody alone")


@pytest.mark.parametrize(
    ("more", "said"),
    [({"why": ""}, "say why"), ({"days": 0}, "1 to 90"), ({"days": 91}, "1 to 90"), ({"by": "mallory"}, "no officer")],
)
def test_a_proposal_that_cannot_be_leaves_no_line(officers: tuple[House, StoryClock], more: dict[str, object], said: str) -> None:
    house, _ = officers
    with pytest.raises(SaysoError, match=said):
        propose(house, **more)
    with pytest.raises(Unfit, match="title"):
        approving.propose(house, "purposes = 1", "mine", by="olga", why="w")
    with pytest.raises(Unfit, match="name the policy"):
        approving.propose(house, profiles.source(STRICT), "../mine", by="olga", why="w")
    assert lines(house, PolicyProposed) == []


def test_the_text_that_was_proposed_stays_and_is_the_one_that_comes_into_force(
    officers: tuple[House, StoryClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = officers
    made = propose(house)
    mend.mend(house)
    copy = house.folder / "policies" / f"{made.line.digest}.toml"
    copy.write_text(copy.read_text() + "# changed\n")
    with pytest.raises(SaysoError, match="not the one in force"):
        approving.approve(house, made.number, by="otto", why="read it")
    assert house.policy_in_force().name == "anthropic-consumer"


def test_a_looser_policy_is_proposed_only_with_the_day_of_its_notice(
    tmp_path: Path, talk: Callable[..., None], house: House
) -> None:
    talk("ana", "one")
    Grants(house.settings.keys).name_officer("olga", ["operate"], house.now())
    told = (profiles.source("as-first-reported"), "as-first-reported")
    with pytest.raises(Refused, match="give them notice first"):
        approving.propose(house, *told, by="olga", why="looser")
    assert approving.propose(house, *told, by="olga", why="looser", notice_given=house.now() - timedelta(days=30)).state == "open"


def test_that_it_takes_two_outlives_an_older_copy(officers: tuple[House, StoryClock], tmp_path: Path) -> None:
    from sayso.app.memory import matters
    from sayso.facts.deeds import PersonsSet

    house, _ = officers
    approving.set_persons(house, 2, by="olga", why="nobody alone")
    (line,) = lines(house, PersonsSet)
    assert isinstance(line, PersonsSet)
    assert matters(line)
    house.close()
    with open_house(house.settings, clock=house.clock) as again, pytest.raises(Refused, match="two officers"):
        enforce.put_in_force(again, STRICT)

"""Orders to keep: the 2025 preservation order as a worked example, and what every order may and may not do."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sayso import proofs
from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.house import House, create
from sayso.app.jobs import build, court, court_page, deletion, evidence, holds, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import Scope
from sayso.facts.words import AccountId, ConversationId

ROOT = Path(__file__).resolve().parents[2]
Talk = Callable[..., None]
ORDERED, ENDED = datetime(2025, 5, 13, 12, tzinfo=UTC), datetime(2025, 9, 26, 12, tzinfo=UTC)
CARVED = (Scope(regions=("EEA", "CH", "UK")), Scope(tiers=("enterprise", "edu")), Scope(contracts=("zero_retention",)))


@pytest.fixture
def chatgpt(tmp_path: Path) -> Iterator[tuple[House, StoryClock]]:
    """A house under OpenAI's consumer texts, some weeks before the order."""
    clock = StoryClock(datetime(2025, 4, 20, tzinfo=UTC))
    with create(Settings(data=tmp_path / "data", keys=tmp_path / "keys"), clock=clock, policy="openai-chatgpt") as house:
        with house.writing() as work:
            for name, tier, region, contract in (
                ("ana", "plus", "US", "none"), ("bo", "free", "DE", "none"), ("cy", "free", "GB", "none"), ("dee", "enterprise", "US", "none"),
                ("eli", "edu", "US", "none"), ("fay", "api", "US", "zero_retention"), ("gus", "free", "BR", "none"), ("hal", "free", "CH", "none"),
            ):  # fmt: skip
                people.enrol(house, work, name, tier=tier, region=region, contract=contract)
        yield house, clock


def talks(house: House, clock: StoryClock, name: str, key: str) -> ConversationId:
    turn = Turn(id="1", role="user", parts=(Text(f"words of {name} {key}"),), at=clock.now())
    collect_all(house, "test", [Conversation(id=key, source="test", account=name, turns=(turn,))], Arrival(own=True))
    return house.past.of_account(people.account_of(house, name))[-1]


def states(house: House, one: ConversationId) -> str:
    with house.reading() as conn:
        found = house.vault.look(conn, one)
    assert found is not None
    return found.state


def test_the_order_of_2025_holds_whom_it_names_keeps_what_they_deleted_and_trains_nothing(
    chatgpt: tuple[House, StoryClock],
) -> None:
    house, clock = chatgpt
    everybody = ("ana", "bo", "cy", "dee", "eli", "fay", "gus", "hal")
    mine = {name: talks(house, clock, name, "april") for name in everybody}
    for name in everybody:
        people.choose(house, people.account_of(house, name), "model_training", "allow", covers="stored")
    clock.set(ORDERED)
    state = holds.place(
        house, "nyt-2025", Scope(exempt=CARVED), "preservation of output logs", by="legal", paper="order of 13 May 2025, S.D.N.Y."
    )
    assert (state.conversations, state.accounts) == (2, 2), "Ana in the US and Gus in Brazil; the rest is carved out"
    # Ana and Bo both delete. Bo's goes in its thirty days; Ana's goes out of sight and stays.
    for name in ("ana", "bo"):
        clock.set(clock.now() + timedelta(days=1))
        assert (deletion.delete(house, conversation=mine[name])[1] is None) == (name == "ana")
    later = talks(house, clock, "ana", "june")
    clock.set(datetime(2025, 7, 1, tzinfo=UTC))
    sweep.sweep(house)
    assert (states(house, mine["bo"]), states(house, mine["ana"])) == ("shredded", "hidden")
    with house.reading() as conn, pytest.raises(Refused, match="deleted and is not shown"):
        house.vault.open(conn, mine["ana"])
    assert {mine["ana"], mine["gus"], later} == set(holds.reached(house, "nyt-2025")), "what Ana says later is held as well"
    for purpose in ("model_training", "safety_training", "human_review"):
        made = build.build(house, f"r-{purpose.replace('_', '-')}", purpose).manifest  # type: ignore[arg-type]  # one of the purposes
        assert made.rows == 0, "none of it trains anything, whatever its people said"
    assert evidence.audit(house) == []
    # The legal team, and only under the hold, and not unseen.
    read = holds.read(house, "nyt-2025", mine["ana"], by="J. Doe", why="production of 3 July")
    assert read.turns[0].text == "words of ana april"
    with pytest.raises(Refused, match="does not reach"):
        holds.read(house, "nyt-2025", mine["cy"], by="J. Doe", why="curiosity")
    # On its last day it ends: what Ana deleted is due at once and gone at the next sweep; what Gus left is kept as before the order.
    clock.set(ENDED)
    assert holds.end(house, "nyt-2025").released == 3
    assert sweep.sweep(house).shredded == 1
    assert states(house, mine["ana"]) == "shredded"
    assert (states(house, mine["gus"]), states(house, later)) == ("live", "live")
    assert evidence.audit(house) == []
    found = court.report(house, "preservation of output logs")
    assert found["counts"] | {"bytes": 0, "turns": 0} == {
        "conversations": 3, "accounts": 2, "turns": 0, "bytes": 0, "held_now": 0, "deleted_by_person": 1, "destroyed": 1,
    }  # fmt: skip


def test_the_page_on_the_order_of_2025_says_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Every command of docs/orders.md is run as it stands."""
    monkeypatch.chdir(tmp_path)
    for name in ("SAYSO_HOME", "SAYSO_KEYS", "SAYSO_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    import shutil

    shutil.make_archive("ana", "zip", ROOT / "examples/demo/claude/ana")
    shutil.make_archive("bo", "zip", ROOT / "examples/demo/claude/bo")
    text = (ROOT / "docs" / "orders.md").read_text("utf-8")
    lines = [line.removeprefix("$ sayso ") for line in text.replace("\\\n", "").splitlines() if line.startswith("$ sayso ")]
    assert len(lines) >= 8
    for line in lines:
        with pytest.raises(SystemExit) as left:
            main(shlex.split(line))
        assert left.value.code in (0, None), (line, capsys.readouterr().err)
    assert json.loads(Path("report.json").read_text())["counts"]["held_now"] > 0


def test_a_scope_that_matches_nothing_is_refused_unless_it_is_for_what_comes(house: House, talk: Talk) -> None:
    talk("ana", "one")
    with pytest.raises(Unfit, match="matches nothing"):
        holds.place(house, "wrong", Scope(regions=("JP",)), "m")
    assert holds.listed(house) == []
    holds.place(house, "wrong", Scope(regions=("FR",)), "m", future=True)
    talk("cy", "later")
    assert holds.listed(house)[0].conversations == 1
    assert evidence.audit(house) == []


def test_exceptions_take_out_each_by_itself_and_may_have_exceptions(house: House, talk: Talk) -> None:
    for name in ("ana", "bo", "cy"):
        talk(name, "one")
    bo = people.account_of(house, "bo")
    assert (
        holds.place(house, "a", Scope(exempt=(Scope(regions=("EU",)), Scope(tiers=("pro",)))), "m", future=True).conversations == 0
    )
    assert holds.place(house, "b", Scope(exempt=(Scope(regions=("FR",)), Scope(tiers=("pro",)))), "m").conversations == 1
    but_bo = Scope(exempt=Scope(regions=("EU",), exempt=Scope(accounts=(bo,))))
    assert holds.place(house, "c", but_bo, "m").conversations == 2
    assert evidence.audit(house) == []


def test_ending_one_of_two_orders_releases_only_what_the_other_does_not_keep(house: House, clock: StoryClock, talk: Talk) -> None:
    for key in ("one", "two"):
        talk("ana", key)
    ana = people.account_of(house, "ana")
    one, two = house.past.of_account(ana)
    holds.place(house, "h1", Scope(accounts=(ana,)), "first")
    holds.place(house, "h2", Scope(conversations=(two,)), "second")
    deletion.delete(house, account=ana)
    clock.set(clock.now() + timedelta(days=100))
    assert sweep.sweep(house).shredded == 0
    state = holds.end(house, "h1")
    assert (state.conversations, state.released) == (2, 1)
    assert sweep.sweep(house).shredded == 1
    assert (states(house, one), states(house, two)) == ("shredded", "hidden")
    assert evidence.audit(house) == []
    holds.end(house, "h2")
    swept = sweep.sweep(house)
    assert (swept.shredded, swept.forgotten) == (1, 1)


def test_what_comes_under_an_order_is_withdrawn_from_releases_at_once(house: House, clock: StoryClock, talk: Talk) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    talk("ana", "one")
    assert build.build(house, "r1", "model_training").manifest.rows == 1
    assert holds.place(house, "h", Scope(accounts=(ana,)), "m").withdrawn == 1
    assert evidence.audit(house) == []


def test_what_is_held_and_deleted_lies_in_segments_of_its_own(house: House, clock: StoryClock, talk: Talk) -> None:
    for key in ("one", "two", "three"):
        talk("ana", key, text=f"words of {key}")
    ana = people.account_of(house, "ana")
    one, two, three = house.past.of_account(ana)
    holds.place(house, "h", Scope(conversations=(one, two)), "m")
    deletion.delete(house, conversation=one)

    def places(which: ConversationId) -> set[str]:
        """The folders in which sealed bytes of *which* lie."""
        return {path.parent.name for path in (house.folder / "vault").rglob("*.seg") if which.encode() in path.read_bytes()}

    sweep.sweep(house)
    assert places(one) == {"held"}, "kept apart, and no copy stays among the others"
    assert (places(two), places(three)) == ({"segments"}, {"segments"}), "held and shown stays where its person reads it"
    assert holds.read(house, "h", one, by="J. Doe", why="a motion").turns[0].text == "words of one"
    assert evidence.audit(house) == []
    talk("ana", "four")
    sweep.sweep(house)
    assert places(one) == {"held"}
    holds.end(house, "h")
    clock.set(clock.now() + timedelta(days=31))
    sweep.sweep(house)
    assert places(one) == set(), "when the order ends it goes like everything else"
    assert evidence.audit(house) == []


def test_the_report_holds_the_chain_of_custody_and_any_change_to_it_is_seen(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    talk("ana", "one", text="secret words")
    ana = people.account_of(house, "ana")
    (one,) = house.past.of_account(ana)
    placed = clock.now() + timedelta(days=1)
    clock.set(placed)
    holds.place(house, "h", Scope(accounts=(ana,)), "Doe v. Roe", by="legal", paper="order 7")
    clock.set(placed + timedelta(days=1))
    talk("ana", "two", text="secret words")
    holds.read(house, "h", one, by="J. Doe", why="production")
    made = court.report(house, "Doe v. Roe")
    (hold,) = made["holds"]
    assert (hold["placed"]["by"], hold["placed"]["paper"], hold["may_be_told"]) == ("legal", "order 7", True)
    assert [(read["by"], read["why"], read["conversation"]) for read in hold["reads"]] == [("J. Doe", "production", one)]
    assert [found["under"][0]["since"][:10] for found in made["conversations"]] == ["2025-09-02", "2025-09-03"]
    with house.reading() as conn:
        prints = {one.id: one.digest for one in house.vault.fingerprints(conn) if one.kind == "block"}
    for found in made["conversations"]:
        assert prints[f"{found['conversation']}/0"] == found["blocks"][0]["sha256"]
    assert "secret" not in json.dumps(made)
    page = court_page.as_markdown(made)
    assert all(said in page for said in ("Doe v. Roe", "order 7", "legal", "J. Doe", "production", one, "2025-09-02"))
    assert "secret" not in page
    assert "ana" not in [found["account"] for found in made["conversations"]]
    key, path = house.keys.signing.vkey(), tmp_path / "report.json"
    path.write_text(json.dumps(made))
    assert proofs.verify(path, key).ok
    for change in ({"at": "2026-01-01T00:00:00Z"}, {"counts": made["counts"] | {"held_now": 9}}, {"acts": made["acts"][:1]}):
        path.write_text(json.dumps(made | change))
        assert not proofs.verify(path, key).ok
    with pytest.raises(Unfit, match="no hold was ever placed"):
        court.report(house, "Roe v. Doe")


@pytest.mark.parametrize(("by", "why"), [("", "x"), ("x", " ")])
def test_nobody_reads_what_is_held_without_saying_who_and_why(house: House, talk: Talk, by: str, why: str) -> None:
    talk("ana", "one")
    ana = AccountId(people.account_of(house, "ana"))
    holds.place(house, "h", Scope(accounts=(ana,)), "m")
    with pytest.raises(Unfit, match="--by and --why"):
        holds.read(house, "h", house.past.of_account(ana)[0], by=by, why=why)


def test_an_order_that_forbids_telling_is_told_to_nobody_it_reaches(house: House, clock: StoryClock, talk: Talk) -> None:
    from sayso.app.frontdesk import FrontDesk
    from sayso.app.views import Find, PageOf

    talk("ana", "one")
    ana = people.account_of(house, "ana")
    (one,) = house.past.of_account(ana)
    desk = FrontDesk(house)
    before = desk.conversation(ana, one)
    holds.place(house, "h", Scope(accounts=(ana,)), "sealed matter", silent=True)
    after = desk.conversation(ana, one)
    assert (after.held, after.ruling.keep_until) == (False, before.ruling.keep_until)
    assert desk.delete_conversation(ana, one) == clock.now() + timedelta(days=30)
    clock.set(clock.now() + timedelta(days=31))
    sweep.sweep(house)
    assert states(house, one) == "hidden", "kept all the same"
    assert desk.conversations(ana, Find()) == PageOf(items=(), total=0), "and its person sees what they would see without the order"
    assert desk.overview().holds[0][1] == "sealed matter", "the officer sees it"

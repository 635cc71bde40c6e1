"""No file under the data folder ever holds a word, a name or an id in plain: every byte is searched for planted canaries."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import build, deletion, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.facts.conversation import Attachment, Conversation, Text, Thinking, ToolCall, ToolResult, Turn

PLACES = ("name", "title", "id", "text", "thinking", "tool input", "tool result", "attachment name", "attachment text", "turn id")


@pytest.fixture
def canaries() -> dict[str, str]:
    """Incompressible words, one per place where a person's data could stand."""
    return {place: secrets.token_hex(24) for place in PLACES}


def found(folder: Path, canaries: dict[str, str]) -> Iterator[str]:
    """Yield where a canary, or any 16 signs of it, stands in plain in any file."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            for place, canary in canaries.items():
                pieces = {canary[start : start + 16] for start in range(0, len(canary) - 15, 8)}
                if any(piece.encode() in raw or piece.encode("utf-16-le") in raw for piece in pieces):
                    yield f"{place} in {path.name}"


def held(name: str, canaries: dict[str, str], clock: StoryClock) -> Conversation:
    parts = (
        Text(canaries["text"]),
        Thinking(canaries["thinking"]),
        ToolCall("search", '{"q": "' + canaries["tool input"] + '"}'),
        ToolResult(canaries["tool result"]),
        Attachment(name=canaries["attachment name"], text=canaries["attachment text"]),
    )
    turns = (
        Turn(id=canaries["turn id"], role="user", parts=parts, at=clock.now()),
        Turn(id="2", role="assistant", parts=(Text(canaries["text"]),), at=clock.now(), origin="generated"),
    )
    return Conversation(id=canaries["id"], source="test", account=name, title=canaries["title"], turns=turns)


def test_no_canary_is_found_at_any_time(house: House, clock: StoryClock, canaries: dict[str, str]) -> None:
    name = canaries["name"]
    with house.writing() as work:
        account = people.enrol(house, work, name, tier="pro", region="US")
        assert list(found(house.folder, canaries)) == [], "while the transaction is open"
    people.choose(house, account, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    collect_all(house, "test", [held(name, canaries, clock)], Arrival(own=True))
    assert list(found(house.folder, canaries)) == [], "while it is stored"
    conversation = house.past.of_account(account)[0]
    with house.reading() as conn:
        assert canaries["text"].encode() in b"".join(house.vault.open(conn, conversation)), "it can be opened with the keys"
    people.choose(house, account, "model_training", "refuse")
    build.build(house, "nobody", "model_training")
    assert list(found(house.folder, canaries)) == [], "a release without the person holds nothing of them"
    deletion.delete(house, conversation=conversation)
    assert list(found(house.folder, canaries)) == [], "after the deletion"
    clock.set(clock.now() + timedelta(days=31))
    sweep.sweep(house)
    assert list(found(house.folder, canaries)) == [], "after the sweep"
    house.close()
    assert list(found(house.folder, canaries)) == [], "after the folder is closed"


def test_a_release_holds_the_words_of_who_allowed_and_no_others(
    house: House, clock: StoryClock, canaries: dict[str, str], talk: Callable[..., None]
) -> None:
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    people.choose(house, ana, "model_training", "allow")
    people.choose(house, bo, "model_training", "refuse")
    clock.set(clock.now() + timedelta(minutes=1))
    bos = {place: secrets.token_hex(24) for place in PLACES}
    cys = {place: secrets.token_hex(24) for place in PLACES}
    collect_all(house, "test", [held("ana", canaries, clock), held("bo", bos, clock), held("cy", cys, clock)], Arrival(own=True))
    build.build(house, "r1", "model_training")
    assert list(found(house.folder, bos)) == []
    assert list(found(house.folder, cys)) == []
    spots = set(found(house.folder / "releases", canaries))
    assert any(spot.startswith("text in ") for spot in spots), "the words Ana allowed are what the release is for"
    for place in ("title", "id", "thinking", "tool input", "attachment text", "turn id"):
        assert not any(spot.startswith(f"{place} in ") for spot in spots), place
    assert not set(found(house.folder, {"name": "ana-name-canary", "id": canaries["id"]}))


def test_nothing_of_a_conversation_is_in_a_log_or_an_error(
    house: House, clock: StoryClock, canaries: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    collect_all(house, "test", [held("ana", canaries, clock)], Arrival(own=True))
    broken = Conversation(
        id="x", source="test", account="ana", turns=(Turn(id="1", role="user", parts=(Text(canaries["text"] + "\ud800"),)),)
    )
    tally = collect_all(house, "test", [broken], Arrival(own=True))
    assert len(tally.left) == 1
    said = capfd.readouterr()
    text = said.out + said.err + tally.left[0].line()
    assert not any(canary in text for canary in canaries.values())

"""A life with something planted wherever a person's words or names go in, and everything that can happen to it.

Ana refuses; she deletes one conversation, another is held. Bo allows and stays. Cy, never asked, deletes the whole account.
Dee allows, is in the release, and deletes the account afterwards.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from sayso.app import keyring
from sayso.app.clock import StoryClock
from sayso.app.house import House, create
from sayso.app.jobs import build, deletion, epochs, evidence, holds, logs, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Attachment, Conversation, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.events import Scope
from sayso.facts.words import ConversationId
from sayso.vault import encode

from .thief import Remembered, Target

START = datetime(2025, 9, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=31)
PURPOSE = "model_training"
PLACES = ("id", "title", "text", "thinking", "tool input", "tool result", "attachment name", "attachment text", "turn id", "author")
WHOSE = {"gone": "ana", "stays": "ana", "of bo": "bo", "of cy": "cy", "of dee": "dee"}
LOST = ("gone", "of cy", "of dee")
"""The conversations that are deleted in this life."""
Look = Callable[[str], None]


class Planted(Struct):
    """What was planted: a name for each person, and for each conversation something in each place."""

    names: dict[str, str]
    things: dict[str, dict[str, str]]

    @classmethod
    def anew(cls) -> Planted:
        def one() -> str:
            return secrets.token_hex(24)

        names = {name: f"{name}-{one()}" for name in ("ana", "bo", "cy", "dee")}
        return cls(names=names, things={key: {place: one() for place in PLACES} | {"wide": f"ß№漢{one()}"} for key in WHOSE})

    def all(self, *, but_released: bool = False) -> dict[str, str]:
        """Everything by where it stands; with *but_released* without the words that may stand in a release."""
        free = ("text", "wide") if but_released else ()
        found = {f"name of {name}": value for name, value in self.names.items()}
        for key, places in self.things.items():
            released = key in ("of bo", "of dee")
            found |= {f"{place} {key}": value for place, value in places.items() if not (released and place in free)}
        return found

    def conversation(self, key: str, at: datetime) -> Conversation:
        planted, name = self.things[key], self.names[WHOSE[key]]
        parts = (
            Text(planted["text"]),
            Thinking(planted["thinking"]),
            ToolCall("search", json.dumps({"q": planted["tool input"]})),
            ToolResult(planted["tool result"]),
            Attachment(name=planted["attachment name"], text=planted["attachment text"]),
        )
        turns = [
            Turn(id=planted["turn id"], role="user", parts=parts, at=at),
            Turn(id="2", role="assistant", parts=(Text(planted["wide"]),), at=at, origin="generated"),
        ]
        if WHOSE[key] == "ana":  # whoever else wrote must allow as well, so theirs would leave the release
            turns.append(Turn(id="3", role="user", parts=(Text("and I"),), at=at, author=planted["author"]))
        return Conversation(id=planted["id"], source="test", account=name, title=planted["title"], turns=tuple(turns))

    def targets(self) -> list[Target]:
        """The beginnings of what was sealed, as a thief would see them: of names, and of the words of each conversation."""
        found = [Target(name=f"name of {name}", piece=value.encode()[:16]) for name, value in self.names.items()]
        for key in WHOSE:
            talk = self.conversation(key, START)
            raw = encode(talk, list(talk.turns))
            # The first 16 bytes are alike in all; in the second the id begins.
            found.append(Target(name=f"words {key}", piece=raw[16:32], block=1))
        return found


class Life:
    """The folders of one life, and the order of what happens in it."""

    def __init__(self, folder: Path, planted: Planted, remembered: Remembered) -> None:
        self.folder, self.planted, self.remembered = folder, planted, remembered
        self.settings = Settings(data=folder / "data", keys=folder / "data.keys")
        self.clock = StoryClock(START)
        self.ids: dict[str, ConversationId] = {}
        self.public = folder / "public"

    def backup(self, name: str) -> None:
        """Copy the data and no key, as it lies while the house is open."""
        shutil.copytree(self.settings.data, self.folder / "backups" / name)

    def live(self, look: Look, *, releases: bool = True) -> House:
        """Everything but the turn, with a look after each step; the house is left open."""
        house = create(self.settings, clock=self.clock, policy="anthropic-consumer")
        look("after the beginning")
        self._arrive(house, look)
        if releases:
            build.build(house, "r1", PURPOSE)
            look("after a release")
        logs.publish(house, self.public)
        self.backup("before")
        self._leave(house, look)
        self.backup("deleted")
        self.clock.set(self.clock.now() + MONTH)
        assert sweep.sweep(house).shredded >= len(LOST)
        with house.writing() as work:
            house.vault.compact(work.conn, share=0)
        house.vault.settle()
        look("after the sweep")
        logs.publish(house, self.public)
        self.backup("swept")
        assert evidence.audit(house) == []
        return house

    def turn(self, house: House, look: Look) -> None:
        self.remembered.now = "the turn"
        epochs.turn(house)
        look("after the turn")
        assert evidence.audit(house) == []
        self.backup("turned")

    def _arrive(self, house: House, look: Look) -> None:
        for name, value in self.planted.names.items():
            self.remembered.now = f"the account of {name}"
            with house.writing() as work:
                people.enrol(house, work, value, tier="pro", region="US")
                look("while an enrolment is open")
            if name in ("ana", "bo", "dee"):
                account = people.account_of(house, value)
                people.choose(house, account, PURPOSE, "refuse" if name == "ana" else "allow")
        look("after the choices")
        self.clock.set(self.clock.now() + timedelta(minutes=1))
        for key, name in WHOSE.items():
            self.remembered.now = "the account of whoever else wrote"
            if name == "ana":
                with house.writing() as work:
                    people.enrol(house, work, self.planted.things[key]["author"])
            self.remembered.now = f"conversation {key}"
            talk = self.planted.conversation(key, START)
            tally = collect_all(house, "test", [talk], Arrival(own=True))
            assert tally.conversations == 1, [left.line() for left in tally.left]
            with house.writing() as work:
                account = people.account_of(house, self.planted.names[name])
                self.ids[key] = house.vault.identify(work.conn, account, "test", talk.id)
        # Without a reason to keep it, what Ana refused to have used would end with the month.
        holds.place(house, "order", Scope(conversations=(self.ids["stays"],)), "a matter")
        look("after the import")

    def _leave(self, house: House, look: Look) -> None:
        self.remembered.now = "the end"
        deletion.delete(house, conversation=self.ids["gone"])
        for name in ("cy", "dee"):
            deletion.delete_account(house, people.account_of(house, self.planted.names[name]))
        look("after the deletions")


def main() -> None:
    """Live in a folder with what a file says was planted, in a process of its own that somebody may watch."""
    folder, planted = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    life = Life(folder, Planted(**planted), Remembered(keyring.entropy))
    house = life.live(lambda _: None)
    life.turn(house, lambda _: None)
    house.close()

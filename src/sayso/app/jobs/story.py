"""Playing a story: a time line of steps, told to a house by a clock that the story sets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sayso import intake
from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import deletion, holds, people, rule, stale, sweep
from sayso.app.jobs.collect import Arrival, Tally, collect_all
from sayso.facts.conversation import Conversation
from sayso.facts.errors import Unfit
from sayso.facts.events import Event, FeedbackGiven, FlagCleared, Flagged, Moved, RegionChanged, Scope, TierChanged, parse_event
from sayso.facts.instants import parse_instant
from sayso.facts.lines import Left
from sayso.facts.words import AccountId, ConversationId

Step = Mapping[str, Any]
NOTICE = "training-choice"


def load(folder: Path) -> list[Step]:
    """Return the steps of the story in *folder*, in order."""
    try:
        steps = json.loads((folder / "story.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Unfit(f"no story in `{folder.name}`; it needs a story.json (examples/demo/README.md)") from None
    return list(steps)


class Teller:
    """Tells a story to a house, step by step, each at its own instant."""

    def __init__(self, house: House, clock: StoryClock, folder: Path) -> None:
        self._house = house
        self._clock = clock
        self._folder = folder
        self._private: set[tuple[str, str]] = set()
        self._sources: dict[tuple[str, str], tuple[str, str]] = {}
        self._read: dict[str, list[Conversation | Left]] = {}
        self.tally = Tally(left=[])

    def tell(self, steps: list[Step], progress: Callable[[int], None] = lambda _: None) -> None:
        """Play every step in order."""
        self._private = {
            (step["conversation"]["file"], step["conversation"]["id"])
            for step in steps
            if step["do"] == "mark" and step.get("incognito")
        }
        for number, step in enumerate(steps):
            self._clock.set(parse_instant(step["at"], what=f"step {number}: at"))
            self._step(step, number)
            progress(1)

    def conversation(self, place: Mapping[str, str]) -> ConversationId:
        """Return our id of the conversation that stands in the story as file and external id."""
        key = (place["file"], place["id"])
        if key not in self._sources:
            raise Unfit(f"the story names conversation `{place['id']}` before it is collected")
        account, source = self._sources[key]
        with self._house.reading() as conn:
            return self._house.vault.identify(conn, AccountId(account), source, place["id"])

    def _step(self, step: Step, number: int) -> None:
        house, kind = self._house, step["do"]
        match kind:
            case "account":
                with house.writing() as work:
                    facts = {key: step[key] for key in ("tier", "region", "birth_year", "contract") if key in step}
                    people.enrol(house, work, step["account"], **facts)
            case "collect" | "import":
                self._collect(step, own=kind == "collect")
            case "choice":
                people.choose(
                    house, self._account(step), step.get("purpose", "model_training"), step["say"], via=step.get("via", "notice"),
                    notice=self._notice(), locale=step.get("locale"), pressed=step.get("pressed"),
                    covers=step.get("covers", "from_now"),
                )  # fmt: skip
            case "notice_shown":
                people.shown(house, self._account(step), step.get("purpose", "model_training"), self._notice())
            case "deferred":
                people.defer(house, self._account(step), step.get("purpose", "model_training"), self._notice())
            case "deleted":
                if "account" in step:
                    deletion.delete(house, account=self._account(step))
                else:
                    deletion.delete(house, conversation=self.conversation(step["conversation"]))
            case "hold_placed":
                holds.place(house, step["hold"], self._scope(step.get("scope", {})), step.get("matter", ""), future=True)
            case "hold_ended":
                holds.end(house, step["hold"])
            case "sweep":
                sweep.sweep(house)
            case "mark":
                pass  # read ahead: privacy holds from the first turn
            case _:
                self._record(step, number)

    def _record(self, step: Step, number: int) -> None:
        """Record any other event of the story as it stands."""
        raw = {key: value for key, value in step.items() if key != "do"} | {"type": step["do"]}
        if "account" in raw:
            raw["account"] = self._account(step)
        if "conversation" in raw:
            raw["conversation"] = self.conversation(raw["conversation"])
        event: Event = parse_event(raw, where=f"step {number}")
        if not isinstance(event, Flagged | FlagCleared | FeedbackGiven | TierChanged | RegionChanged | Moved):
            raise Unfit(f"step {number} of the story does `{step['do']}`, which no teller knows")
        policy = self._house.policy_in_force()
        with self._house.writing() as work:
            work.record([event])
            past = self._house.present()
            named = getattr(event, "conversation", None)
            if named is not None:
                rule.reschedule(self._house, work, [named], policy)
            else:
                stale.mark(self._house, work, past, [getattr(event, "account", AccountId(""))])

    def _collect(self, step: Step, *, own: bool) -> None:
        house, file = self._house, step["file"]
        if file not in self._read:
            self._read[file] = list(intake.read(self._folder / file))
        names: Mapping[str, str] = step.get("accounts", {})
        items: list[Conversation | Left] = []
        for item in self._read[file]:
            if isinstance(item, Left):
                continue  # what is not a conversation stays in the export; the demo says so once, at its end
            name = step.get("account") or names.get(item.account or "")
            private = item.private or (file, item.id) in self._private
            items.append(replace(item, account=name, private=private))
            if name:
                self._sources[file, item.id] = (self._named(name), item.source)
        upto = parse_instant(step["at"]) if own else None
        collect_all_into(house, file, items, Arrival(own=own, upto=upto), self.tally)

    def _account(self, step: Step) -> AccountId:
        return people.account_of(self._house, step["account"])

    def _named(self, name: str) -> AccountId:
        return people.account_of(self._house, name)

    def _notice(self) -> str:
        house = self._house
        notice = people.shipped_notice(NOTICE)
        with house.writing() as work:
            return people.show_notice(house, work, notice)

    def _scope(self, scope: Mapping[str, Any]) -> Scope:
        plain = dict(scope)
        for key in ("accounts",):
            if key in plain:
                plain[key] = [self._named(name) for name in plain[key]]
        if "conversations" in plain:
            plain["conversations"] = [self.conversation(place) for place in plain["conversations"]]
        placed = parse_event({"at": "2025-01-01", "type": "hold_placed", "hold": "scope", "scope": plain}, where="scope")
        return placed.scope if hasattr(placed, "scope") else Scope()


def collect_all_into(house: House, source: str, items: list[Conversation | Left], arrival: Arrival, tally: Tally) -> None:
    """Take *items* in and add what happened to *tally*."""
    done = collect_all(house, source, items, arrival)
    for field in ("conversations", "turns", "bytes"):
        setattr(tally, field, getattr(tally, field) + getattr(done, field))
    tally.left.extend(left for left in done.left if "names no account" not in left.why)

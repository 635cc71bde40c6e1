"""The parts that rows have in common, read one by one: names, sources, conditions, lengths, days.

Nothing here stops at the first mistake: it is noted, and something harmless stands in for the value until the row is dropped.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sayso.facts.errors import Unfit
from sayso.facts.instants import parse_instant
from sayso.facts.regions import spelt
from sayso.policy import vocabulary
from sayso.policy.problems import Problems
from sayso.policy.table import LATEST

LONGEST = {"years": 200, "months": 2400, "days": 73200}
"""The longest time a row may name, by unit."""

LENGTH = set(LONGEST)
_ZONE = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""Stands in for an instant that could not be read."""


@dataclass
class Fields:
    """Reads the keys of rows against what the file declares; what is `None` could not be read and is not compared with."""

    problems: Problems
    purposes: tuple[str, ...]
    versions: tuple[str, ...] | None
    declared: dict[str, tuple[str, ...]] | None
    sources: frozenset[str] | None
    seen: dict[str, int] = field(default_factory=dict)

    def head(self, raw: Mapping[str, Any], table: str, position: int, known: set[str]) -> dict[str, Any]:
        """Return what every row has; notes unknown keys, missing words and sources nobody declared."""
        for key in raw:
            if key not in known:
                self.note(table, position, key, f"unknown key `{key}` in [[{table}]]", f"known are {', '.join(sorted(known))}")
        said: dict[str, str] = {}
        for key in ("id", "because", "source"):
            said[key] = raw[key] if isinstance(raw.get(key), str) else ""
            if not said[key].strip():
                self.note(table, position, key, f"a [[{table}]] without `{key}`", "every row has id, because and source; add it")
        line = self.problems.places.of(table, position)
        if said["id"].strip() and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", said["id"]):
            self.note(table, position, "id", f"id `{said['id']}` is no plain name", "spell it with a to z, 0 to 9 and hyphens")
        elif said["id"] in self.seen:
            what = f"a second row `{said['id']}` (the first is on line {self.seen[said['id']]})"
            self.note(table, position, "id", what, "rename one")
        elif said["id"]:
            self.seen[said["id"]] = line
        for code in said["source"].split(",") if said["source"].strip() and self.sources is not None else ():
            if not code.split() or code.split()[0] not in (self.sources or ()):
                self.note(table, position, "source", f"source `{code.strip()}` is not in [sources]", "declare its code there")
        return {
            "id": said["id"],
            "because": " ".join(said["because"].split()),
            "source": said["source"],
            "line": line,
            "versions": self._versions(raw, table, position),
            "when": self._when(raw.get("when", {}), table, position),
        }

    def note(self, table: str, position: int, key: str | None, what: str, mend: str) -> None:
        """Note a problem of a row."""
        self.problems.note(table, position, key, what, mend)

    def instant(self, raw: object, line: int, what: str, kind: str = "") -> dt.datetime:
        """Return the instant a TOML date, date-time or text names; a date alone is its midnight UTC."""
        text = raw.isoformat() if isinstance(raw, (dt.date, dt.datetime)) else raw
        try:
            return parse_instant(text, what=what)
        except Unfit as error:
            said, _, mend = str(error).partition("; ")
            self.problems.at(line, said, mend or "write it like 2025-10-08", kind)
            return NEVER

    def one_of(self, raw: Mapping[str, Any], table: str, position: int, key: str, known: tuple[str, ...]) -> Any:
        """Return the value of *key*, one of *known*."""
        if raw.get(key) not in known:
            self.note(table, position, key, f"`{key}` is `{raw.get(key, '')}`", f"name one of {', '.join(known)}")
            return known[0]
        return raw[key]

    def named(self, raw: Mapping[str, Any], table: str, position: int) -> list[str]:
        """Return the purposes of a row: one, a list, or all of the file where none is named."""
        listed = raw.get("purpose", list(self.purposes))
        listed = listed if isinstance(listed, list) else [listed]
        for purpose in listed or [""]:
            if purpose not in self.purposes:
                mend = f"name one of {', '.join(self.purposes)}"
                self.note(table, position, "purpose", f"unknown purpose `{purpose}`", mend)
        return [str(purpose) for purpose in listed]

    def purpose(self, raw: Mapping[str, Any], table: str, position: int) -> str:
        """Return the one purpose of a row, the file's first where none is named."""
        return str(self.one_of({"purpose": self.purposes[0], **raw}, table, position, "purpose", self.purposes))

    def reasons(self, raw: Mapping[str, Any], table: str, position: int, key: str) -> tuple[str, ...]:
        """Return a list of reasons to keep."""
        listed = raw.get(key, [])
        if not isinstance(listed, list) or any(one not in vocabulary.REASONS for one in listed):
            self.note(table, position, key, f"`{key}` names an unknown reason", f"known are {', '.join(vocabulary.REASONS)}")
            return ()
        return tuple(listed)

    def length(self, raw: Mapping[str, Any], table: str, position: int) -> tuple[int | None, int | None]:
        """Return calendar months and days, or `None` of both for `open = true`."""
        parts = {key: raw[key] for key in LONGEST if key in raw}
        if "open" in raw and (raw["open"] is not True or parts):
            self.note(table, position, "open", "`open` goes with no length", "write open = true, or years, months and days")
        if raw.get("open"):
            return None, None
        if not parts:
            self.note(table, position, None, f"a [[{table}]] without a length", "give years, months or days")
        for key, count in parts.items():
            limit = LONGEST[key]
            if type(count) is not int or not 0 <= count <= limit:
                self.note(table, position, key, f"`{key}` is no whole number from 0 to {limit}", "write it like days = 30")
                return 0, 0
        return parts.get("years", 0) * 12 + parts.get("months", 0), parts.get("days", 0)

    def deadline(self, raw: Mapping[str, Any], position: int) -> dt.datetime | None:
        """Return the end of the last day to choose: at local midnight in the named zone, else where on Earth it comes latest."""
        day = raw.get("deadline")
        if day is None:
            return None
        if isinstance(day, dt.datetime) or not isinstance(day, dt.date):
            mend = "write the last day to choose, like deadline = 2025-10-08"
            self.note("choice", position, "deadline", "`deadline` is no day", mend)
            return NEVER
        zone = raw.get("zone", "latest")
        offset: dt.tzinfo = LATEST
        if zone == "UTC":
            offset = dt.UTC
        elif isinstance(zone, str) and _ZONE.fullmatch(zone):
            offset = dt.datetime.fromisoformat(f"2000-01-01T00:00{zone}").tzinfo or dt.UTC
        elif zone != "latest":
            self.note("choice", position, "zone", f"`zone` is `{zone}`", "write latest, UTC or an offset like +02:00")
        try:
            return (dt.datetime.combine(day, dt.time.min, offset) + dt.timedelta(days=1)).astimezone(dt.UTC)
        except OverflowError:
            mend = "name a day people will see"
            self.note("choice", position, "deadline", "`deadline` lies at the end of the calendar", mend)
            return NEVER

    def _versions(self, raw: Mapping[str, Any], table: str, position: int) -> tuple[str, ...]:
        listed = raw.get("versions", list(self.versions or ()))
        if not isinstance(listed, list) or ("versions" in raw and not listed):
            self.note(table, position, "versions", "`versions` is no list", "list version ids, or leave it out for all")
            return ()
        for one in listed if self.versions is not None else ():
            if one not in (self.versions or ()):
                known = ", ".join(self.versions or ())
                self.note(table, position, "versions", f"unknown version `{one}`", f"known are {known}")
        return tuple(str(one) for one in listed)

    def _when(self, raw: object, table: str, position: int) -> dict[str, tuple[str, ...]]:
        if not isinstance(raw, dict):
            self.note(table, position, "when", "`when` is no table", 'write it like when = { tier = ["pro", "max"] }')
            return {}
        when: dict[str, tuple[str, ...]] = {}
        for fact, wanted in raw.items():
            if self.declared is None and fact not in vocabulary.FIXED:
                continue
            known = vocabulary.values(fact, self.declared or {})
            if known is None:
                names = ", ".join(vocabulary.known_facts(self.declared or {}))
                self.note(table, position, "when", f"unknown fact `{fact}`", f"known are {names}")
                continue
            # `known` stands for every value but `unknown` and `conflict`.
            listed = list(known) if wanted == "known" else wanted if isinstance(wanted, list) else [wanted]
            if not listed:
                self.note(table, position, "when", f"`{fact}` lists no value, so nothing can fit", "name one")
            for value in listed:
                if value not in (*known, *vocabulary.SPECIAL):
                    some = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")
                    self.note(table, position, "when", f"`{fact}` is never `{value}`", f"known are {some}")
            when[fact] = regions(listed) if fact.startswith("region") else tuple(dict.fromkeys(str(one) for one in listed))
        return when


def regions(listed: list[Any]) -> tuple[str, ...]:
    """Return *listed* with every country of the groups among them, in the order of the vocabulary.

    >>> len(regions(["EU"])), regions(["US", "UK"])
    (28, ('GB', 'US', 'UK'))
    """
    wide = spelt([str(one) for one in listed])
    return tuple(one for one in (*vocabulary.REGIONS, *vocabulary.SPECIAL) if one in wide)

"""The rows of a profile, read one by one; every complaint names the file and the line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sayso.facts.errors import Unfit
from sayso.facts.instants import parse_instant
from sayso.policy import vocabulary
from sayso.policy.places import Places
from sayso.policy.table import LATEST, CapRow, ChoiceRow, KeepRow, UseRow

_HEAD = {"id", "because", "source", "versions", "when"}
_LENGTH = {"years", "months", "days"}
_LONGEST = 200
_ZONE = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")


@dataclass
class Reader:
    """Reads rows against what the file declares."""

    file: str
    places: Places
    purposes: tuple[str, ...]
    versions: tuple[str, ...]
    declared: dict[str, tuple[str, ...]]
    sources: frozenset[str]
    seen: dict[str, int] = field(default_factory=dict)

    def use(self, tables: list[Any]) -> list[UseRow]:
        """Return the `[[use]]` rows; one that names several purposes is a row in each."""
        rows: list[UseRow] = []
        for position, raw in enumerate(tables):
            head = self.head(raw, "use", position, _HEAD | {"purpose", "use"})
            use = self._one_of(raw, "use", position, "use", ("allow", "deny", "undetermined"))
            named = raw.get("purpose", list(self.purposes))
            for purpose in [named] if isinstance(named, str) else named if isinstance(named, list) else [None]:
                if purpose not in self.purposes:
                    known = ", ".join(self.purposes)
                    self._fail("use", position, "purpose", f"unknown purpose `{purpose}`", f"name one of {known}")
                rows.append(UseRow(**head, purpose=purpose, use=use))
            for fact, values in head["when"].items():
                if special := set(values) & set(vocabulary.SPECIAL):
                    what = f"`{fact}` = `{min(special)}` never reaches a row"
                    self._fail("use", position, "when", what, "leave it out: it denies before any row")
        return rows

    def keep(self, tables: list[Any]) -> list[KeepRow]:
        """Return the `[[keep]]` rows."""
        rows: list[KeepRow] = []
        for position, raw in enumerate(tables):
            head = self.head(raw, "keep", position, _HEAD | _LENGTH | {"reason", "anchor", "of", "purpose", "unless", "open"})
            months, days = self._length(raw, "keep", position)
            rows.append(
                KeepRow(
                    **head,
                    reason=self._one_of(raw, "keep", position, "reason", vocabulary.REASONS),
                    anchor=self._one_of(raw, "keep", position, "anchor", vocabulary.ANCHORS),
                    months=months,
                    days=days,
                    of=self._one_of({"of": "conversation", **raw}, "keep", position, "of", ("conversation", "scores")),
                    purpose=self._purpose(raw, "keep", position),
                    unless=self._reasons(raw, "keep", position, "unless"),
                )
            )
        return rows

    def cap(self, tables: list[Any]) -> list[CapRow]:
        """Return the `[[cap]]` rows."""
        rows: list[CapRow] = []
        for position, raw in enumerate(tables):
            head = self.head(raw, "cap", position, _HEAD | _LENGTH | {"anchor", "purpose", "spares"})
            months, days = self._length(raw, "cap", position)
            rows.append(
                CapRow(
                    **head,
                    anchor=self._one_of(raw, "cap", position, "anchor", vocabulary.ANCHORS),
                    months=months or 0,
                    days=days or 0,
                    purpose=self._purpose(raw, "cap", position),
                    spares=self._reasons(raw, "cap", position, "spares"),
                )
            )
        return rows

    def choice(self, tables: list[Any]) -> list[ChoiceRow]:
        """Return the `[[choice]]` rows."""
        rows: list[ChoiceRow] = []
        extra = {"purpose", "from", "deadline", "zone", "before", "after", "withdrawal", "resumed"}
        for position, raw in enumerate(tables):
            head = self.head(raw, "choice", position, _HEAD | extra)
            for fact in head["when"]:
                if fact not in ("tier", "region"):
                    self._fail("choice", position, "when", f"`{fact}` does not say who is asked", "ask for tier or region")
            after, before = (self._one_of(raw, "choice", position, key, ("deny", "gate", "allow")) for key in ("after", "before"))
            if raw.get("deadline") is None and after != "deny":
                self._fail("choice", position, "after", f"after = `{after}` without a deadline", "name the last day to choose")
            rows.append(
                ChoiceRow(
                    **head,
                    purpose=self._purpose(raw, "choice", position),
                    since=self.instant(raw.get("from"), self.places.of("choice", position, "from"), "from"),
                    deadline=self._deadline(raw, position),
                    before=before,
                    after=after,
                    withdrawal=self._one_of(
                        raw, "choice", position, "withdrawal", ("future_conversations", "future_runs", "everything")
                    ),
                    resumed=self._one_of(raw, "choice", position, "resumed", ("whole", "new_turns")),
                )
            )
        return rows

    def head(self, raw: Mapping[str, Any], table: str, position: int, known: set[str]) -> dict[str, Any]:
        """Return what every row has, after refusing unknown keys, missing words and sources nobody declared."""
        for key in raw:
            if key not in known:
                self._fail(table, position, key, f"unknown key `{key}` in [[{table}]]", f"known are {', '.join(sorted(known))}")
        for key in ("id", "because", "source"):
            if not isinstance(raw.get(key), str) or not raw[key].strip():
                self._fail(table, position, key, f"a [[{table}]] without `{key}`", "every row has id, because and source; add it")
        line = self.places.of(table, position)
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", raw["id"]):
            self._fail(table, position, "id", f"id `{raw['id']}` is no plain name", "spell it with a to z, 0 to 9 and hyphens")
        if raw["id"] in self.seen:
            what = f"a second row `{raw['id']}` (the first is on line {self.seen[raw['id']]})"
            self._fail(table, position, "id", what, "rename one")
        self.seen[raw["id"]] = line
        for code in raw["source"].split(","):
            if not code.split() or code.split()[0] not in self.sources:
                self._fail(table, position, "source", f"source `{code.strip()}` is not in [sources]", "declare its code there")
        return {
            "id": raw["id"],
            "because": " ".join(raw["because"].split()),
            "source": raw["source"],
            "line": line,
            "versions": self._versions(raw, table, position),
            "when": self._when(raw.get("when", {}), table, position),
        }

    def instant(self, raw: object, line: int, what: str) -> dt.datetime:
        """Return the instant a TOML date, date-time or text names; a date alone is its midnight UTC."""
        text = raw.isoformat() if isinstance(raw, (dt.date, dt.datetime)) else raw
        try:
            return parse_instant(text, what=what)
        except Unfit as error:
            raise Unfit(f"{self.file}:{line}: {error}") from None

    def _fail(self, table: str, position: int, key: str | None, what: str, mend: str) -> NoReturn:
        raise Unfit(f"{self.file}:{self.places.of(table, position, key)}: {what}; {mend}")

    def _versions(self, raw: Mapping[str, Any], table: str, position: int) -> tuple[str, ...]:
        named = raw.get("versions", list(self.versions))
        if not isinstance(named, list) or (table != "version" and not named):
            self._fail(table, position, "versions", "`versions` is no list", "list version ids, or leave it out for all")
        for one in named:
            if one not in self.versions:
                self._fail(table, position, "versions", f"unknown version `{one}`", f"known are {', '.join(self.versions)}")
        return tuple(named)

    def _when(self, raw: object, table: str, position: int) -> dict[str, tuple[str, ...]]:
        if not isinstance(raw, dict):
            self._fail(table, position, "when", "`when` is no table", 'write it like when = { tier = ["pro", "max"] }')
        when: dict[str, tuple[str, ...]] = {}
        for fact, wanted in raw.items():
            known = vocabulary.values(fact, self.declared)
            if known is None:
                names = ", ".join(vocabulary.known_facts(self.declared))
                self._fail(table, position, "when", f"unknown fact `{fact}`", f"known are {names}")
            # `known` stands for every value but `unknown` and `conflict`.
            listed = list(known) if wanted == "known" else wanted if isinstance(wanted, list) else [wanted]
            if not listed:
                self._fail(table, position, "when", f"`{fact}` lists no value, so nothing can fit", "name one")
            for value in listed:
                if value not in (*known, *vocabulary.SPECIAL):
                    some = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")
                    self._fail(table, position, "when", f"`{fact}` is never `{value}`", f"known are {some}")
            when[fact] = tuple(dict.fromkeys(listed))
        return when

    def _one_of(self, raw: Mapping[str, Any], table: str, position: int, key: str, known: tuple[str, ...]) -> Any:
        if raw.get(key) not in known:
            self._fail(table, position, key, f"`{key}` is `{raw.get(key, '')}`", f"name one of {', '.join(known)}")
        return raw[key]

    def _purpose(self, raw: Mapping[str, Any], table: str, position: int) -> str:
        return str(self._one_of({"purpose": self.purposes[0], **raw}, table, position, "purpose", self.purposes))

    def _reasons(self, raw: Mapping[str, Any], table: str, position: int, key: str) -> tuple[str, ...]:
        listed = raw.get(key, [])
        if not isinstance(listed, list) or any(one not in vocabulary.REASONS for one in listed):
            self._fail(table, position, key, f"`{key}` names an unknown reason", f"known are {', '.join(vocabulary.REASONS)}")
        return tuple(listed)

    def _length(self, raw: Mapping[str, Any], table: str, position: int) -> tuple[int | None, int | None]:
        """Return calendar months and days, or `None` of both for `open = true`."""
        parts = {key: raw[key] for key in _LENGTH if key in raw}
        if "open" in raw and (raw["open"] is not True or parts):
            self._fail(table, position, "open", "`open` goes with no length", "write open = true, or years, months and days")
        if raw.get("open"):
            return None, None
        if not parts:
            self._fail(table, position, None, f"a [[{table}]] without a length", "give years, months or days")
        for key, count in parts.items():
            limit = _LONGEST * {"years": 1, "months": 12, "days": 366}[key]
            if type(count) is not int or not 0 <= count <= limit:
                self._fail(table, position, key, f"`{key}` is no whole number from 0 to {limit}", "write it like days = 30")
        return parts.get("years", 0) * 12 + parts.get("months", 0), parts.get("days", 0)

    def _deadline(self, raw: Mapping[str, Any], position: int) -> dt.datetime | None:
        """Return the end of the last day to choose: at local midnight in the named zone, else where on Earth it comes latest."""
        day = raw.get("deadline")
        if day is None:
            return None
        if isinstance(day, dt.datetime) or not isinstance(day, dt.date):
            mend = "write the last day to choose, like deadline = 2025-10-08"
            self._fail("choice", position, "deadline", "`deadline` is no day", mend)
        zone = raw.get("zone", "latest")
        if zone == "latest":
            offset: dt.tzinfo = LATEST
        elif zone == "UTC":
            offset = dt.UTC
        elif isinstance(zone, str) and _ZONE.fullmatch(zone):
            offset = dt.datetime.fromisoformat(f"2000-01-01T00:00{zone}").tzinfo or dt.UTC
        else:
            self._fail("choice", position, "zone", f"`zone` is `{zone}`", "write latest, UTC or an offset like +02:00")
        try:
            return (dt.datetime.combine(day, dt.time.min, offset) + dt.timedelta(days=1)).astimezone(dt.UTC)
        except OverflowError:
            self._fail("choice", position, "deadline", "`deadline` lies at the end of the calendar", "name a day people will see")

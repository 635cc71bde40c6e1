"""The rows of a profile, read one by one; every complaint names the line, and a row with one is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sayso.facts.kinds import ACTIONS, KINDS, SURROGATED
from sayso.policy import vocabulary
from sayso.policy.fields import LENGTH, NEVER, Fields, regions
from sayso.policy.table import BasisRow, CapRow, ChoiceRow, KeepRow, ScrubRow, UseRow

_HEAD = {"id", "because", "source", "versions", "when"}
USES = ("allow", "deny", "undetermined", "conflict")
SILENCE = ("deny", "gate", "allow")
WITHDRAWALS = ("future_conversations", "future_runs", "everything")
RESUMED = ("whole", "new_turns")
KEPT = ("conversation", "scores")
KEYS: dict[str, frozenset[str]] = {
    "version": frozenset({"id", "because", "source", "from", "notice_days"}),
    "use": frozenset(_HEAD | {"purpose", "use"}),
    "keep": frozenset(_HEAD | LENGTH | {"reason", "anchor", "of", "purpose", "unless", "open"}),
    "cap": frozenset(_HEAD | LENGTH | {"anchor", "purpose", "spares"}),
    "choice": frozenset(_HEAD | {"purpose", "from", "deadline", "zone", "before", "after", "withdrawal", "resumed"}),
    "basis": frozenset((_HEAD - {"when"}) | {"purpose", "region", "basis", "from", "until"}),
    "scrub": frozenset((_HEAD - {"when"}) | {"purpose", "kind", "do"}),
}
"""The keys that each kind of table has."""

T = TypeVar("T")


class Reader(Fields):
    """Reads rows against what the file declares."""

    def use(self, tables: list[Any]) -> list[UseRow]:
        """Return the `[[use]]` rows; one that names several purposes is a row in each."""
        return self._each(tables, self._use)

    def keep(self, tables: list[Any]) -> list[KeepRow]:
        """Return the `[[keep]]` rows."""
        return self._each(tables, self._keep)

    def cap(self, tables: list[Any]) -> list[CapRow]:
        """Return the `[[cap]]` rows."""
        return self._each(tables, self._cap)

    def choice(self, tables: list[Any]) -> list[ChoiceRow]:
        """Return the `[[choice]]` rows."""
        return self._each(tables, self._choice)

    def basis(self, tables: list[Any]) -> list[BasisRow]:
        """Return the `[[basis]]` rows; one that names several purposes is a row in each."""
        return self._each(tables, self._basis)

    def scrub(self, tables: list[Any]) -> list[ScrubRow]:
        """Return the `[[scrub]]` rows; one that names several purposes is a row in each."""
        return self._each(tables, self._scrub)

    def _each(self, tables: list[Any], make: Callable[[Mapping[str, Any], int], list[T]]) -> list[T]:
        rows: list[T] = []
        for position, raw in enumerate(tables):
            before = len(self.problems.found)
            made = make(raw, position)
            rows += made if len(self.problems.found) == before else []
        return rows

    def _use(self, raw: Mapping[str, Any], position: int) -> list[UseRow]:
        head = self.head(raw, "use", position, set(KEYS["use"]))
        use = self.one_of(raw, "use", position, "use", USES)
        for fact, values in head["when"].items():
            if special := set(values) & set(vocabulary.SPECIAL):
                what = f"`{fact}` = `{min(special)}` never reaches a row"
                self.note("use", position, "when", what, "leave it out: it denies before any row")
            if fact == "objection" and use == "allow" and "yes" in values:
                self.note("use", position, "when", "an objection cannot permit", 'allow on objection = "no" alone')
        if use == "conflict":
            # Nobody may rely on what sources disagree about: ruled like what they do not settle, and it says so.
            use, head["because"] = "undetermined", f"sources disagree: {head['because']}"
        return [UseRow(**head, purpose=purpose, use=use) for purpose in self.named(raw, "use", position)]

    def _keep(self, raw: Mapping[str, Any], position: int) -> list[KeepRow]:
        head = self.head(raw, "keep", position, set(KEYS["keep"]))
        months, days = self.length(raw, "keep", position)
        reason = self.one_of(raw, "keep", position, "reason", vocabulary.REASONS)
        if reason == "hold" and months is not None:
            what = f"row `{head['id']}` ends a hold by the calendar"
            key = next((one for one in raw if one in LENGTH), None)
            self.note("keep", position, key, what, "write open = true: its order ends it")
        row = KeepRow(
            **head,
            reason=reason,
            anchor=self.one_of(raw, "keep", position, "anchor", vocabulary.ANCHORS),
            months=months,
            days=days,
            of=self.one_of({"of": "conversation", **raw}, "keep", position, "of", KEPT),
            purpose=self.purpose(raw, "keep", position),
            unless=self.reasons(raw, "keep", position, "unless"),
        )
        if reason in row.unless:
            self.note("keep", position, "unless", f"row `{row.id}` steps back for its own reason `{reason}`", "name another reason")
        return [row]

    def _cap(self, raw: Mapping[str, Any], position: int) -> list[CapRow]:
        head = self.head(raw, "cap", position, set(KEYS["cap"]))
        months, days = self.length(raw, "cap", position)
        row = CapRow(
            **head,
            anchor=self.one_of(raw, "cap", position, "anchor", vocabulary.ANCHORS),
            months=months or 0,
            days=days or 0,
            purpose=self.purpose(raw, "cap", position),
            spares=self.reasons(raw, "cap", position, "spares"),
        )
        return [row]

    def _choice(self, raw: Mapping[str, Any], position: int) -> list[ChoiceRow]:
        head = self.head(raw, "choice", position, set(KEYS["choice"]))
        for fact in head["when"]:
            if fact not in ("tier", "region"):
                self.note("choice", position, "when", f"`{fact}` does not say who is asked", "ask for tier or region")
        after, before = (self.one_of(raw, "choice", position, key, SILENCE) for key in ("after", "before"))
        if raw.get("deadline") is None and after != "deny":
            self.note("choice", position, "after", f"after = `{after}` without a deadline", "name the last day to choose")
        since = self.instant(raw.get("from"), self._line("choice", position, "from"), "from", "choice")
        deadline = self.deadline(raw, position)
        if deadline is not None and deadline <= since < NEVER:
            what = "the last day to choose comes before the first"
            self.note("choice", position, "deadline", what, "put `deadline` after `from`")
        row = ChoiceRow(
            **head,
            purpose=self.purpose(raw, "choice", position),
            since=since,
            deadline=deadline,
            before=before,
            after=after,
            withdrawal=self.one_of(raw, "choice", position, "withdrawal", WITHDRAWALS),
            resumed=self.one_of(raw, "choice", position, "resumed", RESUMED),
        )
        return [row]

    def _basis(self, raw: Mapping[str, Any], position: int) -> list[BasisRow]:
        head = self.head(raw, "basis", position, set(KEYS["basis"]))
        listed = raw.get("region", [])
        listed = listed if isinstance(listed, list) else [listed]
        if "region" in raw and not listed:
            self.note("basis", position, "region", "`region` names none", "name one, or leave it out for all others")
        for region in listed:
            if region not in vocabulary.REGIONS:
                mend = "write it like DE, US, EU, EEA or UK"
                self.note("basis", position, "region", f"`region` is never `{region}`", mend)
        days = {
            key: self.instant(raw[key], self._line("basis", position, key), key, "basis") for key in ("from", "until") if key in raw
        }
        if len(days) == 2 and days["until"] <= days["from"]:
            self.note("basis", position, "until", "`until` does not come after `from`", "put the two days in order")
        head["when"] = {"region": regions(listed)} if listed else {}
        basis = self.one_of(raw, "basis", position, "basis", (*vocabulary.BASES, *vocabulary.SPECIAL))
        return [
            BasisRow(**head, purpose=purpose, basis=basis, regions=regions(listed), since=days.get("from"), until=days.get("until"))
            for purpose in self.named(raw, "basis", position)
        ]

    def _scrub(self, raw: Mapping[str, Any], position: int) -> list[ScrubRow]:
        head = self.head(raw, "scrub", position, set(KEYS["scrub"]))
        listed = raw.get("kind", [])
        listed = listed if isinstance(listed, list) else [listed]
        if "kind" in raw and not listed:
            self.note("scrub", position, "kind", "`kind` names none", "name one, or leave it out for all others")
        for kind in listed:
            if kind not in KINDS:
                self.note("scrub", position, "kind", f"`kind` is never `{kind}`", f"known are {', '.join(KINDS)}")
        do = self.one_of(raw, "scrub", position, "do", ACTIONS)
        if do == "surrogate" and (not listed or any(one in KINDS and one not in SURROGATED for one in listed)):
            odd = next((f"`{one}` has no" for one in listed if one not in SURROGATED), "not every kind has")
            mend = f"name only {', '.join(SURROGATED)}, or mark"
            self.note("scrub", position, "do", f"{odd} values set aside that nobody has", mend)
        if do == "keep_public" and listed != ["name"]:
            self.note("scrub", position, "do", "only names of persons of public life can be kept", 'write kind = "name", or mark')
        kinds = tuple(dict.fromkeys(str(one) for one in listed))
        return [ScrubRow(**head, purpose=purpose, kinds=kinds, do=do) for purpose in self.named(raw, "scrub", position)]

    def _line(self, table: str, position: int, key: str) -> int:
        return self.problems.places.of(table, position, key)

"""TOML text -> policy, strictly: what is misspelt, missing, dead or unsourced is refused with `file:line: what; mend`."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from sayso.facts.errors import Unfit
from sayso.facts.words import Digest
from sayso.policy import sense, vocabulary
from sayso.policy.fields import NEVER
from sayso.policy.places import Places
from sayso.policy.problems import Problem, Problems
from sayso.policy.rows import KEYS, Reader
from sayso.policy.table import BasisRow, CapRow, ChoiceRow, KeepRow, Policy, ScrubRow, UseRow, Version

TOP = frozenset({"title", "purposes", "facts", "sources", *KEYS})
"""The keys of a policy file."""
_LONGEST_NOTICE = 366


def parse(text: str, *, name: str) -> Policy:
    """Return the policy that *text* spells; refuses with one line that names *name*, the line and the mend.

    >>> parse("purposes = 1", name="mine.toml")
    Traceback (most recent call last):
    ...
    sayso.facts.errors.Unfit: mine.toml:1: no `title`; add one line that says what this policy is
    """
    policy, problems = read(text, name=name)
    if policy is None:
        raise Unfit(problems[0].of(name))
    return policy


def read(text: str, *, name: str) -> tuple[Policy | None, list[Problem]]:
    """Return the policy that *text* spells, or `None` and everything that keeps it from being one, in the order it was found."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        what = re.sub(r"\s*\(at .*\)", "", str(error)) or "nested too deeply"
        return None, [Problem(line, f"no valid TOML ({what[:1].lower()}{what[1:]})", "mend that line")]
    reading = _File(text, name, data)
    policy = reading.read()
    return (None if reading.problems.found else policy), reading.problems.found


class _File:
    """Reads one file: first the frame, then the rows, then what only shows when all rows are known."""

    def __init__(self, text: str, name: str, data: Mapping[str, Any]) -> None:
        self._text = text
        self._name = name
        self._data = data
        self._places = Places(text)
        self.problems = Problems(self._places)

    def read(self) -> Policy | None:
        for key in self._data:
            if key not in TOP:
                self.problems.at(self._places.of(key, key=key), f"unknown key `{key}`", f"known are {', '.join(sorted(TOP))}")
        title = self._data.get("title")
        if not isinstance(title, str) or not title.strip():
            self.problems.at(1, "no `title`", "add one line that says what this policy is")
        purposes, declared, sources = self._purposes(), self._facts(), self._sources()
        frame = self._frame(sources)
        if not purposes:
            return None  # every row would be told the same
        known = frozenset(sources) if sources is not None else None
        reader = Reader(self.problems, purposes, tuple(frame) if frame else None, declared, known)
        basis, choice = reader.basis(self._tables("basis")), reader.choice(self._tables("choice"))
        use, keep, cap = reader.use(self._tables("use")), reader.keep(self._tables("keep")), reader.cap(self._tables("cap"))
        scrub = reader.scrub(self._tables("scrub"))
        versions = [
            self._version(raw, line, purposes, use, keep, cap, choice, basis, scrub, reader) for raw, line in (frame or {}).values()
        ]
        policy = Policy(
            name=re.sub(r"\.toml$", "", self._name.replace("\\", "/").rsplit("/", 1)[-1]),
            title=str(title),
            digest=Digest(hashlib.sha256(self._text.encode()).hexdigest()),
            purposes=purposes,
            versions=tuple(versions),
            declared=declared or {},
            sources=sources or {},
        )
        # Where the frame or the rows of a kind could not be read, what is missing there may stand in a line that was.
        unread = self.problems.kinds
        self.problems.found += sense.contradictions(policy, choice, unread) if not unread & {"", "version"} else []
        return policy

    def _tables(self, kind: str) -> list[Any]:
        found = self._data.get(kind, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            line = self._places.of(kind, key=kind)
            self.problems.at(line, f"`{kind}` is no list of tables", f"head each row with [[{kind}]]", kind)
            return []
        return found

    def _purposes(self) -> tuple[str, ...]:
        line = self._places.of("", key="purposes")
        purposes = self.problems.words("purposes", self._data.get("purposes"), line)
        if not all(re.fullmatch(r"[a-z][a-z0-9_]*", one) for one in purposes):
            self.problems.at(line, "a purpose is spelt with something else than a to z and _", "write it like model_training")
        return purposes

    def _facts(self) -> dict[str, tuple[str, ...]] | None:
        """Return the declared values; `None` where they could not be read, so that no row is compared with them."""
        before = len(self.problems.found)
        raw = self._data.get("facts")
        line = self._places.of("facts")
        if not isinstance(raw, dict):
            self.problems.at(line, "no `[facts]`", "declare the values of tier, contract, surface and origin there")
            return None
        declared: dict[str, tuple[str, ...]] = {}
        for fact, values in raw.items():
            here = self._places.of("facts", key=fact)
            if fact not in vocabulary.DECLARED:
                known = ", ".join(vocabulary.DECLARED)
                self.problems.at(here, f"unknown fact `{fact}` in [facts]", f"a profile declares {known}")
                continue
            declared[fact] = self.problems.words(fact, values, here)
            if special := [one for one in declared[fact] if one in vocabulary.SPECIAL]:
                self.problems.at(here, f"`{fact}` declares `{special[0]}`", "leave it out")
        for fact in ("tier", "contract", "surface", "origin"):
            if fact not in raw:
                self.problems.at(line, f"[facts] does not declare `{fact}`", "list every value the product has")
        return declared if len(self.problems.found) == before else None

    def _sources(self) -> dict[str, str] | None:
        raw = self._data.get("sources")
        if not isinstance(raw, dict) or not all(isinstance(one, str) and one for one in raw.values()):
            mend = 'write it like A1 = "privacy policy, 8 Jul 2026"'
            self.problems.at(self._places.of("sources"), "no `[sources]` that names each source", mend)
            return None
        return dict(raw)

    def _frame(self, sources: Mapping[str, str] | None) -> dict[str, tuple[Mapping[str, Any], int]] | None:
        """Return the versions' own tables by id; `None` where they could not be read, so that no row is compared with them."""
        before = len(self.problems.found)
        frame: dict[str, tuple[Mapping[str, Any], int]] = {}
        reader = Reader(self.problems, (), (), {}, frozenset(sources) if sources is not None else None)
        tables = self._tables("version")
        for position, raw in enumerate(tables):
            line = self._places.of("version", position)
            if isinstance(raw.get("id"), str) and raw["id"] in frame:
                self.problems.at(line, f"a second version `{raw['id']}`", "give each version a name of its own", "version")
                continue
            name = reader.head(raw, "version", position, set(KEYS["version"]))["id"]
            days = raw.get("notice_days", 0)
            if type(days) is not int or not 0 <= days <= _LONGEST_NOTICE:
                mend = "write it like notice_days = 30"
                what = f"`notice_days` is no whole number from 0 to {_LONGEST_NOTICE}"
                reader.note("version", position, "notice_days", what, mend)
            elif days and position == 0:
                mend = "drop it: nothing stood before"
                reader.note("version", position, "notice_days", "the first version gives notice", mend)
            frame[name] = (raw, line)
        if not tables:
            self.problems.at(1, "no [[version]]", "say from when the rows hold", "version")
        return frame if len(self.problems.found) == before else None

    def _version(
        self,
        raw: Mapping[str, Any],
        line: int,
        purposes: tuple[str, ...],
        use: list[UseRow],
        keep: list[KeepRow],
        cap: list[CapRow],
        choice: list[ChoiceRow],
        basis: list[BasisRow],
        scrub: list[ScrubRow],
        reader: Reader,
    ) -> Version:
        name = raw["id"]
        since = reader.instant(raw.get("from"), line, "from", "version")
        return Version(
            id=name,
            since=since,
            notice_days=raw.get("notice_days", 0) if since < NEVER else 0,
            because=raw["because"],
            source=raw["source"],
            line=line,
            use={one: tuple(row for row in use if row.purpose == one and name in row.versions) for one in purposes},
            keep=tuple(row for row in keep if name in row.versions),
            cap=tuple(row for row in cap if name in row.versions),
            choice={row.purpose: row for row in choice if name in row.versions},
            basis={one: rows for one in purposes if (rows := tuple(r for r in basis if r.purpose == one and name in r.versions))},
            scrub={one: hits for one in purposes if (hits := tuple(r for r in scrub if r.purpose == one and name in r.versions))},
        )

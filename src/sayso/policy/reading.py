"""TOML text -> policy, strictly: what is misspelt, missing, dead or unsourced is refused with `file:line: what; mend`."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NoReturn

from sayso.facts.errors import Unfit
from sayso.facts.words import Digest
from sayso.policy import reach, vocabulary
from sayso.policy.places import Places
from sayso.policy.rows import Reader
from sayso.policy.table import CapRow, ChoiceRow, KeepRow, Policy, UseRow, Version

_TOP = {"title", "purposes", "facts", "sources", "version", "use", "keep", "cap", "choice"}


def parse(text: str, *, name: str) -> Policy:
    """Return the policy that *text* spells; refuses with one line that names *name*, the line and the mend.

    >>> parse("purposes = 1", name="mine.toml")
    Traceback (most recent call last):
    ...
    sayso.facts.errors.Unfit: mine.toml:1: no `title`; add one line that says what this policy is
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = found[1] if found else str(text.count("\n") + 1)
        what = re.sub(r"\s*\(at .*\)", "", str(error)) or "nested too deeply"
        raise Unfit(f"{name}:{line}: no valid TOML ({what[:1].lower()}{what[1:]}); mend that line") from None
    return _Policy(text, name, data).read()


class _Policy:
    """Reads one file: first the frame, then the rows, then what only shows when all rows are known."""

    def __init__(self, text: str, name: str, data: Mapping[str, Any]) -> None:
        self._text = text
        self._name = name
        self._data = data
        self._places = Places(text)

    def read(self) -> Policy:
        for key in self._data:
            if key not in _TOP:
                self._fail(self._places.of(key, key=key), f"unknown key `{key}`", f"known are {', '.join(sorted(_TOP))}")
        title = self._data.get("title")
        if not isinstance(title, str) or not title.strip():
            self._fail(1, "no `title`", "add one line that says what this policy is")
        purposes = self._words("purposes", self._data.get("purposes"), self._places.of("", key="purposes"))
        declared, sources = self._facts(), self._sources()
        frame = self._frame(sources)
        reader = Reader(self._name, self._places, purposes, tuple(frame), declared, frozenset(sources))
        use = reader.use(self._tables("use"))
        keep, cap = reader.keep(self._tables("keep")), reader.cap(self._tables("cap"))
        choice = reader.choice(self._tables("choice"))
        versions = [self._version(raw, line, purposes, use, keep, cap, choice, declared) for raw, line in frame.values()]
        for one, other in pairwise(versions):
            if other.since <= one.since:
                self._fail(other.line, f"version `{other.id}` does not begin after `{one.id}`", "put the versions in order of time")
        return Policy(
            name=re.sub(r"\.toml$", "", self._name.replace("\\", "/").rsplit("/", 1)[-1]),
            title=title,
            digest=Digest(hashlib.sha256(self._text.encode()).hexdigest()),
            purposes=purposes,
            versions=tuple(versions),
            declared=declared,
            sources=sources,
        )

    def _fail(self, line: int, what: str, mend: str) -> NoReturn:
        raise Unfit(f"{self._name}:{line}: {what}; {mend}")

    def _tables(self, kind: str) -> list[Any]:
        found = self._data.get(kind, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self._fail(self._places.of(kind, key=kind), f"`{kind}` is no list of tables", f"head each row with [[{kind}]]")
        return found

    def _words(self, what: str, raw: object, line: int) -> tuple[str, ...]:
        if not isinstance(raw, list) or not raw or not all(isinstance(one, str) and one for one in raw):
            self._fail(line, f"`{what}` is no list of words", f'write it like {what} = ["one", "other"]')
        if len(set(raw)) < len(raw):
            self._fail(line, f"`{what}` names a value twice", "name each once")
        if what == "purposes" and not all(re.fullmatch(r"[a-z][a-z0-9_]*", one) for one in raw):
            self._fail(line, "a purpose is spelt with something else than a to z and _", "write it like model_training")
        return tuple(raw)

    def _facts(self) -> dict[str, tuple[str, ...]]:
        raw = self._data.get("facts")
        line = self._places.of("facts")
        if not isinstance(raw, dict):
            self._fail(line, "no `[facts]`", "declare the values of tier, contract, surface and origin there")
        for fact in raw:
            if fact not in vocabulary.DECLARED:
                known = ", ".join(vocabulary.DECLARED)
                self._fail(self._places.of("facts", key=fact), f"unknown fact `{fact}` in [facts]", f"a profile declares {known}")
        declared = {fact: self._words(fact, values, self._places.of("facts", key=fact)) for fact, values in raw.items()}
        for fact in ("tier", "contract", "surface", "origin"):
            if fact not in declared:
                self._fail(line, f"[facts] does not declare `{fact}`", "list every value the product has")
            if special := [one for one in declared[fact] if one in vocabulary.SPECIAL]:
                self._fail(self._places.of("facts", key=fact), f"`{fact}` declares `{special[0]}`", "leave it out")
        return declared

    def _sources(self) -> dict[str, str]:
        raw = self._data.get("sources")
        if not isinstance(raw, dict) or not all(isinstance(one, str) and one for one in raw.values()):
            mend = 'write it like A1 = "privacy policy, 8 Jul 2026"'
            self._fail(self._places.of("sources"), "no `[sources]` that names each source", mend)
        return dict(raw)

    def _frame(self, sources: Mapping[str, str]) -> dict[str, tuple[Mapping[str, Any], int]]:
        """Return the versions' own tables by id."""
        frame: dict[str, tuple[Mapping[str, Any], int]] = {}
        for position, raw in enumerate(self._tables("version")):
            line = self._places.of("version", position)
            reader = Reader(self._name, self._places, (), (), {}, frozenset(sources))
            reader.head(raw, "version", position, {"id", "from", "because", "source"})
            if raw["id"] in frame:
                self._fail(line, f"a second version `{raw['id']}`", "give each version a name of its own")
            frame[raw["id"]] = (raw, line)
        if not frame:
            self._fail(1, "no [[version]]", "say from when the rows hold")
        return frame

    def _version(
        self,
        raw: Mapping[str, Any],
        line: int,
        purposes: tuple[str, ...],
        use: list[UseRow],
        keep: list[KeepRow],
        cap: list[CapRow],
        choice: list[ChoiceRow],
        declared: dict[str, tuple[str, ...]],
    ) -> Version:
        name = raw["id"]
        reader = Reader(self._name, self._places, (), (), {}, frozenset())
        asked: dict[str, ChoiceRow] = {}
        for row in choice:
            if name in row.versions and row.purpose in asked:
                self._fail(row.line, f"a second choice for `{row.purpose}` in version `{name}`", "keep one, or name its versions")
            if name in row.versions:
                asked[row.purpose] = row
        by_purpose = {purpose: tuple(row for row in use if row.purpose == purpose and name in row.versions) for purpose in purposes}
        for purpose, rows in by_purpose.items():
            self._last_row(line, name, purpose, rows)
            self._no_dead_row(name, rows, declared)
        kept = tuple(row for row in keep if name in row.versions)
        if not any(row.reason == "product" and not row.when and row.anchor == "last_turn" for row in kept):
            mend = 'add a [[keep]] with reason = "product", anchor = "last_turn", when = {}'
            self._fail(line, f"version `{name}` has no final keep row", mend)
        return Version(
            id=name,
            since=reader.instant(raw["from"], line, "from"),
            because=raw["because"],
            source=raw["source"],
            line=line,
            use=by_purpose,
            keep=kept,
            cap=tuple(row for row in cap if name in row.versions),
            choice=asked,
        )

    def _last_row(self, line: int, version: str, purpose: str, rows: tuple[UseRow, ...]) -> None:
        if not rows or rows[-1].when:
            self._fail(
                rows[-1].line if rows else line,
                f"version `{version}` has no final row for `{purpose}`",
                "end it with a [[use]] whose when = {}",
            )
        if rows[-1].use == "allow":
            self._fail(rows[-1].line, f"the final row for `{purpose}` allows", "let what no row names be denied")

    def _no_dead_row(self, version: str, rows: tuple[UseRow, ...], declared: dict[str, tuple[str, ...]]) -> None:
        domain = {fact: vocabulary.values(fact, declared) or () for row in rows for fact in row.when}
        for position, by in reach.hidden(rows, domain).items():
            row = rows[position]
            culprit = f"row `{rows[by].id}` (line {rows[by].line})" if by is not None else "the rows above it together"
            what = f"row `{row.id}` never decides in version `{version}`: {culprit} takes all of it"
            self._fail(row.line, what, "move it up or drop it")

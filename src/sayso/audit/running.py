"""One audit: the lines once, in order, each deed judged by the facts before it; then the present against everything stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sayso.audit.evidence import Evidence, Line, ReleaseSeen, Rule
from sayso.audit.files import check_files
from sayso.audit.findings import Finding, found
from sayso.audit.keeping import check_present, check_shredding
from sayso.audit.releases import check_contents, check_recall, check_recorded, check_words
from sayso.audit.stored import check_stored
from sayso.audit.tally import Tally
from sayso.facts.deeds import Shredded
from sayso.facts.history import History
from sayso.facts.instants import iso


def run(evidence: Evidence) -> list[Finding]:
    """Return every difference between what was recorded, what is stored and what the policy says; none means none found.

    Pure: the same evidence gives the same findings, in the same order.
    """
    return sorted(set(_all(evidence)))


def _all(evidence: Evidence) -> Iterator[Finding]:
    # (1) The log, by its own account.
    yield from (found("log", "ledger", line) for line in evidence.ledger_problems)
    # (2) Every line in order: what it did must have been right by the facts before it.
    walk = _Walk(evidence)
    for entry in evidence.entries:
        yield from walk.step(entry)
    yield from walk.end()
    past, tally = walk.past, walk.tally
    # (3) What is stored, file by file and row by row.
    rows = {one.conversation: one for one in evidence.stored}
    yield from check_stored(evidence, tally, rows)
    yield from check_files(evidence, tally)
    yield from check_recorded(evidence, tally)
    # (4) The present.
    if past.at is not None and evidence.at < past.at:
        yield found("log_order", "ledger", f"its last line is of {iso(past.at)}, after the present of this audit")
    else:
        past.advance(evidence.at)
    rule = evidence.rules.get(tally.policy or "")
    yield from check_present(evidence, past, tally, rule, rows)
    for seen in evidence.releases:
        if seen.name in tally.released:
            yield from check_recall(past, seen, rule, evidence)
            yield from check_words(seen, tally, evidence)


class _Walk:
    """The fold of the lines so far, stopping at every pin and every destruction."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.past = History((), purposes=evidence.purposes, cuts=evidence.cuts)
        self.tally = Tally()
        self.size = 0
        self._unjudged: Counter[str] = Counter()
        self._pins: dict[int, list[ReleaseSeen]] = {}
        for one in sorted(evidence.releases, key=lambda seen: seen.at):
            self._pins.setdefault(one.pin, []).append(one)

    @property
    def _rule(self) -> Rule | None:
        return self.evidence.rules.get(self.tally.policy or "")

    def step(self, entry: Line) -> Iterator[Finding]:
        """Take the next line."""
        where = f"line {entry.seq}"
        if entry.seq != self.size + 1:
            yield found("log_order", where, f"follows line {self.size}")
        yield from self._releases_pinned(entry.recorded)
        self.size = max(self.size, entry.seq)
        line = entry.line
        if line.at > entry.recorded:
            yield found("log_order", where, f"says {iso(line.at)}, and was recorded at {iso(entry.recorded)}")
        if self.past.at is not None and entry.recorded < self.past.at:
            yield found("log_order", where, f"was recorded at {iso(entry.recorded)}, before the line above it")
        self._advance(max(entry.recorded, line.at))
        if isinstance(line, Shredded):
            if (rule := self._rule) is not None:
                yield from check_shredding(self.past, line, entry.seq, rule)
            else:
                self._unjudged[self.tally.policy or "none"] += 1
        yield from self.tally.take(entry.seq, line)
        self.past.extend([line])

    def end(self) -> Iterator[Finding]:
        """Judge what is pinned to the last line, or beyond it, and what no checkpoint covers."""
        yield from self._releases_pinned(None)
        for pin in sorted(self._pins):
            for seen in self._pins[pin]:
                yield found("release_pin", f"release `{seen.name}`", f"is pinned to line {pin}, and there are {self.size}")
        for policy, count in sorted(self._unjudged.items()):
            yield found(
                "uncheckable", f"policy `{policy[:16]}`", f"is not at hand, so whether {count} were shredded in time is not known"
            )
        signed = self.evidence.signed
        if self.size and signed != self.size:
            covered = "no checkpoint" if signed is None else f"a checkpoint of {signed}"
            yield found("log_unsigned", "ledger", f"{covered} for {self.size} lines")

    def _releases_pinned(self, following: datetime | None) -> Iterator[Finding]:
        """Judge the releases pinned to the line before this one, at their own instants."""
        for seen in self._pins.pop(self.size, ()):
            where = f"release `{seen.name}`"
            early = self.past.at is not None and seen.at < self.past.at
            if early or (following is not None and seen.at > following):
                yield found("release_pin", where, f"it was ruled at {iso(seen.at)}, which does not fit line {seen.pin}")
                continue
            self._advance(seen.at)
            yield from check_contents(self.past, seen, self._rule, self.evidence)

    def _advance(self, at: datetime) -> None:
        if self.past.at is None or at > self.past.at:
            self.past.advance(at)

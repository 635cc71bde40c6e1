"""One audit: the lines once, in order, each deed judged by the facts before it; then the present against everything stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sayso.audit.evidence import Evidence, Line, ReleaseSeen, Rule
from sayso.audit.files import check_files
from sayso.audit.findings import Finding, found
from sayso.audit.keeping import check_present, check_shredding
from sayso.audit.openings import Openings, check_deed, check_left
from sayso.audit.releases import check_contents, check_recall, check_recorded, check_words
from sayso.audit.since import Examined, Extent, Judged, Read, looked_at, policies_of
from sayso.audit.stored import check_stored
from sayso.audit.tally import Tally
from sayso.facts.deeds import OpeningsDestroyed, Shredded
from sayso.facts.history import History
from sayso.facts.instants import iso


def run(evidence: Evidence) -> list[Finding]:
    """Return every difference between what was recorded, what is stored and what the policy says; none means none found.

    Pure: the same evidence gives the same findings, in the same order.
    """
    return list(examine(evidence).findings)


def examine(evidence: Evidence, earlier: Judged | None = None) -> Examined:
    """Return what `run` finds, how far it went, and what was judged; what *earlier* judged is carried over and not judged anew.

    Whoever hands in *earlier* has seen that the ledger still begins with the lines it counts.
    """
    walk = _Walk(evidence, earlier if earlier is not None and earlier.policies == policies_of(evidence) else None)
    found = tuple(sorted(set(_all(evidence, walk))))
    return Examined(findings=found, extent=walk.extent(len(evidence.files)), judged=walk.judged())


def _all(evidence: Evidence, walk: _Walk) -> Iterator[Finding]:
    # (1) The log, by its own account, and beside what others were shown of it.
    yield from (found("log", "ledger", line) for line in evidence.ledger_problems)
    yield from (found("past_changed", where, what) for where, what in evidence.past_problems)
    yield from (found("log_shown", where, what) for where, what in evidence.shown_problems)
    # (2) Every line in order: what it did must have been right by the facts before it.
    for entry in walk.entries:
        yield from walk.step(entry)
    yield from walk.lost
    yield from walk.end()
    if evidence.cut is not None:
        # What the rest should be compared with is not known: a finding for each part of it would bury the one that counts.
        yield found("uncheckable", "ledger", f"nothing after line {walk.size} was compared: {evidence.cut}")
        return
    past, tally = walk.past, walk.tally
    # (3) What is stored, file by file and row by row.
    rows = {one.conversation: one for one in evidence.stored}
    walk.stored = len(rows)
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
    yield from check_left(evidence, past, tally)
    for seen in evidence.releases:
        if seen.name in tally.released:
            yield from check_recall(past, seen, rule, evidence)
            yield from check_words(seen, tally, evidence)


class _Walk:
    """The fold of the lines so far, stopping at every pin and every destruction."""

    def __init__(self, evidence: Evidence, earlier: Judged | None) -> None:
        self.evidence = evidence
        self.earlier = earlier or Judged(size=0, policies="")
        self.past = History((), purposes=evidence.purposes, cuts=evidence.cuts)
        self.entries = list(evidence.entries)
        self.openings = Openings(self.entries)
        self.lost = list(self.openings.check())
        """Lines that no longer open, or still do, against what lines say."""
        self.tally = Tally(unopened=self.openings.accounts)
        self.size = self.stored = 0
        self._shreddings: list[Finding] = list(self.earlier.shreddings)
        self._releases: dict[str, Read] = {}
        self._counted = Counter[str]()
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
        self._releases_pinned(entry.recorded)
        self.size = max(self.size, entry.seq)
        line = entry.line
        if line.at > entry.recorded:
            yield found("log_order", where, f"says {iso(line.at)}, and was recorded at {iso(entry.recorded)}")
        if self.past.at is not None and entry.recorded < self.past.at:
            yield found("log_order", where, f"was recorded at {iso(entry.recorded)}, before the line above it")
        self._advance(max(entry.recorded, line.at))
        if isinstance(line, Shredded):
            yield from self._shredding(line, entry.seq)
        if isinstance(line, OpeningsDestroyed):
            yield from check_deed(self.past, line, entry.seq)
        yield from self.tally.take(entry.seq, line)
        self.past.extend([line])

    def end(self) -> Iterator[Finding]:
        """Judge what is pinned to the last line, or beyond it, and what no checkpoint covers; repeat what was found before."""
        self._releases_pinned(None)
        if self.evidence.cut is not None:
            self._pins.clear()  # these lines may be there, unread
        for pin in sorted(self._pins):
            for seen in self._pins[pin]:
                yield found("release_pin", f"release `{seen.name}`", f"is pinned to line {pin}, and there are {self.size}")
        for name, read in self._releases.items():
            if name in self.tally.released:  # what nobody recorded is told as such, and not judged as well
                yield from read.found
        for policy, count in sorted(self._unjudged.items()):
            yield found(
                "uncheckable", f"policy `{policy[:16]}`", f"is not at hand, so whether {count} were shredded in time is not known"
            )
        yield from self.earlier.shreddings
        signed = self.evidence.signed
        if self.evidence.cut is None and self.size and signed != self.size:
            covered = "no checkpoint" if signed is None else f"a checkpoint of {signed}"
            yield found("log_unsigned", "ledger", f"{covered} for {self.size} lines")

    def extent(self, files: int) -> Extent:
        """Return how far this went."""
        return Extent(
            lines=self.size,
            conversations=sum(1 for _ in self.past.conversations()),
            stored=self.stored,
            files=files,
            **self._counted,
        )

    def judged(self) -> Judged | None:
        """Return what the next audit need not judge; `None` where that was not all, or the lines are not to be relied on."""
        of_releases = [one for read in self._releases.values() for one in read.found]
        shaken = self.lost or self.evidence.ledger_problems or self.evidence.past_problems or self.evidence.signed != self.size
        unsure = any(one.kind == "uncheckable" for one in (*self._shreddings, *of_releases)) or bool(self._unjudged)
        if unsure or shaken or not self.size:
            return None
        return Judged(
            size=self.size, policies=policies_of(self.evidence), shreddings=tuple(self._shreddings), releases=dict(self._releases)
        )

    def _shredding(self, line: Shredded, seq: int) -> Iterator[Finding]:
        """Judge one destruction, unless an earlier audit did."""
        if seq <= self.earlier.size:
            self._counted["shreddings_before"] += 1
        elif (rule := self._rule) is not None:
            self._counted["shreddings"] += 1
            found_here = list(check_shredding(self.past, line, seq, rule))
            self._shreddings += found_here
            yield from found_here
        else:
            self._unjudged[self.tally.policy or "none"] += 1

    def _releases_pinned(self, following: datetime | None) -> None:
        """Judge the releases pinned to the line before this one, at their own instants."""
        for seen in self._pins.pop(self.size, ()):
            before = self.earlier.releases.get(seen.name)
            if before is not None and self.size < self.earlier.size and before.digest == looked_at(seen):
                self._counted["releases_before"] += 1
            else:
                self._counted["releases"] += 1
                before = Read(digest=looked_at(seen), found=tuple(self._contents(seen, following)))
            self._releases[seen.name] = before

    def _contents(self, seen: ReleaseSeen, following: datetime | None) -> Iterator[Finding]:
        early = self.past.at is not None and seen.at < self.past.at
        if early or (following is not None and seen.at > following):
            yield found(
                "release_pin", f"release `{seen.name}`", f"it was ruled at {iso(seen.at)}, which does not fit line {seen.pin}"
            )
            return
        self._advance(seen.at)
        yield from check_contents(self.past, seen, self._rule, self.evidence, missing=self.openings.missing(seen.pin))

    def _advance(self, at: datetime) -> None:
        if self.past.at is None or at > self.past.at:
            self.past.advance(at)

"""Openings against the lines that allow to destroy them: none gone that must be shown, none left that should be gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sayso.audit.evidence import Evidence, Line, ReleaseSeen
from sayso.audit.findings import Finding, found
from sayso.audit.tally import Tally
from sayso.facts.deeds import Destroyed, OpeningsDestroyed
from sayso.facts.endings import after
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.proof import kept_for, named, together
from sayso.facts.words import AccountId


class Openings:
    """Which lines open to nothing, and which lines say that they should; found before anything is judged by what is left."""

    def __init__(self, entries: Iterable[Line]) -> None:
        self.gone: set[int] = set()
        self.deeds: list[tuple[int, OpeningsDestroyed]] = []
        for entry in entries:
            if isinstance(entry.line, Destroyed):
                self.gone.add(entry.seq)
            elif isinstance(entry.line, OpeningsDestroyed):
                self.deeds.append((entry.seq, entry.line))

    @property
    def accounts(self) -> set[str]:
        """Return the accounts of which nothing is told any more."""
        return {one for _, deed in self.deeds for one in deed.accounts}

    def missing(self, pin: int) -> int:
        """Return of how many conversations at most nothing is told any more that something was known of at line *pin*."""
        return sum(deed.conversations for _, deed in self.deeds if any(first <= pin for first, _ in deed.lines))

    def check(self) -> Iterator[Finding]:
        """Yield each line that is destroyed and should not be, or should be and is not."""
        named_ = {seq for at, deed in self.deeds for first, last in deed.lines for seq in range(first, min(last, at - 1) + 1)}
        for seq in sorted(self.gone - named_):
            yield found("opening_lost", f"line {seq}", "it opens to nothing, and no later line says that this was done")
        for at, deed in self.deeds:
            left = sum(seq not in self.gone for first, last in deed.lines for seq in range(first, last + 1))
            if left:
                yield found("opening_left", f"line {at}", f"{left} of the lines it says were destroyed can still be opened")


def check_deed(past: History, line: OpeningsDestroyed, seq: int) -> Iterator[Finding]:
    """Yield where *line* destroyed what had still to be shown, at its own instant; *past* is what was known before it."""
    days = past.endings.retention.evidence
    for account in line.accounts:
        since = past.forgotten.get(account)
        if since is None:
            yield found("opening_lost", f"line {seq}", f"destroys what was said of account `{account}`, which is not forgotten")
        elif after(since, days) > line.at:
            what = f"which was forgotten at {iso(since)} and had to be provable for {days} days"
            yield found("opening_lost", f"line {seq}", f"destroys what was said of account `{account}`, {what}")
        elif named(past, [account]):
            yield found("opening_lost", f"line {seq}", f"destroys what was said of account `{account}`, which an order names")


def check_left(evidence: Evidence, past: History, tally: Tally) -> Iterator[Finding]:
    """Yield each forgotten account of which lines still open though nobody may ask for them any more; *past* is the present."""
    rows = {one.conversation for seen in evidence.releases for one in seen.lineage if one.id not in _ended(seen)}
    wanted = [AccountId(one) for one in sorted(tally.named & past.forgotten.keys())]
    for of in together(tally.wrote, tally.merged, wanted):
        if of.conversations.isdisjoint(rows) and kept_for(past, of, evidence.at - evidence.slack) is None:
            for account in sorted(of.accounts & tally.named):
                what = f"forgotten at {iso(past.forgotten[account])}, and what was said of it can still be opened"
                yield found("opening_left", f"account `{account}`", what)


def _ended(seen: ReleaseSeen) -> frozenset[str]:
    """Return the rows of a release that are withdrawn, and whose words are gone from its files."""
    return frozenset[str]().union(*(one.ids for one in seen.revisions)) & (seen.hollow or frozenset())

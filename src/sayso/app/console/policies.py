"""The policy in force in words, what another text would change, and the two officers it takes to put one into force."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sayso.app import profiles
from sayso.app.console.beside import Beside
from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs import approving, whatif
from sayso.app.jobs.approving import Proposal
from sayso.app.jobs.effect import Effect, effect
from sayso.app.jobs.enforce import Enforced, persons
from sayso.app.jobs.whatif import WhatIf
from sayso.facts.deeds import PolicySet
from sayso.facts.errors import Unfit
from sayso.policy import Policy, shipped
from sayso.policy.checking import check_text
from sayso.policy.clauses import Clause, difference
from sayso.policy.dated import Dated
from sayso.policy.table import Row, Version
from sayso.policy.wording import knowns, said

LONGEST_TEXT = 100_000
"""Signs of a policy that the pages take; the longest shipped one has a quarter of that."""
SHOWN = 25


class Said(Struct, frozen=True, kw_only=True):
    """One row in words."""

    row: str
    sentence: str
    because: str


class PolicyView(Struct, frozen=True, kw_only=True):
    """The policy in force, how it came into force, and what was proposed since."""

    name: str
    title: str
    digest: str
    line: PolicySet
    version: str
    versions: tuple[tuple[str, datetime, str], ...]
    """Name, begin and reason of each version, oldest first."""
    words: tuple[tuple[str, tuple[Said, ...]], ...]
    """By table of the version in force: what is asked, what may be used, what is kept, what shortens it, what is masked."""
    two: bool
    proposals: tuple[Proposal, ...]
    more: int
    """Older proposals that are not shown."""


class Change(Struct, frozen=True, kw_only=True):
    """How another policy differs clause by clause, and what that would change for those who are here."""

    clauses: tuple[Clause, ...]
    effect: Effect
    found: WhatIf


class Draft(Struct, frozen=True, kw_only=True):
    """A text as somebody would propose it: what is wrong with it, else clause by clause how it differs, and what that changes."""

    name: str
    before: str
    problems: tuple[str, ...]
    doubts: tuple[str, ...]
    same: bool
    change: Change | None
    """`None` while it is worked out, and for a text that does not load."""

    @property
    def loads(self) -> bool:
        """Return whether it could be proposed."""
        return not self.problems and not self.same


class PolicyDesk:
    """What officers see and do about the policy; *one* is the lock under which the house is used."""

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one
        self.changes: Beside[Change] = Beside("what-if")

    def view(self) -> PolicyView:
        """Return the policy in force; it costs what the policy and the proposals are, not what is stored."""
        house = self._house
        with house.reading() as conn:
            line, policy = house.policies_set(conn)[-1], house.policy_at(conn, None)
            found, two = approving.proposals(house, conn), persons(house, conn) == 2
        version = policy.version(house.now())
        return PolicyView(
            name=policy.name,
            title=policy.title,
            digest=policy.digest,
            line=line,
            version="" if version is None else version.id,
            versions=tuple((one.id, one.since, one.because) for one in policy.versions),
            words=() if version is None else tuple(_words(policy, version)),
            two=two,
            proposals=tuple(found[:SHOWN]),
            more=max(0, len(found) - SHOWN),
        )

    def text(self, name: str) -> str:
        """Return the text of a shipped policy, or of the one in force for an empty name; Unfit for any other."""
        if name and name not in shipped():
            raise Unfit(f"no shipped policy `{name[:60]}`; there are {', '.join(shipped())}")
        if name:
            return profiles.source(name)
        with self._house.reading() as conn:
            line = self._house.policies_set(conn)[-1]
        return (self._house.folder / "policies" / f"{line.digest}.toml").read_bytes().decode("utf-8")

    def draft(self, text: str, name: str) -> Draft:
        """Return what is wrong with *text*, or what it would change; the numbers come once they are worked out."""
        if len(text) > LONGEST_TEXT:
            raise Unfit(
                f"the text has {len(text):,} signs; the pages take up to {LONGEST_TEXT:,}, `sayso policy propose` takes any"
            )
        before, checked = self._house.policy_in_force(), check_text(text, name=name)
        problems = tuple(one.of(name) for one in checked.problems)
        doubts = tuple(one.of(name) for one in checked.doubts)
        policy = checked.policy
        same = policy is not None and policy.digest == before.digest
        if policy is None or same:
            return Draft(name=name, before=before.name, problems=problems, doubts=doubts, same=same, change=None)
        return Draft(
            name=name,
            before=before.name,
            problems=(),
            doubts=doubts,
            same=False,
            change=self._change(before, policy),
        )

    def proposal(self, number: int) -> tuple[Proposal, Draft | None]:
        """Return a proposal and, while it is open, what it would change; Unfit where the line is none."""
        house = self._house
        with house.reading() as conn:
            found = approving.proposal(house, conn, number)
        if found.state != "open":
            return found, None
        return found, self.draft(approving.text_of(house, found), found.line.profile)

    def propose(self, by: str, text: str, name: str, why: str, notice_given: datetime | None) -> Proposal:
        """Record a proposal."""
        return approving.propose(self._house, text, name, by=by, why=why, notice_given=notice_given, lock=self._one)

    def approve(self, by: str, number: int, why: str) -> Enforced:
        """Put what another officer proposed into force."""
        return approving.approve(self._house, number, by=by, why=why, lock=self._one)[1]

    def end(self, by: str, number: int, why: str) -> Proposal:
        """Turn a proposal down, or take one's own back."""
        return approving.end(self._house, number, by=by, why=why, lock=self._one)

    def _change(self, before: Policy, after: Policy) -> Change | None:
        house = self._house
        with house.reading() as conn:
            # An hour is long enough to read it in, and a line more or less does not work it all out anew.
            key = (before.digest, after.digest, house.ledger.size(conn) // 1_000, f"{house.now():%Y-%m-%dT%H}")
        sides = _sides(before, after)

        def work() -> Change:
            found = whatif.simulate(house, *sides)
            return Change(clauses=tuple(difference(*sides)), effect=effect(house, before, after), found=found)

        return self.changes.ask(key, work)


def _sides(before: Policy, after: Policy) -> tuple[Dated, Dated]:
    return Dated(label=before.name, policy=before, version=None), Dated(label=after.name, policy=after, version=None)


def _words(policy: Policy, version: Version) -> list[tuple[str, tuple[Said, ...]]]:
    known = knowns(policy)
    tables: list[tuple[str, list[Row]]] = [
        ("choice", list(version.choice.values())),
        ("use", [row for rows in version.use.values() for row in rows]),
        ("keep", list(version.keep)),
        ("cap", list(version.cap)),
        ("scrub", [row for rows in version.scrub.values() for row in rows]),
    ]
    return [
        (table, tuple(Said(row=row.id, sentence=said(row, known), because=row.because) for row in rows))
        for table, rows in tables
        if rows
    ]

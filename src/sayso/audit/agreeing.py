"""Whether every policy came into force by as many officers as it took then, by what the lines before it say."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from sayso.audit.findings import Finding, found
from sayso.facts.deeds import AnyLine, PersonsSet, PolicyProposed, PolicySet, ProposalEnded


class Agreeing(Struct):
    """How many officers it takes, every proposal, and those that are no longer open."""

    persons: int = 1
    proposed: dict[int, PolicyProposed] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)

    def take(self, seq: int, line: AnyLine, before: str | None) -> Iterator[Finding]:
        """Take one line in, where the policy *before* was in force; yields where fewer officers did something than it takes."""
        match line:
            case PersonsSet():
                if self.persons == 2 and line.policy == 1 and line.agreed in ("", line.by):
                    yield found("policy_alone", f"line {seq}", "lets one officer decide alone, and no other officer agreed")
                self.persons = line.policy
            case PolicyProposed():
                self.proposed[seq] = line
            case ProposalEnded():
                self.ended.add(line.proposal)
            case PolicySet():
                yield from self._judge(seq, line, before)
            case _:
                pass  # the others are no officer's

    def _judge(self, seq: int, line: PolicySet, before: str | None) -> Iterator[Finding]:
        if line.proposal is None:
            if self.persons == 2:
                yield found("policy_alone", f"line {seq}", "it takes two officers, and no proposal is named")
            return
        if (wrong := self._wrong(line, before)) is not None:
            yield found("policy_alone", f"line {seq}", wrong)
        self.ended.add(line.proposal)

    def _wrong(self, line: PolicySet, before: str | None) -> str | None:
        number = line.proposal
        made = self.proposed.get(number) if number is not None else None
        if made is None:
            return f"names line {number} as its proposal, which is none"
        if not line.approved_by or line.approved_by == made.by or line.proposed_by != made.by:
            return f"who proposed it in line {number} and who approved it are not two officers"
        if line.digest != made.digest:
            return f"is another text than the one that line {number} proposed"
        if number in self.ended or line.at >= made.until or made.instead != before:
            return f"the proposal of line {number} was not open any more"
        return None

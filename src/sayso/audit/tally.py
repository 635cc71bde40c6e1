"""What the lines of the ledger say should exist, gathered in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct, field

from sayso.audit.findings import Finding, found
from sayso.facts.deeds import AnyLine, Forgotten, NoticePublished, PolicySet, Recalled, Released, Sealed, Shredded
from sayso.facts.events import AccountOpened, ChoiceMade, Deferred, NoticeShown, TurnTaken


class Tally(Struct):
    """The ledger's side of every comparison."""

    accounts: dict[str, str | None] = field(default_factory=dict)
    """Per account: the newest digest recorded of it."""
    keys: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    turns: Counter[str] = field(default_factory=Counter)
    sealed: Counter[str] = field(default_factory=Counter)
    shredded: dict[str, datetime] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    policies: list[tuple[int, str]] = field(default_factory=list)
    notices: set[str] = field(default_factory=set)
    answered_on: dict[str, int] = field(default_factory=dict)
    """Per digest of a notice: the first line that names it."""
    released: dict[str, tuple[int, Released]] = field(default_factory=dict)
    recalled: dict[str, list[Recalled]] = field(default_factory=dict)

    @property
    def policy(self) -> str | None:
        """The digest of the policy in force after the last line taken."""
        return self.policies[-1][1] if self.policies else None

    def take(self, seq: int, line: AnyLine) -> Iterator[Finding]:
        """Take one line in; yields what is wrong with the line itself."""
        match line:
            case AccountOpened():
                self.accounts[line.account] = line.digest or self.accounts.get(line.account)
            case TurnTaken():
                self.turns[line.conversation] += 1
            case Sealed():
                self.keys[line.conversation] = line.key_digest
                self.blocks[f"{line.conversation}/{line.block}"] = line.digest
                self.sealed[line.conversation] += line.turns
                if line.conversation in self.shredded:
                    yield found("log_order", f"line {seq}", f"seals conversation `{line.conversation}` after it was shredded")
            case Shredded():
                self.shredded.setdefault(line.conversation, line.at)
            case Forgotten():
                self.forgotten.add(line.account)
            case PolicySet():
                self.policies.append((seq, line.digest))
            case NoticePublished():
                self.notices.add(line.notice)
            case ChoiceMade() | NoticeShown() | Deferred():
                if line.notice and len(line.notice) == 64 and line.notice not in self.notices:
                    self.answered_on.setdefault(line.notice, seq)
            case Released():
                if line.release in self.released:
                    yield found("release_changed", f"release `{line.release}`", f"line {seq} records it a second time")
                self.released[line.release] = (seq, line)
            case Recalled():
                self.recalled.setdefault(line.release, []).append(line)
            case _:
                pass  # the others change no comparison

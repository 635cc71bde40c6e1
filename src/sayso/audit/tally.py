"""What the lines of the ledger say should exist, gathered in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct, field

from sayso.audit.agreeing import Agreeing
from sayso.audit.findings import Finding, found
from sayso.facts.deeds import (
    AnyLine,
    EpochBegun,
    EpochTurned,
    Forgotten,
    NoticePublished,
    PolicySet,
    Recalled,
    Released,
    Reviewed,
    Rewrapped,
    Sealed,
    Shredded,
)
from sayso.facts.events import AccountOpened, ChoiceMade, Deferred, Merged, NoticeShown, TurnTaken
from sayso.facts.proof import STAYS
from sayso.facts.words import AccountId, ConversationId


class Tally(Struct):
    """The ledger's side of every comparison."""

    accounts: dict[str, str | None] = field(default_factory=dict)
    """Per account: the newest digest recorded of it."""
    keys: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str | None] = field(default_factory=dict)
    """Per remark, by conversation and number: its digest, where its line holds one."""
    remarked: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    sealed: Counter[str] = field(default_factory=Counter)
    shredded: dict[str, datetime] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    unopened: set[str] = field(default_factory=set)
    """Accounts of which later lines say that nothing is told any more."""
    named: set[str] = field(default_factory=set)
    """Accounts that a line about them names which can be opened."""
    wrote: dict[ConversationId, set[AccountId]] = field(default_factory=dict)
    """Per conversation: who took part in it."""
    merged: list[tuple[AccountId, AccountId]] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    """Per conversation: the account its key is wrapped by."""
    epoch: str | None = None
    """The epoch that what is new goes under; `None` for the first."""
    under: dict[str, str | None] = field(default_factory=dict)
    """Per account: its epoch."""
    worn: set[str] = field(default_factory=set)
    """Accounts a conversation of which was shredded since they got their key."""
    policies: list[tuple[int, str]] = field(default_factory=list)
    agreeing: Agreeing = field(default_factory=Agreeing)
    """How many officers a policy takes, and what was proposed."""
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
        self._people(line)
        self._remark(line)
        yield from self.agreeing.take(seq, line, self.policy)
        match line:
            case AccountOpened():
                self.accounts[line.account] = line.digest or self.accounts.get(line.account)
                self.under.setdefault(line.account, self.epoch)
            case TurnTaken():
                self.turns[line.conversation] += 1
            case Sealed():
                self.keys[line.conversation] = line.key_digest
                self.owners[line.conversation] = line.account
                self.blocks[f"{line.conversation}/{line.block}"] = line.digest
                self.sealed[line.conversation] += line.turns
                if line.conversation in self.shredded:
                    yield found("log_order", f"line {seq}", f"seals conversation `{line.conversation}` after it was shredded")
            case Shredded():
                self.shredded.setdefault(line.conversation, line.at)
                if line.conversation in self.owners:
                    self.worn.add(self.owners[line.conversation])
            case Forgotten():
                self.forgotten.add(line.account)
                self.worn.discard(line.account)
            case EpochBegun():
                self.epoch = line.epoch
            case Rewrapped():
                yield from self._rewrapped(seq, line)
            case EpochTurned():
                yield from self._turned(seq, line)
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

    def _remark(self, line: AnyLine) -> None:
        """Take in a remark; those on one conversation are numbered in the order in which they were made."""
        if not isinstance(line, Reviewed) or line.did not in ("remarked", "took back"):
            return
        number = self.remarked[line.conversation]
        self.remarked[line.conversation] += 1
        self.remarks[f"{line.conversation}/{number}"] = line.digest

    def _people(self, line: AnyLine) -> None:
        """Take in whom a line is about, and who belongs together by it."""
        if (account := getattr(line, "account", None)) is not None and str(line.__struct_config__.tag) not in STAYS:
            self.named.add(account)
        if isinstance(line, TurnTaken | Sealed):
            self.wrote.setdefault(line.conversation, set()).add(line.account)
        elif isinstance(line, Merged):
            self.merged.append((line.account, line.into))

    def _rewrapped(self, seq: int, line: Rewrapped) -> Iterator[Finding]:
        """Take the new digests in; what was destroyed or never recorded cannot have been rewrapped."""
        if line.epoch != self.epoch:
            yield found("epoch", f"line {seq}", f"rewraps under epoch `{line.epoch}`, which is not the one begun last")
        for account, digest in line.accounts:
            if account in self.unopened and account not in self.accounts:
                continue  # what this compares with is destroyed, and so is what it speaks of
            if account not in self.accounts or account in self.forgotten:
                yield found("log_order", f"line {seq}", f"rewraps account `{account}`, which is not there")
            self.accounts[account] = digest
            self.under[account] = line.epoch
        nobody = not self.unopened.isdisjoint(line.rekeyed)
        for conversation, digest in line.keys:
            if nobody and conversation not in self.keys:
                continue
            if conversation not in self.keys or conversation in self.shredded:
                yield found("log_order", f"line {seq}", f"rewraps the key of conversation `{conversation}`, which is not there")
            elif self.owners[conversation] not in line.rekeyed:
                yield found(
                    "log_order", f"line {seq}", f"rewraps the key of conversation `{conversation}` without a new account key"
                )
            self.keys[conversation] = digest
        self.worn -= set(line.rekeyed)

    def _turned(self, seq: int, line: EpochTurned) -> Iterator[Finding]:
        """A turn that says it is over has left nobody behind."""
        behind = [one for one, epoch in self.under.items() if epoch != line.epoch and one not in self.forgotten]
        if line.epoch != self.epoch or behind:
            yield found(
                "epoch", f"line {seq}", f"says that epoch `{line.epoch}` turned, and {len(behind)} accounts were left behind"
            )

"""Two policies asked the same standings: which conversations would be ruled otherwise. `clauses` compares their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import ConversationId, Purpose, Use
from sayso.policy.asking import moments
from sayso.policy.deciding import decide
from sayso.policy.table import Policy


@dataclass(frozen=True, kw_only=True)
class Change:
    """One conversation that the two policies rule otherwise: uses and turns that differ, and until when each keeps it."""

    conversation: ConversationId
    use: dict[Purpose, tuple[Use, Use]]
    turns: dict[Purpose, tuple[int, int]]
    """How many turns may be used, before and after, where that differs."""
    keep_until: tuple[datetime | None, datetime | None]

    @property
    def loosens(self) -> bool:
        """Return whether more may be used than before: what a person should be asked about first."""
        return any(after > before for before, after in self.turns.values())


def compare(old: Policy, new: Policy, standings: Iterable[Standing], at: datetime) -> Iterator[Change]:
    """Yield a change for every standing that *old* and *new* rule otherwise at *at*; the rest are not mentioned.

    A purpose that only one of the two rules on counts as denied by the other.
    """
    for standing in standings:
        before, after = decide(old, standing, at), decide(new, standing, at)
        use: dict[Purpose, tuple[Use, Use]] = {}
        turns: dict[Purpose, tuple[int, int]] = {}
        for purpose in dict.fromkeys((*old.purposes, *new.purposes)):
            pair = [ruling.use.get(purpose) for ruling in (before, after)]
            uses: list[Use] = [one.use if one else "deny" for one in pair]
            counts = [sum(last - first + 1 for first, last in one.turns) if one else 0 for one in pair]
            if uses[0] != uses[1]:
                use[purpose] = (uses[0], uses[1])
            if counts[0] != counts[1]:
                turns[purpose] = (counts[0], counts[1])
        if use or turns or before.keep_until != after.keep_until:
            yield Change(conversation=standing.conversation, use=use, turns=turns, keep_until=(before.keep_until, after.keep_until))


def kept_to(policy: Policy, standing: Standing, ruling: Ruling) -> datetime | None:
    """Return the first instant at which nothing keeps the conversation any more by itself, `None` where no end is known.

    Later versions and deadlines may move the end that *ruling* names; what has ended once is destroyed and never comes back.
    """
    at = ruling.at
    for moment in moments(policy, at)[1:]:
        if ruling.keep_until is not None and ruling.keep_until < moment:
            break
        ruling, at = decide(policy, standing, moment), moment
    return None if ruling.keep_until is None else max(ruling.keep_until, at)

"""What changed in the policy since a person answered: ledger (which policy held then) -> policy (clause by clause)."""

from __future__ import annotations

from functools import lru_cache

from sayso.app.house import House
from sayso.app.views import ChangedView, ClauseView
from sayso.facts.events import ChoiceMade
from sayso.facts.words import AccountId, Purpose
from sayso.policy import Policy
from sayso.policy.clauses import between
from sayso.policy.loosening import Terms
from sayso.policy.table import Version

ABOUT: Purpose = "model_training"


def since_answered(house: House, account: AccountId) -> ChangedView:
    """Return the clauses that differ between the day of the answer that stands and today; nothing for who has not answered.

    It costs two looks at what the ledger says was in force; who joined another account is compared by their own answers.
    """
    present = house.policy_in_force()
    with house.reading() as conn:
        answers = [entry for entry in house.ledger.of_account(conn, account, ["choice"]) if isinstance(entry.line, ChoiceMade)]
        about = [one for one in answers if isinstance(one.line, ChoiceMade) and one.line.purpose == ABOUT]
        if not about:
            return ChangedView(since=None)
        last = about[-1]
        then = house.policy_at(conn, last.seq)
    chosen, now = last.line.at, house.now()
    before, after = then.version(chosen), present.version(now)
    if before is None or after is None or (then.digest == present.digest and before.id == after.id):
        return ChangedView(since=chosen, other=then.digest != present.digest)
    return ChangedView(since=chosen, clauses=_clauses(_Pair(then, before, present, after)), other=True)


class _Pair:
    """Two versions to compare, known by what they are and not by where they lie."""

    def __init__(self, old: Policy, before: Version, new: Policy, after: Version) -> None:
        self.old, self.new = Terms(old, before), Terms(new, after)
        self._known = (old.digest, before.id, new.digest, after.id)

    def __hash__(self) -> int:
        return hash(self._known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pair) and other._known == self._known


@lru_cache(maxsize=64)
def _clauses(pair: _Pair) -> tuple[ClauseView, ...]:
    """Return how the two differ; many people answered under the same policy, so it is worked out once."""
    return tuple(
        ClauseView(before=one.before, after=one.after, effect=one.effect, because=one.because, source=one.source, kind=one.kind)
        for one in between(pair.old, pair.new)
    )

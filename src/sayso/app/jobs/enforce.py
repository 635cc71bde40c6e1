"""Another policy comes into force: policy (checked) -> ledger -> rulings anew -> vault (the next look) -> releases (recall)."""

from __future__ import annotations

from msgspec import Struct

from sayso.app.house import House
from sayso.app.jobs.recall import recall_under
from sayso.app.jobs.rule import reschedule
from sayso.facts.words import Digest


class Enforced(Struct, frozen=True, kw_only=True):
    """What a new policy did: conversations it rules, how many are due at once, and rows it withdrew from releases."""

    name: str
    digest: Digest
    ruled: int
    due: int
    withdrawn: int


def put_in_force(house: House, name: str) -> Enforced:
    """Put the policy *name* (shipped, or a file) into force and return what that did, all in one transaction.

    A policy that does not load is refused, and the one in force stays.
    """
    with house.writing() as work:
        policy = house.set_policy(work, name)
        past = house.present()
        living = [one for one in past.conversations() if one not in past.shredded]
        due = reschedule(house, work, living, policy)
        # The stricter text reaches what was released under the laxer one; what is withdrawn stays so if the policy changes back.
        withdrawn = sum(one.added for one in recall_under(house, work, policy))
    return Enforced(name=policy.name, digest=policy.digest, ruled=len(living), due=due, withdrawn=withdrawn)


def clear_uncalled(house: House) -> None:
    """Remove copies of policies that never came into force: a process was killed between writing one and recording it."""
    with house.reading() as conn:
        called = {line.digest for line in house.policies_set(conn)}
    for file in (house.folder / "policies").glob("*.toml"):
        if file.stem not in called:
            file.unlink()

"""Another policy comes into force: policy (checked) -> ledger -> rulings anew -> vault (the next look) -> releases (recall)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from sayso.app import profiles
from sayso.app.house import House
from sayso.app.jobs.effect import Effect, effect
from sayso.app.jobs.recall import recall_under
from sayso.app.jobs.rule import reschedule
from sayso.facts.errors import Refused, Unfit
from sayso.facts.instants import iso
from sayso.facts.words import Digest
from sayso.policy import Policy, parse


class Enforced(Struct, frozen=True, kw_only=True):
    """What a new policy did: conversations it rules, how many are due at once, rows it withdrew, and what that changed."""

    name: str
    digest: Digest
    ruled: int
    due: int
    withdrawn: int
    effect: Effect


def preview(house: House, name: str) -> Effect:
    """Return what putting the policy *name* (shipped, or a file) into force would do; nothing is written."""
    return effect(house, house.policy_in_force(), _read(name))


def put_in_force(house: House, name: str, *, notice_given: datetime | None = None) -> Enforced:
    """Put the policy *name* (shipped, or a file) into force and return what that did, all in one transaction.

    A policy that does not load is refused, and the one in force stays. So is one that lets more be used or kept for anybody,
    unless people had notice of it: *notice_given* says since when, and the ledger keeps that it was said.
    """
    wanted = _read(name)
    told = effect(house, house.policy_in_force(), wanted)
    if notice_given is not None and notice_given > house.now():
        raise Unfit(f"notice on {iso(notice_given)} lies in the future; put the policy in force once it was given")
    if told.needs_notice and notice_given is None:
        raise Refused(why_not(told))
    with house.writing() as work:
        # Said for a change that needs none, it would be a notice nobody can check.
        policy = house.set_policy(work, name, notice_given=notice_given if told.needs_notice else None)
        if policy.digest != wanted.digest:
            raise Unfit(f"policy `{name[:80]}` changed while it was looked at; nothing was changed, try again")
        past = house.present()
        living = [one for one in past.conversations() if one not in past.shredded]
        due = reschedule(house, work, living, policy)
        # The stricter text reaches what was released under the laxer one; what is withdrawn stays so if the policy changes back.
        withdrawn = sum(one.added for one in recall_under(house, work, policy))
    return Enforced(name=policy.name, digest=policy.digest, ruled=len(living), due=due, withdrawn=withdrawn, effect=told)


def _read(name: str) -> Policy:
    return parse(profiles.source(name), name=Path(name).stem)


def why_not(told: Effect) -> str:
    """Return why a change needs a notice first, in one line."""
    who = f"{told.people_to_tell} {'person' if told.people_to_tell == 1 else 'people'} who are here"
    more = f"lets more be used or kept of {who}" if told.people_to_tell else "lets more be used or kept of whoever writes next"
    return (
        f"`{told.after}` {more} than `{told.before}`, which stays in force: give them notice first, "
        "then say --notice-given DAY; --preview shows what changes"
    )


def clear_uncalled(house: House) -> None:
    """Remove copies of policies that never came into force: a process was killed between writing one and recording it."""
    with house.reading() as conn:
        called = {line.digest for line in house.policies_set(conn)}
    for file in (house.folder / "policies").glob("*.toml"):
        if file.stem not in called:
            file.unlink()

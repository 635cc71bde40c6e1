"""What would hold of a private chat of one person, if they held it now: of the policy in force, not of any one profile."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from sayso.app.house import House
from sayso.app.jobs import holds
from sayso.app.views import PrivateView
from sayso.facts.events import TurnTaken
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId, Purpose
from sayso.policy import decide

_IMAGINED = ConversationId("0" * 32)
"""A name no conversation has: it is folded into a history of one account that nobody else sees, and never written."""
_DAY = timedelta(days=1)


def private_chat(house: House, account: AccountId, purpose: Purpose) -> PrivateView:
    """Return whether a private chat of *account* might be used for *purpose*, whatever they answer, and how many days it is kept.

    A chat that begins and ends now is imagined and ruled on: under the answer of today, and under a yes to everything.
    """
    now = house.now()
    with house.reading() as conn:
        past = house.past_of(conn, (), now, accounts=[account])
        policy = house.policy_at(conn, None)
    past.extend([TurnTaken(at=now, account=account, conversation=_IMAGINED, incognito=True)])
    # An order its person may not be told of must not show through the days either.
    standing = holds.seen_by_person(house, past.standing(_IMAGINED))
    today = decide(policy, standing, now)
    agreed = decide(policy, _agreed(standing), now)
    until = today.keep_until
    return PrivateView(
        used=today.may(purpose) or agreed.may(purpose),
        days=None if until is None else max(0, -((now - until) // _DAY)),
    )


def _agreed(standing: Standing) -> Standing:
    """Return *standing* as it would be if everything had been allowed before."""
    said = dict.fromkeys(standing.say_now, "allow")
    return replace(standing, say_now=said, refused_at={}, stretches=tuple(replace(one, say=said) for one in standing.stretches))

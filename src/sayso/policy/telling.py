"""Events as people list them, made ready to be folded: what came first, whose answers reach whom, which lands a group takes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from sayso.facts.events import AnyEvent, ChoiceMade, Deleted, HoldPlaced, Merged, Scope, TurnTaken
from sayso.facts.words import AccountId
from sayso.policy.vocabulary import GROUPS


def told(events: Iterable[AnyEvent]) -> list[AnyEvent]:
    """Return *events* ready for the fold, which knows instants but neither places in a list nor lands.

    A yes listed after a turn of the same instant does not cover that turn; a no is left where it is, since covering more is the
    stricter reading. What someone answers or deletes after a merger reaches the account that was merged into theirs. A hold that
    names EU, EEA or UK reaches, or leaves out, the countries in it.
    """
    taken: set[tuple[AccountId, datetime]] = set()
    parts: dict[AccountId, list[AccountId]] = {}
    ready: list[AnyEvent] = []
    for event in events:
        match event:
            case TurnTaken():
                taken.add((event.account, event.at))
                ready.append(event)
            case Merged():
                parts.setdefault(event.into, []).extend((event.account, *parts.get(event.account, ())))
                ready.append(event)
            case ChoiceMade():
                for account in (event.account, *parts.get(event.account, ())):
                    late = event.say == "allow" and (account, event.at) in taken
                    at = event.at + timedelta(microseconds=1) if late else event.at
                    ready.append(replace(event, account=account, at=at))
            case Deleted() if event.account is not None:
                ready += [replace(event, account=account) for account in (event.account, *parts.get(event.account, ()))]
            case HoldPlaced():
                ready.append(replace(event, scope=_lands(event.scope)))
            case _:
                ready.append(event)
    return ready


def _lands(scope: Scope) -> Scope:
    """Return *scope* with every group of countries spelt out, in its exception too."""
    regions = None if scope.regions is None else tuple(dict.fromkeys(_spelt(scope.regions)))
    return replace(scope, regions=regions, exempt=None if scope.exempt is None else _lands(scope.exempt))


def _spelt(regions: Iterable[str]) -> Iterator[str]:
    for region in regions:
        yield region
        yield from GROUPS.get(region, ())

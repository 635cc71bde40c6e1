"""Whether two names of officers are two people, as far as is known here: what takes two must not be one with two names.

A name that the operator gave and a name that a provider gives may be one person's, and nothing at the provider says so. So they
count as two only once the operator said who is who (`sayso officer bind`); until then nobody knows, and doubt is a no.
"""

from __future__ import annotations

from typing import Literal

from sayso.app.grants import GUEST, Grants, State
from sayso.app.house import House
from sayso.facts.errors import Refused

Apart = Literal["two", "one", "unknown"]


def apart(state: State, one: str, other: str) -> Apart:
    """Return whether *one* and *other* are names of two people, of one, or whether that is not known.

    Two names given here are two people, since the operator gave both; so are two ids of one provider, unless both are bound to one
    officer.
    """
    guests = [name for name in (one, other) if name.startswith(GUEST)]
    if one == other or _person(state, one) == _person(state, other):
        return "one"
    if len(guests) == 2:
        ids = [state.guests.get(name) for name in guests]
        issuers = {found.issuer if found is not None else "" for found in ids}
        bound = all(name in state.bound and state.bound[name].officer for name in guests)
        # Of two providers each could have an account for the same person.
        return "two" if bound or (len(issuers) == 1 and issuers != {""}) else "unknown"
    if not guests:
        return "two"
    (guest,) = guests
    named = other if guest == one else one
    said = state.bound.get(guest)
    if said is None:
        return "unknown"
    officer = state.officers.get(named)
    # "Nobody who is named here" was said of those who were named then.
    return "two" if said.officer or (officer is not None and officer.named <= said.at) else "unknown"


def assert_two(house: House, one: str, other: str) -> None:
    """Go on only where both names are known to be two people's."""
    found = apart(Grants(house.settings.keys).state(), one, other)
    if found == "one":
        raise Refused(f"`{one[:40]}` and `{other[:40]}` are two names of one person, and it takes two people")
    if found == "unknown":
        guest = one if one.startswith(GUEST) else other
        raise Refused(
            f"whether `{one[:40]}` and `{other[:40]}` are two people is not known here; the operator says whose name "
            f"`{guest}` is with `sayso officer bind {guest} NAME`, or --nobody"
        )


def _person(state: State, name: str) -> str:
    """Return the name given here of whoever *name* belongs to; itself where that is not known."""
    said = state.bound.get(name)
    return said.officer if said is not None and said.officer else name

"""What looks or counts as the same and is not: names in signs that are mistaken for others, and a truth for a number."""

from __future__ import annotations

from collections.abc import Iterable

from sayso.facts.canonical import canonical

MOST = 5
"""Signs of a name that are listed."""


def same(one: object, other: object) -> bool:
    """Return whether two pieces of JSON data say the same: 5 and 5.0 do, 1 and true do not, though Python calls them equal.

    >>> same({"a": 5}, {"a": 5.0}), same(1, True)
    (True, False)
    """
    return canonical([one]) == canonical([other])


def mistakable(names: Iterable[str]) -> tuple[str, ...]:
    """Return a line for each of *names* that is not plain ASCII: the same letters to the eye may be another name.

    A name in other signs has another blinded id, so a proof about it is true and says nothing of the one it looks like.

    >>> mistakable(["c_1", "c\\u0430t"])
    ('does not prove: anything of a name that only looks like `c\\u0430t`; it holds U+0430',)
    """
    found = []
    for name in names:
        odd = list(dict.fromkeys(f"U+{ord(sign):04X}" for sign in name if not " " <= sign <= "~"))
        if odd:
            more = " and more" if len(odd) > MOST else ""
            found.append(
                f"does not prove: anything of a name that only looks like `{name}`; it holds {', '.join(odd[:MOST])}{more}"
            )
    return tuple(found)

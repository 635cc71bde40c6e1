"""The kinds of things that are masked, by the words of their marks, and what a policy may have done with each."""

from __future__ import annotations

from typing import Literal, get_args

Action = Literal["keep_public", "surrogate", "mark", "drop_turn", "drop_conversation"]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""From the least that is taken away to the most; where several texts bind, the later one in this order counts."""

KINDS = (
    "account",
    "address",
    "birth",
    "card",
    "card_code",
    "device",
    "email",
    "encoded",
    "handle",
    "hash",
    "health_id",
    "host",
    "iban",
    "ip",
    "licence",
    "mac",
    "name",
    "national_id",
    "passport",
    "phone",
    "place",
    "plate",
    "postcode",
    "private",
    "profile",
    "secret",
    "ssn",
    "user",
    "vin",
    "wallet",
)
"""Each is a mark in small letters: `email` is what becomes `[EMAIL_1]`; `private` is what a foreign finder names."""

SURROGATED = ("card", "email", "iban", "ip", "mac", "national_id", "phone", "ssn")
"""Kinds with values set aside so that nobody ever has them. Of `national_id` only the British health number is one."""


def stricter(one: Action, other: Action) -> Action:
    """Return which of two actions takes more away.

    >>> stricter("surrogate", "mark"), stricter("drop_turn", "mark")
    ('mark', 'drop_turn')
    """
    return max(one, other, key=ACTIONS.index)

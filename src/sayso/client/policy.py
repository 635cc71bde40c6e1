"""The policy in force, in words; and a text checked before anybody proposes it.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class Governing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The policy in force, since when, how many officers it takes to change it, and every row of its version of now."""

    name: str
    title: str
    digest: str
    since: datetime
    version: str
    officers: int
    rows: tuple[Said, ...]


class PolicyText(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A policy as it would be proposed: TOML, and its name in messages."""

    toml: str
    name: str = "policy"


class Checked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether the text loads, its digest where it does; what is wrong with it, and what is only doubtful, line by line."""

    loads: bool
    digest: str | None
    same: bool
    problems: tuple[str, ...]
    doubts: tuple[str, ...]


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row of a table (`choice`, `use`, `keep`, `cap`, `scrub`) in words, and what it rests on."""

    table: str
    row: str
    sentence: str
    because: str


class Policy:
    """The policy in force, in words; and a text checked before anybody proposes it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def show_policy(self) -> Answer[Governing]:
        """Show the policy in force in words."""
        return self._wire.call("GET", "/v1/policy", Governing)

    def show_policy_text(self) -> Answer[str]:
        """Give the policy in force as it was written (TOML); its SHA-256 is the digest that lines name."""
        return self._wire.call("GET", "/v1/policy/text", str)

    def check_policy(self, body: PolicyText) -> Answer[Checked]:
        """Say what is wrong with a text; nothing is recorded, and nothing comes into force."""
        return self._wire.call("POST", "/v1/policy/check", Checked, body=body)

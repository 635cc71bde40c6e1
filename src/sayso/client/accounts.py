"""Who chooses: accounts under a pseudonym, with the facts a policy asks for.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class NewAccount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom to enrol: your own name for the account, kept sealed, and what you know. What is not known is never used for a
    yes."""

    name: str
    tier: str = "unknown"
    region: str = "unknown"
    birth_year: int | None = None


class Account(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An account as it stands: its answer per purpose, and since when it is deleted."""

    account: str
    tier: str
    region: str
    says: dict[str, str]
    deleted_at: datetime | None = None


class Leaving(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a deletion means: by when nothing can be read (`null` while something without a known end keeps it), and until
    when it can be taken back (`null` where it cannot)."""

    unreadable_by: datetime | None
    undo_until: datetime | None


class Facts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a policy asks about an account; `unknown` where you do not know."""

    tier: str
    region: str


class Stated(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a person says they live, in their own word; `null` where they say nothing, or take it back."""

    region: str | None


class Accounts:
    """Who chooses: accounts under a pseudonym, with the facts a policy asks for."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def enrol_account(self, body: NewAccount, *, idempotency_key: str | None = None) -> Answer[Account]:
        """Enrol an account and get its pseudonym; one that is known (200) stays as it is."""
        return self._wire.call("POST", "/v1/accounts", Account, headers={"idempotency-key": idempotency_key}, body=body)

    def show_account(self, account: str) -> Answer[Account]:
        """Show an account, also one that is deleted and can still come back."""
        return self._wire.call("GET", "/v1/accounts/{account}", Account, path={"account": account})

    def delete_account(self, account: str) -> Answer[Leaving]:
        """Delete an account with all its conversations: out of sight and unused at once; deleted twice it is the same."""
        return self._wire.call("DELETE", "/v1/accounts/{account}", Leaving, path={"account": account})

    def show_facts(self, account: str) -> Answer[Facts]:
        """Show what a policy asks about an account; its `ETag` goes with a change."""
        return self._wire.call("GET", "/v1/accounts/{account}/facts", Facts, path={"account": account})

    def put_facts(self, account: str, body: Facts, *, if_match: str) -> Answer[Facts]:
        """Tell another plan or region; what follows for conversations and releases is done before this answers."""
        return self._wire.call(
            "PUT", "/v1/accounts/{account}/facts", Facts, path={"account": account}, headers={"if-match": if_match}, body=body
        )

    def show_stated_region(self, account: str) -> Answer[Stated]:
        """Show where the person says they live; its `ETag` goes with a change."""
        return self._wire.call("GET", "/v1/accounts/{account}/stated-region", Stated, path={"account": account})

    def put_stated_region(self, account: str, body: Stated, *, if_match: str) -> Answer[Stated]:
        """Pass on where the person says they live. It permits nothing: where it differs from your word the region is
        unknown."""
        return self._wire.call(
            "PUT",
            "/v1/accounts/{account}/stated-region",
            Stated,
            path={"account": account},
            headers={"if-match": if_match},
            body=body,
        )

    def return_account(self, account: str, *, idempotency_key: str | None = None) -> Answer[Account]:
        """Bring a deleted account back, while that can be done."""
        return self._wire.call(
            "POST",
            "/v1/accounts/{account}/return",
            Account,
            path={"account": account},
            headers={"idempotency-key": idempotency_key},
        )

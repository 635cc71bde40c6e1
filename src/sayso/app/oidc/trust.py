"""Whom the operator trusts to say who officers are, and which role each group there has; from the environment, once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from sayso.app.grants import ROLES, Role
from sayso.facts.errors import Unfit

PREFIX = "SAYSO_OIDC_"
LOCAL = ("127.0.0.1", "localhost", "::1")
"""Where http is enough: nothing leaves the machine."""


class Trust(Struct, frozen=True, kw_only=True):
    """One provider: its issuer, who we are there, which claim names groups, and what each group may do here."""

    issuer: str
    client: str
    secret: str
    claim: str = "groups"
    roles: Mapping[str, frozenset[Role]] = {}
    audiences: frozenset[str] = frozenset()
    """Others that an id token may be for as well; whatever else stands there voids it."""

    def __repr__(self) -> str:
        """Return the issuer and nothing that is secret."""
        return f"Trust({self.issuer!r})"

    def all_roles(self) -> frozenset[Role]:
        """Return every role that the provider can give anybody."""
        return frozenset(role for roles in self.roles.values() for role in roles)

    def roles_of(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        """Return the roles of whoever has these *claims*; none where the claim is missing, or names no group of the list.

        >>> trust = Trust(issuer="i", client="c", secret="s", roles={"legal": frozenset({"hold", "read"})})
        >>> sorted(trust.roles_of({"groups": ["legal", "all"]})), trust.roles_of({"groups": "legal-interns"})
        (['hold', 'read'], frozenset())
        """
        found = claims.get(self.claim)
        if found is None:
            found = claims
            for part in self.claim.split("."):
                found = found.get(part) if isinstance(found, Mapping) else None
        groups = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return frozenset(role for one in groups if isinstance(one, str) for role in self.roles.get(one, ()))


def read_trust(environ: Mapping[str, str] | None = None) -> Trust | None:
    """Return the provider that ``SAYSO_OIDC_ISSUER`` names with all that belongs to it, `None` where there is none."""
    env = os.environ if environ is None else environ
    given = {name: (env.get(PREFIX + name) or "").strip() for name in _NAMES}
    if not given["ISSUER"]:
        if named := [name for name in _NAMES if given[name]]:
            raise Unfit(f"{PREFIX}{named[0]} is set, and {PREFIX}ISSUER is not; set both or none")
        return None
    if not given["CLIENT"]:
        raise Unfit(f"{PREFIX}ISSUER is set, and {PREFIX}CLIENT is not; it is the id of sayso at the provider")
    roles = {group: frozenset({*named, ROLES[0]}) for group, named in _table(given["ROLES"])}
    if not roles:
        raise Unfit(f"{PREFIX}ROLES gives no group a role, so nobody could sign in; write it like `legal=hold,audit; ops=operate`")
    return Trust(
        issuer=checked(given["ISSUER"], f"{PREFIX}ISSUER"),
        client=given["CLIENT"],
        secret=_secret(given["SECRET"], given["SECRET_FILE"]),
        claim=given["CLAIM"] or "groups",
        roles=roles,
        audiences=frozenset(given["AUDIENCES"].split()),
    )


_NAMES = ("ISSUER", "CLIENT", "SECRET", "SECRET_FILE", "CLAIM", "ROLES", "AUDIENCES")


def checked(address: str, what: str) -> str:
    """Return *address*, which is https or on this machine, without a name, a query or a fragment in it; Unfit for any other."""
    parts = _split(address)
    safe = parts is not None and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL))
    if parts is None or not safe or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise Unfit(
            f"{what} `{address[:80]}` is no https address; write it as the provider does, like https://login.example/tenant"
        )
    return address


def local(address: str) -> bool:
    """Return whether *address* is on this machine."""
    parts = _split(address)
    return parts is not None and parts.hostname in LOCAL


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        return parts if parts.port != 0 and re.fullmatch(r"[!-~]{1,2000}", address) else None
    except ValueError:
        return None


def _secret(given: str, file: str) -> str:
    if bool(given) == bool(file):
        raise Unfit(f"set one of {PREFIX}SECRET_FILE and {PREFIX}SECRET: the secret of sayso at the provider")
    if given:
        return given
    try:
        found = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise Unfit(f"the file that {PREFIX}SECRET_FILE names cannot be read; name one with the secret in it") from None
    if not found:
        raise Unfit(f"the file that {PREFIX}SECRET_FILE names is empty; put the secret into it")
    return found


def entries(text: str) -> Iterable[tuple[str, frozenset[str], str]]:
    """Yield each name, what it stands for, and both as they were written, of `name=this,that; other=this`.

    A name may hold an equals sign, as in a directory.

    >>> list(entries("cn=a=x, y;")) == [("cn=a", frozenset({"x", "y"}), "cn=a=x, y")]
    True
    """
    for part in filter(None, (one.strip() for one in text.split(";"))):
        name, _, named = part.rpartition("=")
        yield name.strip(), frozenset(one.strip() for one in named.split(",")), part


def _table(text: str) -> Iterable[tuple[str, set[Role]]]:
    """Yield each group and its roles."""
    for group, wanted, part in entries(text):
        if not group or wanted - set(ROLES):
            raise Unfit(f"{PREFIX}ROLES has `{part[:60]}`; write `group={ROLES[1]}`, several with `;`, of {', '.join(ROLES)}")
        yield group, {one for one in ROLES if one in wanted}

"""Whose access tokens let a program into the API, of which clients, and what each scope there may do here; from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from sayso.app.grants import SCOPES, Scope
from sayso.app.oidc.trust import checked, entries
from sayso.facts.errors import Unfit

PREFIX = "SAYSO_HOSTS_"
_NAMES = ("ISSUER", "AUDIENCE", "CLIENTS", "SCOPES")
_CLIENT = re.compile(r"[!-~]{1,100}")
_SCOPE = re.compile(r"[!#-\[\]-~]{1,100}")
NEVER: tuple[Scope, ...] = ("keys",)
"""What no token gives: a key made with it would outlive it, and whatever was done to end it."""


class HostTrust(Struct, frozen=True, kw_only=True):
    """One issuer of access tokens, the audience that means us, its clients that count, and what each scope there gives here."""

    issuer: str
    audience: str
    clients: Mapping[str, str]
    """Per client, the subject that its own tokens name: the client itself, unless the operator says another."""
    scopes: Mapping[str, frozenset[Scope]]

    def scopes_of(self, said: object) -> frozenset[Scope]:
        """Return what a token with the claim `scope` *said* may do here; what the operator did not list gives nothing.

        >>> trust = HostTrust(issuer="i", audience="a", clients={}, scopes={"chat.write": frozenset({"chats"})})
        >>> sorted(trust.scopes_of("openid chat.write")), sorted(trust.scopes_of("chats")), sorted(trust.scopes_of(["chat.write"]))
        (['chats'], [], [])
        """
        named = said.split(" ") if isinstance(said, str) else []
        return frozenset(scope for one in named for scope in self.scopes.get(one, ()))


def read_host_trust(environ: Mapping[str, str] | None = None) -> HostTrust | None:
    """Return the issuer that ``SAYSO_HOSTS_ISSUER`` names with all that belongs to it, `None` where there is none."""
    env = os.environ if environ is None else environ
    given = {name: (env.get(PREFIX + name) or "").strip() for name in _NAMES}
    if not any(given.values()):
        return None
    for name in _NAMES:
        if not given[name]:
            raise Unfit(f"{PREFIX}{name} is not set, and others beside it are; docs/host.md says what each one is")
    if not re.fullmatch(r"[!-~]{1,500}", given["AUDIENCE"]):
        raise Unfit(f"{PREFIX}AUDIENCE is no name of an audience; write it as the issuer does, like https://say.example/v1")
    if given["AUDIENCE"] == (env.get("SAYSO_OIDC_CLIENT") or "").strip():
        raise Unfit(f"{PREFIX}AUDIENCE is the client that officers sign in by; give the API an audience of its own")
    return HostTrust(
        issuer=checked(given["ISSUER"], f"{PREFIX}ISSUER"),
        audience=given["AUDIENCE"],
        clients=dict(_clients(given["CLIENTS"])),
        scopes={scope: _known(scope, named) for scope, named, _ in entries(given["SCOPES"])},
    )


def _clients(text: str) -> Iterable[tuple[str, str]]:
    """Yield each client and the subject of its tokens, of `this other=subject`."""
    for part in text.split():
        client, _, subject = part.partition("=")
        if not _CLIENT.fullmatch(client) or ("=" in part and not subject):
            raise Unfit(
                f"{PREFIX}CLIENTS has `{part[:60]}`; write `client`, or `client=subject` where its tokens name another subject"
            )
        yield client, subject or client


def _known(scope: str, named: frozenset[str]) -> frozenset[Scope]:
    found = frozenset(one for one in SCOPES if one in named and one not in NEVER)
    if not _SCOPE.fullmatch(scope) or not named or named - found:
        wrong = sorted(named - found)[:1] or [scope]
        raise Unfit(
            f"{PREFIX}SCOPES gives `{scope[:40]}` what a token cannot give: `{wrong[0][:40]}`; "
            f"write `theirs=ours,ours; other=ours`, of {', '.join(one for one in SCOPES if one not in NEVER)}"
        )
    return found

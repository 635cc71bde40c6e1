"""`sayso host`: programs that come with access tokens of your own issuer, and how to end one here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sayso.app.cli.context import given
from sayso.app.clock import SystemClock
from sayso.app.grants import SCOPES, Grants
from sayso.app.mark import read_mark
from sayso.app.oidc.hosts import read_host_trust
from sayso.app.settings import Settings
from sayso.facts.errors import Unfit
from sayso.facts.instants import iso

if TYPE_CHECKING:
    from sayso.app.oidc.access import Access

_WHY = click.option("--why", default="", help="Why; kept beside it.")


@click.group(epilog="Example:  sayso host list")
def host() -> None:
    """Programs that come with access tokens of your issuer (docs/host.md), beside those with a key of ours."""


@host.command("list", epilog="Example:  sayso host list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the clients that may come, what their tokens can give, and which were ended here. It asks nobody."""
    settings, out = given(context)
    trust, state = read_host_trust(), _grants(settings).state()
    clients = {} if trust is None else trust.clients
    ended = {one.name: one.ended for one in state.hosts.values() if one.out}
    names = sorted({*clients, *ended})
    scopes = {} if trust is None else {scope: _sorted(ours) for scope, ours in sorted(trust.scopes.items())}
    out.data(
        {
            "issuer": None if trust is None else trust.issuer,
            "audience": None if trust is None else trust.audience,
            "scopes": scopes,
            "clients": [
                {"client": one, "listed": one in clients, "ended": iso(ended[one]) if one in ended else None} for one in names
            ],
            "tokens_ended": len(state.tokens),
        }
    )
    if trust is None:
        out.say("no issuer of access tokens is set, programs come with keys; docs/host.md says how to set one")
    else:
        out.say(f"{trust.issuer} for {trust.audience}")
        out.table("", ["scope there", "may here"], [[scope, ", ".join(ours)] for scope, ours in scopes.items()])
    rows = [[one, "ended " + iso(ended[one]) if one in ended else "comes in", "yes" if one in clients else "no"] for one in names]
    if rows:
        out.table("", ["client", "here", "listed"], rows)


@host.command("issuer", epilog="Example:  sayso host issuer")
@click.pass_context
def issuer(context: click.Context) -> None:
    """Ask the issuer that SAYSO_HOSTS_ISSUER names for its keys, and say what its tokens can give here.

    Settings: SAYSO_HOSTS_ISSUER, _AUDIENCE, _CLIENTS ("shop billing"), _SCOPES ("chat.write=chats,choose; chat.decide=decide").
    """
    _, out = given(context)
    asked = vouched()
    if asked is None:
        out.data({"issuer": None})
        out.say("no issuer of access tokens is set, programs come with keys; docs/host.md says how to set one")
        return
    trust, found = asked.trust, asked.published(SystemClock().now())
    if not found:
        raise Unfit(f"{trust.issuer} publishes no key that could sign a token for us; ask whoever runs it")
    out.data({"issuer": trust.issuer, "audience": trust.audience, "keys": found, "clients": sorted(trust.clients)})
    out.say(f"{trust.issuer} answers, with {found} {'key' if found == 1 else 'keys'}; tokens must be for {trust.audience} alone")


@host.command("end", epilog='Example:  sayso host end billing --why "its secret was in a log"')
@click.argument("client")
@click.option("--token", "number", default="", help="Only the one token with this `jti`; its client goes on with others.")
@_WHY
@click.pass_context
def end(context: click.Context, client: str, number: str, why: str) -> None:
    """Let a client of the issuer in no more, with no token made so far, from its next request on.

    It stays out, whatever the issuer says, until `sayso host readmit`.
    """
    settings, out = given(context)
    if number:
        _grants(settings).end_token(client, number, SystemClock().now(), why)
    else:
        _grants(settings).end_host(client, SystemClock().now(), why)
    out.data({"client": client, "token": number or None, "ended": True})
    out.say(f"token {number} of {client} opens nothing any more" if number else f"{client} does not come in any more")


@host.command("readmit", epilog="Example:  sayso host readmit billing")
@click.argument("client")
@_WHY
@click.pass_context
def readmit(context: click.Context, client: str, why: str) -> None:
    """Let a client that was ended in again, with tokens that are made from now on."""
    settings, out = given(context)
    _grants(settings).take_host_back(client, SystemClock().now(), why)
    out.data({"client": client, "ended": False})
    out.say(f"{client} may come in again, with a new token")


def vouched() -> Access | None:
    """Return the issuer that the environment names, `None` where it names none."""
    trust = read_host_trust()
    if trust is None:
        return None
    try:
        from sayso.app.oidc.access import Access  # noqa: PLC0415  # an extra: needed by nobody who has keys of ours
    except ImportError:
        raise Unfit("access tokens need the extra `oidc`; install it with pip install 'sayso[oidc]'") from None
    return Access(trust)


def _grants(settings: Settings) -> Grants:
    """Return the grants of an installation that is there."""
    read_mark(settings.data)
    return Grants(settings.keys)


def _sorted(rights: frozenset[str]) -> list[str]:
    return [one for one in SCOPES if one in rights]

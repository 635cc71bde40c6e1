"""`sayso officer` and `sayso key`: who works here, and which programs ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sayso.app.cli.context import given
from sayso.app.clock import SystemClock
from sayso.app.grants import ROLES, SCOPES, Grants, State
from sayso.app.mark import read_mark
from sayso.app.masters import parse, read_text
from sayso.app.oidc import read_trust
from sayso.app.settings import Settings
from sayso.facts.errors import Unfit
from sayso.facts.instants import iso

if TYPE_CHECKING:
    from sayso.app.oidc.provider import Provider

PORT = 8765
_WHY = click.option("--why", default="", help="Why; kept beside it.")


@click.group(epilog="Example:  sayso officer add olga --role hold --role operate")
def officer() -> None:
    """Name who works here and what they may do; this can be done while the pages run."""


@officer.command("add", epilog="Example:  sayso officer add olga --role operate --role hold")
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="What they may do; reading goes with every role.")
@_WHY
@click.pass_context
def add(context: click.Context, name: str, roles: tuple[str, ...], why: str) -> None:
    """Name an officer, or give one other roles: exactly these from now on.

    read: the counts and lists. operate: sweeps, proposing a policy. hold: holds. approve: another's proposal.
    audit: findings, and samples of scrubbed words.
    """
    settings, out = given(context)
    made = _grants(settings).name_officer(name, roles, SystemClock().now(), why)
    out.data({"name": made.name, "roles": _sorted(made.roles)})
    out.say(f"{made.name} may {', '.join(_sorted(made.roles))}; `sayso officer link {made.name}` makes a link to come in by")


@officer.command("list", epilog="Example:  sayso officer list")
@click.pass_context
def list_officers(context: click.Context) -> None:
    """List the officers and their roles."""
    settings, out = given(context)
    state = _grants(settings).state()
    found = sorted(state.officers.values(), key=lambda one: one.name)
    guests = sorted(state.guests.values(), key=lambda one: one.name)
    named = [{"name": one.name, "roles": _sorted(one.roles), "since": iso(one.since)} for one in found]
    came = [
        {"name": one.name, "roles": _sorted(one.roles), "seen": iso(one.seen), "subject": one.subject, "ended": one.out,
         "officer": state.bound[one.name].officer if one.name in state.bound else None}
        for one in guests
    ]  # fmt: skip
    out.data([*named, *came])
    if found:
        out.table("", ["officer", "roles", "since"], [[one.name, ", ".join(_sorted(one.roles)), iso(one.since)] for one in found])
    if guests:
        rows = [
            [one.name, "ended" if one.out else ", ".join(_sorted(one.roles)), iso(one.seen), one.subject, _here(state, one.name)]
            for one in guests
        ]
        out.table("", ["signed in by the provider", "roles", "last", "who they are there", "and here"], rows)
    if not found and not guests:
        out.say("no officer is named; the link that `sayso serve` prints may read")


@officer.command("link", epilog="Example:  sayso officer link olga")
@click.argument("name")
@click.option("--url", default=f"http://127.0.0.1:{PORT}", show_default=True, help="Where the pages are reached.")
@click.option("--minutes", default=15, show_default=True, help="How long the link lives.")
@click.pass_context
def link(context: click.Context, name: str, url: str, minutes: int) -> None:
    """Print a link that lets an officer in, once."""
    settings, out = given(context)
    if name not in _grants(settings).state().officers:
        raise Unfit(f"no officer `{name[:60]}`; name one with `sayso officer add`")
    made = _link(settings, name, url, minutes)
    out.data({"link": made})
    out.say(made)


@officer.command("end", epilog="Example:  sayso officer end olga")
@click.argument("name")
@_WHY
@click.pass_context
def end(context: click.Context, name: str, why: str) -> None:
    """Take all roles of an officer; who is in is out with the next thing they press.

    Somebody whom a provider signs in does not come in again either, whatever it says, until `sayso officer readmit`.
    """
    settings, out = given(context)
    _grants(settings).end_officer(name, SystemClock().now(), why)
    out.data({"name": name, "roles": []})
    out.say(f"{name} is no officer any more")


@click.group(epilog="Example:  sayso key create billing --scope count")
def key() -> None:
    """Keys for other programs: each for what its scopes name, shown once, kept as a hash."""


@key.command("create", epilog="Example:  sayso key create billing --scope count")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do.")
@_WHY
@click.pass_context
def create(context: click.Context, name: str, scopes: tuple[str, ...], why: str) -> None:
    """Make a key and print it, this once; docs/api.md says what each scope lets a service do."""
    settings, out = given(context)
    made, text = _grants(settings).make_key(name, scopes, SystemClock().now(), why)
    out.data({"id": made.id, "name": made.name, "scopes": _sorted(made.scopes), "key": text})
    out.say(text)
    out.say(f"keep it now, it is stored nowhere; `sayso key revoke {made.id}` ends it")


@key.command("list", epilog="Example:  sayso key list")
@click.pass_context
def list_keys(context: click.Context) -> None:
    """List the keys there are and were; the keys themselves are stored nowhere."""
    settings, out = given(context)
    found = sorted(_grants(settings).state().keys.values(), key=lambda one: (one.since, one.id))
    state = [iso(one.revoked) if one.revoked else None for one in found]
    out.data(
        [
            {"id": one.id, "name": one.name, "scopes": _sorted(one.scopes), "since": iso(one.since), "revoked": ended}
            for one, ended in zip(found, state, strict=True)
        ]
    )
    rows = [
        [one.id, one.name, ", ".join(_sorted(one.scopes)), iso(one.since), ended or "no"]
        for one, ended in zip(found, state, strict=True)
    ]
    out.table("", ["key", "service", "scopes", "since", "revoked"], rows)
    if not found:
        out.say("there are no keys")


@key.command("revoke", epilog="Example:  sayso key revoke billing")
@click.argument("which")
@_WHY
@click.pass_context
def revoke(context: click.Context, which: str, why: str) -> None:
    """Revoke a key by its number, or every key of a service by its name; it opens nothing from the next request on."""
    settings, out = given(context)
    grants = _grants(settings)
    living = [one for one in grants.state().keys.values() if one.revoked is None and which in (one.id, one.name)]
    if not living:
        raise Unfit(f"no key `{which[:40]}` is in use; `sayso key list` has the numbers")
    for one in living:
        grants.revoke(one.id, SystemClock().now(), why)
    out.data([one.id for one in living])
    out.say(*(f"key {one.id} of {one.name} is revoked" for one in living))


@officer.command("readmit", epilog="Example:  sayso officer readmit oidc-2f71a67fb1eee3c1")
@click.argument("name")
@_WHY
@click.pass_context
def readmit(context: click.Context, name: str, why: str) -> None:
    """Let somebody who was ended sign in at the provider again; nothing they had open before goes on."""
    settings, out = given(context)
    _grants(settings).take_back(name, SystemClock().now(), why)
    out.data({"name": name})
    out.say(f"{name} may sign in at the provider again")


@officer.command("bind", epilog="Example:  sayso officer bind oidc-2f71a67fb1eee3c1 olga")
@click.argument("name")
@click.argument("officer", required=False)
@click.option("--nobody", is_flag=True, help="They are none of the officers who are named here so far.")
@_WHY
@click.pass_context
def bind(context: click.Context, name: str, officer: str | None, nobody: bool, why: str) -> None:
    """Say which officer somebody is whom a provider signs in, so that two names of one person never count as two people.

    What takes two officers is refused while that is not known of both.
    """
    if (officer is None) != nobody:
        raise Unfit("name the officer they are, or say --nobody")
    settings, out = given(context)
    _grants(settings).bind(name, officer or "", SystemClock().now(), why)
    out.data({"name": name, "officer": officer})
    out.say(f"{name} is {officer}" if officer else f"{name} is none of the officers who are named here so far")


@officer.command("provider", epilog="Example:  sayso officer provider --url https://say.example")
@click.option("--url", default=f"http://127.0.0.1:{PORT}", show_default=True, help="Where the pages are reached.")
@click.pass_context
def provider(context: click.Context, url: str) -> None:
    """Ask the provider that SAYSO_OIDC_ISSUER names whether officers can sign in there, and say what to register at it.

    Settings: SAYSO_OIDC_ISSUER, _CLIENT, _SECRET_FILE, _ROLES ("legal=hold,audit; ops=operate"), _CLAIM (groups), _AUDIENCES.
    """
    _, out = given(context)
    asked, base = trusted(), url.rstrip("/")
    if asked is None:
        out.data({"issuer": None})
        out.say("no provider is set, officers come in by links; docs/officers.md says how to set one")
        return
    said = asked.published(SystemClock().now())
    roles = {group: _sorted(roles) for group, roles in sorted(asked.trust.roles.items())}
    places = {"back": f"{base}/officer/signed-in", "left": f"{base}/"}
    leaves = bool(said.get("end_session_endpoint"))
    out.data({"issuer": asked.trust.issuer, "client": asked.trust.client, "register": places, "signs_out": leaves, "roles": roles})
    out.say(f"{asked.trust.issuer} answers, and can sign officers in{'' if leaves else '; it offers no way to sign out there'}")
    out.say(f"register there for the client {asked.trust.client}:", f"  redirect after sign-in   {places['back']}")
    out.say(f"  redirect after sign-out  {places['left']}")
    out.table(
        "", ["group in the claim " + asked.trust.claim, "roles"], [[group, ", ".join(named)] for group, named in roles.items()]
    )


def trusted() -> Provider | None:
    """Return the provider that the environment names, `None` where it names none."""
    trust = read_trust()
    if trust is None:
        return None
    try:
        from sayso.app.oidc.provider import Provider  # noqa: PLC0415  # an extra: needed by nobody who signs in by links
    except ImportError:
        raise Unfit("sign-in at a provider needs the extra `oidc`; install it with pip install 'sayso[oidc]'") from None
    return Provider(trust)


def _here(state: State, name: str) -> str:
    said = state.bound.get(name)
    return "not known" if said is None else said.officer or "nobody else"


def _grants(settings: Settings) -> Grants:
    """Return the grants of an installation that is there."""
    read_mark(settings.data)
    return Grants(settings.keys)


def _link(settings: Settings, name: str, url: str, minutes: int) -> str:
    try:
        from sayso.app.http import links  # noqa: PLC0415  # an extra: needed by nobody who does not serve
    except ImportError:
        raise Unfit("the pages need the extra `serve`; install it with pip install 'sayso[serve]'") from None
    secret = session_secret(settings)
    return links.mint(secret, name, "officer", at=SystemClock().now(), base_url=url, minutes=minutes, to="overview")


def session_secret(settings: Settings) -> bytes:
    """Return what signs links and sessions, without opening any other key."""
    return parse(read_text(settings.keys / "session.key"), "session.key")


def _sorted(rights: frozenset[str]) -> list[str]:
    return [one for one in dict.fromkeys((*ROLES, *SCOPES)) if one in rights]  # both have a `hold`

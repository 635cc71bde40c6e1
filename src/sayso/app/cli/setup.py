"""`sayso init`, `sayso demo` and `sayso serve`: where one begins."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click
from msgspec.structs import replace

from sayso.app import postgres
from sayso.app.cli.common import PORTS, Source
from sayso.app.cli.context import given, opened
from sayso.app.cli.granting import trusted
from sayso.app.cli.hosts import vouched
from sayso.app.cli.show import Out
from sayso.app.grants import Grants
from sayso.app.house import House, create, open_house
from sayso.app.jobs import cosigning, people, promising
from sayso.app.jobs import demo as demo_job
from sayso.app.jobs import restore as restore_job
from sayso.app.jobs import sweep as sweep_job
from sayso.app.migrations import NEWEST
from sayso.app.oidc.trust import local
from sayso.app.security import security
from sayso.app.settings import DEFAULT_POLICY, Settings
from sayso.app.terms import operator
from sayso.app.upgrading import move, version_of
from sayso.facts.errors import Unfit

PORT = 8765


@click.command(epilog="Example:  sayso --data ./my-data init")
@click.option("--policy", default=DEFAULT_POLICY, show_default=True, help="The policy to put in force: a shipped name, or a file.")
@click.option("--objects", metavar="s3://BUCKET/PREFIX", help="Keep sealed segments there instead of in the folder.")
@click.option("--objects-endpoint", metavar="URL", help="With --objects: the endpoint of a store that is not Amazon's.")
@click.option("--master", metavar="pkcs11:...", help="Seal master keys by this token; default a file, or SAYSO_MASTER_KEY.")
@click.option(
    "--database",
    metavar="ADDRESS",
    help="Keep ledger and index in PostgreSQL, such as postgresql:///sayso; default SAYSO_DATABASE, else SQLite in the folder.",
)
@click.pass_context
def init(
    context: click.Context,
    policy: str,
    objects: str | None,
    objects_endpoint: str | None,
    master: str | None,
    database: str | None,
) -> None:
    """Make an empty data folder with keys beside it and a policy in force."""
    settings, out = given(context)
    settings = replace(
        settings,
        objects=objects or settings.objects,
        endpoint=objects_endpoint or settings.endpoint,
        master=master or settings.master,
        database=database or settings.database,
    )
    if objects_endpoint and settings.objects is None:
        raise Unfit("--objects-endpoint is for --objects; name the bucket too")
    if database is not None and postgres.has_password(database):
        out.warn("a password in a command is read by others on this machine; use SAYSO_DATABASE, PGPASSFILE or a service file")
    with create(settings, policy=policy) as house:
        shout = house.keys.shout
        kept = "SQLite" if settings.database is None else postgres.without_secrets(settings.database)
        out.data({"data": settings.data.name, "keys": settings.keys.name, "policy": policy, "database": kept})
        force = house.policy_in_force()
        out.say(f"made `{settings.data.name}`; the policy in force is `{force.name}` ({force.title})")
        out.say("read it with `sayso policy show`, change it with `sayso policy set NAME`; `sayso policy list` has the names")
        if settings.objects is not None:
            out.say(f"its segments lie at `{settings.objects}`, sealed; whoever may list it sees sizes and times")
        if settings.database is not None:
            out.say(f"its ledger and index lie in {kept}; a password is not kept, say it anew in SAYSO_DATABASE or PGPASSFILE")
        out.say(f"its keys lie in `{settings.keys.name}`: back them up apart from the data")
        if shout:
            out.warn(shout)


@click.command(epilog="Example:  sayso restore --yes")
@click.option("--yes", is_flag=True, help="Go on from the older copy; without it only say what that would mean.")
@click.pass_context
def restore(context: click.Context, yes: bool) -> None:
    """Go on from an older copy of the data: what was deleted, refused or ordered kept since is said again first, then swept.

    Also from a copied or moved folder whose segments lie as objects: from then on it alone writes there.
    """
    settings, out = given(context)
    with open_house(settings, older=True) as house:
        seen = house.memory.seen()
        with house.reading() as conn:
            size = house.ledger.head(conn).size
            older = restore_job.is_older(house, conn)
        _take_over(house, out, yes)
        if not older:
            out.data({"older": False})
            out.say("the data is as far as it was; there is nothing to restore")
            return
        if not yes:
            raise Unfit(f"the ledger has {size} lines and had {seen.size if seen else 0}; say --yes to go on from this copy")
        mended = restore_job.restore(house)
        swept = sweep_job.sweep(house)
        out.data({"restored": mended, "shredded": swept.shredded})
        out.say(
            f"goes on from line {mended.size}; lines up to {mended.lost} are lost. Said again: {mended.deletions} deletions, "
            f"{mended.refusals} refusals, {mended.holds} holds; {swept.shredded} conversations were destroyed anew"
        )
        out.say("everything else of those lines is gone: imports, permissions, releases; witnesses will refuse this log")
        if mended.policy is not None:
            out.warn(f"policy {mended.policy} was put into force in the lost lines; look, and `sayso policy set` it again")


def _take_over(house: House, out: Out, yes: bool) -> None:
    """Let this folder write where another copy of it did, if that is said; every other copy is refused from then on."""
    if house.fenced is None:
        return
    here = house.where()
    if house.fenced.held_elsewhere(here):
        if not yes:
            raise Unfit("another copy of this folder writes where its segments lie; say --yes to go on from this one alone")
        house.fenced.take_over(here)
        out.say("from now on this folder alone writes where its segments lie; any other copy of it is refused")
    else:
        house.fenced.claim(here)


@click.command(epilog="Example:  sayso upgrade")
@click.option("--to", "target", metavar="VERSION", help="Bring the database to this version, up or down; default the newest.")
@click.option("--show", is_flag=True, help="Only say which version the database has; exit 1 where it is not this program's.")
@click.pass_context
def upgrade(context: click.Context, target: str | None, show: bool) -> None:
    """Bring the database of a data folder to this program's version, or back to an earlier one.

    Go back before you go back to an older program. Any command that writes does the same by itself, upwards. All of it is
    done, or nothing.
    """
    settings, out = given(context)
    if show and target is not None:
        raise Unfit("--show changes nothing; leave --to out")
    here, there = version_of(settings) if show else move(settings, target or NEWEST)
    if not show and target is None and settings.keys.is_dir():
        _second_key(settings, out)
    out.data({"version": there, "before": here, "newest": NEWEST})
    if show:
        out.say(f"the database is of version {here}, this program's is {NEWEST}")
        if here != NEWEST:
            context.exit(1)
    else:
        out.say(f"the database is of version {there}" + ("" if here == there else f", it was of {here}"))


def _second_key(settings: Settings, out: Out) -> None:
    """Give an installation that began without one the key that cosigns its log."""
    with open_house(settings) as house:
        if cosigning.in_force(house) is None:
            out.say(f"line {cosigning.renew(house).line} names a second key of the log, of ML-DSA-44; back up the folder of keys")


@click.command(epilog="Example:  sayso demo --no-serve")
@click.option("--from", "source", type=Source(), help="Tell the same with your own export.")
@click.option("--say", type=click.Choice(["allow", "refuse"]), help="With --from: the answer supposed given on 28 August 2025.")
@click.option("--no-serve", is_flag=True, help="End after the story, for scripts.")
@click.option("--port", type=PORTS, default=PORT, show_default=True, help="Where to serve the pages.")
@click.pass_context
def demo(context: click.Context, source: Path | None, say: str | None, no_serve: bool, port: int) -> None:
    """Play the bundled story: conversations in, choices, a release, a sweep, a deletion, an audit; then serve its pages."""
    settings, out = given(context)
    if say is not None and source is None:
        raise Unfit("--say is for --from: the bundled people say for themselves")
    if source is not None and not source.exists():
        raise Unfit(f"no file or folder `{source.name}`; name an export")
    settings = demo_job.own_folder(settings, given_by_person=context.find_root().params.get("data") is not None)
    with demo_job.stage(settings, out, source, say) as house:
        if not no_serve:
            serve_house(house, out, port, everybody=True)


@click.command(epilog="Example:  sayso serve --person ana")
@click.option("--port", type=PORTS, default=PORT, show_default=True, help="Where to listen; only on this machine.")
@click.option(
    "--log",
    "log",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write the log there, within seconds of every answer.",
)
@click.option("--person", "persons", multiple=True, help="Print a signed link for this account; may be given several times.")
@click.option(
    "--open-to",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let pages of this origin hold the question, as https://chat.example.",
)
@click.option("--url", help="Where people reach it, through your proxy on this machine, as https://say.example.")
@click.pass_context
def serve(
    context: click.Context, port: int, log: Path | None, persons: tuple[str, ...], origins: tuple[str, ...], url: str | None
) -> None:
    """Serve the pages on this machine: people's choices and conversations, the officer's overview.

    Officers can sign in at your organisation (docs/officers.md). The elements of docs/elements.md work on pages of the origins
    you open with --open-to, and on no other.
    """
    with opened(context) as (house, out):
        for name in persons:
            people.account_of(house, name)
        serve_house(house, out, port, names=persons, log=log, origins=origins, url=url)


def serve_house(
    house: House,
    out: Out,
    port: int,
    *,
    names: tuple[str, ...] = (),
    everybody: bool = False,
    log: Path | None = None,
    origins: tuple[str, ...] = (),
    url: str | None = None,
) -> None:
    """Print signed links and serve until Ctrl-C."""
    try:
        import uvicorn  # noqa: PLC0415  # an extra: needed by nobody who does not serve

        from sayso.app.frontdesk import FrontDesk  # noqa: PLC0415  # needs the same extra
        from sayso.app.http import create_app, links, wire  # noqa: PLC0415  # and so does this
    except ImportError:
        raise Unfit("the pages need the extra `serve`; install it with pip install 'sayso[serve]'") from None
    provider, access = trusted(), vouched()
    here = f"http://127.0.0.1:{port}"
    base = url.rstrip("/") if url else here
    secret = house.keys.session
    desk = FrontDesk(house)
    desk.publishes, desk.console.log = log is not None, log
    with house.reading() as conn:
        accounts = {house.vault.name(conn, one): one for one in demo_job.living(house)} if everybody else {}
        accounts.update({name: people.account_of(house, name) for name in names})
    for name, account in accounts.items():
        out.say(f"  {name:<6} {links.mint(secret, account, 'person', at=house.now(), base_url=base, minutes=720)}")
    for officer in sorted(Grants(house.settings.keys).state().officers) or ["officer"]:
        link = links.mint(secret, officer, "officer", at=house.now(), base_url=base, minutes=720, to="overview")
        out.say(f"  {officer} {link}  (officer)")
    if provider is not None:
        out.say(f"  officers sign in at {provider.trust.issuer}")
    if access is not None:
        out.say(f"  programs come with access tokens of {access.trust.issuer}")
    out.say("", f"serving at {here}  (each link above enters once; Ctrl-C ends it)")
    app = create_app(
        desk, secret=secret, base_url=base, secure=base.startswith("https:") or not local(base), operator=operator() or "sayso",
        log_key=house.keys.signing.vkey(), open_to=origins, security=security(), provider=provider,
        access=access,
    )  # fmt: skip
    try:
        with closing(desk), promising.publishing(house, log, desk.one):
            uvicorn.run(
                app,
                host="127.0.0.1",
                port=port,
                http=wire.protocol(app.state.setting, desk),
                log_level="warning",
                access_log=False,
                server_header=False,
            )
    except SystemExit:
        raise Unfit(f"port {port} is in use; name another with --port") from None

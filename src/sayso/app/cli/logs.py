"""`sayso log`: the ledger's commitments as static files that anybody can serve, check and witness."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from sayso.app import logserver, shelf
from sayso.app.cli.common import PORTS, PublicKey, trusted_key
from sayso.app.cli.context import given, opened
from sayso.app.cli.show import Out
from sayso.app.clock import SystemClock
from sayso.app.house import House, open_house
from sayso.app.jobs import believing, cosigning, logs, strangers, witnessing
from sayso.app.jobs.mend import mend
from sayso.app.jobs.whose import whose
from sayso.app.keyring import entropy
from sayso.app.mark import read_mark
from sayso.app.settings import Settings
from sayso.facts.errors import Unfit
from sayso.proofs import Checkpoint, CosigningKey, VerifierKey
from sayso.proofs.cosign import WORDS
from sayso.proofs.notes import split_note
from sayso.proofs.tiles import CHECKPOINT
from sayso.proofs.witness import OK

PORT = 8791
FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog="Example:  sayso log write public-log")
def log() -> None:
    """Publish the log as static files (C2SP tlog-tiles), check it without trusting us, and witness it."""


@log.command(epilog="Example:  sayso log write public-log")
@FOLDER
@click.option("--prune-before", type=click.IntRange(min=1), metavar="N", help="From now on show lines from number N on only.")
@click.pass_context
def write(context: click.Context, folder: Path, prune_before: int | None) -> None:
    """Write what the log gained since the last time: commitments, hashes and a signed checkpoint, no word of anybody."""
    settings, out = given(context)
    renewed = _renewed(settings, out)
    with opened(context, write=False, keys=settings.keys.is_dir()) as (house, out):
        done = logs.publish(
            house, folder, _cosigner(house, settings), prune_before=None if prune_before is None else prune_before - 1
        )
    out.data(done)
    if renewed is not None and renewed.new:
        out.say(f"line {renewed.line} says what {renewed.accounts} accounts are believed to have answered by line {renewed.pin}")
    added = f"{done.size - done.before} new lines in {done.files} files" if done.files else "nothing new"
    out.say(f"the log in {folder.name} shows {done.size} lines; {added}")


def _cosigner(house: House, settings: Settings) -> CosigningKey | None:
    if not settings.keys.is_dir():
        return None
    with house.reading() as conn:
        return cosigning.signer(house, conn, house.keys)


def _renewed(settings: Settings, out: Out) -> believing.Renewed | None:
    """Return what is believed, recorded anew; `None` where nobody answered, or where that cannot be written now."""
    if not settings.keys.is_dir():
        return None
    try:
        with open_house(settings) as house:
            mend(house)
            return believing.renew(house)
    except shelf.InUse as problem:
        out.warn(f"what is believed was not recorded anew: {problem}")
        return None


@log.command(epilog="Example:  sayso log serve public-log")
@FOLDER
@click.option("--port", type=PORTS, default=PORT, show_default=True, help="Where to listen; only on this machine.")
@click.pass_context
def serve(context: click.Context, folder: Path, port: int) -> None:
    """Serve the files of a log on this machine, for reading only; any web server can do the same for the world."""
    logs.checkpoint_in(folder)
    with logserver.server(folder, port) as server:
        given(context)[1].say(f"serving the log at http://127.0.0.1:{server.server_port}/checkpoint  (Ctrl-C ends it)")
        server.serve_forever()


@log.command(epilog="Example:  sayso log verify public-log --receipt receipt.json")
@FOLDER
@click.option("--key", type=PublicKey(), help="The log's public key; default: that of the data folder.")
@click.option("--receipt", "receipts", multiple=True, type=FILE, help="Look for the line of this receipt or proof in the log.")
@click.option(
    "--remembered", multiple=True, type=FILE, help="Compare with a checkpoint kept from another day or by another person."
)
@click.option(
    "--witness", "witnesses", multiple=True, type=PublicKey(), help="Demand a cosignature of this witness (its public key)."
)
@click.option("--cosign-key", type=PublicKey(), help="Demand the log's own second signature (ML-DSA-44), by this public key.")
@click.pass_context
def verify(
    context: click.Context,
    folder: Path,
    key: str | None,
    receipts: tuple[Path, ...],
    remembered: tuple[Path, ...],
    witnesses: tuple[str, ...],
    cosign_key: str | None,
) -> None:
    """Recompute the whole log from its files alone and compare it with what you hold; exit 1 on a difference."""
    settings, out = given(context)
    trusted = trusted_key(settings.data) if key is None else key
    for path in (folder / CHECKPOINT, *remembered):
        if (other := whose(path, trusted)) is not None:
            raise Unfit(f"`{path.name}` cannot be checked: {other}")
    found = strangers.check_log(folder, trusted, receipts=receipts, remembered=remembered, witnesses=witnesses, cosigner=cosign_key)
    out.data(found)
    for problem in found.problems:
        out.say(f"does not hold: {problem}")
    out.say(*(f"{path.name}: {other}" for path in receipts if (other := whose(path, trusted)) is not None))
    if found.problems:
        out.say("keep the files and your checkpoint: together they show what was changed")
        context.exit(1)
    out.say(
        f"proves: the files give the signed root of the log `{found.origin}`, {found.size} lines",
        *(f"proves: {one} agrees with it" for one in found.compared),
        *(
            ["proves: the log's own key of ML-DSA-44 signed it too, which a quantum computer does not forge"]
            if found.cosigned
            else []
        ),
        *(f"proves: {name} cosigned that checkpoint" for name in found.witnesses),
        "does not prove: what the lines say; who holds no opening sees 32 bytes",
    )
    if found.minimum:
        out.say(f"does not prove: what lines 1 to {found.minimum} were; the log shows them no more, and says so, signed")
    if not found.witnesses:
        out.say("does not prove: that every reader is shown this log; compare the checkpoint, or ask for a witness")


@log.command(epilog="Example:  sayso log key --out cosigning.pub")
@click.option("--new", is_flag=True, help="Make a new one first; what was cosigned before stays so, by the key of then.")
@click.option("--out", "file", type=FILE, help="Write the public key to a file, for `sayso log verify --cosign-key`.")
@click.option("--proof", type=FILE, help="Write the proof of the line of the log that names it, for whoever knew the key before.")
@click.pass_context
def key(context: click.Context, new: bool, file: Path | None, proof: Path | None) -> None:
    """Say which keys sign the log: Ed25519, and beside it ML-DSA-44, which outlives quantum computers."""
    with opened(context, write=new) as (house, out):
        if new:
            cosigning.renew(house)
        with house.reading() as conn:
            known = cosigning.named(house, conn)
            shown = house.ledger.prove(conn, known[-1].line) if known and proof is not None else None
        if not known:
            raise Unfit("this log has no second key yet; `sayso upgrade` makes one, or `sayso log key --new`")
        if file is not None:
            logs.put(file, (known[-1].key + "\n").encode())
        if proof is not None:
            logs.put(proof, msgspec.json.format(msgspec.json.encode(shown), indent=1))
        out.data({"ed25519": house.keys.signing.vkey(), "ml_dsa_44": known[-1].key, "line": known[-1].line, "before": known[:-1]})
        out.say(house.keys.signing.vkey(), known[-1].key if file is None else f"the key of ML-DSA-44 lies in {file.name}")
        out.say(f"line {known[-1].line} of the log names the second one; it is key {len(known)} of its kind")


@log.command(epilog="Example:  sayso log witness public-log --state witness/seen.json --key witness/secret.key")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--state", required=True, type=FILE, help="What the witness remembers; never lose it, never copy it back.")
@click.option("--key", "key_file", required=True, type=FILE, help="The witness's secret key; made where none lies yet.")
@click.option("--name", default="sayso/witness", show_default=True, help="The name of a new key.")
@click.option(
    "--kind",
    type=click.Choice(list(WORDS)),
    default="ed25519",
    show_default=True,
    help="The kind of a new key; ml-dsa-44 outlives quantum computers, and its cosignatures are 3 kB long.",
)
@click.option("--log", "log_key", type=PublicKey(), help="The log's public key, the first time; default: that of the data folder.")
@click.option("--port", type=PORTS, help="Without a folder: answer logs over HTTP on this machine (C2SP add-checkpoint).")
@click.pass_context
def witness(
    context: click.Context,
    folder: Path | None,
    state: Path,
    key_file: Path,
    name: str,
    kind: str,
    log_key: str | None,
    port: int | None,
) -> None:
    """Cosign a log's checkpoint if it continues what was seen before; exit 1 on a fork or a log that shrank."""
    settings, out = given(context)
    if (folder is None) == (port is None):
        raise Unfit("name either the folder of a log, or with --port where to answer over HTTP")
    key = witnessing.witness_key(key_file, name, entropy, new=not state.exists(), kind=kind)
    if folder is None:
        _attend(state, key, log_key, port or 0, out)
        return
    if log_key is None and (settings.data / "sayso.json").is_file():
        log_key = _own(folder, str(read_mark(settings.data).get("log_key", "")))
    answer = witnessing.cosign(folder, state, key, _seconds(), log=log_key)
    out.data({"status": answer.status, "why": answer.why, "cosignature": answer.body, "witness": key.public.text()})
    if answer.status != OK:
        out.say(f"{answer.status}: {answer.why}", "not cosigned")
        context.exit(1)
    size = answer.seen.size if answer.seen else 0
    told = witnessing.public_file(key_file)
    out.say(f"cosigned {size} lines; give {told.name} to whoever trusts this witness: they verify with --witness {told.name}")


def _attend(state: Path, key: CosigningKey, log_key: str | None, port: int, out: Out) -> None:
    """Answer over HTTP until Ctrl-C."""
    with logserver.witness_server(lambda body: witnessing.answer(body, state, key, _seconds(), log=log_key), port) as server:
        out.say(
            f"serving the witness '{key.public.name}' at http://127.0.0.1:{server.server_port}/add-checkpoint  (Ctrl-C ends it)"
        )
        server.serve_forever()


def _seconds() -> int:
    return int(SystemClock().now().timestamp())


def _own(folder: Path, key: str) -> str | None:
    """Return *key*, the data folder's, where the log in *folder* is the one it signs."""
    try:
        claimed = Checkpoint.parse(split_note(logs.checkpoint_in(folder))[0]).origin
    except Unfit:
        return None
    return key if VerifierKey.parse(key).name == claimed else None

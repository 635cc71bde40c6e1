"""What a stranger does with the log's files: check all of them against what they hold. No ledger, no keys of the house."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec import Struct

from sayso.app.jobs.logs import checkpoint_in, reader
from sayso.app.jobs.whose import signers
from sayso.facts.errors import Unfit
from sayso.proofs import (
    Checkpoint,
    Tiles,
    VerifierKey,
    WitnessKey,
    verify,
    witnessed,
)
from sayso.proofs.checkpoint import head_of
from sayso.proofs.evidence import LARGEST, plain_bytes, strict_json
from sayso.proofs.misread import note_text
from sayso.proofs.notes import split_note
from sayso.proofs.pruning import minimum_of
from sayso.proofs.tiles import CHECKPOINT, check_files
from sayso.proofs.tlogproof import MAGIC, parse_tlog_proof

MOST = 20
"""Findings that are listed; a log with more is broken enough."""


class Checked(Struct, frozen=True, kw_only=True):
    """What the files of a log show: where it stands, who cosigned it, what was compared, and each thing that does not agree."""

    origin: str
    size: int
    root: str
    witnesses: dict[str, int]
    minimum: int
    """The first entry that is shown, from 0: those before it were pruned."""
    cosigned: int | None
    """When (POSIX seconds) the log's own second key signed the checkpoint; `None` where it was not asked for."""
    compared: tuple[str, ...]
    problems: tuple[str, ...]


def check_log(
    folder: Path,
    key: str,
    *,
    receipts: Sequence[Path] = (),
    remembered: Sequence[Path] = (),
    witnesses: Sequence[str] = (),
    cosigner: str | None = None,
) -> Checked:
    """Return what the files in *folder* show under the log's public *key*; Unfit where there is no signed checkpoint.

    *receipts* are files with the evidence of a line, *remembered* are checkpoints kept elsewhere, *witnesses* public keys whose
    cosignature must stand on the checkpoint, *cosigner* the log's own of ML-DSA-44, which must stand there too.
    """
    trusted, note = VerifierKey.parse(key), checkpoint_in(folder)
    told = _head(note, trusted, CHECKPOINT)
    minimum = minimum_of(reader(folder), trusted)
    if minimum > told.size:
        raise Unfit(f"the log states that it shows entries from {minimum} on, and has {told.size}; ask for its files anew")
    problems = list(islice(check_files(reader(folder), told, minimum), MOST))
    signed = witnessed(note, [WitnessKey.parse(one) for one in witnesses])
    problems += [_unsigned(note, one) for one in map(WitnessKey.parse, witnesses) if one.name not in signed]
    own = None if cosigner is None else WitnessKey.parse(cosigner)
    at = None if own is None else witnessed(note, [own]).get(own.name)
    if own is not None and (at is None or own.name != told.origin):
        problems.append("the log's own second key did not sign this checkpoint; ask which key it names, and since which line")
    tree, compared = Tiles(reader(folder), told.size), []
    for path in remembered:
        problem = _prefix(tree, _head(_text(path), trusted, path.name), "the remembered checkpoint", minimum)
        compared.append(f"remembered checkpoint {path.name}")
        problems += problem
    for path in receipts:
        compared.append(f"receipt {path.name}")
        problems += _counted(tree, path, trusted, minimum)
    return Checked(
        origin=told.origin,
        size=told.size,
        root=told.root.hex(),
        witnesses=signed,
        minimum=minimum,
        cosigned=at,
        compared=tuple(compared),
        problems=tuple(dict.fromkeys(problems))[:MOST],
    )


def _head(note: str, key: VerifierKey, name: str) -> Checkpoint:
    """Return the signed checkpoint in the file called *name*; Unfit, with which file it is, where it is none that *key* signed."""
    try:
        return head_of(note, key)
    except Unfit as error:
        raise Unfit(f"`{name}` cannot be checked: {error}") from None


def _prefix(tree: Tiles, old: Checkpoint, what: str, minimum: int) -> Iterator[str]:
    try:
        if old.size > tree.size:
            yield f"{what} counts {old.size} lines, the log shows {tree.size}: it went backwards, or you are shown another one"
        elif old.size < minimum:
            yield f"{what} of {old.size} lines cannot be compared: the log is pruned, and shows lines from {minimum + 1} on"
        elif tree.root(old.size) != old.root:
            yield f"{what} of {old.size} lines is no beginning of this log: the past was changed, or you are shown another one"
    except Unfit as error:
        yield str(error)


def _counted(tree: Tiles, path: Path, key: VerifierKey, minimum: int) -> Iterator[str]:
    """Yield what is wrong where the line on a receipt does not stand in the log's files at its place.

    A line that was pruned is not looked for, nor a checkpoint from before: what the receipt carries is proof by itself.
    """
    verdict = verify(path, key.text())
    if not verdict.ok:
        yield f"{path.name}: {verdict.lines[0]}"
        return
    raw = path.read_bytes()[: LARGEST + 1]
    try:
        told = parse_tlog_proof(raw)[1] if raw.startswith(MAGIC.encode()) else strict_json(raw, "the file").get("evidence")
        if not isinstance(told, dict):
            raise Unfit("it carries no evidence of a line")
        text = told["opening"]["text"]
        entry = hashlib.sha256(bytes.fromhex(told["opening"]["salt"]) + text.encode()).digest()
        seq = json.loads(text)["seq"]
        head = Checkpoint.parse(split_note(told["checkpoint"])[0])
        if seq <= minimum:
            pass  # it was pruned; what the file carries is proof by itself
        elif seq <= tree.size and tree.entry(seq - 1) != entry:
            yield f"{path.name}: line {seq} of the log is another one; the past was changed, or you are shown another log"
        if head.size > tree.size:
            yield (
                f"{path.name}: {f'line {seq} is not in the log yet; ' if seq > tree.size else ''}its checkpoint counts {head.size} "
                f"lines, these files show {tree.size}: fetch the log anew, and if it still shows fewer, it went backwards"
            )
        elif head.size >= minimum:
            yield from _prefix(tree, head, f"{path.name}: its checkpoint", minimum)
    except Unfit as error:
        yield f"{path.name}: {error}"


def _unsigned(note: str, witness: WitnessKey) -> str:
    """Return in one line what is missing of *witness* on *note*: all of it, or only this key of its."""
    others = sorted(key for name, key in signers(note) if name == witness.name and key != witness.id.hex())
    if not others:
        return f"witness `{witness.name}` did not cosign this checkpoint; ask it to, and if it refuses, it has seen another past"
    return (
        f"witness `{witness.name}` cosigned this checkpoint by the key `{others[0]}`, and the key given is `{witness.id.hex()}`: "
        "it has changed its key, or somebody else uses its name; ask the witness which key was used on that day"
    )


def _text(path: Path) -> str:
    try:
        raw = plain_bytes(path)
    except OSError:
        raise Unfit(f"`{path.name}` cannot be read; name a file that holds a checkpoint") from None
    return note_text(raw, f"`{path.name}`")

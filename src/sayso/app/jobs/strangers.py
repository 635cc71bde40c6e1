"""What a stranger does with the log's files: check all of them, and cosign them as a witness. No ledger, no keys of the house."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from sayso.app.jobs.logs import checkpoint_in, locked, put, reader
from sayso.facts.errors import Broken, Unfit
from sayso.proofs import (
    Checkpoint,
    CosigningKey,
    Tiles,
    VerifierKey,
    Witnessing,
    WitnessKey,
    add_checkpoint,
    open_note,
    verify,
    witnessed,
)
from sayso.proofs.evidence import LARGEST, strict_json
from sayso.proofs.notes import split_note
from sayso.proofs.tiles import CHECKPOINT, check_files
from sayso.proofs.tlogproof import MAGIC, parse_tlog_proof
from sayso.proofs.witness import OK, request

MOST = 20
"""Findings that are listed; a log with more is broken enough."""
STATE = "sayso/witness/v1"


class Checked(Struct, frozen=True, kw_only=True):
    """What the files of a log show: where it stands, who cosigned it, what was compared, and each thing that does not agree."""

    origin: str
    size: int
    root: str
    witnesses: dict[str, int]
    compared: tuple[str, ...]
    problems: tuple[str, ...]


def check_log(
    folder: Path, key: str, *, receipts: Sequence[Path] = (), remembered: Sequence[Path] = (), witnesses: Sequence[str] = ()
) -> Checked:
    """Return what the files in *folder* show under the log's public *key*; Unfit where there is no signed checkpoint.

    *receipts* are files with the evidence of a line, *remembered* are checkpoints kept elsewhere, *witnesses* public keys whose
    cosignature must stand on the checkpoint.
    """
    trusted, note = VerifierKey.parse(key), checkpoint_in(folder)
    told = Checkpoint.parse(open_note(note, [trusted]).text)
    problems = list(islice(check_files(reader(folder), told), MOST))
    signed = witnessed(note, [WitnessKey.parse(one) for one in witnesses])
    problems += [f"witness `{name}` did not cosign this checkpoint" for name in map(_name, witnesses) if name not in signed]
    tree, compared = Tiles(reader(folder), told.size), []
    for path in remembered:
        problem = _prefix(tree, Checkpoint.parse(open_note(_text(path), [trusted]).text), "the remembered checkpoint")
        compared.append(f"remembered checkpoint {path.name}")
        problems += problem
    for path in receipts:
        compared.append(f"receipt {path.name}")
        problems += _counted(tree, path, trusted)
    return Checked(
        origin=told.origin,
        size=told.size,
        root=told.root.hex(),
        witnesses=signed,
        compared=tuple(compared),
        problems=tuple(problems[:MOST]),
    )


def _prefix(tree: Tiles, old: Checkpoint, what: str) -> Iterator[str]:
    try:
        if old.size > tree.size:
            yield f"{what} counts {old.size} lines, the log shows {tree.size}: it went backwards, or you are shown another one"
        elif tree.root(old.size) != old.root:
            yield f"{what} of {old.size} lines is no beginning of this log: the past was changed, or you are shown another one"
    except Unfit as error:
        yield str(error)


def _counted(tree: Tiles, path: Path, key: VerifierKey) -> Iterator[str]:
    """Yield what is wrong where the line on a receipt does not stand in the log's files at its place."""
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
        if seq > tree.size:
            yield f"{path.name}: line {seq} is not in the log yet; it shows {tree.size} lines"
        elif tree.entry(seq - 1) != entry:
            yield f"{path.name}: line {seq} of the log is another one; the past was changed, or you are shown another log"
        yield from _prefix(tree, Checkpoint.parse(split_note(told["checkpoint"])[0]), f"{path.name}: its checkpoint")
    except Unfit as error:
        yield f"{path.name}: {error}"


def cosign(folder: Path, state: Path, key: CosigningKey, seconds: int, *, log: str | None) -> Witnessing:
    """Return what the witness of *key* answers to the log in *folder*, at *seconds*; a cosignature is put on the checkpoint.

    *state* is what it remembers; *log* is the log's public key, needed the first time. A refused checkpoint that carries the log's
    own signature is kept beside *state*: together with what was cosigned before, it shows two pasts under one key.
    """
    state.parent.mkdir(parents=True, exist_ok=True)
    if state.parent.resolve() == folder.resolve():
        raise Unfit("a witness keeps its memory apart from the log it watches; name a file in another folder with --state")
    with locked(state.parent), locked(folder):
        # (1) What is remembered, and under which key.
        note = checkpoint_in(folder)
        text, _ = split_note(note)
        told = Checkpoint.parse(text)
        known = _remembered(state)
        vkey = _vkey(known.get(told.origin), log, told.origin)
        seen = {origin: Checkpoint.parse(split_note(one.note)[0]) for origin, one in known.items() if one.note}
        # (2) Ask as any log would ask, with the proof that its files give.
        last = seen.get(told.origin)
        old = min(last.size, told.size) if last is not None else 0
        tree = Tiles(reader(folder), told.size)
        try:
            proof = tree.consistency(old) if 0 < old < told.size else []
        except Unfit:
            proof = []  # its files are not whole; the witness says that nothing is proven
        answer = add_checkpoint(request(old, proof, note), {told.origin: VerifierKey.parse(vkey)}, seen, key, seconds)
        # (3) Remember before answering; a crash in between loses an answer, never a memory.
        if answer.status == OK:
            known[told.origin] = _Known(key=vkey, note=note)
            put(state, msgspec.json.format(msgspec.json.encode({"format": STATE, "logs": known}), indent=1))
            put(folder / CHECKPOINT, _with(note, answer.body, key.public).encode())
        elif answer.status in (409, 422):
            put(state.with_name(f"{state.name}.refused-{told.size}"), note.encode())
    return answer


class _Known(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    note: str


def _remembered(state: Path) -> dict[str, _Known]:
    if not state.exists():
        return {}
    try:
        told = strict_json(state.read_bytes(), "the witness's state")
        if told["format"] != STATE:
            raise KeyError("format")
        return msgspec.convert(told["logs"], dict[str, _Known])
    except (Unfit, KeyError, TypeError, OSError, msgspec.ValidationError):
        raise Broken(
            f"`{state.name}` is no memory of a witness, or damaged; restore it: a witness that forgets can be deceived"
        ) from None


def _vkey(known: _Known | None, given: str | None, origin: str) -> str:
    if known is not None and given is not None and known.key != given:
        raise Unfit(f"this witness knows the log `{origin[:80]}` under another key; a log that changes its key is another log")
    if known is None and given is None:
        raise Unfit(f"this witness does not know the log `{origin[:80]}` yet; name its public key with --log")
    return known.key if known is not None else str(given)


def _with(note: str, line: str, key: WitnessKey) -> str:
    """Return *note* with the cosignature *line*, in the place of an older one of the same witness."""
    head, _, tail = note.rpartition("\n\n")
    kept = [one for one in tail.splitlines(keepends=True) if not _is_by(one, key)]
    return f"{head}\n\n{''.join(kept)}{line}"


def _is_by(line: str, key: WitnessKey) -> bool:
    return line.startswith(f"— {key.name} ") and base64.b64decode(line.split(" ")[2])[:4] == key.id


def _name(vkey: str) -> str:
    return WitnessKey.parse(vkey).name


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Unfit(f"`{path.name}` cannot be read; name a file that holds a checkpoint") from None


def witness_key(path: Path, name: str, draw: Callable[[int], bytes], *, new: bool) -> CosigningKey:
    """Return the witness's key in the file at *path*; with *new*, one is made there under *name* if there is none."""
    if path.exists():
        return CosigningKey.load(_text(path))
    if not new:
        raise Broken(f"no key at `{path.name}`, though this witness has cosigned before; restore it, or begin with a new state")
    key = CosigningKey(name, draw(32))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(key.text() + "\n", encoding="utf-8")
    return key

"""A witness: a memory of checkpoints, a key, and the rules of `proofs.witness` between them. Needs no house and no ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sayso.app.jobs.logs import checkpoint_in, locked, put, reader, settle
from sayso.app.jobs.whose import whose
from sayso.facts.errors import Broken, Unfit
from sayso.proofs import Checkpoint, CosigningKey, Tiles, VerifierKey, Witnessing, add_checkpoint
from sayso.proofs.cosign import ED25519, WORDS, with_line
from sayso.proofs.evidence import strict_json
from sayso.proofs.notes import split_note
from sayso.proofs.pruning import minimum_of
from sayso.proofs.tiles import CHECKPOINT
from sayso.proofs.witness import CONFLICT, OK, UNPROVEN, request

STATE = "sayso/witness/v1"


def answer(body: str, state: Path, key: CosigningKey, seconds: int, *, log: str | None) -> Witnessing:
    """Return what the witness of *key* answers to the request *body*, at *seconds*; what it cosigns, it has remembered by then.

    *state* is what it remembers; *log* is the public key of a log to watch beside those. A refused checkpoint that carries the
    log's own signature is kept beside *state*: together with what was cosigned before, it shows two pasts under one key.
    """
    state.parent.mkdir(parents=True, exist_ok=True)
    with locked(state.parent):
        # (1) What is remembered, and under which keys. The name of a log's key is its origin.
        known = _remembered(state)
        watched = {origin: VerifierKey.parse(one.key) for origin, one in known.items()}
        if log is not None:
            given = VerifierKey.parse(log)
            if watched.setdefault(given.name, given) != given:
                what = f"this witness knows the log `{given.name[:80]}` under another key"
                raise Unfit(f"{what}; with a new key it is another log: name another --state")
        seen = {origin: Checkpoint.parse(split_note(one.note)[0]) for origin, one in known.items()}
        made = add_checkpoint(body, watched, seen, key, seconds)
        # (2) Remember before answering; a crash in between loses an answer, never a memory.
        note = body.partition("\n\n")[2]
        if made.status == OK and made.seen is not None:
            origin = made.seen.origin
            known[origin] = _Known(key=watched[origin].text(), note=note)
            put(state, msgspec.json.format(msgspec.json.encode({"format": STATE, "logs": known}), indent=1))
            settle(state.parent)
        elif made.status in (CONFLICT, UNPROVEN):
            put(state.with_name(f"{state.name}.refused-{Checkpoint.parse(split_note(note)[0]).size}"), note.encode())
    return made


def cosign(folder: Path, state: Path, key: CosigningKey, seconds: int, *, log: str | None) -> Witnessing:
    """Return what the witness answers to the log in *folder*, asked as any log asks; a cosignature is put on its checkpoint."""
    state.parent.mkdir(parents=True, exist_ok=True)
    if state.parent.resolve() == folder.resolve():
        raise Unfit("a witness keeps its memory apart from the log it watches; name a file in another folder with --state")
    with locked(folder):
        note = checkpoint_in(folder)
        told = Checkpoint.parse(split_note(note)[0])
        last = _remembered(state).get(told.origin)
        if last is None and log is None:
            raise Unfit(f"this witness does not know the log `{told.origin[:80]}` yet; name its public key with --log")
        old = min(Checkpoint.parse(split_note(last.note)[0]).size, told.size) if last is not None else 0
        try:
            proof = Tiles(reader(folder), told.size).consistency(old) if 0 < old < told.size else []
        except Unfit:
            if 0 < old < _shown_from(folder, last.key if last is not None else log or ""):
                raise Unfit(
                    f"the log was pruned, and what follows the {old} lines this witness saw is not there; ask for all its files"
                ) from None
            proof = []  # its files are not whole; the witness says that nothing is proven
        made = answer(request(old, proof, note), state, key, seconds, log=log)
        if made.status == OK:
            put(folder / CHECKPOINT, with_line(note, made.body, key.public).encode())
        elif hint := whose(folder / CHECKPOINT, last.key if last is not None else log or ""):
            made = replace(made, why=hint)  # says which key it is that signed, not only that ours did not
    return made


def _shown_from(folder: Path, key: str) -> int:
    return minimum_of(reader(folder), VerifierKey.parse(key))


def witness_key(path: Path, name: str, draw: Callable[[int], bytes], *, new: bool, kind: str = ED25519.word) -> CosigningKey:
    """Return the witness's key in the file at *path*; with *new*, one of *kind* is made there under *name* if there is none."""
    if path.exists():
        return CosigningKey.load(_text(path))
    if not new:
        raise Broken(f"no key at `{path.name}`, though this witness has cosigned before; restore it, or begin with a new state")
    key = CosigningKey(name, draw(32), WORDS[kind].byte)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(key.text() + "\n", encoding="utf-8")
    public_file(path).write_text(key.public.text() + "\n", encoding="utf-8")
    return key


def public_file(path: Path) -> Path:
    """Return where the public key lies beside the secret one at *path*: what to hand out."""
    return path.with_name(path.name + ".pub")


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


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Unfit(f"`{path.name}` cannot be read; name the file of the witness's secret key") from None

"""The log as strangers and a witness see it, struck as the house is: whatever was published or cosigned stays a beginning of it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

from sayso.app.house import House
from sayso.app.jobs import logs, people, strangers, witnessing
from sayso.app.mark import read_mark
from sayso.app.shelf import plainly
from sayso.facts.errors import SaysoError, Unfit
from sayso.proofs import Checkpoint, CosigningKey
from sayso.proofs.evidence import strict_json
from sayso.proofs.notes import split_note
from sayso.proofs.tiles import CHECKPOINT

Say = Callable[[str], None]
WITNESS = CosigningKey("example.org/w", bytes(range(32)))
AT = 1_760_000_000
MARK = "checkpoint "


def shown(house: House) -> tuple[Path, Path]:
    """The folder of the log's files, and what the witness remembers."""
    beside = house.folder.parent
    return beside / "public", beside / "witness" / "seen.json"


def key_of(house: House) -> str:
    return str(read_mark(house.folder)["log_key"])


def told(note: str) -> str:
    """A checkpoint that somebody now has, as one line."""
    return MARK + base64.b64encode(note.encode()).decode()


def publish(house: House, say: Say) -> None:
    with plainly("the log is not written"):  # as the command says it
        logs.publish(house, shown(house)[0])
    say(told(logs.checkpoint_in(shown(house)[0])))


def cosign(house: House, say: Say) -> None:
    folder, state = shown(house)
    with plainly("the checkpoint is not cosigned"):  # as the command says it
        answer = witnessing.cosign(folder, state, WITNESS, AT, log=key_of(house))
    if answer.status != 200:
        raise Unfit(f"the witness answers {answer.status}: {answer.why}")
    say(told(logs.checkpoint_in(folder)))


def answer(house: House, say: Say) -> None:
    """Cy answers; the log shows it, and the witness cosigns that."""
    people.choose(house, people.account_of(house, "cy"), "model_training", "allow")
    with house.reading() as conn:
        say(told(house.ledger.checkpoint(conn) or ""))
    publish(house, say)
    cosign(house, say)


def kept(house: House, acknowledged: list[str]) -> list[str]:
    """Every checkpoint somebody may have: told of, lying in the log's folder, remembered by the witness."""
    folder, state = shown(house)
    notes = [base64.b64decode(line.removeprefix(MARK)).decode() for line in acknowledged if line.startswith(MARK)]
    if (folder / CHECKPOINT).exists():
        notes.append(logs.checkpoint_in(folder))
    if state.exists():
        notes += [one["note"] for one in strict_json(state.read_bytes(), "the state")["logs"].values()]
    return notes


def holds(house: House, notes: list[str]) -> Iterator[str]:
    """Where the log in its folder is not whole, or is no continuation of what somebody has; the same of the ledger."""
    folder, _ = shown(house)
    if (folder / CHECKPOINT).exists():
        yield from (f"the log strangers read: {line}" for line in strangers.check_log(folder, key_of(house)).problems)
    with house.reading() as conn:
        yield from (f"the ledger: {line}" for line in house.ledger.check(conn, [key_of(house)], remembered=notes))


def goes_on(house: House, notes: list[str]) -> Iterator[str]:
    """Where the log, written and cosigned once more, does not go on from every checkpoint that somebody has."""
    try:
        publish(house, lambda _: None)
        cosign(house, lambda _: None)
    except SaysoError as error:
        yield f"the log cannot go on: {error}"
        return
    folder, _ = shown(house)
    size = Checkpoint.parse(split_note(logs.checkpoint_in(folder))[0]).size
    for number, note in enumerate(notes):
        path = folder.parent / f"kept-{number}"
        path.write_text(note, "utf-8")
        problems = strangers.check_log(folder, key_of(house), remembered=[path], witnesses=[WITNESS.public.text()]).problems
        yield from (f"of a checkpoint that somebody has, beside the {size} lines now: {line}" for line in problems)


OPERATIONS: dict[str, tuple[str, Callable[[House, Say], None]]] = {
    "log write": ("shown", publish),
    "log witness": ("shown", cosign),
    "choice, log and witness": ("shown", answer),
}
"""What can be struck, and the state it begins in: a log that was shown and cosigned once, and has more to show."""

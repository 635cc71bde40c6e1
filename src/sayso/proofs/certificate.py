"""How a certificate of deletion is judged: signed as a whole, and saying in plain fields what the logged lines in it say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs.alike import same
from sayso.proofs.evidence import Proven, members, proven
from sayso.proofs.notes import SigningKey, VerifierKey
from sayso.proofs.statement import check_signed, signed

DELETION = "sayso/deletion/v1"
FINAL, OPEN = "final", "not yet final"
PARTS = {
    "format", "of", "state", "issued", "asked", "out_of_sight", "destroyed", "forgotten", "epoch", "unreadable_everywhere",
    "waits_for", "releases", "runs", "limits", "lines", "checkpoint", "signature",
}  # fmt: skip
WAITS = {
    "day": "the day on which its last reason ends",
    "hold": "the end of a legal hold",
    "reason": "the end of a reason that has no day yet",
    "sweep": "the next sweep",
    "epoch": "the next turn of the epoch, which makes older copies useless",
    "operator": "the operator, who keeps the old master key elsewhere, to destroy it",
}
LIMITS = (
    "It does not cover copies that other people made, such as a screenshot, an answer pasted elsewhere, or a download.",
    "It does not cover what a model has learned that was trained before; the runs that began are listed.",
    "It does not show that these were all conversations there were; it names those the operator says belonged to it.",
    "It shows what the operator wrote down and signed, and cannot take back; an audit of the installation shows more.",
)


def certificate(document: Mapping[str, object], signer: SigningKey) -> dict[str, object]:
    """Return *document* signed, after judging it as a stranger will; Unfit where it would not hold."""
    made = signed({"format": DELETION, **document}, signer)
    judge_certificate(made, signer.public)
    return made


def judge_certificate(told: Mapping[str, Any], key: VerifierKey) -> tuple[str, ...]:
    """Return what a certificate proves and what it does not, line by line; Unfit where anything in it does not hold."""
    # (1) The whole file is signed, and has its parts and no others.
    check_signed(told, key)
    members(told, PARTS, "the certificate")
    # (2) Each line in it is a line of one log, under one signed checkpoint.
    lines = _lines(told, key)
    # (3) The plain fields say what the lines say.
    of = members(told["of"], {"kind", "id"}, "what was deleted")
    if of["kind"] not in ("conversation", "account") or not isinstance(of["id"], str):
        raise Unfit("what was deleted is neither a conversation nor an account")
    _check_asked(told, of, lines)
    ends = _check_destroyed(told, of, lines)
    _check_epoch(told, lines, ends)
    _check_releases(told, lines)
    # (4) What it waits for is something a reader can understand.
    waits = _list(told, "waits_for", {"what", "count", "until"})
    if any(str(one["what"]) not in WAITS for one in waits):
        raise Unfit("the certificate waits for something that this version does not know")
    # (5) Final is what waits for nothing, and nothing else.
    if told["state"] != (OPEN if waits else FINAL) or (told["unreadable_everywhere"] is None) != bool(waits):
        raise Unfit("the certificate calls itself final and waits, or the other way round")
    return tuple(_said(told, of, waits, len(lines)))


def _lines(told: Mapping[str, Any], key: VerifierKey) -> list[Proven]:
    raw = told["lines"]
    if not isinstance(raw, list) or not raw:
        raise Unfit("the certificate shows no line of the log")
    found = [proven({**members(one, {"opening", "inclusion"}, "a line"), "checkpoint": told["checkpoint"]}, key) for one in raw]
    if [one.seq for one in found] != sorted({one.seq for one in found}):
        raise Unfit("the lines are out of order, or one stands twice")
    return found


def _of(lines: Iterable[Proven], *types: str, **fields: object) -> list[Proven]:
    """Return those of *lines* that are of one of *types* and say what *fields* say."""
    return [one for one in lines if one.line.get("type") in types and all(one.line.get(k) == v for k, v in fields.items())]


def _check_asked(told: Mapping[str, Any], of: Mapping[str, Any], lines: list[Proven]) -> None:
    asked: Proven | None = None
    for one in _of(lines, "deleted", "undone", **{of["kind"]: of["id"]}):
        asked = None if one.line["type"] == "undone" else asked or one
    _agree("asked", told["asked"], asked.line.get("at") if asked else None)
    _agree("out_of_sight", told["out_of_sight"], asked.recorded if asked else None)


def _check_destroyed(told: Mapping[str, Any], of: Mapping[str, Any], lines: list[Proven]) -> int:
    """Return the number of the last line that destroyed something; 0 where nothing was."""
    said = members(told["destroyed"], {"count", "shown", "first", "last"}, "what was destroyed")
    ends = _of(lines, "shredded")
    names = [one.line.get("conversation") for one in ends]
    if not all(isinstance(name, str) for name in names):
        raise Unfit("a line destroys something that has no name")
    if len(set(names)) != len(names) or (of["kind"] == "conversation" and names not in ([], [of["id"]])):
        raise Unfit("a line destroys another conversation, or one twice")
    if type(said["count"]) is not int or not same(said["shown"], len(ends)) or said["count"] < len(ends):
        raise Unfit("the certificate counts what was destroyed, and shows other lines")
    moments = [one.line.get("at") for one in ends]
    _agree("destroyed first", said["first"], moments[0] if moments else None)
    _agree("destroyed last", said["last"], moments[-1] if moments else None)
    gone = _of(lines, "forgotten", account=of["id"]) if of["kind"] == "account" else []
    _agree("forgotten", told["forgotten"], gone[-1].line.get("at") if gone else None)
    return max([one.seq for one in [*ends, *gone]], default=0)


def _check_epoch(told: Mapping[str, Any], lines: list[Proven], ends: int) -> None:
    """Compare with the turn that began after the last destruction: only that one makes older copies useless."""
    said = members(told["epoch"], {"ended", "began", "over", "destroyed"}, "the epoch")
    begun = [one for one in _of(lines, "epoch_begun") if ends and one.seq > ends]
    over = [one for one in _of(lines, "epoch_turned") if begun and one.line.get("epoch") == begun[0].line.get("epoch")]
    _agree("epoch", said["ended"], begun[0].line.get("previous") if begun else None)
    _agree("epoch began", said["began"], begun[0].line.get("at") if begun else None)
    _agree("epoch over", said["over"], over[0].line.get("at") if over else None)
    _agree("old key", said["destroyed"], over[0].line.get("destroyed") if over else None)
    everywhere = told["unreadable_everywhere"]
    if everywhere is not None and (not over or over[0].line.get("destroyed") is not True or everywhere != over[0].line.get("at")):
        raise Unfit("the certificate says that nothing can be read anywhere, and the log does not say when that began")
    if everywhere is not None and told["of"]["kind"] == "account" and told["forgotten"] is None:
        raise Unfit("the certificate calls an account gone that the log does not call forgotten")


def _check_releases(told: Mapping[str, Any], lines: list[Proven]) -> None:
    for one in _list(told, "releases", {"release", "purpose", "rows", "withdrawn", "emptied", "revision"}):
        if not _of(lines, "released", release=one["release"], purpose=one["purpose"]):
            raise Unfit("a release is named that no line shows")
        if one["withdrawn"] and not _of(lines, "recalled", release=one["release"], revision=one["revision"]):
            raise Unfit("a release is said to have withdrawn rows, and no line shows it")
    for one in _list(told, "runs", {"run", "release", "started"}):
        if not _of(lines, "run_started", run=one["run"], release=one["release"], at=one["started"]):
            raise Unfit("a run is named that no line shows")


def _agree(what: str, plain: object, logged: object) -> None:
    if not same(plain, logged):
        raise Unfit(f"the certificate and the log say different things: {what}")


def _list(told: Mapping[str, Any], name: str, parts: set[str]) -> Sequence[Mapping[str, Any]]:
    raw = told[name]
    if not isinstance(raw, list):
        raise Unfit(f"the certificate has no list `{name}`")
    return [members(one, parts, f"an entry of `{name}`") for one in raw]


def _said(told: Mapping[str, Any], of: Mapping[str, Any], waits: Sequence[Mapping[str, Any]], count: int) -> Iterable[str]:
    done = told["destroyed"]
    asked = f"its deletion was asked for at {told['asked']}" if told["asked"] else "nobody asked for it; its last reason ended"
    yield f"proves: of {of['kind']} `{of['id']}`, {asked}; {count} signed lines of the log are shown"
    if done["count"]:
        yield f"proves: the log records that {done['shown']} keys were destroyed, the last at {done['last']}"
        if done["count"] > done["shown"]:
            yield f"does not prove: the other {done['count'] - done['shown']} it counts; each has a certificate of its own"
    if told["unreadable_everywhere"]:
        yield f"proves: the master key that older copies need was recorded as destroyed at {told['unreadable_everywhere']}: final"
    for one in waits:
        until = f"until {one['until']}" if one["until"] else "with no day known yet"
        yield f"not yet final: {one['count']} wait for {WAITS[one['what']]}, {until}; ask for a new certificate then"
    for release in told["releases"]:
        yield f"says: release `{release['release']}` had {release['rows']}; {release['withdrawn']} withdrawn since"
    for run in told["runs"]:
        yield f"says: training run `{run['run']}` read release `{run['release']}` from {run['started']} on"
    yield from (f"does not prove: {limit[:1].lower()}{limit[1:]}" for limit in LIMITS)

"""Samples of what scrubbing did in a release: ledger (who may still be shown) -> vault -> scrub; each look is recorded first.

A sample is a stretch: what was found in one place, what stands for it, and a few words of the release around it. The rest of the
text stays where it is. What officers remark goes into the vault, as places and kinds, never as words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sayso import release as release_room
from sayso.app.house import House
from sayso.app.jobs.build import names_of
from sayso.app.jobs.recall import find, folder_of, lineage_of
from sayso.app.jobs.stretches import Stretch, stretches, too_long
from sayso.app.jobs.treating import speaks_of_names
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.deeds import Reviewed
from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.facts.kinds import KINDS
from sayso.facts.standings import Standing
from sayso.facts.words import ConversationId
from sayso.policy import decide, handling
from sayso.release import LineageLine
from sayso.scrub import Treated
from sayso.vault import payload

ROWS = 5
"""Conversations looked at for one page."""
FROM_ONE = 5
"""Stretches shown of one conversation, at most; of more, as many from all over it."""
Said = Literal["missed", "wrong"]


class Samples(Struct, frozen=True, kw_only=True):
    """A page of stretches, where the next one begins, and how many conversations of this one are not shown any more.

    *long* counts those that are passed over for their length.
    """

    release: str
    items: tuple[Stretch, ...]
    following: int | None
    passed: int
    long: int = 0


class Remark(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an officer said of a place: turn of the conversation, part of the turn, and code points of its text.

    Nothing that was said is taken out: who takes a remark back says that (*back*), and who makes it anew counts on (*again*).
    """

    release: str
    row: str
    turn: int
    part: int
    start: int
    end: int
    kind: str
    said: Said
    back: bool = False
    again: int = 0


class _Opened(Struct, frozen=True):
    """A conversation of a release that may still be shown, and what of it is in the release."""

    line: LineageLine
    whole: Conversation
    standing: Standing
    key: bytes


def samples(house: House, one: AbstractContextManager[object], by: str, release: str, why: str, start: int, kind: str) -> Samples:
    """Return stretches of *release* from its *start*-th row on, of one *kind* of mark or of all; recorded before it returns.

    *one* is the lock under which the house is used; it is free while texts are searched. Unfit without a reason.
    """
    _assert_why(why)
    with one:
        line = find(house, release)
        plan = release_room.read(folder_of(house, release)).plan
        names = names_of(plan)
        if names is None:
            raise Unfit(f"release `{release}` was scrubbed before names were found by a model; look at one that was built since")
        with house.reading() as conn:
            policy = house.policy_at(conn, line.pin)
        rows = lineage_of(house, release)
        gone = set(release_room.revoked(folder_of(house, release)).ids)
        asked = rows[start : start + ROWS]
        opened = [found for row in asked if row.id not in gone and (found := _open(house, release, line.purpose, row)) is not None]
    shown: list[tuple[_Opened, list[Stretch]]] = []
    long = [each for each in opened if too_long(_turns(each))]
    for each in opened:
        if each in long:
            continue
        done = handling(policy, line.purpose, plan.at, each.standing)
        public = done["name"].do == "keep_public" if speaks_of_names(policy, line.purpose) else names.keep_figures
        marks = Treated(each.key, {word: what.do for word, what in done.items()})
        some = list(stretches(_turns(each), each.line.id, marks, [names.of(public)], kind))
        if some:
            shown.append((each, some[:: -(-len(some) // FROM_ONE)]))
    with one, house.writing() as work:
        # Who deleted or refused while the texts were searched is not shown either.
        shown = [(each, some) for each, some in shown if _may_be_shown(house, line.purpose, ConversationId(each.line.conversation))]
        work.record(
            [
                Reviewed(
                    at=work.at,
                    conversation=ConversationId(each.line.conversation),
                    release=release,
                    by=by,
                    did="looked",
                    why=why.strip()[:500],
                    size=len(some),
                )
                for each, some in shown
            ]
        )
    items = tuple(stretch for _, some in shown for stretch in some)
    following = start + ROWS if start + ROWS < len(rows) else None
    return Samples(release=release, items=items, following=following, passed=len(asked) - len(opened), long=len(long))


def remark(house: House, by: str, why: str, said: Remark) -> bool:
    """Keep what *by* says of a place in a release, sealed beside the words; return whether it is new. Recorded in the same step.

    With *back* it takes the same remark back, whoever made it: then it is in no export. `Refused` where there is none to take back.
    """
    _assert_why(why)
    purpose = find(house, said.release).purpose
    row = next((one for one in lineage_of(house, said.release) if one.id == said.row), None)
    gone = release_room.revoked(folder_of(house, said.release)).ids
    found = None if row is None or row.id in gone else _open(house, said.release, purpose, row)
    if row is None or found is None:
        raise Refused("this conversation is not shown any more; nothing was recorded")
    if said.kind not in KINDS or not 0 <= said.start < said.end <= len(_text_at(found, said)):
        raise Unfit("this names no place and kind of a text in the release; look at it again")
    name = ConversationId(row.conversation)
    with house.writing() as work:
        before = [msgspec.json.decode(raw, type=Remark) for raw in house.vault.remarks.of(work.conn, name)]
        said = replace(said, again=sum(one == replace(said, back=True, again=one.again) for one in before))
        if said.back and replace(said, back=False) not in before:
            raise Refused("this remark was taken back before, or never made; nothing was recorded")
        fresh = house.vault.remarks.add(work.conn, name, msgspec.json.encode(said))
        if fresh is not None:
            told, did = why.strip()[:500], "took back" if said.back else "remarked"
            line = Reviewed(at=work.at, conversation=name, release=said.release, by=by, did=did, why=told, size=1, digest=fresh)
            work.record([line])
    return fresh is not None


def _standing(remarks: list[Remark]) -> list[Remark]:
    """Return the remarks that nobody took back."""
    return [one for one in remarks if not one.back and replace(one, back=True) not in remarks]


def _assert_why(why: str) -> None:
    if not why.strip():
        raise Unfit("say why; it is recorded with your name")


def _may_be_shown(house: House, purpose: str, conversation: ConversationId) -> bool:
    """Return whether a conversation may still be used for what the release is for, now; doubt says no."""
    past = house.present()
    if conversation not in past or conversation in past.shredded:
        return False
    try:
        standing = past.standing(conversation)
        return standing.deleted_at is None and decide(house.policy_in_force(), standing, standing.at).may(purpose)
    except SaysoError:
        return False


def _open(house: House, release: str, purpose: str, row: LineageLine) -> _Opened | None:
    """Return the words behind *row*; nothing where they are not to be shown, or cannot be."""
    name = ConversationId(row.conversation)
    if not _may_be_shown(house, purpose, name):
        return None
    standing = house.present().standing(name)
    with house.reading() as conn:
        try:
            whole = payload.gather([payload.decode(raw) for raw in house.vault.open(conn, name)])
            key = house.vault.surrogates(conn, standing.account, release, name)
        except (Refused, Broken):
            return None
    return _Opened(row, whole, standing, key)


def _turns(of: _Opened) -> Iterator[tuple[int, Turn]]:
    """Yield the turns that the release used, with their numbers, in the order in which it had them."""
    used = {
        turn.id: (number, turn)
        for number, turn in enumerate(of.whole.turns)
        if any(low <= number <= high for low, high in of.line.turns)
    }
    return (used[one] for one in (of.whole.active or tuple(used)) if one in used)


def _text_at(of: _Opened, said: Remark) -> str:
    """Return the text of the part a remark names; empty where the release has no such part."""
    for number, turn in _turns(of):
        if number == said.turn and 0 <= said.part < len(turn.parts):
            part = turn.parts[said.part]
            return part.text if isinstance(part, Text) else ""
    return ""


def exported(house: House, by: str, why: str, release: str | None, *, with_text: bool) -> Iterator[dict[str, Any]]:
    """Yield every remark as a case: the place, its kind, and the SHA-256 of the text it is in; *with_text* also the text itself.

    Of conversations that were deleted, or may not be used any more, nothing is given. Each that is opened is recorded first.
    """
    if with_text:
        _assert_why(why)
    with house.reading() as conn:
        names = house.vault.remarks.conversations(conn)
    for name in names:
        if name not in house.present() or house.present().standing(name).deleted_at is not None:
            continue
        with house.reading() as conn:
            try:
                remarks = _standing([msgspec.json.decode(raw, type=Remark) for raw in house.vault.remarks.of(conn, name)])
            except Refused:
                continue
        for each in sorted({one.release for one in remarks if release in (None, one.release)}):
            mine = [one for one in remarks if one.release == each]
            row = next((one for one in lineage_of(house, each) if one.conversation == name), None)
            gone = release_room.revoked(folder_of(house, each)).ids
            found = None if row is None or row.id in gone else _open(house, each, find(house, each).purpose, row)
            if found is None:
                continue
            did = "exported with text" if with_text else "exported"
            with house.writing() as work:
                told = why.strip()[:500]
                work.record([Reviewed(at=work.at, conversation=name, release=each, by=by, did=did, why=told, size=len(mine))])
            yield from (_case(found, one, with_text=with_text) for one in mine)


def _case(found: _Opened, said: Remark, *, with_text: bool) -> dict[str, Any]:
    text = _text_at(found, said)
    case: dict[str, Any] = msgspec.to_builtins(replace(said, again=0))
    case |= {"sha256": sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), "length": len(text)}
    return case | ({"text": text} if with_text else {})


def said_of(text: str) -> Said:
    """Return *text* where it is one of the two things that can be said of a place."""
    if text not in ("missed", "wrong"):
        raise Unfit("say that it was missed or wrong")
    return cast(Said, text)

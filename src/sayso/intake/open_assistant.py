"""Open-Assistant: trees of messages with rated branches, and the same as flat rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.lines import Left
from sayso.intake.copies import made
from sayso.intake.decode import Junk
from sayso.intake.fields import Record, instant, loose, name, said, table, tables, text
from sayso.intake.kinds import Known
from sayso.intake.shape import finished, role_of

SOURCE = "open_assistant"
_WORST = 1 << 30


def read_open_assistant(members: Sequence[Known]) -> Iterator[Conversation | Left]:
    """Yield one conversation per tree."""
    for known in members:
        if known.part == "trees":
            for piece in known.pieces():
                yield made(known, piece, tree)
        else:
            yield from _flat(known)
        if known.member.trouble:
            yield known.member.left("", known.member.trouble)


def tree(record: Record) -> Conversation:
    """Return the conversation of one tree: every reply is kept, the best-ranked line is the active one."""
    root = table(record.get("prompt"), "`prompt`")
    waiting: list[tuple[Record, str | None]] = [(root, None)]
    found: list[Record] = []
    parents: dict[str, str | None] = {}
    while waiting:
        message, parent = waiting.pop()
        key = _key(message)
        parents[key] = parent
        found.append(message)
        waiting += [(one, key) for one in reversed(tables(message, "replies"))]
    state = loose(record, "tree_state")
    return _grown(found, parents, name(record, "message_tree_id") or _key(root), state)


def _grown(messages: list[Record], parents: dict[str, str | None], key: str, state: str) -> Conversation:
    turns = [_turn(one, parents.get(_key(one))) for one in messages]
    account = turns[0].author
    turns = [_owned(turn, account) for turn in turns]
    marks = [f"tree_{state[:60]}"] if state and state != "ready_for_export" else []
    return finished(turns, id=key, source=SOURCE, leaf=_best_leaf(messages, parents), account=account, marks=marks)


def _owned(turn: Turn, account: str | None) -> Turn:
    return replace(turn, author=None) if turn.author == account else turn


def _best_leaf(messages: list[Record], parents: dict[str, str | None]) -> str:
    """Return the end of the line that takes the best-ranked reply at every turn, or the first one where none is ranked."""
    best: dict[str, tuple[int, str]] = {}
    for message in messages:
        parent, key, rank = parents.get(_key(message)), _key(message), message.get("rank")
        score = rank if isinstance(rank, int) and not isinstance(rank, bool) else _WORST
        if parent is not None and not said(message, "deleted") and (parent not in best or score < best[parent][0]):
            best[parent] = (score, key)
    here = _key(messages[0])
    seen = {here}
    while here in best and best[here][1] not in seen:
        here = best[here][1]
        seen.add(here)
    return here


def _key(message: Record) -> str:
    key = name(message, "message_id") or name(message, "user_message_id")
    if not key:
        raise Junk("a message has no identifier")
    return key


def _turn(message: Record, parent: str | None) -> Turn:
    """Return the turn of one message; what its author deleted is not brought back, only its place is kept."""
    role = role_of(message, "role")
    gone = said(message, "deleted")
    body = text(message, "text")
    made_up = role == "assistant" and said(message, "synthetic")
    return Turn(
        id=_key(message),
        role=role,
        parts=(Text(body),) if body and not gone else (),
        at=instant(message, "created_date"),
        parent=parent,
        model=loose(message, "model_name") if role == "assistant" else "",
        # Here people wrote both sides, save what is called synthetic.
        origin="generated" if made_up else "typed",
        author=name(message, "user_id") or None,
        hidden=gone,
    )


def _flat(known: Known) -> Iterator[Conversation | Left]:
    """Yield the trees of a file of rows, put together by the parents they name; such files are small, so all is held."""
    rows: dict[str, tuple[int, Record]] = {}
    for piece in known.pieces(held=True):
        try:
            if piece.trouble:
                raise Junk(piece.trouble)
            row = table(piece.value, "the record")
            _turn(row, None)
            if _key(row) in rows:
                yield known.left(rows[_key(row)][0], "the same message is written again later; the later one is read")
            rows[_key(row)] = (piece.at, row)
        except Junk as junk:
            yield known.left(piece.at, str(junk))
    parents = {key: _parent(row) for key, (_, row) in rows.items()}
    children: dict[str, list[str]] = {}
    for key, parent in parents.items():
        if parent in rows:
            children.setdefault(parent or "", []).append(key)
    placed: set[str] = set()
    for root in [key for key, parent in parents.items() if parent not in rows]:
        line = [root]
        for key in line:  # grows while it is walked
            line += children.get(key, [])
        placed |= set(line)
        yield _tree_of(known, [rows[key] for key in line], parents, root)
    for key in rows.keys() - placed:
        yield known.left(rows[key][0], "its parents run in a circle, so it belongs to no conversation")


def _parent(row: Record) -> str | None:
    return loose(row, "parent_id") or loose(row, "parent_message_id") or None


def _tree_of(known: Known, rows: list[tuple[int, Record]], parents: dict[str, str | None], root: str) -> Conversation | Left:
    messages = [row for _, row in rows]
    try:
        key = name(messages[0], "message_tree_id") or root
        return _grown(messages, parents, key, loose(messages[0], "tree_state"))
    except Junk as junk:
        return known.left(rows[0][0], str(junk))

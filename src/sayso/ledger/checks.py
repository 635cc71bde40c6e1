"""Recompute the whole ledger from its lines and name each thing that does not agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, Row, select

from sayso.facts.deeds import Opened
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.facts.instants import parse_instant
from sayso.ledger import fences, openings, requests, tables
from sayso.ledger.entries import SALT, body_of, columns_of, leaf_of, line_of, spell
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.merkle import EMPTY, Frontier, leaf_hash
from sayso.proofs.notes import VerifierKey, open_note, split_note

BATCH = 2_000


class _Seen:
    """What one pass over the lines leaves behind for the checks of head, subtrees and checkpoints."""

    def __init__(self) -> None:
        self.frontier = Frontier()
        self.recorded = ""
        self.keys: list[str] = []
        self.nodes: dict[tuple[int, int], bytes] = {}


def check(conn: Connection, keys: Collection[str] | None, remembered: Iterable[str]) -> Iterator[str]:
    """Yield one line per disagreement. Reads the lines once, in batches, and keeps one root per checkpoint."""
    yield from fences.fallen(conn)
    elsewhere = list(remembered)
    wanted = {*conn.execute(select(tables.checkpoints.c.size)).scalars(), *map(_size, elsewhere)}
    # (1) Every line: readable, at its place, unchanged since its leaf was made.
    seen, roots = _Seen(), {0: EMPTY}
    for row in conn.execute(select(tables.events).order_by(tables.events.c.seq).execution_options(yield_per=BATCH)):
        yield from _line(row, seen)
        if seen.frontier.size in wanted:
            roots[seen.frontier.size] = seen.frontier.root()
    # (2) The tree: the stored edge and each stored subtree are what the leaves give.
    yield from _tree(conn, seen)
    # (3) Checkpoints: signed by a known key, and each the root of the lines it counts.
    trusted, bad = _keys(seen.keys if keys is None else keys)
    yield from bad
    table = tables.checkpoints
    for row in conn.execute(select(table).order_by(table.c.size).execution_options(yield_per=BATCH)):
        yield from _checkpoint(str(row.note), row, trusted, roots, seen.frontier.size)
    for note in elsewhere:
        yield from _checkpoint(note, None, trusted, roots, seen.frontier.size)
    # (4) Requests: each row says which lines its request became, and those are there.
    yield from requests.check(conn, seen.frontier.size)


def _tree(conn: Connection, seen: _Seen) -> Iterator[str]:
    heads = [(row.one, row.size, row.frontier) for row in conn.execute(select(tables.head))]
    size = seen.frontier.size
    if heads != ([(1, size, seen.frontier.state())] if size else []):
        yield f"head: its edge of the tree is not what the {size} lines give"
    stored = {(row.level, row.number): row.hash for row in conn.execute(select(tables.nodes))}
    for place in sorted(stored.keys() | seen.nodes.keys()):
        if stored.get(place) != seen.nodes.get(place):
            yield f"subtree {place[0]}/{place[1]}: its hash is not what its lines give"


def _line(row: Row[tuple[object, ...]], seen: _Seen) -> Iterator[str]:
    expected = seen.frontier.size + 1
    if row.seq != expected:
        yield f"line {row.seq}: follows line {expected - 1}; numbers have no gaps"
    yield from _content(row, seen)
    for level, number, top in seen.frontier.append(leaf_hash(_bytes(row.leaf))):
        if level % 8 == 0:
            seen.nodes[level, number] = top


def _content(row: Row[tuple[object, ...]], seen: _Seen) -> Iterator[str]:
    body, salt = _bytes(row.body), _bytes(row.salt)
    if row.type == openings.KIND:
        yield from _destroyed(row, seen)
        return
    try:
        line = line_of(body, row.seq)
        recorded = parse_instant(row.recorded)
        if spell(recorded) != row.recorded or body_of(line) != body:
            raise Broken("spelled otherwise")
    except SaysoError:
        yield f"line {row.seq}: cannot be read, or is not spelled as the ledger spells"
        return
    if leaf_of(salt, row.seq, recorded, body) != row.leaf or len(salt) != SALT:
        yield f"line {row.seq}: does not match its leaf; its text, salt, number or time was changed"
    if row.recorded < seen.recorded:
        yield f"line {row.seq}: recorded before the line above it"
    seen.recorded = max(seen.recorded, row.recorded)
    for name, value in columns_of(line).items():
        if getattr(row, name) != value:
            yield f"line {row.seq}: column {name} does not say what the line says"
    if isinstance(line, Opened):
        seen.keys.append(line.signing_key)


def _destroyed(row: Row[tuple[object, ...]], seen: _Seen) -> Iterator[str]:
    """A row whose opening was destroyed says nothing but when the server took it; which may be so, the audit asks."""
    if (row.body, row.salt, row.account, row.conversation, row.at) != (b"", b"", None, None, row.recorded):
        yield f"line {row.seq}: its opening is half destroyed, or something was put in its place"
    if row.recorded < seen.recorded:
        yield f"line {row.seq}: recorded before the line above it"
    seen.recorded = max(seen.recorded, row.recorded)


def _keys(texts: Iterable[str]) -> tuple[list[VerifierKey], list[str]]:
    trusted, bad = [], []
    for text in texts:
        try:
            trusted.append(VerifierKey.parse(text))
        except Unfit as error:
            bad.append(f"key: {error}")
    return trusted, bad


def _size(note: str) -> int | None:
    """Return how many lines *note* claims to count, unchecked."""
    parts = note.split("\n", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 19 else None


def _checkpoint(
    note: str, kept: Row[tuple[object, ...]] | None, trusted: list[VerifierKey], roots: dict[int, bytes], size: int
) -> Iterator[str]:
    name = f"checkpoint {_size(note)}" if kept is not None else f"remembered checkpoint {_size(note)}"
    try:
        signed = Checkpoint.parse(open_note(note, trusted).text)
    except Unfit as error:
        yield f"{name}: {error}"
        return
    if signed.size > size:
        yield f"{name}: counts {signed.size} lines, the ledger has {size}; lines were cut off"
    elif roots.get(signed.size) != signed.root:
        yield f"{name}: its root is not that of the first {signed.size} lines; the past was changed"
    if kept is not None and (kept.size != signed.size or kept.root != signed.root or kept.signer not in _signers(note)):
        yield f"{name}: its columns do not say what its note says"


def _signers(note: str) -> list[str]:
    return [f"{name}+{key_id.hex()}" for name, key_id, _ in split_note(note)[1]]


def _bytes(value: object) -> bytes:
    """Return *value* where it is bytes, else none: SQLite lets any type into any column."""
    return value if isinstance(value, bytes) else b""

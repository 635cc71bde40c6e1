"""The ledger's door: append, read, fold, sign, prove, check. Each call works in the transaction it is handed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from sayso.facts.deeds import AnyLine, Destroyed
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.proof import Together
from sayso.facts.words import AccountId, Digest
from sayso.ledger import openings, requests, spoken, tables
from sayso.ledger.checks import check
from sayso.ledger.entries import Entry, Head
from sayso.ledger.growing import EDGE, Edge, Part, edge, edge_of, grow
from sayso.ledger.reading import Lines
from sayso.ledger.receipts import line_proof
from sayso.ledger.requests import Request
from sayso.ledger.tree import proof_of
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.merkle import Frontier, check_consistency, consistency_path, inclusion_path
from sayso.proofs.notes import SigningKey, split_note

FIRST = 0x6F000002
"""PostgreSQL's advisory lock, beside the number of the schema, of who appends the first line of all."""

# Made once: to put a statement together takes as long as to run it.
_HELD = "SELECT one FROM ledger_head WHERE one = 1 FOR UPDATE"
_LAST = "SELECT size, root FROM ledger_checkpoints ORDER BY size DESC LIMIT 1"
_SAME = "SELECT note FROM ledger_checkpoints WHERE signer = ? AND size = ?"
_SIGNED = "INSERT INTO ledger_checkpoints (size, signer, root, note) VALUES (?, ?, ?, ?)"
_SIZE = "SELECT max(seq) FROM ledger_events"


class Ledger(Lines):
    """The line of facts in *engine*'s database. Durable once the caller's transaction commits.

    Trusted with pseudonyms and with what people answered, never with a name or a word of a conversation. Whoever can write
    the file can break it, and `check` says so; they cannot change the past unseen by who kept a signed checkpoint.
    """

    def __init__(self, engine: Engine, *, entropy: Callable[[int], bytes]) -> None:
        self._engine = engine
        self._entropy = entropy
        self._own: tuple[object, object, Edge] | None = None

    def create(self) -> None:
        """Create the tables and their triggers, where they are missing."""
        with self._engine.begin() as conn:
            tables.create(conn)

    def append(
        self, conn: Connection, lines: Sequence[AnyLine], *, recorded: datetime, request: Request | None = None
    ) -> list[Entry]:
        """Return the entries that *lines* became, in order, numbered without gaps.

        *recorded* never runs backwards: an instant before the last one recorded is lifted to that one, and `head` says `behind`.
        With a *request* that was recorded before, nothing is appended and the entries of then are returned.
        """
        if not lines:
            return []
        # Take the head. On SQLite the transaction began as a writer, on PostgreSQL the head's row is locked, so no other append
        # can come between here and the commit.
        self._take(conn)
        if request is not None and (before := self.became(conn, request)) is not None:
            return before
        return self._grow(conn, [Part(lines=lines, recorded=recorded, request=request)])[0]

    def append_all(self, conn: Connection, parts: Sequence[Part]) -> list[list[Entry]]:
        """Return the entries that the lines of each of *parts* became, as `append` would one after the other; written at once.

        Requests must be new, each key once: `known` tells which are not.
        """
        if not any(part.lines for part in parts):
            return [[] for _ in parts]
        self._take(conn)
        return self._grow(conn, parts)

    def known(self, conn: Connection, asked: Sequence[Request]) -> dict[Request, range | Unfit]:
        """Return which lines those of *asked* became that came before; an Unfit where the key asked for something else."""
        return requests.known(conn, asked)

    def became(self, conn: Connection, request: Request) -> list[Entry] | None:
        """Return the entries that *request* became, `None` where it is new; Unfit where its key asked for something else before."""
        found = requests.became(conn, request)
        return None if found is None else list(self.entries(conn, after=found.start - 1, upto=found.stop - 1))

    def expire(self, conn: Connection, before: datetime) -> int:
        """Return how many requests recorded before that instant can no longer be told from new ones: they are taken out."""
        return requests.expire(conn, before)

    def head(self, conn: Connection) -> Head:
        """Return how many lines there are, the root over them, and when the last was recorded."""
        at = self._edge(conn)
        if conn.dialect.name == "sqlite" and self._own is None and conn.in_transaction():
            # Whoever writes after having read finds what they read, or is refused: so this transaction need not look again.
            self._own = conn.get_transaction(), conn.get_nested_transaction(), at
        return _head(at)

    def take(self, conn: Connection) -> Head:
        """Return the head, as the only writer from now on until the transaction ends: no append or signature looks again.

        On a server that is one trip for the lock, the edge and what was signed last, each as of after the lock.
        """
        if conn.dialect.name == "sqlite":
            return self.head(conn)
        with spoken.at_once(conn):
            held, end, last = (spoken.later(conn, sql) for sql in (_HELD, EDGE, _LAST))
        at = edge_of(end())
        at.signed = next(iter(last()), (0, b""))
        if held():
            self._own = conn.get_transaction(), conn.get_nested_transaction(), at
        return _head(at)

    def size(self, conn: Connection) -> int:
        """Return how many lines there are."""
        return self._size(conn, None)

    def sign(self, conn: Connection, signer: SigningKey, origin: str, since: Head | None = None) -> str:
        """Return the newest checkpoint as a signed note, kept in its own table; signing a size twice gives the same note.

        Broken where the tree no longer continues what was signed last: a log that signs both has two pasts. *since* is the head
        as this transaction found it: where it is what was signed last, all that came after it was appended to it by `append`,
        and the hashes need not be read again.
        """
        self._take(conn)
        at = self._edge(conn)
        frontier = at.frontier
        # (1) Whoever signed last, the tree must go on from there: a new key does not begin a new past.
        size, root = at.signed or next(iter(spoken.rows(conn, _LAST)), (0, b""))
        if size > 0 and not _found(since, size, root, frontier):
            self._continues(conn, size, root, frontier)
        # (2) One size, one key, one note.
        signer_id = f"{signer.name}+{signer.public.id.hex()}"
        if size == frontier.size and (kept := spoken.rows(conn, _SAME, signer_id, size)):
            return str(kept[0][0])
        note = signer.sign(Checkpoint(origin, frontier.size, frontier.root()).body())
        spoken.write(conn, _SIGNED, [(frontier.size, signer_id, frontier.root(), note)])
        at.signed = frontier.size, frontier.root()
        return note

    def checkpoint(self, conn: Connection) -> str | None:
        """Return the note that was signed last, `None` where nothing was signed yet."""
        table = tables.checkpoints
        return conn.execute(select(table.c.note).order_by(table.c.size.desc()).limit(1)).scalar()

    def checkpoints(self, conn: Connection) -> list[str]:
        """Return every note that was signed, oldest first."""
        return list(conn.execute(select(tables.checkpoints.c.note).order_by(tables.checkpoints.c.size)).scalars())

    def proof(self, conn: Connection, seq: int, *, size: int | None = None) -> list[bytes]:
        """Return the hashes that prove line *seq* in the tree of *size* lines (all, if not named), lowest first."""
        size = self._size(conn, size)
        if not 1 <= seq <= size:
            raise Unfit(f"no ledger line {seq} among the first {size}; lines are numbered from 1")
        return proof_of(conn, inclusion_path(seq - 1, size))

    def prove(self, conn: Connection, seq: int) -> dict[str, object]:
        """Return the proof of line *seq* under the last checkpoint, as JSON data that `proofs.verify` accepts.

        Beside a release's manifest, as `proof.json`, that of its `released` line ties the release to the log.
        """
        note = self.checkpoint(conn)
        size = 0 if note is None else Checkpoint.parse(split_note(note)[0]).size
        if note is None or seq > size:
            raise Unfit(f"no checkpoint counts ledger line {seq} yet; sign one first")
        entry = self.entry(conn, seq)
        if isinstance(entry.line, Destroyed):
            raise openings.refusal(conn, seq)
        return line_proof(entry, self.proof(conn, seq, size=size), note)

    def ended(self, conn: Connection, before: datetime, *, after: int, limit: int) -> list[tuple[int, AccountId]]:
        """Return, with the line that says so, accounts forgotten before that instant of which lines still open."""
        return openings.ended(conn, before, after=after, limit=limit)

    def together_with(self, conn: Connection, account: AccountId) -> Together:
        """Return what belongs together with *account*: joined to it, or in one conversation with it, near or far."""
        return openings.together_with(conn, account)

    def alone(self, conn: Connection, groups: Iterable[Together]) -> list[tuple[int, int]]:
        """Return, as runs of numbers, the lines about *groups* that still open, and about nobody else."""
        return openings.alone(conn, groups)

    def destroy(self, conn: Connection, lines: Sequence[tuple[int, int]]) -> int:
        """Destroy text and salt of *lines*, which a line written before in this transaction names; return how many there were."""
        return openings.destroy(conn, lines)

    def unopened(self, conn: Connection, seq: int) -> Refused:
        """Return what is said to who asks for what line *seq* said, when its opening is destroyed: on which day."""
        return openings.refusal(conn, seq)

    def consistency(self, conn: Connection, old: int, *, size: int | None = None) -> list[bytes]:
        """Return the hashes that prove that the tree of *size* lines begins with that of *old*."""
        return proof_of(conn, consistency_path(old, self._size(conn, size)))

    def check(self, conn: Connection, keys: Collection[str] | None = None, *, remembered: Iterable[str] = ()) -> list[str]:
        """Return one line per disagreement, an empty list where all is well; needs public keys (vkeys) only.

        Without *keys* those count that the ledger itself names in its `opened` lines. *remembered* are checkpoint notes kept
        elsewhere, such as those on receipts: they find a past that was rewritten from end to end.
        """
        return list(check(conn, keys, remembered))

    def _continues(self, conn: Connection, size: int, root: bytes, frontier: Frontier) -> None:
        if size <= frontier.size:
            proof = proof_of(conn, consistency_path(size, frontier.size))
            if check_consistency(size, frontier.size, root, frontier.root(), proof):
                return
        raise Broken(f"the ledger no longer continues its signed checkpoint {size}; nothing was signed, run `sayso audit`")

    def _grow(self, conn: Connection, parts: Sequence[Part]) -> list[list[Entry]]:
        """Append *parts* in a transaction that has the head, and remember for the rest of it where the ledger ends now."""
        at, self._own = self._edge(conn), None
        made = grow(conn, at, parts, self._entropy)
        self._own = conn.get_transaction(), conn.get_nested_transaction(), at
        return made

    def _edge(self, conn: Connection) -> Edge:
        """Return where the ledger ends; not read again where this transaction appended last, since nobody else could."""
        own = self._appended(conn)
        return edge(conn) if own is None else own

    def _appended(self, conn: Connection) -> Edge | None:
        """Return where the ledger ends since this transaction appended to it last.

        `None` where it did not, or where a savepoint was begun or ended since: what was appended may have been taken back.
        """
        whole, part, at = self._own or (None, None, None)
        here = whole is not None and whole is conn.get_transaction() and part is conn.get_nested_transaction()
        return at if here else None

    def _take(self, conn: Connection) -> None:
        """Make this transaction the ledger's only writer until it ends."""
        if conn.dialect.name == "sqlite" or self._appended(conn) is not None:
            return
        row = select(tables.head.c.one).where(tables.head.c.one == 1).with_for_update()
        if conn.execute(row).first() is None:
            # Nothing was ever appended, so there is no row to lock: whoever comes first holds this, and the others look again.
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({FIRST}, hashtext(current_schema()))")
            conn.execute(row)

    def _size(self, conn: Connection, size: int | None) -> int:
        own = self._appended(conn)
        present = int(spoken.rows(conn, _SIZE)[0][0] or 0) if own is None else own.frontier.size
        if size is not None and not 0 < size <= present:
            raise Unfit(f"no tree of {size} lines; the ledger has {present}")
        return present if size is None else size


def _head(at: Edge) -> Head:
    return Head(size=at.frontier.size, root=Digest(at.frontier.root().hex()), at=at.last, behind=at.behind)


def _found(since: Head | None, size: int, root: bytes, frontier: Frontier) -> bool:
    """Return whether the head was found at exactly what was signed last, and the tree only grew."""
    return since is not None and (since.size, since.root) == (size, root.hex()) and since.size <= frontier.size

"""What the vault tells, and what is done for its upkeep, without opening a key: lists, sums, evidence, compaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from sayso.vault import evidence, housekeeping, listing, shelves
from sayso.vault.blocks import Blocks
from sayso.vault.names import account_id
from sayso.vault.tables import BLOCKS
from sayso.vault.values import Compacted, Fingerprint, Settled, Spread, State, Stats, Stored

LIVE: tuple[State, ...] = ("live",)
KEPT: tuple[State, ...] = ("live", "hidden")
ALL: tuple[State, ...] = ("live", "hidden", "shredded")


class Keyless:
    """The half of `Vault` that no key is used for: an auditor without one is told the same."""

    def __init__(self, engine: Engine, segments: Blocks) -> None:
        self._engine, self._segments = engine, segments

    # -- lists, without a word of anybody

    def of_account(
        self, conn: Connection, account: str, *, offset: int = 0, limit: int | None = None, states: Collection[State] = LIVE
    ) -> list[Stored]:
        """Return an account's conversations, the newest sealed first; hidden and shredded ones only where *states* names them."""
        return list(shelves.stored(conn, account=account_id(account), states=states, offset=offset, limit=limit))

    def of_dates(
        self,
        conn: Connection,
        accounts: Collection[str],
        *,
        before: tuple[datetime, str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        states: Collection[State] = KEPT,
        limit: int = 50,
    ) -> list[Stored]:
        """Return at most *limit* conversations of *accounts* with their last turn in [since, until), the latest first.

        *before* is the last one seen, its last turn and its name. It costs what is returned, whatever an account has; which
        holds reach them is not asked.
        """
        return listing.of_dates(conn, accounts, before=before, since=since, until=until, states=states, limit=limit)

    def held_of(self, conn: Connection, accounts: Collection[str]) -> dict[str, int]:
        """Return, per hold that names conversations of *accounts*, how many of those still exist."""
        return listing.held_of(conn, accounts)

    def look(self, conn: Connection, conversation: str) -> Stored | None:
        """Return what the index knows of one conversation, or `None` where it was never sealed."""
        return shelves.look(conn, conversation)

    def spread(self, conn: Connection, accounts: Collection[str]) -> Spread:
        """Return how much there is of *accounts* that is not shredded, until when, and which holds may reach it."""
        return shelves.spread(conn, accounts)

    def rows(self, conn: Connection, *, states: Collection[State] = ALL) -> Iterator[Stored]:
        """Yield what the index knows of every conversation, the newest sealed first."""
        return shelves.stored(conn, account=None, states=states)

    def stats(self, conn: Connection) -> Stats:
        """Return how much is stored."""
        return evidence.stats(conn, self._segments)

    # -- evidence and upkeep

    def files(self, conn: Connection) -> list[Path]:
        """Return the segment files on this machine that hold at least one listed block."""
        return self._segments.paths(conn.execute(select(BLOCKS.c.segment).distinct()).scalars())

    def segments(self, conn: Connection) -> list[int]:
        """Return the segments that hold at least one listed block, in the order of their numbers."""
        return list(conn.execute(select(BLOCKS.c.segment).distinct().order_by(BLOCKS.c.segment)).scalars())

    def unlisted(self, conn: Connection) -> list[int]:
        """Return the segments no row points at: somebody was killed before listing them, or before removing them."""
        return housekeeping.unlisted(conn, self._segments)

    def fingerprints(self, conn: Connection) -> Iterator[Fingerprint]:
        """Yield (kind, id, digest) of every account row, key row and block, taken without a key."""
        return evidence.fingerprints(conn, self._segments)

    def check(self, conn: Connection) -> list[str]:
        """Return one line for each thing stored here that contradicts another; needs no key."""
        return evidence.check(conn, self._segments)

    def compact(self, conn: Connection, *, share: float = 0.25, every: bool = True) -> Compacted:
        """Copy live blocks out of segments of which *share* or more is dead; `settle` removes the old ones after the commit.

        Without *every* only segments are looked at of which that much was counted as dead when it was shredded.
        """
        return housekeeping.compact(conn, self._segments, share=share, every=every)

    def settle(self) -> Settled:
        """Empty the database's log and remove segments nobody points at; call it after a commit, outside a transaction."""
        return housekeeping.settle(self._engine, self._segments)

    def tidy(self) -> Settled | None:
        """Remove what an act that was killed stored or no longer needs, as `settle`; no store of objects is listed for it."""
        return housekeeping.tidy(self._engine, self._segments)

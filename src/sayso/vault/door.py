"""The vault's door: everything the rest of the house may ask of it, each inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from sayso.facts.words import AccountId, ConversationId
from sayso.vault import directory, epochs, holds, leases, listing, reading, sealing, shelves
from sayso.vault.asking import savepoint
from sayso.vault.blocks import Blocks
from sayso.vault.ciphers import CIPHERS, FIRST, numbered
from sayso.vault.keyless import Keyless
from sayso.vault.keys import Entropy
from sayso.vault.masters import Masters
from sayso.vault.once import Once
from sayso.vault.remarks import Remarks
from sayso.vault.ring import Ring
from sayso.vault.segments import ROLL, Segments
from sayso.vault.stale import Stale
from sayso.vault.tables import ACCOUNTS, assert_safe, create, take_turn
from sayso.vault.values import (
    Block,
    Enrolled,
    Epoch,
    Forgetting,
    Hold,
    SealedBlock,
    Turned,
    Unsealed,
)


class Vault(Keyless):
    """The sealed conversations of one instance: an index in *engine*'s database, ciphertext in *blocks*, keys from *masters*.

    Without *blocks* the ciphertext lies in files under *folder*. *cipher* seals what is new; what is there names its own.

    Every method but `create` and `settle` works inside the transaction of the `conn` it is given, so that what the ledger
    says and what the vault holds commit together. The first write of a transaction makes it the vault's only writer;
    on SQLite begin it with ``BEGIN IMMEDIATE``. What is refused or broken has changed nothing.
    """

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        masters: Masters,
        *,
        entropy: Entropy,
        roll: int = ROLL,
        blocks: Blocks | None = None,
        cipher: str | None = None,
    ) -> None:
        super().__init__(engine, Segments(folder, roll=roll) if blocks is None else blocks)
        self._ring = Ring(masters, entropy, numbered(cipher or CIPHERS[FIRST]))
        self.once = Once(self._ring, self._segments)  # reading what is shown, by one question each
        self.stale = Stale()  # whose next looks are to be brought up to date before anybody asks what is due
        self.remarks = Remarks(self._ring)
        self._sealer = sealing.Sealer(self._segments)

    def create(self) -> None:
        """Make the tables, the place of the blocks and the first epoch, or check that the master key opens those that are there."""
        self._segments.create()
        with self._engine.begin() as conn:
            assert_safe(conn)
            create(conn)
            self._ring.begin(conn)

    def unlock(self, conn: Connection) -> None:
        """Return only where the master key opens this vault; `Broken` names the epoch it does not open."""
        assert_safe(conn)
        self._ring.lookup_key(conn)
        self._ring.current(conn)

    # -- who

    def enrol(self, conn: Connection, name: str) -> Enrolled:
        """Return the account of *name*, made now where there is none; letter case and accents tell names apart."""
        return directory.enrol(conn, self._ring, name)

    def enrol_all(self, conn: Connection, names: Iterable[str]) -> list[Enrolled]:
        """Return `enrol` of each of *names*, in order, at less cost for many."""
        return directory.enrol_all(conn, self._ring, names)

    def find(self, conn: Connection, name: str) -> AccountId | None:
        """Return the account of *name*, or `None`."""
        return directory.find(conn, self._ring, name)

    def name(self, conn: Connection, account: str) -> str:
        """Return the name behind *account*; `Refused` once it is forgotten."""
        return directory.name_of(conn, self._ring, account)

    def identify(self, conn: Connection, account: str, source: str, external: str) -> ConversationId:
        """Return the pseudonym of what *source* calls *external*, the same as long as the account lives."""
        return directory.identify(conn, self._ring, account, source, external)

    def blinding(self, conn: Connection, account: str) -> bytes:
        """Return the person's 32-byte secret for blinded ids in releases."""
        return directory.blinding(conn, self._ring, account)

    def blindings(self, conn: Connection, accounts: Iterable[str]) -> dict[str, bytes]:
        """Return `blinding` of each of *accounts* by account, those left out that are forgotten."""
        return directory.blindings(conn, self._ring, accounts)

    def surrogates(self, conn: Connection, account: str, release: str, conversation: str) -> bytes:
        """Return the 32 bytes from which stand-ins in *conversation* of *release* are drawn; they go with the account."""
        return directory.surrogates(conn, self._ring, account, release, conversation)

    # -- what

    def seal(
        self,
        conn: Connection,
        account: str,
        conversation: str,
        payload: bytes,
        *,
        turns: int,
        policy: str,
        began: datetime | None = None,
        ended: datetime | None = None,
    ) -> SealedBlock:
        """Seal *payload* as the next block of *conversation*, durable before it is listed.

        *policy* is the digest of the policy it was collected under; *began* and *ended* are the instants of its first and
        last turn, for holds by time (unknown ones are held by any). `Refused` where account or conversation was deleted.
        """
        named = {"account": account, "conversation": conversation, "policy": policy}
        return self.seal_all(conn, [Block(**named, payload=payload, turns=turns, began=began, ended=ended)])[0]

    def seal_all(self, conn: Connection, blocks: Iterable[Block]) -> list[SealedBlock]:
        """Seal many blocks with one wait for the disk, all of them or none: what an import should use."""
        return self._sealer.seal_all(conn, self._ring, blocks)

    def waiting_once(self) -> AbstractContextManager[None]:
        """Have all that is sealed inside the block wait for the disk together, at its end: commit after it, and never inside."""
        return self._sealer.waiting_once()

    def part(self, conn: Connection) -> AbstractContextManager[None]:
        """Keep all that is written inside the block, or none of it where that fails; what was written before it stays."""
        return savepoint(conn)

    def open(self, conn: Connection, conversation: str, *, hold: str | None = None) -> list[bytes]:
        """Return the payloads in order; `Refused` when hidden or shredded, `Broken` when a bit of it was changed.

        A hidden conversation opens under the name of a *hold* that reaches it, and only then.
        """
        return reading.open_all(conn, self._ring, self._segments, conversation, hold=hold)

    def open_account(self, conn: Connection, account: str) -> Iterator[Unsealed]:
        """Yield all that *account* is shown, opened, the newest sealed first, some at a time; nothing where it was deleted.

        It costs one question to the index per 1,000 conversations, and is as strict as `open`: `Broken` where a bit was changed.
        """
        return reading.open_account(conn, self._ring, self._segments, account)

    def heads(self, conn: Connection, conversations: Collection[str]) -> dict[ConversationId, bytes]:
        """Return the last payload of each of *conversations* that is shown and whole, opened; the others are left out."""
        return listing.heads(conn, self._ring, self._segments, conversations)

    def hide(self, conn: Connection, conversation: str, at: datetime | None = None) -> bool:
        """Hide a conversation its person deleted; say whether it was shown until now."""
        self._ring.opened.chats.drop(conversation)
        return shelves.hide(conn, conversation, at)

    def show(self, conn: Connection, conversation: str) -> bool:
        """Show a hidden conversation again, whose person took the deletion back; say whether it was hidden until now."""
        return shelves.show(conn, conversation)

    def put_away(self, conn: Connection, account: str, at: datetime) -> bool:
        """Hide everything an account has, its person having deleted it, at a cost that does not grow with it.

        Say whether it was shown until now. Nothing more is sealed for it; holds keep what they reach, and open it. One of its
        conversations is due at *at*, and leads whoever takes what is due to the others (`unwritten`).
        """
        self._ring.opened.drop(account)
        return shelves.put_away(conn, account, at)

    def unwritten(self, conn: Connection, conversations: Collection[str], limit: int = 200) -> list[ConversationId]:
        """Return at most *limit* conversations that are hidden, though only their account's row says so; `hide` each of them.

        Looked for are those of the accounts that *conversations* belong to, these included, the earliest sealed first.
        """
        return shelves.unwritten(conn, conversations, limit)

    def bring_back(self, conn: Connection, account: str, *, but: Collection[str] | None = None) -> bool:
        """Take back that an account was deleted; say whether it was. With *but*, show all that is hidden of it except these."""
        return shelves.bring_back(conn, account, but)

    def shred(self, conn: Connection, conversation: str) -> bool:
        """Destroy a conversation's key; `Refused` while a hold reaches it. Say whether there was a key to destroy."""
        self._ring.opened.chats.drop(conversation)
        return shelves.shred(conn, conversation)

    def forget(self, conn: Connection, account: str, at: datetime | None = None) -> Forgetting:
        """Shred all of an account that no hold reaches, and its directory row when nothing held remains.

        While something is held the account is hidden, cannot be found by name and takes no more turns; call again once
        the holds have ended (`leaving` lists such accounts).
        """
        self._ring.opened.drop(account)
        return shelves.forget(conn, account, at)

    def clear(self, conn: Connection, accounts: Collection[str]) -> int:
        """Remove the rows of what was shredded of *accounts*, which are forgotten, so that nothing tells what they had; how many.

        Broken where an account is still here, or something of it is not shredded.
        """
        take_turn(conn)
        return sum(shelves.clear(conn, one) for one in accounts)

    def leaving(self, conn: Connection) -> list[AccountId]:
        """Return the accounts that are to be forgotten as soon as nothing of theirs is held."""
        found = conn.execute(select(ACCOUNTS.c.account).where(ACCOUNTS.c.leaving == directory.LEAVING)).scalars()
        return [AccountId(one) for one in found]

    # -- when

    def schedule(self, conn: Connection, changes: Iterable[tuple[str, datetime | None]]) -> int:
        """Write when each conversation's ruling changes next (`None`: not by itself); return how many were found."""
        return shelves.schedule(conn, changes)

    def due(self, conn: Connection, at: datetime, limit: int = 1000) -> list[ConversationId]:
        """Return at most *limit* conversations whose ruling changes at *at* or before, the longest overdue first."""
        return shelves.due(conn, at, limit)

    def claim(self, conn: Connection, at: datetime, limit: int = 1000) -> list[ConversationId]:
        """Return what is due as `due` does, for this transaction alone: until it ends nobody else is given the same, or writes."""
        take_turn(conn)
        return shelves.due(conn, at, limit)

    def lease(self, conn: Connection, worker: str, at: datetime, until: datetime, limit: int = 1000) -> list[ConversationId]:
        """Claim what is due for *worker* until *until*, beyond this transaction; return it. What another has is left to it."""
        return leases.take(conn, worker, at, until, limit)

    def give_back(self, conn: Connection, worker: str) -> bool:
        """End the lease of *worker*, in the transaction that does its work; `False` where it was over and somebody took over."""
        return leases.give_back(conn, worker)

    def leased(self, conn: Connection) -> int:
        """Return how many conversations some worker has claimed."""
        return len(leases.taken(conn))

    def upcoming(
        self, conn: Connection, until: datetime, *, after: tuple[datetime, str] | None = None, limit: int = 1000
    ) -> list[tuple[datetime, ConversationId]]:
        """Return at most *limit* conversations whose ruling changes at *until* or before, and when; *after* is the last seen."""
        return shelves.upcoming(conn, until, after, limit)

    # -- holds

    def hold(
        self,
        conn: Connection,
        hold: str,
        *,
        matter: str = "",
        conversations: Iterable[str] | None = None,
        accounts: Iterable[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Hold conversations, or whatever accounts have between two instants, or everything; return the lines of the hold.

        Called again with the same name it reaches further, never less. What an account seals later is held as well.
        """
        return holds.place(conn, hold, matter=matter, conversations=conversations, accounts=accounts, since=since, until=until)

    def release_hold(self, conn: Connection, hold: str) -> bool:
        """End a hold; what another hold reaches stays held. Say whether it stood."""
        return holds.release(conn, hold)

    def holds(self, conn: Connection) -> list[Hold]:
        """Return every hold that stands, by name."""
        return holds.standing(conn)

    # -- epochs

    def turn(self, conn: Connection, epoch: str, *, limit: int = 200, everybody: bool = False) -> Turned:
        """Rewrap at most *limit* accounts under *epoch*'s master key, which becomes current with the first batch.

        An account something was shredded of gets a new key, and so do its conversations' keys a new wrapping; with
        *everybody* each account does. Commit and call again until nothing is `left`; it can stop anywhere in between.
        The earlier master key is needed until then, and is dead weight afterwards: have it destroyed.
        """
        return epochs.turn(conn, self._ring, epoch, limit=limit, everybody=everybody)

    def epochs(self, conn: Connection) -> list[Epoch]:
        """Return every epoch there was, and how many accounts are still under it."""
        return epochs.listed(conn)

    def epoch_of(self, conn: Connection, master: bytes) -> str | None:
        """Return the epoch that was begun with the master key *master*, or `None`."""
        return self._ring.epoch_of(conn, master)

    def drop(self, epoch: str) -> None:
        """Forget what this process remembers of an ended epoch's master key."""
        self._ring.drop(epoch)

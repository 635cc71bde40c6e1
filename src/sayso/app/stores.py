"""Every place where something of a person can lie, and how deletion and take-out reach it.

A test walks all tables and all files of a folder that has seen everything, and fails on one that is not listed here. An
exemption says who answers for it and until when; past that day the test fails too.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from msgspec import Struct

Left = Literal["nothing", "pseudonym", "words of others"]
"""What a store still holds of an account once it is deleted, swept and forgotten and the epoch has turned."""


class Exemption(Struct, frozen=True, kw_only=True):
    """A store that deletion or take-out does not reach yet: who answers for it, until which day, and why it is so."""

    owner: str
    until: date
    why: str


class Store(Struct, frozen=True, kw_only=True):
    """One table, or one kind of file as a pattern over its path; `row` begins the line of docs/trust.md that speaks of it."""

    name: str
    row: str
    left: Left
    deleted: str
    """How deletion reaches it."""
    taken: str
    """Where a take-out shows it, or why there is nothing to show."""
    columns: tuple[str, ...] = ()
    exempt: Exemption | None = None


LEDGER, INDEX, DIRECTORY = "Ledger", "Vault index", "Directory"
NOBODY = "nothing of a person lies in it"

TABLES = (
    Store(
        name="ledger_events",
        row=LEDGER,
        left="pseudonym",
        deleted="the line stays, under a pseudonym, until nobody may ask for proof any more; then its leaf stays",
        taken="lines.jsonl",
        columns=("seq", "recorded", "at", "type", "account", "conversation", "body", "salt", "leaf"),
    ),
    Store(
        name="ledger_nodes", row=LEDGER, left="nothing", deleted="hashes only", taken=NOBODY, columns=("level", "number", "hash")
    ),
    Store(
        name="ledger_head",
        row=LEDGER,
        left="nothing",
        deleted="hashes only",
        taken=NOBODY,
        columns=("one", "size", "frontier", "behind"),
    ),
    Store(
        name="ledger_checkpoints",
        row="Checkpoints",
        left="nothing",
        deleted="hashes only",
        taken="account.json, checkpoint",
        columns=("size", "signer", "root", "note"),
    ),
    Store(
        name="vault_instance",
        row=INDEX,
        left="nothing",
        deleted=NOBODY,
        taken=NOBODY,
        columns=("id", "version", "epoch", "wrapped", "sum"),
    ),
    Store(name="vault_epochs", row=INDEX, left="nothing", deleted=NOBODY, taken=NOBODY, columns=("epoch", "check_value", "sum")),
    Store(
        name="vault_accounts",
        row=DIRECTORY,
        left="nothing",
        deleted="the row is destroyed when the account is forgotten; while an order keeps something, only its look-up is",
        taken="account.json, name",
        columns=("account", "lookup", "lookup_digest", "wrapped", "name", "secret", "epoch", "leaving", "sum"),
    ),
    Store(
        name="vault_conversations",
        row=INDEX,
        left="pseudonym",
        deleted="sizes and times are emptied when the key is destroyed; that there was a conversation stays",
        taken="conversations.jsonl",
        columns=(
            "conversation",
            "account",
            "seq",
            "state",
            "turns",
            "blocks",
            "bytes",
            "began_at",
            "ended_at",
            "hidden_at",
            "next_change_at",
            "sum",
        ),
    ),
    Store(
        name="vault_keys",
        row=INDEX,
        left="nothing",
        deleted="the row is the key: it is destroyed",
        taken="not at all: a key opens only what lies here",
        columns=("conversation", "account", "wrapped", "sum"),
    ),
    Store(
        name="vault_blocks",
        row=INDEX,
        left="nothing",
        deleted="the rows go with the key",
        taken="conversations.jsonl, words",
        columns=("conversation", "block", "turns", "policy", "segment", "start", "length", "digest", "sum"),
    ),
    Store(
        name="vault_holds",
        row=INDEX,
        left="nothing",
        deleted="goes when the order ends",
        taken="account.json, held; orders that forbid telling are left out",
        columns=("hold", "matter", "sum"),
    ),
    Store(
        name="vault_held",
        row=INDEX,
        left="nothing",
        deleted="goes when the order ends, before anything it named can be destroyed",
        taken="account.json, held; orders that forbid telling are left out",
        columns=("hold", "line", "conversation", "account", "since", "until", "sum"),
    ),
    Store(
        name="vault_worn",
        row=INDEX,
        left="nothing",
        deleted="goes when the epoch turns, or the account is forgotten",
        taken=NOBODY,
        columns=("account", "sum"),
    ),
    Store(
        name="ledger_requests",
        row=LEDGER,
        left="nothing",
        deleted="a keyed hash that says neither who asked nor for what; taken out after a week",
        taken="not at all: it is nobody's without the key that was sent",
        columns=("key", "asked", "first", "lines", "recorded", "sum"),
    ),
    Store(name="sayso_version", row=LEDGER, left="nothing", deleted=NOBODY, taken=NOBODY, columns=("version_num",)),
    Store(
        name="vault_leases",
        row="Leases",
        left="nothing",
        deleted="a row goes when its worker is done, or with the next sweep after its instant",
        taken="which worker ends something says nothing of its person; that it ends is in conversations.jsonl",
        columns=("worker", "until", "conversations", "sum"),
    ),
    Store(name="vault_stale", row=INDEX, left="nothing", deleted="by a sweep", taken=NOBODY, columns=("account", "upto", "sum")),
    Store(
        name="api_answers",
        row="Answers",
        left="nothing",
        deleted="sealed under the key its sender sent, which we do not keep; taken out after a day",
        taken="not at all: it is nobody's without the key that was sent",
        columns=("key", "asked", "recorded", "status", "body", "sum"),
    ),
    Store(
        name="console_counts",
        row="Counts",
        left="nothing",
        deleted="numbers by day, screen, language, policy row and kind of finding; no pseudonym is in them",
        taken=NOBODY,
        columns=("name", "upto", "body", "sum"),
    ),
    Store(
        name="vault_remarks",
        row="Remarks",
        left="nothing",
        deleted="goes with the key of its conversation, under which it is sealed; nobody opens it once that was deleted",
        taken="conversations.jsonl, remarks",
        columns=("conversation", "number", "sealed", "sum"),
    ),
    Store(
        name="vault_dead",
        row=INDEX,
        left="nothing",
        deleted="sizes of what is dead in each segment, of nobody in particular",
        taken=NOBODY,
        columns=("segment", "bytes", "sum"),
    ),
)

FILES = (
    Store(name=r"sayso\.json(\.new)?", row="Ledger", left="nothing", deleted=NOBODY, taken="account.json, made"),
    Store(name=r"lock", row="Ledger", left="nothing", deleted="the number of a process", taken=NOBODY),
    Store(
        name=r"sayso\.db",
        row="Ledger",
        left="pseudonym",
        deleted="see the tables; what is deleted is overwritten (`secure_delete`)",
        taken="see the tables",
    ),
    Store(
        name=r"sayso\.db-(wal|shm|journal)",
        row="Ledger",
        left="pseudonym",
        deleted="emptied by a sweep once no reader needs it",
        taken="see the tables",
    ),
    Store(
        name=r"vault/segments/(\d{6,9}|[0-3][0-9a-f]{15})\.seg",
        row="Segments",
        left="nothing",
        deleted="ciphertext without a key; a sweep moves what lives out of segments that are mostly dead and removes them",
        taken="conversations.jsonl, words",
    ),
    Store(
        name=r"vault/held/(9\d{8}|[4-7][0-9a-f]{15})\.seg",
        row="Held segments",
        left="nothing",
        deleted="as segments, once no order keeps it",
        taken="conversations.jsonl says that it is held; its words are out of sight",
    ),
    Store(
        name=r"vault/unfinished\.json(\.new)?",
        row="Unfinished objects",
        left="nothing",
        deleted="numbers of objects of the last act; the next one replaces them",
        taken=NOBODY,
    ),
    Store(name=r"policies/[0-9a-f]{64}\.toml", row="Policies", left="nothing", deleted=NOBODY, taken="account.json, policy"),
    Store(name=r"notices/[0-9a-f]{64}\.json", row="Notices", left="nothing", deleted=NOBODY, taken="notices/"),
    Store(
        name=r"(notices|policies)/\.[^/]+",
        row="Notices",
        left="nothing",
        deleted=f"a draft that a crash left; {NOBODY}",
        taken=NOBODY,
    ),
    Store(
        name=r"releases/[^/.][^/]*/(data/train-\d{5}-of-\d{5}\.parquet|jsonl/train-\d{5}-of-\d{5}\.jsonl)",
        row="Releases",
        left="words of others",
        deleted="withdrawn when the choice, the deletion or the order is recorded; emptied in its place by the next sweep",
        taken="conversations.jsonl, releases",
    ),
    Store(
        name=r"releases/[^/.][^/]*/(manifest\.json|proof\.json|README\.md|croissant\.json|identifying\.(json|html))",
        row="Releases",
        left="nothing",
        deleted="counts and digests, of nobody in particular",
        taken="account.json, releases",
    ),
    Store(
        name=r"releases/[^/.][^/]*/ids\.txt",
        row="Releases",
        left="pseudonym",
        deleted="blinded ids stay, since the commitment is over them; the secret that made them goes with the account",
        taken="conversations.jsonl, releases, row",
    ),
    Store(
        name=r"releases/[^/.][^/]*/(revocations|erasures)/\d{6}\.json",
        row="Revocations",
        left="pseudonym",
        deleted="blinded ids stay, so that whoever has a copy can leave the rows out",
        taken="conversations.jsonl, releases, withdrawn",
    ),
    Store(name=r"releases/[^/.][^/]*\.proof\.json", row="Releases", left="nothing", deleted="hashes only", taken=NOBODY),
    Store(
        name=r"releases/(\.[^/]+(/.*)?|[^/]+/(.+/)?\.[^/]+)",
        row="Releases",
        left="nothing",
        deleted="a draft that a crash left; the next command that writes removes it",
        taken="it is no release, and nobody is shown it",
    ),
    Store(
        name=r"lineage/[^/.][^/]*\.jsonl",
        row="Lineage",
        left="pseudonym",
        deleted="stays with its release: without it no later withdrawal would reach the release",
        taken="conversations.jsonl, releases",
        exempt=Exemption(
            owner="whoever keeps the release room",
            until=date(2027, 6, 30),
            why="lines of forgotten accounts could go, but the manifest's digest is over the whole file: it needs another form",
        ),
    ),
    Store(
        name=r"beliefs/(\d+\.map|\.\d+\.map\.\d+)",
        row="Beliefs",
        left="nothing",
        deleted="a record opens with its person's secret only, which goes with the account; the next map leaves it out",
        taken="lines.jsonl: what each answer was; `sayso prove belief` shows the record",
    ),
    Store(name=r"lineage/\.[^/]+", row="Lineage", left="nothing", deleted="a draft; the next build removes it", taken=NOBODY),
)

KEYS = (
    Store(
        name=r"master\.key|masters/\d+\.(key|new|gone)|master\.gone",
        row="Master key",
        left="nothing",
        deleted="the old one is overwritten when the epoch turns",
        taken="not at all: it opens everybody",
    ),
    Store(
        name=r"masters/\d+(\.gone)?\.token|masters/\d+\.whole|master\.(uri|to)(\.new)?",
        row="Sealed master key",
        left="nothing",
        deleted="the old one is overwritten when the epoch turns, and the token destroys its key",
        taken="not at all: it opens everybody",
    ),
    Store(name=r"signing\.key", row="Signing key", left="nothing", deleted=NOBODY, taken="account.json, made: its public half"),
    Store(
        name=r"cosigning\.key(\.new)?",
        row="Cosigning key",
        left="nothing",
        deleted=NOBODY,
        taken="not at all: the log names its public half",
    ),
    Store(
        name=r"grants\.jsonl",
        row="Grants",
        left="nothing",
        deleted="names of officers and services, of nobody whose conversations are kept",
        taken=NOBODY,
    ),
    Store(name=r"session\.key", row="Session secret", left="nothing", deleted=NOBODY, taken=NOBODY),
    Store(
        name=r"seen\.json",
        row="Memory of the log",
        left="nothing",
        deleted="a count and a hash",
        taken=NOBODY,
    ),
    Store(
        name=r"deeds\.jsonl",
        row="Memory of the log",
        left="pseudonym",
        deleted="emptied when the epoch turns: no older copy opens then",
        taken="the same lines are in lines.jsonl",
    ),
    Store(name=r"\.(seen\.json|deeds\.jsonl)\.\d+", row="Memory of the log", left="nothing", deleted="a draft", taken=NOBODY),
)
"""What lies in the folder of keys."""

OBJECTS = (
    Store(
        name=r"segments/[0-3][0-9a-f]{15}\.seg",
        row="Segments as objects",
        left="nothing",
        deleted="ciphertext without a key; as segments, in a store of objects",
        taken="conversations.jsonl, words",
    ),
    Store(
        name=r"held/([4-7][0-9a-f]{15}|00000000[0-9a-f]{8})\.seg",
        row="Segments as objects",
        left="nothing",
        deleted="as segments, once no order keeps it",
        taken="conversations.jsonl says that it is held; its words are out of sight",
    ),
    Store(name=r"holder", row="Segments as objects", left="nothing", deleted=NOBODY, taken=NOBODY),
    Store(name=r"owner", row="Segments as objects", left="nothing", deleted=NOBODY, taken=NOBODY),
)
"""What lies in a store of objects, under the prefix of the installation."""


def known(path: str, kinds: tuple[Store, ...] = FILES) -> Store | None:
    """Return the one kind that *path* is of, relative to its folder; `None` where no kind, or more than one, fits.

    >>> known("vault/segments/000001.seg").row
    'Segments'
    >>> known("vault/search.idx") is None
    True
    """
    fitting = [kind for kind in kinds if re.fullmatch(kind.name, path)]
    return fitting[0] if fitting else None


def expired(at: date) -> list[str]:
    """Return a line for each exemption whose day is past at *at*.

    >>> expired(date(2026, 1, 1))
    []
    """
    return [
        f"`{store.name}` is exempt until {store.exempt.until}; {store.exempt.owner} answers for it"
        for store in (*TABLES, *FILES, *KEYS, *OBJECTS)
        if store.exempt is not None and store.exempt.until < at
    ]

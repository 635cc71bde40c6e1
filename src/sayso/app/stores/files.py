"""The files of a data folder, and how deletion and take-out reach each."""

from __future__ import annotations

from datetime import date

from sayso.app.stores.store import NOBODY, Exemption, Store

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

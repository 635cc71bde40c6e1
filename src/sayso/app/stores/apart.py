"""What lies apart from the data folder: the folder of keys, and a store of objects."""

from __future__ import annotations

from sayso.app.stores.store import NOBODY, Store

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

"""Training sets: written once and never changed, described for people and machines, and recalled without moving a row.

``write`` turns permitted, masked rows into a folder that can be shared (Parquet, JSON lines, card, Croissant, manifest) and a
lineage that stays inside. ``revoke`` withdraws rows, ``erase`` empties them in the files, ``load`` serves what is left in the
same order, ``check`` compares every file with the manifest. Nothing here decides who may be in a release: rows arrive already
permitted and already masked.
"""

from sayso.release.erase import Erasure, emptied, erase, erased
from sayso.release.loader import Loader, check, load
from sayso.release.names import checked_name
from sayso.release.plan import FileOf, LineageLine, Manifest, Measured, Plan, Scrubbed
from sayso.release.reader import lineage, names, read
from sayso.release.recall import Revocation, revoke, revoked
from sayso.release.rows import Message, Row, Spoken, fit, messages, spoken
from sayso.release.writer import tidy, write

__all__ = [
    "Erasure",
    "FileOf",
    "LineageLine",
    "Loader",
    "Manifest",
    "Measured",
    "Message",
    "Plan",
    "Revocation",
    "Row",
    "Scrubbed",
    "Spoken",
    "check",
    "checked_name",
    "emptied",
    "erase",
    "erased",
    "fit",
    "lineage",
    "load",
    "messages",
    "names",
    "read",
    "revoke",
    "revoked",
    "spoken",
    "tidy",
    "write",
]

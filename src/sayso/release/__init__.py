"""Training sets: written once and never changed, described for people and machines, and recalled without moving a row.

``write`` turns permitted, masked rows into a folder that can be shared (Parquet, JSON lines, card, Croissant, manifest) and a
lineage that stays inside. ``revoke`` withdraws rows, ``erase`` empties them in the files, ``load`` serves what is left in the
same order, ``pause`` has it wait until it is known which, ``check`` compares every file with the manifest. Nothing here decides
who may be in a release: rows arrive already permitted and already masked. Only what stands out too much beside the others, by
the `Risk` it is given, is left out here.
"""

from sayso.release.erase import Erasure, emptied, erase, erased
from sayso.release.loader import Loader, check, load
from sayso.release.names import checked_name
from sayso.release.pause import go_on, pause, paused
from sayso.release.plan import FileOf, LineageLine, Manifest, Measured, Plan, Scrubbed
from sayso.release.reader import identifying, lineage, names, read
from sayso.release.recall import Revocation, revoke, revoked
from sayso.release.risk import Identifying, Risk, Weighed
from sayso.release.rows import Message, Row, Spoken, Tally, fit, messages, spoken
from sayso.release.writer import tidy, write

__all__ = [
    "Erasure",
    "FileOf",
    "Identifying",
    "LineageLine",
    "Loader",
    "Manifest",
    "Measured",
    "Message",
    "Plan",
    "Revocation",
    "Risk",
    "Row",
    "Scrubbed",
    "Spoken",
    "Tally",
    "Weighed",
    "check",
    "checked_name",
    "emptied",
    "erase",
    "erased",
    "fit",
    "go_on",
    "identifying",
    "lineage",
    "load",
    "messages",
    "names",
    "pause",
    "paused",
    "read",
    "revoke",
    "revoked",
    "spoken",
    "tidy",
    "write",
]

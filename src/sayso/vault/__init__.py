"""The vault: conversations sealed before they touch a disk, keys that can be destroyed, holds that forbid it.

Each conversation has a random key, wrapped by its account's, wrapped by the master key of an epoch; ciphertext lies in
segments, files or objects, everything else in tables beside the ledger's, written in the caller's transaction. Names and
outside identifiers are pseudonyms from the first moment; the directory that resolves them is sealed too.
``spec/vault.md`` is the format.
"""

from sayso.vault.blocks import Blocks
from sayso.vault.ciphers import shut, unshut
from sayso.vault.door import Vault
from sayso.vault.masters import MasterKeys, Masters, parse_master
from sayso.vault.objects import Bucket, Objects
from sayso.vault.payload import Payload, decode, encode, gather
from sayso.vault.tables import METADATA, assert_safe
from sayso.vault.values import (
    Block,
    Compacted,
    Enrolled,
    Epoch,
    Fingerprint,
    Forgetting,
    Hold,
    SealedBlock,
    Settled,
    Spread,
    State,
    Stats,
    Stored,
    Turned,
    Unsealed,
)

__all__ = [
    "METADATA",
    "Block",
    "Blocks",
    "Bucket",
    "Compacted",
    "Enrolled",
    "Epoch",
    "Fingerprint",
    "Forgetting",
    "Hold",
    "MasterKeys",
    "Masters",
    "Objects",
    "Payload",
    "SealedBlock",
    "Settled",
    "Spread",
    "State",
    "Stats",
    "Stored",
    "Turned",
    "Unsealed",
    "Vault",
    "assert_safe",
    "decode",
    "encode",
    "gather",
    "parse_master",
    "shut",
    "unshut",
]

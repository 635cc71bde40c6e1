"""Merkle trees, signed notes, checkpoints and commitments: what a stranger needs to check us, and nothing else.

Pure: bytes in, bytes or a verdict out. `verify` judges a file a person holds, offline, with one public key; everything else here
is what such files are made of. Hashing is that of RFC 6962, checking that of RFC 9162 section 2.1, notes are those of C2SP.
"""

from sayso.proofs import merkle
from sayso.proofs.blind import blind
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.commitment import Commitment, Membership, commitment
from sayso.proofs.membership import membership
from sayso.proofs.notes import Note, SigningKey, VerifierKey, open_note
from sayso.proofs.verify import Verdict, verify

__all__ = [
    "Checkpoint",
    "Commitment",
    "Membership",
    "Note",
    "SigningKey",
    "Verdict",
    "VerifierKey",
    "blind",
    "commitment",
    "membership",
    "merkle",
    "open_note",
    "verify",
]

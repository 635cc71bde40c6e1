"""Merkle trees, signed notes, checkpoints and commitments: what a stranger needs to check us, and nothing else.

Pure: bytes in, bytes or a verdict out. `verify` judges a file a person holds, offline, with one public key; everything else here
is what such files are made of. Hashing is that of RFC 6962, checking that of RFC 9162 section 2.1, notes are those of C2SP.
"""

from sayso.proofs import merkle
from sayso.proofs.accounts import account_membership
from sayso.proofs.blind import Blinding, blind, blind_account
from sayso.proofs.certificate import certificate
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.commitment import Commitment, Membership, commitment
from sayso.proofs.cosign import CosigningKey, WitnessKey, witnessed
from sayso.proofs.membership import membership, memberships
from sayso.proofs.notes import Note, SigningKey, VerifierKey, open_note
from sayso.proofs.tiles import Tiles
from sayso.proofs.tlogproof import tlog_proof
from sayso.proofs.verify import Verdict, verify
from sayso.proofs.witness import Witnessing, add_checkpoint

__all__ = [
    "Blinding",
    "Checkpoint",
    "Commitment",
    "CosigningKey",
    "Membership",
    "Note",
    "SigningKey",
    "Tiles",
    "Verdict",
    "VerifierKey",
    "WitnessKey",
    "Witnessing",
    "account_membership",
    "add_checkpoint",
    "blind",
    "blind_account",
    "certificate",
    "commitment",
    "membership",
    "memberships",
    "merkle",
    "open_note",
    "tlog_proof",
    "verify",
    "witnessed",
]

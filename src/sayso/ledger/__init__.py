"""What people said and what we did about it: an append-only line of facts that anyone can check and nobody can reorder.

Lines are numbered by the server, from 1 and without gaps; each is a leaf of a Merkle tree whose root is signed, and a leaf shows
nothing of its line to who was not given the salt. `Ledger` appends, reads, folds the lines into a `History`, signs and
checks itself; `receipt` makes what a person takes home. Every call works in the caller's transaction.
"""

from sayso.ledger.door import Ledger
from sayso.ledger.entries import Entry, Head, Written
from sayso.ledger.growing import Part
from sayso.ledger.leaves import leaves
from sayso.ledger.receipts import Controller, Shown, Terms, line_proof, receipt
from sayso.ledger.requests import Request
from sayso.ledger.tables import metadata

__all__ = [
    "Controller",
    "Entry",
    "Head",
    "Ledger",
    "Part",
    "Request",
    "Shown",
    "Terms",
    "Written",
    "leaves",
    "line_proof",
    "metadata",
    "receipt",
]

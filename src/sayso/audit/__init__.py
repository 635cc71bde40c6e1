"""Recompute everything and name each difference: the log, the vault, keeping and destroying, releases, recalls, files.

``run`` is pure over an ``Evidence``, which whoever opened the data folder fills in; it holds no keys, opens no conversation and
writes nothing. Each ``Finding`` has one of the ``KINDS``, says where and what, and what to do next. ``lines``, ``as_json`` and
``as_html`` show them.
"""

from sayso.audit.evidence import Behind, Evidence, Line, Print, ReleaseSeen, Revision, Rule, Stored, first_row
from sayso.audit.findings import KINDS, Finding, Kind
from sayso.audit.report import as_html, as_json, lines
from sayso.audit.running import run

__all__ = [
    "KINDS",
    "Behind",
    "Evidence",
    "Finding",
    "Kind",
    "Line",
    "Print",
    "ReleaseSeen",
    "Revision",
    "Rule",
    "Stored",
    "as_html",
    "as_json",
    "first_row",
    "lines",
    "run",
]

"""Recompute everything and name each difference: the log, the vault, keeping and destroying, releases, recalls, files.

``run`` is pure over an ``Evidence``, which whoever opened the data folder fills in; it holds no keys, opens no conversation and
writes nothing. Each ``Finding`` has one of the ``KINDS``, says where and what, and what to do next. ``examine`` says as well how
far it went, and goes on from what an earlier audit ``Judged``. ``lines``, ``report_json`` and ``report_html`` show what was found.
"""

from sayso.audit.evidence import Behind, Evidence, Line, Print, ReleaseSeen, Revision, Rule, Stored, first_row
from sayso.audit.findings import KINDS, Finding, Kind
from sayso.audit.report import Report, as_json, lines, report_html, report_json
from sayso.audit.running import examine, run
from sayso.audit.since import Examined, Extent, Judged
from sayso.audit.words import LANGUAGES

__all__ = [
    "KINDS",
    "LANGUAGES",
    "Behind",
    "Evidence",
    "Examined",
    "Extent",
    "Finding",
    "Judged",
    "Kind",
    "Line",
    "Print",
    "ReleaseSeen",
    "Report",
    "Revision",
    "Rule",
    "Stored",
    "as_json",
    "examine",
    "first_row",
    "lines",
    "report_html",
    "report_json",
    "run",
]

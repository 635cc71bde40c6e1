"""Files against the ledger: every policy and notice can be shown again, and nothing lies about that nobody accounts for."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.audit.evidence import Evidence
from sayso.audit.findings import Finding, found
from sayso.audit.tally import Tally


def check_files(evidence: Evidence, tally: Tally) -> Iterator[Finding]:
    """Yield policies and notices that are missing or changed, and files nothing accounts for."""
    for digest in sorted({digest for _, digest in tally.policies}):
        where = f"policy `{digest[:16]}`"
        if digest not in evidence.policy_files:
            yield found("policy", where, "its file is not there")
        elif evidence.policy_files[digest] != digest:
            yield found("policy", where, "its file is not what was in force")
        elif digest not in evidence.rules:
            yield found("policy", where, "its file cannot be read as a policy")
    if not tally.policies:
        yield found("policy", "ledger", "no policy was ever put in force")
    for digest in sorted(tally.notices):
        where = f"notice `{digest[:16]}`"
        if digest not in evidence.notice_files:
            yield found("notice", where, "its file is not there")
        elif evidence.notice_files[digest] != digest:
            yield found("notice", where, "its file is not what was published")
    for digest, seq in sorted(tally.answered_on.items()):
        yield found("notice", f"notice `{digest[:16]}`", f"line {seq} is about it, and it was not published before")
    known = frozenset(path for paths in evidence.accounted.values() for path in paths)
    for path in sorted(set(evidence.files) - known):
        yield found("file_unknown", f"file `{path[:120]}`", "no room accounts for it")

"""`NAME@VERSION`: a profile as it stood when one of its versions was the last, so that two of its days can be held side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sayso.facts.errors import Unfit
from sayso.policy import shelf
from sayso.policy.table import Policy, Version


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A policy as somebody named it: `version` is set where one was named, and then it is the policy's last."""

    label: str
    policy: Policy
    version: Version | None


def named(text: str) -> Dated:
    """Return the policy that *text* names: a shipped profile, a file, or either with `@VERSION`; refuses an unknown one.

    >>> named("anthropic-consumer@2025-08-28").policy.versions[-1].id
    '2025-08-28'
    """
    name, at, version = text.rpartition("@")
    if not at or text in shelf.shipped() or _is_file(text):
        policy = shelf.load(text)
        return Dated(label=_label(text), policy=policy, version=None)
    policy = shelf.load(name)
    return Dated(label=f"{_label(name)}@{version}", policy=(cut := upto(policy, version)), version=cut.versions[-1])


def upto(policy: Policy, version: str) -> Policy:
    """Return *policy* without the versions after *version*; refuses one that it does not have.

    The digest stays that of the whole file, since that is where the rows stand.
    """
    ids = [one.id for one in policy.versions]
    if version not in ids:
        raise Unfit(f"policy `{policy.name[:80]}` has no version `{version[:60]}`; it has {', '.join(ids)}")
    return replace(policy, versions=policy.versions[: ids.index(version) + 1])


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


def _label(text: str) -> str:
    """Return the name people know a policy by: where its file lies is nobody's business in a report."""
    return Path(text).name

"""Names that stand beside the words of a release: of models, surfaces and tiers. An export may say anything there."""

from __future__ import annotations

import re
from functools import lru_cache

from sayso.scrub.masking import find

OTHER = "other"
"""What a release says in place of a name that may tell more than what was used."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:@+()-]{0,79}")
_TUNED = re.compile(r"(?i)(ft:[^:]+|[^:]+:ft)[:-].*")


@lru_cache(1024)
def label(name: str) -> str:
    """Return a name as a release may tell it, empty where there is none.

    A path or an owner before it goes (`ana/llama-3`), and so does what somebody called their own tuning of a model. What is
    longer than a name, has signs that no name needs, or holds what `find` finds is told as `other`.

    >>> label("claude-opus-4-1"), label("meta/Llama-3 8B"), label("ft:gpt-4o:acme:for-ana:x1"), label("model of ana@example.org")
    ('claude-opus-4-1', 'Llama-3 8B', 'ft:gpt-4o', 'other')
    """
    short = re.split(r"[/\\]", name.strip())[-1]
    short = _TUNED.sub(r"\1", short)
    if not short:
        return OTHER if name.strip() else ""
    return short if _PLAIN.fullmatch(short) and not find(short) else OTHER

"""sayso as one of the tools of the comparison: the same orders, the same answers.

    python bench/peer_sayso.py sayso|sayso-names|sayso-re2|sayso-re2-single|sayso-hyperscan < orders > answers

`sayso` and `sayso-names` are asked what is masked; the others are timed: structured kinds and secrets, without the model of names.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from peer_orders import Hit, Tool, serve

from sayso.scrub import Marks, Persons, Span, find, find_many, mask_texts, use
from sayso.scrub.masking import mark_of


def patterns() -> Tool:
    """What patterns find in a text by itself."""
    return Tool(lambda text: [_hit(span.start, span.end, span.kind) for span in find(text)], find)


def names() -> Tool:
    """What a release goes through: patterns, the model of names, and a found name everywhere in the text."""
    finder = Persons()

    def work(text: str) -> Sequence[Span]:
        return mask_texts([text], Marks(), recognizers=[finder])[0].spans

    return Tool(lambda text: [_hit(span.start, span.end, span.kind) for span in work(text)], work)


def _hit(start: int, end: int, kind: str) -> Hit:
    return start, end, mark_of(kind), 1.0, ""


def engine(name: str, at_once: bool) -> Tool:
    """The same with one engine, a hundred texts at once or each by itself."""
    use(name)
    return patterns()._replace(many=find_many if at_once else None)


TOOLS = {
    "sayso": patterns,
    "sayso-names": names,
    "sayso-re2": lambda: engine("re2", True),
    "sayso-re2-single": lambda: engine("re2", False),
    "sayso-hyperscan": lambda: engine("hyperscan", True),
}

if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("tool", choices=sorted(TOOLS))
    serve(TOOLS[options.parse_args().tool])

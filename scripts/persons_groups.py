"""Words that stand in like places, as groups for the training: they teach the model of words that its texts do not hold.

The groups are read while training and summed into the weights of each word, so nothing of the list is in the model's file but
numbers, and the finder has nothing more to look up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

LEAST = 40
"""How often a word was met at least; a rarer one stands in its group by chance."""
CUTS = (4, 6, 8, 10, 14)
"""The groups are leaves of a tree of two branches each; so many branches from the root name a wider or narrower group."""


class Groups:
    """Which groups a word is in. Empty without a list."""

    def __init__(self, paths: Mapping[str, str] | None = None) -> None:
        self._paths = dict(paths or {})

    def clues(self, word: str) -> Iterator[str]:
        """Yield the clues of a word in small letters, from the widest group to the narrowest."""
        path = self._paths.get(word)
        if path:
            for cut in CUTS:
                yield f"k{cut}={path[:cut]}"

    def folded(self, names: Sequence[str], weights: Sequence[float]) -> tuple[list[str], list[float]]:
        """Return features and weights without those of groups: their sum is added to each word's own."""
        of_groups: dict[str, float] = {}
        kept: dict[str, float] = {}
        for name, weight in zip(names, weights, strict=True):
            grouped = name[0].isdigit() and name[1] == "k"
            (of_groups if grouped else kept)[name] = weight
        for word in sorted(self._paths) if of_groups else ():
            clues = list(self.clues(word))
            for place in "01234":
                if total := sum(of_groups.get(place + clue, 0.0) for clue in clues):
                    kept[f"{place}w={word}"] = kept.get(f"{place}w={word}", 0.0) + total
        return list(kept), list(kept.values())


def groups(folder: Path) -> Groups:
    """Return the groups of a folder as in scripts/persons_data.py: words of letters alone, met often enough."""
    paths: dict[str, str] = {}
    for line in (folder / "ark-tweet-nlp" / "6mpaths").read_text(encoding="utf-8").splitlines():
        path, word, count = line.split("\t")
        if int(count) >= LEAST and word.replace("'", "").replace("-", "").isalpha():
            paths[word] = path
    return Groups(paths)

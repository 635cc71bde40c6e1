"""What may still identify somebody in a release: the setting a release is held to, and what was counted of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.facts.words import Digest

FORMAT = "sayso/identifying/v1"
LARGEST = 1_000_000


class Risk(Struct, frozen=True, kw_only=True):
    """How much a conversation may stand out and still be in a release; what stands out more is left out, and counted."""

    crowd: int = 1
    """Fewest accounts that share the labels of a row (surface, tier, language, labels); 1 leaves nothing out."""
    told: int = 3
    """From so many kinds of age, place, employer and job on, all that is told must be shared; 0 leaves nothing out."""
    rare_words: int = 100
    """Per cent of a conversation's words that may stand in no other account's; 100 leaves nothing out."""
    rare_phrases: int = 100
    """The same of its runs of three words."""

    @property
    def together(self) -> int:
        """Fewest accounts that share what is told together: two, or more where `crowd` is."""
        return max(2, self.crowd)

    def checked(self) -> Risk:
        """Return this setting, or refuse one that says nothing."""
        limits = {"crowd": (self.crowd, 1, LARGEST), "told": (self.told, 0, 4)}
        limits |= {"rare_words": (self.rare_words, 0, 100), "rare_phrases": (self.rare_phrases, 0, 100)}
        for name, (value, low, high) in limits.items():
            if not low <= value <= high:
                raise Unfit(f"the setting {name.replace('_', ' ')} is `{value}`; it lies between {low} and {high}")
        return self


class Crowd(Struct, frozen=True, kw_only=True):
    """How many classes of rows, or combinations, few accounts share, and how many conversations are in them."""

    groups: int
    conversations: int


class Labels(Struct, frozen=True, kw_only=True):
    """The rows by their labels: how many classes, how few accounts the smallest holds, and what lies under some k."""

    classes: int
    smallest: int
    under: Mapping[str, Crowd]
    """By k: classes of fewer than k accounts."""


class Rare(Struct, frozen=True, kw_only=True):
    """Words, or runs of words, of a release: how many there are, how many of them in one account only."""

    size: int
    """Words in each."""
    distinct: int
    alone: int
    over: Mapping[str, int]
    """By per cent: conversations of whose own more than that stand in no other account's."""


class Standout(Struct, frozen=True, kw_only=True):
    """A row that stands out more than others: numbers only; its words are in the release, and in no report."""

    row: str
    words: int
    rare: int
    longest: int
    """Words in the longest run of them that stand nowhere else."""
    told: tuple[str, ...]
    """Kinds of facts it tells."""


class Identifying(Struct, frozen=True, kw_only=True):
    """The report on a release: what in it may still identify somebody, in counts."""

    release: str
    risk: Risk
    table: Digest
    """Of the table that finds what is told."""
    conversations: int
    accounts: int
    told: Mapping[str, int]
    """By kind: conversations that tell such a fact."""
    together: Mapping[str, Crowd]
    """By number of kinds: conversations that tell as many, in `groups` those whose combination no second account tells."""
    labels: Labels
    words: Rare
    phrases: Rare
    missed: int
    """Per mille of rare ones that are taken for common, since they fell in one place with others."""
    left_out: Mapping[str, int]
    over: int
    """Conversations over the setting all the same: none, unless leaving out had not come to rest after many rounds."""
    most: tuple[Standout, ...]
    format: str = FORMAT

    @property
    def raw(self) -> bytes:
        """The bytes of `identifying.json`."""
        return canonical(self)


class Weighed(Struct, frozen=True, kw_only=True):
    """What a release says of its weighing: the setting, the table, the figures its card shows; the rest is in the report."""

    risk: Risk
    table: Digest
    smallest: int
    alone: int
    """Conversations that tell two or more kinds of facts together as no second account does."""
    rare_words: int
    rare_phrases: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    over: int = 0

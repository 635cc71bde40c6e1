"""What is done with a hit besides a mark: a surrogate nobody has, or the turn or the whole conversation goes.

`treat_turns` is `mask_turns` with a table of actions: which kinds get which. A kind the table does not name is marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sayso.facts.conversation import Turn
from sayso.facts.kinds import Action
from sayso.scrub.conversation import mask_turns
from sayso.scrub.masking import Marks
from sayso.scrub.reserved import Family, family, written_plainly
from sayso.scrub.searching import Recognizer, mark_of

Actions: TypeAlias = Mapping[str, Action]
"""What is done with each kind of mark, by its word in small letters, such as `email`."""

SURROGATES = "sayso/surrogates/v1"
"""The way surrogates are drawn; another one makes other bytes of the same release."""


class Treated(Marks):
    """Marks, and surrogates where the actions ask for them: equal values get equal ones, and nobody else ever has them.

    A surrogate is drawn from a family of reserved values by a keyed digest of the original, so it says nothing without the key,
    and another key draws others. It equals no original of the conversation and no other's surrogate. Where a conversation has
    so many values of one kind that the family could run short, all of that kind are marked instead.
    """

    def __init__(self, key: bytes, actions: Actions) -> None:
        super().__init__(key)
        self._actions = actions
        self._given: dict[tuple[str, bytes], str] = {}
        self._used: dict[str, set[str]] = {}
        self._originals: set[bytes] = set()
        self._crowded: set[str] = set()

    def heard(self, values: Iterable[tuple[str, str]]) -> None:
        """Take notice of all originals, so that no surrogate equals one; kinds with too many of them will be marked."""
        distinct: dict[tuple[str, str, int], set[bytes]] = {}
        for kind, value in values:
            digest = self.drawn(*written_plainly(kind, value), 16)
            self._originals.add(digest)
            pool = family(kind, value)
            if pool is not None:
                distinct.setdefault((mark_of(kind), pool.name, pool.size), set()).add(digest)
        self._crowded |= {word for (word, _, size), met in distinct.items() if len(met) * 3 > size}

    def action(self, kind: str) -> Action:
        """Return what is done with a value of *kind* in this conversation; what has no surrogate is marked."""
        word = mark_of(kind)
        wanted = self._actions.get(word.lower(), "mark")
        if wanted == "keep_public":
            return "mark"  # whom the recognizer did not leave standing is no public figure
        return "mark" if wanted == "surrogate" and (word in self._crowded or family(kind, "") is None) else wanted

    def of(self, kind: str, value: str) -> str:
        """Return what stands for a value: its surrogate, or its mark.

        >>> marks = Treated(b"one conversation", {"email": "surrogate"})
        >>> marks.of("email", "bo@example.org") == marks.of("email", "BO@example.org") != "bo@example.org"
        True
        >>> marks.of("ipv4", "86.1.1.7")
        '[IP_1]'
        """
        pool = family(kind, value) if self.action(kind) == "surrogate" else None
        core = None if pool is None else self._core(pool, kind, value)
        return super().of(kind, value) if pool is None or core is None else pool.dress(value, core)

    def _core(self, pool: Family, kind: str, value: str) -> str | None:
        """Return the value's own place in the pool, drawn once; none where every place is taken."""
        plain = written_plainly(kind, value)
        key = (pool.name, self.drawn(*plain, 16))
        self._originals.add(key[1])
        if key in self._given:
            return self._given[key]
        used = self._used.setdefault(pool.name, set())
        first = int.from_bytes(self.drawn(*plain, 32), "big")
        for step in range(len(used) + len(self._originals) + 2):
            core = pool.core((first + step) % pool.size)
            dressed = pool.dress(value, core)
            taken = core in used or self.drawn(*written_plainly(kind, dressed), 16) in self._originals
            if not taken:
                used.add(core)
                self._given[key] = core
                return core
        return None


@dataclass(frozen=True)
class Treatment:
    """What became of a conversation's turns: those that stay, how many hits by kind and action, and what took turns or all."""

    turns: tuple[Turn, ...]
    counts: Mapping[str, Mapping[Action, int]]
    turns_dropped: Mapping[str, int] = field(default_factory=dict)
    """By the word of the kind that took them, such as `secret`; a turn with several counts under the first by name."""
    dropped_for: str = ""
    """The word of the kind for which the whole conversation goes; empty where it stays."""


def treat_turns(turns: Sequence[Turn], marks: Treated, *, recognizers: Iterable[Recognizer] = ()) -> Treatment:
    """Return what is left of *turns*: masked, without those that hold what drops a turn, and nothing where all must go.

    A hit anywhere in a turn counts, in parts too that no release holds. Nothing is kept of what is dropped but the counts.
    """
    counts: dict[str, Counter[Action]] = {}
    dropped: Counter[str] = Counter()
    stay: list[Turn] = []
    gone: set[str] = set()
    for turn, found in mask_turns(turns, marks, recognizers=recognizers):
        for kind, count in found.items():
            counts.setdefault(kind, Counter())[marks.action(kind)] += count
        gone |= {mark_of(kind).lower() for kind in found if marks.action(kind) == "drop_conversation"}
        takes = sorted(mark_of(kind).lower() for kind in found if marks.action(kind) == "drop_turn")
        if takes:
            dropped[takes[0]] += 1
        else:
            stay.append(turn)
    ordered = {kind: dict(sorted(counts[kind].items())) for kind in sorted(counts)}
    return Treatment(() if gone else tuple(stay), ordered, {} if gone else dict(sorted(dropped.items())), min(gone, default=""))

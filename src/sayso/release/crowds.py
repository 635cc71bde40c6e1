"""Who shares what: rows of the same labels, and what people tell of themselves together; what too few share is left out."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator

from sayso.release.risk import Crowd, Labels, Risk
from sayso.release.rows import Row
from sayso.release.spill import Spill
from sayso.scrub.telling import KINDS, told

Fact = tuple[str, str]
UNDER = (2, 3, 5, 10)
"""The k that the report speaks of."""


class Crowds:
    """All rows of a release to be, by account, labels and what they tell; 9 bytes a row, and more for those that tell something."""

    def __init__(self, spill: Spill) -> None:
        self.ids = spill.ids()
        self.accounts, self.classes, self.facts = array("I"), array("I"), dict[int, frozenset[Fact]]()
        self.alive = bytearray(b"\1" * len(self.ids))
        self.letters = 0
        self._names: dict[str, int] = {}
        self._labels: dict[tuple[str, ...], int] = {}
        self._telling: dict[Fact, list[int]] = {}
        for place, one in enumerate(self.ids):
            self._enter(place, spill.row(one))

    def _enter(self, place: int, row: Row) -> None:
        # Whose a row is may not be known: then it is somebody's who shares nothing with anybody.
        self.accounts.append(self._names.setdefault(row.account, len(self._names)))
        label = (row.surface, row.tier, row.language, *row.labels)
        self.classes.append(self._labels.setdefault(label, len(self._labels)))
        self.letters += sum(len(message.content) for message in row.messages)
        said = told(["\n".join(message.content for message in row.messages if message.role == "user")])
        if said:
            # Where somebody is and what they pay for is known of them too, so those who tell the same elsewhere are no company.
            own = (("region", row.region), ("tier", row.tier))
            self.facts[place] = frozenset((*said, *own))
            for fact in self.facts[place]:
                self._telling.setdefault(fact, []).append(place)

    def living(self) -> Iterator[int]:
        """Yield the places of the rows that stay."""
        return (place for place in range(len(self.ids)) if self.alive[place])

    def by_account(self) -> list[int]:
        """Return the places of the rows that stay, those of one account side by side."""
        return sorted(self.living(), key=self.accounts.__getitem__)

    def settle(self, risk: Risk) -> dict[int, str]:
        """Leave out whatever too few share until no more is; return the places of what was, each with its reason.

        A row that goes is company for nobody any more, so it is asked again until all that stays is shared.
        """
        gone: dict[int, str] = {}
        while fresh := {**self._few_labels(risk), **self._alone(risk)}:
            self.leave(fresh)
            gone |= fresh
        return gone

    def leave(self, places: Iterable[int]) -> None:
        """Have these rows out of all that is counted from here on."""
        for place in places:
            self.alive[place] = 0

    def _few_labels(self, risk: Risk) -> dict[int, str]:
        if risk.crowd < 2:
            return {}
        crowd = self._crowds()
        why = f"risk: labels that fewer than {risk.crowd} accounts share"
        return {place: why for place in self.living() if crowd[self.classes[place]] < risk.crowd}

    def _alone(self, risk: Risk) -> dict[int, str]:
        if not risk.told:
            return {}
        why = f"risk: tells {risk.told} or more of {', '.join(KINDS)} together, as fewer than {risk.together} accounts do"
        mine = (place for place in self.facts if self.alive[place] and len(self.kinds(place)) >= risk.told)
        return {place: why for place in mine if not self.shared(place, risk.together)}

    def kinds(self, place: int) -> tuple[str, ...]:
        """Return the kinds of facts that a row tells, in the order of the table."""
        said = {kind for kind, _ in self.facts.get(place, ())}
        return tuple(kind for kind in KINDS if kind in said)

    def shared(self, place: int, accounts: int) -> bool:
        """Return whether as many accounts, its own among them, each tell in one row all that this row tells."""
        mine = self.facts[place]
        met: set[int] = set()
        for other in min((self._telling[fact] for fact in mine), key=len):
            if self.alive[other] and self.accounts[other] not in met and mine <= self.facts[other]:
                met.add(self.accounts[other])
                if len(met) >= accounts:
                    return True
        return False

    def _crowds(self) -> Counter[int]:
        """Return how many accounts share each class of labels."""
        return Counter(one for one, _ in {(self.classes[place], self.accounts[place]) for place in self.living()})

    def labels(self) -> Labels:
        """Return the report on the labels."""
        crowd = self._crowds()
        rows = Counter(self.classes[place] for place in self.living())
        under: dict[str, Crowd] = {}
        for k in UNDER:
            few = [one for one, count in crowd.items() if count < k]
            under[str(k)] = Crowd(groups=len(few), conversations=sum(rows[one] for one in few))
        return Labels(classes=len(crowd), smallest=min(crowd.values(), default=0), under=under)

    def told(self) -> dict[str, int]:
        """Return by kind how many rows tell such a fact."""
        counted = Counter(kind for place in self.facts if self.alive[place] for kind in self.kinds(place))
        return {kind: counted[kind] for kind in KINDS}

    def together(self) -> dict[str, Crowd]:
        """Return by number of kinds how many rows tell as many, and how many of them as no second account does."""
        telling = [place for place in self.facts if self.alive[place]]
        found: dict[str, Crowd] = {}
        for count in range(1, len(KINDS) + 1):
            mine = [place for place in telling if len(self.kinds(place)) == count]
            found[str(count)] = Crowd(groups=sum(not self.shared(place, 2) for place in mine), conversations=len(mine))
        return found

    def people(self) -> int:
        """Return how many accounts have rows that stay."""
        return len({self.accounts[place] for place in self.living()})

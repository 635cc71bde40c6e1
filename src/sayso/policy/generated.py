"""The scalar engine: an expression tree becomes Python source, compiled once per version.

The source holds names of our own making only: every name and value that comes from a policy is handed in as a constant, so
nothing that somebody wrote into a profile is ever read as code. `closures` says the same slowly, and the tests compare them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sayso.policy import clock
from sayso.policy.tree import Case, In, Node, Value, walk

Staged: TypeAlias = Sequence[tuple[str, Node]]
"""Facts in the order in which they are worked out: each may ask for columns and for those before it."""

_INLINE = 4
"""A choice among more branches than this becomes a function of its own: so the source never nests deeper than the trees do."""
_LOCAL = re.compile(r"\bv\d+\b")


class Source:
    """Adapter from tree to Python expressions over local variables; `constants` is what they refer to."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {"at_least": at_least, "greatest": greatest, "least": least, "moved": moved}
        self.functions: list[str] = []
        self._locals: dict[str, str] = {}
        self._named = 0

    def constant(self, value: Any) -> str:
        """Return the name that stands for *value*."""
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def col(self, name: str) -> str:
        if name not in self._locals:
            self._locals[name] = f"v{self._named}"
            self._named += 1
        return self._locals[name]

    def lit(self, value: Value) -> str:
        return self.constant(value) if isinstance(value, str) else f"({value!r})"

    def isin(self, column: str, values: tuple[Value, ...]) -> str:
        return f"{column} == {self.lit(values[0])}" if len(values) == 1 else f"{column} in {self.constant(frozenset(values))}"

    def known(self, column: str) -> str:
        return f"({column}) is not None"

    def at_least(self, left: str, right: str) -> str:
        return f"at_least({left}, {right})"

    def every(self, terms: list[str]) -> str:
        return f"({' and '.join(terms)})" if terms else "True"

    def some(self, terms: list[str]) -> str:
        return f"({' or '.join(terms)})" if terms else "False"

    def case(self, branches: list[tuple[str, str]], otherwise: str) -> str:
        if len(branches) <= _INLINE:
            return f"({''.join(f'{then} if {when} else ' for when, then in branches)}{otherwise})"
        return self._function([f"if {when}: return {then}" for when, then in branches], otherwise)

    def greatest(self, terms: list[str]) -> str:
        return f"greatest({', '.join(terms)})"

    def least(self, terms: list[str]) -> str:
        return f"least({', '.join(terms)})"

    def later(self, instant: str, months: int, days: int) -> str:
        return f"moved({instant}, {months:d}, {days:d})"

    def first(self, node: Node) -> str:
        """Return *node*, a choice between rows, where neighbours that ask the same column are passed over with one look."""
        if not isinstance(node, Case):
            return walk(node, self)
        lines: list[str] = []
        branches, place = node.branches, 0
        while place < len(branches):
            column = _column(branches[place][0])
            upto = place + 1
            while column is not None and upto < len(branches) and _column(branches[upto][0]) == column:
                upto += 1
            tests = [f"if {walk(when, self)}: return {walk(then, self)}" for when, then in branches[place:upto]]
            if column is not None and len(tests) > 1:
                asked = frozenset(value for when, _ in branches[place:upto] for value in _values(when))
                lines += [f"if {self.col(column)} in {self.constant(asked)}:", *(f"    {test}" for test in tests)]
            else:
                lines += tests
            place = upto
        return self._function(lines, walk(node.otherwise, self))

    def _function(self, lines: list[str], otherwise: str) -> str:
        lines = [*lines, f"return {otherwise}"]
        given = ", ".join(dict.fromkeys(_LOCAL.findall("\n".join(lines))))
        name = f"c{len(self.functions)}"
        self.functions.append("\n".join([f"def {name}({given}):", *(f"    {line}" for line in lines)]))
        return f"{name}({given})"

    def function(self, staged: Staged, result: str) -> Callable[[Mapping[str, Any]], Any]:
        """Return the function of one flat row that works out of *staged* what *result* asks for, and returns that."""
        lines: list[str] = []
        for name, node in reversed(staged):
            # What is not asked for, by the result or by a fact after it, is not worked out.
            if local := self._locals.pop(name, None):
                lines.append(f"    {local} = {walk(node, self)}")
        columns = [f"    {local} = row[{self.constant(name)}]" for name, local in self._locals.items()]
        head = ["def asked(row):", *columns, *reversed(lines), f"    return {result}"]
        scope = dict(self.constants)
        source = "\n".join([*self.functions, *head])
        exec(compile(source, "<policy>", "exec"), scope)  # noqa: S102  # of our own making: see above
        made: Callable[[Mapping[str, Any]], Any] = scope["asked"]
        return made


def _column(when: Node) -> str | None:
    """Return the column that *when* asks, where it asks for values of one column and nothing else."""
    asked = _asked(when)
    return asked.column.name if asked else None


def _values(when: Node) -> tuple[Value, ...]:
    asked = _asked(when)
    return asked.values if asked else ()


def _asked(when: Node) -> In | None:
    terms = getattr(when, "terms", (when,))
    return terms[0] if len(terms) == 1 and isinstance(terms[0], In) else None


def row_function(staged: Staged, node: Node) -> Callable[[Mapping[str, Any]], Any]:
    """Return *node*, a choice between rows, as a function of one flat row."""
    source = Source()
    return source.function(staged, source.first(node))


def outcome_function(
    staged: Staged, use: Iterable[Node], keep: Iterable[tuple[Node, Node]], cap: Iterable[tuple[Node, Node]], *, ends: bool
) -> Callable[[Mapping[str, Any]], tuple[tuple[int, ...], tuple[Any, ...], tuple[Any, ...]]]:
    """Return the function that gives of one flat row the deciding row per purpose, and of each reason and cap whether it fits.

    With *ends*, it gives where each that fits ends instead, and `None` for the others.
    """
    source = Source()

    def shown(fits: Node, end: Node) -> str:
        whether = walk(fits, source)
        return f"{walk(end, source)} if {whether} else None" if ends else whether

    parts = [[source.first(node) for node in use], [shown(*pair) for pair in keep], [shown(*pair) for pair in cap]]
    listed = ", ".join(f"({''.join(f'{one}, ' for one in part)})" for part in parts)
    return source.function(staged, f"({listed})")


def at_least(one: int | None, other: int | None) -> bool:
    """Return whether *one* is known and not less than *other*."""
    return one is not None and other is not None and one >= other


def greatest(*terms: int | None) -> int | None:
    """Return the greatest of the known *terms*."""
    return max((one for one in terms if one is not None), default=None)


def least(*terms: int | None) -> int | None:
    """Return the least of the known *terms*."""
    return min((one for one in terms if one is not None), default=None)


def moved(count: int | None, months: int, days: int) -> int | None:
    """Return an instant in microseconds moved by calendar months, then days; absent stays absent."""
    if count is None:
        return None
    return clock.later(count, months, days) if months else min(count + days * clock.DAY, clock.END)

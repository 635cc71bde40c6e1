"""Every text field of a turn, masked; JSON stays JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from sayso.facts.conversation import Attachment, Part, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.scrub.batch import woken
from sayso.scrub.masking import Marks, Masked, Recognizer, find, mask
from sayso.scrub.seams import over_values

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_DEPTH = 4


def mask_turn(turn: Turn, marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> tuple[Turn, dict[str, int]]:
    """Return the turn with all its text masked, and how many of each kind were found.

    Text, thinking, tool names, tool input, tool results, attachment names and texts. Identifiers, roles and times are not text.
    """
    counts: Counter[str] = Counter()

    def scrub(text: str) -> str:
        masked = mask_json(text, marks, recognizers=recognizers)
        counts.update(masked.counts)
        return masked.text

    parts = tuple(_part(part, scrub) for part in turn.parts)
    return msgspec.structs.replace(turn, parts=parts), dict(counts)


def mask_title(title: str, marks: Marks) -> tuple[str, dict[str, int]]:
    """Return a conversation's title masked, and how many of each kind were found."""
    masked = mask(title, marks)
    return masked.text, masked.counts


def _part(part: Part, scrub: Callable[[str], str]) -> Part:
    match part:
        case Text() | Thinking() | ToolResult():
            return msgspec.structs.replace(part, text=scrub(part.text))
        case ToolCall():
            return msgspec.structs.replace(part, name=scrub(part.name), input=scrub(part.input))
        case Attachment():
            return msgspec.structs.replace(part, name=scrub(part.name), text=None if part.text is None else scrub(part.text))


def mask_json(text: str, marks: Marks, *, recognizers: Iterable[Recognizer] = (), depth: int = 0) -> Masked:
    """Return a text masked; where it is JSON, each string is masked on its own and the whole stays JSON.

    A value is looked at together with its name, so `{"password": "Kj8xPq2m"}` is seen for what it is. A number that must go
    becomes a string. `spans` are left empty for JSON, since its strings are escaped.

    >>> mask_json('{"to": "bo@example.org", "n": 1}', Marks()).text
    '{"to": "[EMAIL_1]", "n": 1}'
    """
    if depth >= _DEPTH or not _is_json(text):
        return mask(text, marks, recognizers=recognizers)
    counts: Counter[str] = Counter()
    out: list[str] = []
    at = 0
    items = list(_items(text))
    recognizers = [*recognizers, *over_values([plain for _, _, name, plain in items if name is not None])]
    quiet = frozenset() if recognizers else _quiet(items)
    for start, end, name, plain in items:
        if plain in quiet and (name is None or _beside(name, plain) in quiet):
            marks.reserve(plain)
            continue
        masked = mask(plain, marks, recognizers=recognizers) if name is None else _value(name, plain, marks, recognizers, depth)
        if masked.counts:
            counts.update(masked.counts)
            out += text[at:start], json.dumps(masked.text, ensure_ascii=text[start:end].isascii())
            at = end
    out.append(text[at:])
    return Masked("".join(out), (), dict(counts))


_Item = tuple[int, int, str | None, str]
"""Where a piece of JSON stands, the name its value stands under (None where it is a name itself), and what it says."""


def _items(text: str) -> Iterator[_Item]:
    """Yield the names and values of a JSON text."""
    names: list[str] = []  # the name that each open object or array stands under
    name, previous = "", ""
    for match in _PIECE.finditer(text):
        piece, end = match[0], match.end()
        if piece in "{[":
            names.append(name)
        elif piece in "}]":
            name = names.pop() if names else ""
        elif piece not in ",:":
            is_name = piece[0] == '"' and text[end : end + 64].lstrip()[:1] == ":" and previous in "{,"
            plain = _plain(piece)
            yield match.start(), end, None if is_name else name, plain
            if is_name:
                name = plain
        previous = piece if piece in "{}[],:" else ""


def _quiet(items: Sequence[_Item]) -> frozenset[str]:
    """Return the texts of these items, and values beside their names, in which nothing would be found."""
    plain = [text for _, _, _, text in items if not _braced(text)]
    beside = [_beside(name, text) for _, _, name, text in items if name is not None and not _braced(text)]
    texts = [*plain, *beside]
    return frozenset(texts).difference([texts[number] for number, _ in woken(texts)])


def _beside(name: str, plain: str) -> str:
    """Return a value as it reads beside its name; as it stands where it has none or is long."""
    if not name or len(plain) >= 512 or "\n" in plain:
        return plain
    quote = "'" if '"' in plain else '"'
    return f"{name}: {quote}{plain}{quote}"


def _value(name: str, plain: str, marks: Marks, recognizers: Iterable[Recognizer], depth: int) -> Masked:
    """Return a value masked, as it reads beside its name."""
    if _is_json(plain):
        return mask_json(plain, marks, recognizers=recognizers, depth=depth + 1)
    beside = _beside(name, plain)
    if beside != plain:
        low = len(name) + 3
        spans = [span for span in find(beside) if span.start >= low and span.end <= low + len(plain)]
        alone = mask(plain, marks, recognizers=recognizers)
        covered = sum(span.end - span.start for span in spans)
        if covered > sum(span.end - span.start for span in alone.spans):
            pieces: list[str] = []
            at = 0
            for span in spans:
                start, end = span.start - low, span.end - low
                pieces += plain[at:start], marks.of(span.kind, plain[start:end])
                at = end
            return Masked("".join([*pieces, plain[at:]]), (), dict(Counter(span.kind for span in spans)))
        return alone
    return mask(plain, marks, recognizers=recognizers)


def _plain(piece: str) -> str:
    if piece[0] != '"':
        return piece
    return str(json.loads(piece)) if "\\" in piece else piece[1:-1]


def _braced(text: str) -> bool:
    """Return whether a text may be JSON, whose values are read beside their names and not as they stand."""
    return text.lstrip()[:1] in ("{", "[")


def _is_json(text: str) -> bool:
    """Return whether a text is a JSON object or array; one nested too deep to parse is taken for one."""
    if not _braced(text) or text.rstrip()[-1:] not in ("}", "]"):
        return False
    try:
        json.loads(text)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True

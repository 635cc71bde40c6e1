"""Every text field of a turn, masked; JSON stays JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from sayso.facts.conversation import Attachment, Part, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.scrub.masking import Marks, Masked, mask, masked
from sayso.scrub.seams import Split, over_values
from sayso.scrub.searching import Recognizer
from sayso.scrub.seen import Seen
from sayso.scrub.spans import Span

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_DEPTH = 4


Asked = tuple[str, bool]
"""A text in which something is sought, and whether by patterns alone."""


class Item(NamedTuple):
    """A name or a value in JSON: where it stands, what it says, how a value reads beside its name, and the items of JSON in it."""

    start: int
    end: int
    plain: str
    beside: str | None = None
    inner: tuple[Item, ...] | None = None
    is_name: bool = False


class Read:
    """A turn or text that was read into what is asked of it and what is masked in it, so that all can be asked for at once."""

    def __init__(self) -> None:
        self._items: dict[str, tuple[Item, ...] | None] = {}

    def items(self, text: str) -> tuple[Item, ...] | None:
        """Return the items of a text that is JSON; None where it is not."""
        if text not in self._items:
            self._items[text] = read(text)
        return self._items[text]

    def asked(self, text: str) -> Iterator[Asked]:
        """Yield the texts in which something is sought before this one can be masked."""
        items = self.items(text)
        if items is None:
            yield text, False
        else:
            yield from _asked(items)

    def halves(self, texts: Iterable[str]) -> list[Split]:
        """Return finders of the secrets that lie over several values of the JSON among these texts; none where there are none."""
        return [one for text in texts for values in _values(self.items(text) or ()) for one in over_values(values)]

    def masked(self, text: str, marks: Marks, seen: Seen) -> Masked:
        """Return the text masked by what was seen in it."""
        return _masked(text, self.items(text), marks, seen)


def mask_turn(turn: Turn, marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> tuple[Turn, dict[str, int]]:
    """Return the turn with all its text masked, and how many of each kind were found.

    Text, thinking, tool names, tool input, tool results, attachments' names, media types and texts. Identifiers, roles, times and
    models are not text.
    """
    reading, texts = Read(), texts_of(turn)
    seen = Seen([*recognizers, *reading.halves(texts)])
    seen.learn(asked for text in texts for asked in reading.asked(text))
    return turn_masked(turn, marks, reading, seen)


def turn_masked(turn: Turn, marks: Marks, reading: Read, seen: Seen) -> tuple[Turn, dict[str, int]]:
    """Return what `mask_turn` returns, for a turn that was read, by what was seen in it."""
    counts: Counter[str] = Counter()

    def scrub(text: str) -> str:
        masked = reading.masked(text, marks, seen)
        counts.update(masked.counts)
        return masked.text

    parts = tuple(_part(part, scrub) for part in turn.parts)
    return msgspec.structs.replace(turn, parts=parts), dict(counts)


def texts_of(turn: Turn) -> list[str]:
    """Return all the text of a turn, in the order in which it is masked."""
    texts: list[str] = []

    def hear(text: str) -> str:
        texts.append(text)
        return text

    for part in turn.parts:
        _part(part, hear)
    return texts


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
            return _attachment(part, scrub)


def _attachment(part: Attachment, scrub: Callable[[str], str]) -> Attachment:
    text = None if part.text is None else scrub(part.text)
    # a media type may bear the file's name (`text/plain; name=...`), and is whatever the source wrote there
    return msgspec.structs.replace(part, name=scrub(part.name), media_type=scrub(part.media_type), text=text)


def mask_json(text: str, marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> Masked:
    """Return a text masked; where it is JSON, each string is masked on its own and the whole stays JSON.

    A value is looked at together with its name, so `{"password": "Kj8xPq2m"}` is seen for what it is. A number that must go
    becomes a string. `spans` are left empty for JSON, since its strings are escaped.

    >>> mask_json('{"to": "bo@example.org", "n": 1}', Marks()).text
    '{"to": "[EMAIL_1]", "n": 1}'
    """
    reading = Read()
    seen = Seen([*recognizers, *reading.halves([text])])
    seen.learn(reading.asked(text))
    return reading.masked(text, marks, seen)


def read(text: str, depth: int = 0) -> tuple[Item, ...] | None:
    """Return the names and values of a text that is a JSON object or array; None where it is none, or too deep inside others."""
    return tuple(_items(text, depth)) if depth < _DEPTH and _is_json(text) else None


def _values(items: Sequence[Item]) -> Iterator[list[str]]:
    """Yield the values of a JSON text, and those of each JSON text inside it."""
    yield [item.plain for item in items if not item.is_name]
    for item in items:
        if item.inner is not None:
            yield from _values(item.inner)


def _asked(items: Iterable[Item]) -> Iterator[Asked]:
    for item in items:
        if item.inner is not None:
            yield from _asked(item.inner)
            continue
        yield item.plain, False
        if item.beside is not None:
            yield item.beside, True


def _masked(text: str, items: tuple[Item, ...] | None, marks: Marks, seen: Seen) -> Masked:
    if items is None:
        return masked(text, marks, seen.find(text))
    counts: Counter[str] = Counter()
    out: list[str] = []
    at = 0
    for item in items:
        plain, beside = item.plain, item.beside
        if item.inner is not None:
            one = _masked(plain, item.inner, marks, seen)
        elif not seen.find(plain) and (beside is None or not seen.patterns(beside)):
            marks.reserve(plain)
            continue
        elif beside is not None:
            one = _value(plain, beside, marks, seen)
        else:
            one = masked(plain, marks, seen.find(plain))
        if one.counts:
            counts.update(one.counts)
            out += text[at : item.start], json.dumps(one.text, ensure_ascii=text[item.start : item.end].isascii())
            at = item.end
    out.append(text[at:])
    return Masked("".join(out), (), dict(counts))


def _items(text: str, depth: int) -> Iterator[Item]:
    """Yield the names and values of a JSON text."""
    names: list[str] = []  # the name that each open object or array stands under
    name, previous = "", ""
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece == "," or piece == ":":
            previous = piece
            continue
        if piece in "{[":
            names.append(name)
        elif piece in "}]":
            name = names.pop() if names else ""
        else:
            start, end = match.span()
            plain = _plain(piece)
            if piece[0] == '"' and previous in "{," and (text.startswith(":", end) or text[end : end + 64].lstrip()[:1] == ":"):
                yield Item(start, end, plain, is_name=True)
                name = plain
            elif _braced(plain) and _is_json(plain):
                yield Item(start, end, plain, None, read(plain, depth + 1))
            else:
                yield Item(start, end, plain, _beside(name, plain))
        previous = piece if piece in "{}[]" else ""


def _beside(name: str, plain: str) -> str | None:
    """Return a value as it reads beside its name; None where it has none or is long."""
    if not name or len(plain) >= 512 or "\n" in plain:
        return None
    quote = "'" if '"' in plain else '"'
    return f"{name}: {quote}{plain}{quote}"


def _value(plain: str, beside: str, marks: Marks, seen: Seen) -> Masked:
    """Return a value masked, as it reads beside its name where more of it is found so."""
    alone = masked(plain, marks, seen.find(plain))
    told = seen.patterns(beside)
    if not told:
        return alone
    low = len(beside) - len(plain) - 1
    spans = [Span(span.start - low, span.end - low, span.kind) for span in told if low <= span.start and span.end < len(beside)]
    if _width(spans) <= _width(alone.spans):
        return alone
    one = masked(plain, marks, spans)
    return Masked(one.text, (), one.counts)


def _width(spans: Sequence[Span]) -> int:
    return sum(span.end - span.start for span in spans)


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

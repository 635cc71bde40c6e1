"""Every text field of a turn, masked; JSON stays JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from sayso.facts.conversation import Attachment, Part, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.scrub.items import Asked, Item, asked, read, values
from sayso.scrub.masking import Marks, Masked, mask, masked
from sayso.scrub.seams import Split, over_values
from sayso.scrub.searching import Recognizer
from sayso.scrub.seen import Seen
from sayso.scrub.spans import Span, settle

_HALF = re.compile("[\ud800-\udfff]")


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
            yield from asked(items)

    def halves(self, texts: Iterable[str]) -> list[Split]:
        """Return finders of the secrets that lie over several values of the JSON among these texts; none where there are none."""
        return [one for text in texts for said in values(self.items(text) or ()) for one in over_values(said)]

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


def parts_masked(turn: Turn, marks: Marks, reading: Read, seen: Seen) -> list[list[Masked]]:
    """Return, for each part of a turn that was read, what `mask_turn` makes of each of its fields, and where it found what."""
    each: list[list[Masked]] = []

    def scrub(text: str) -> str:
        each[-1].append(reading.masked(text, marks, seen))
        return each[-1][-1].text

    for part in turn.parts:
        each.append([])
        _part(part, scrub)
    return each


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
    becomes a string. A span of JSON is a place in the text as it is written; of a string with escapes it is all of that string.

    >>> mask_json('{"to": "bo@example.org", "n": 1}', Marks()).text
    '{"to": "[EMAIL_1]", "n": 1}'
    """
    reading = Read()
    seen = Seen([*recognizers, *reading.halves([text])])
    seen.learn(reading.asked(text))
    return reading.masked(text, marks, seen)


def _masked(text: str, items: tuple[Item, ...] | None, marks: Marks, seen: Seen) -> Masked:
    if items is None:
        return masked(text, marks, seen.find(text))
    counts: Counter[str] = Counter()
    spans: list[Span] = []
    out: list[str] = []
    at = 0
    for item in items:
        plain, beside = item.plain, item.beside
        if item.inner is None and not seen.find(plain) and (beside is None or not seen.patterns(beside)):
            marks.reserve(plain)  # as it is with nearly all of them
            continue
        one = _item(item, marks, seen)
        if one.counts:
            raw = text[item.start : item.end]
            counts.update(one.counts)
            spans += _in_text(item, raw, one.spans)
            out += text[at : item.start], _written(one.text, raw)
            at = item.end
    out.append(text[at:])
    return Masked("".join(out), tuple(spans), dict(counts))


def _written(text: str, raw: str) -> str:
    """Return a text as a JSON string, in ASCII where the original was; half a character is escaped, else no file could hold it."""
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", json.dumps(text, ensure_ascii=raw.isascii()))


def _item(item: Item, marks: Marks, seen: Seen) -> Masked:
    """Return a name or a value masked: by itself, and as it reads beside its name."""
    if item.inner is not None:
        return _masked(item.plain, item.inner, marks, seen)
    alone = seen.find(item.plain)
    told = item.beside is not None and seen.patterns(item.beside)
    return masked(item.plain, marks, settle([*alone, *_in_value(item, told)]) if told else alone)


def _in_value(item: Item, told: Sequence[Span]) -> list[Span]:
    """Return what was found in a value beside its name as places in the value; a span over both is cut to the value."""
    high = len(item.beside or "") - 1
    low = high - len(item.plain)
    return [
        Span(max(span.start, low) - low, min(span.end, high) - low, span.kind, span.source)
        for span in told
        if span.start < high and span.end > low
    ]


def _in_text(item: Item, raw: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans of an item as spans of the text it stands in; one over all of it where it is written with escapes."""
    quoted = raw[0] == '"'
    if raw[1:-1] == item.plain if quoted else raw == item.plain:
        return [Span(item.start + quoted + span.start, item.start + quoted + span.end, span.kind, span.source) for span in spans]
    longest = max(spans, key=lambda span: span.end - span.start)
    return [Span(item.start + 1, item.end - 1, longest.kind, longest.source)]

"""Every text field of a turn, masked; JSON stays JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from sayso.facts.conversation import Attachment, Part, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.scrub.batch import woken
from sayso.scrub.masking import Marks, Masked, Recognizer, find, mask

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_DEPTH = 4


def mask_turn(turn: Turn, marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> tuple[Turn, dict[str, int]]:
    """Return the turn with all its text masked, and how many of each kind were found.

    Text, thinking, tool names, tool input, tool results, attachment names and texts. Identifiers, roles and times are not text.
    """
    return _masked(turn, marks, recognizers, frozenset())


def mask_turns(turns: Sequence[Turn], marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> list[tuple[Turn, dict[str, int]]]:
    """Return what `mask_turn` returns for each turn of a conversation, in its order; what holds nothing is seen in one go."""
    others = tuple(recognizers)
    texts = [] if others else [text for turn in turns for part in turn.parts for text in _texts(part) if not _braced(text)]
    loud = {texts[number] for number, _ in woken(texts)}
    quiet = frozenset(texts) - loud
    return [_masked(turn, marks, others, quiet) for turn in turns]


def _masked(turn: Turn, marks: Marks, recognizers: Iterable[Recognizer], quiet: frozenset[str]) -> tuple[Turn, dict[str, int]]:
    counts: Counter[str] = Counter()

    def scrub(text: str) -> str:
        if text in quiet:
            marks.reserve(text)
            return text
        masked = mask_json(text, marks, recognizers=recognizers)
        counts.update(masked.counts)
        return masked.text

    parts = tuple(_part(part, scrub) for part in turn.parts)
    return msgspec.structs.replace(turn, parts=parts), dict(counts)


def mask_title(title: str, marks: Marks) -> tuple[str, dict[str, int]]:
    """Return a conversation's title masked, and how many of each kind were found."""
    masked = mask(title, marks)
    return masked.text, masked.counts


def _texts(part: Part) -> tuple[str, ...]:
    """Return the texts of a part that are masked."""
    match part:
        case Text() | Thinking() | ToolResult():
            return (part.text,)
        case ToolCall():
            return part.name, part.input
        case Attachment():
            return (part.name,) if part.text is None else (part.name, part.text)


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
    names: list[str] = []  # the name that each open object or array stands under
    name, at, previous = "", 0, ""
    for match in _PIECE.finditer(text):
        piece = match[0]
        out.append(text[at : match.start()])
        at = match.end()
        if piece in "{[":
            names.append(name)
        elif piece in "}]":
            name = names.pop() if names else ""
        elif piece[0] not in ",:":
            is_name = piece[0] == '"' and text[at : at + 64].lstrip()[:1] == ":" and previous in "{,"
            plain = _plain(piece)
            masked = mask(plain, marks, recognizers=recognizers) if is_name else _value(name, plain, marks, recognizers, depth)
            if is_name:
                name = plain
            if masked.counts:
                counts.update(masked.counts)
                piece = json.dumps(masked.text, ensure_ascii=piece.isascii())
        previous = piece if piece in "{}[],:" else ""
        out.append(piece)
    out.append(text[at:])
    return Masked("".join(out), (), dict(counts))


def _value(name: str, plain: str, marks: Marks, recognizers: Iterable[Recognizer], depth: int) -> Masked:
    """Return a value masked, as it reads beside its name."""
    if _is_json(plain):
        return mask_json(plain, marks, recognizers=recognizers, depth=depth + 1)
    if name and len(plain) < 512 and "\n" not in plain:
        quote = "'" if '"' in plain else '"'
        lead = f"{name}: {quote}"
        spans = [span for span in find(f"{lead}{plain}{quote}") if span.start >= len(lead) and span.end <= len(lead) + len(plain)]
        alone = mask(plain, marks, recognizers=recognizers)
        covered = sum(span.end - span.start for span in spans)
        if covered > sum(span.end - span.start for span in alone.spans):
            pieces: list[str] = []
            at = 0
            for span in spans:
                start, end = span.start - len(lead), span.end - len(lead)
                pieces += plain[at:start], marks.of(span.kind, plain[start:end])
                at = end
            return Masked("".join([*pieces, plain[at:]]), (), dict(Counter(span.kind for span in spans)))
        return alone
    return mask(plain, marks, recognizers=recognizers)


def _plain(piece: str) -> str:
    return str(json.loads(piece)) if piece[0] == '"' else piece


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

"""Whether what stands after `Mr.`, `is called` or `customer:` names a person: a sentence goes on there as well, or code."""

from __future__ import annotations

import re

from sayso.scrub.row import Found

_NOT_NAMES = frozenset(
    b"not the sorry just so very also glad happy sure in on from going really assistant human american christian muslim "
    b"jewish an a unsure is it what because trying looking here sir madam all team everyone friends customer hiring manager "
    b"colleagues god lord jesus santa diary mom mum dad i you we they he she this that there my your our his her new old one "
    b"of and or but if for to at by with no yes ok okay please thanks thank customers user users friend recruiter committee "
    b"editor professor doctor valued whom mr mrs ms dr unknown anonymous none null true false string name first last full "
    b"monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    b"october november december claude chatgpt gpt siri alexa bard gemini copilot bot ai english spanish french german item "
    b"index product project file table column value type test example default future open assistant world".split()
)
_OFFICES = frozenset(
    b"speaker president chairman chairwoman chairperson chair secretary ambassador mayor minister senator governor "
    b"chancellor moderator commissioner right wrong nobody pepper foo".split()
)
"""What is called with a title and by no name: `Mr. Speaker`."""
_WHO = re.compile(
    rb"(?i)\b(?:grand|step)?(?:i|he|she|who|they|baby|child|kid|boy|girl|man|woman|guy|lady|son|daughter|brother|sister|wife|husband|mother|father|mom|mum|"
    rb"dad|aunt|uncle|cousin|nephew|niece|friend|boss|colleague|neighbou?r|teacher|doctor|nurse|owner|partner|fianc\xc3\xa9e?|twins?|"
    rb"person|people|student|patient|client|officer|manager|ceo)\b[^.\n!?]{0,56}\Z"
)
_NAMING = re.compile(rb"(?i)(?:was|is|be) (?:called|named) +[\"']?\Z")
_IN_CODE = re.compile(
    rb"(?m)^[ \t]*(?:async |export |public |private )*(?:def|class|import|from|function|const|let|interface|struct|return)\b"
    rb"|->|=>|: (?:str|int|bool|string|number)\b"
)
_NO_ONE = tuple(word.encode() for word in ("他", "她", "你", "我", "它", "您", "何", "什么", "啥"))
"""With what no name in Chinese or Japanese begins that somebody tells."""
_ROLE = re.compile(
    rb"(?i)(?<![\w-])(?:patient|applicant|tenant|employee|client|attn|attention|recipient|card[ _]?holder|passenger|contact"
    rb"|customer|author)[\"'`*_]{0,3} ?[:=][ \t]*([\"'`*_]{0,3})\Z"
)
_HUMPED = re.compile(rb"[a-z]{4}[A-Z]|[a-z][A-Z][a-z]+[A-Z]")
"""A name in code, but not `McDonald`."""
_INITIALED = re.compile(rb"[A-Z]{3,}[a-z]{2,}")
_GOES_ON = re.compile(rb"(?i)attention[*_]{0,3}(?:\xc2\xa0| )?: ?\0 [a-z]{2}|author[*_]{0,3}: ?\0 (?:some|the|your|all)")
"""A sentence that begins behind such a word, as in `author: Take some credit`."""
_ARGUMENT = re.compile(rb"(?i:name|nombre|apellidos?)>\s+\Z|\.displayName ?= ?[\"'`]\Z")
"""What a command's help has before its explanation (`--dllname <name>   ...`), and what a page calls a part of itself."""
"""A type whose name begins with what letters stand for: `URIRef`."""
_FIRMS = frozenset(
    b"developers contributors team inc ltd llc gmbh ag pty plc sarl corp corporation foundation authors project group company "
    b"software community maintainers magazine university institute committee department list association society".split()
)
"""What ends the name of no person."""


_FIRST = re.compile(rb"[^ ,.]*")


def _name(value: bytes) -> bool:
    first = _FIRST.match(value.lower())[0]  # type: ignore[index]  # it matches the empty word too
    return first not in _NOT_NAMES and len(value) > 1 and not value.isupper() | (len(value) > 60)


def trimmed(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a name, without a sign of the sentence or a following word that is no name."""
    value = buffer[start:end]
    if buffer[end : end + 1] == b"(":
        return None  # a call
    if buffer[end : end + 1].isdigit():
        return None  # `PyO3`: the word goes on
    words = value.split(b" ")
    for n, word in enumerate(words[1:], 1):
        if word.lower().strip(b".,'") in _NOT_NAMES:
            value = b" ".join(words[:n])
            break
    value = value.rstrip(b".,'- ")
    if b" " in value and value.rpartition(b" ")[2].lower() in _FIRMS:
        return None
    if value.endswith(b"'s"):
        value = value[:-2]
    return (start, start + len(value)) if value and _name(value) else None


def titled(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a name after a title; an office is none."""
    first = re.split(rb"[ ,.']", buffer[start:end], maxsplit=1)[0]
    return None if first.lower() in _OFFICES else trimmed(buffer, start, end)


def introduced(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a name that somebody tells; what `is called` something must be somebody."""
    if buffer.startswith(_NO_ONE, start, end):
        return None
    if buffer[max(0, start - 40) : start].rstrip(b" \"'").lower().endswith((b"called", b"named")):
        lead = buffer[max(0, start - 100) : start]
        naming = _NAMING.search(lead)
        if naming and not _WHO.search(lead, 0, naming.start()):
            return None
    return trimmed(buffer, start, end)


_A_NAME = re.compile(
    r"(?i)\b(?:name|nome|nombre|nom|naam|namn|navn|nimi|imię|imie|nazwisko|jméno|meno|ime|név|neved|nume|isim|adınız|tên|nama|emri"
    r"|имя|имени|ім'я|ім’я|име|όνομα|όνομά|שם|اسم|नाम)\b|名前|姓名|名字|이름"
)
"""The word for a name in other languages, which an example of a setting has where a name would stand."""


def configured(value: bytes) -> bool:
    """Return whether what `user.name` is set to is somebody's name, and not `Your Name` in some language."""
    low = value.lower()
    return not low.startswith((b"your", b"[", b"test", b"%")) and not _A_NAME.search(value.decode("utf-8", "replace"))


def author(value: bytes) -> bool:
    """Return whether what stands before the address of an author or sender is a name, and no variable, verb or example."""
    low = value.lower()
    return (
        not low.startswith((b"your name", b"[", b"$", b"%", b"{", b"is ", b"was ", b"the ", b"full name"))
        and low != b"name"
        and b"%s" not in low
        and b"bot]" not in low
    )


def _letters(text: bytes) -> bytes:
    return re.sub(rb"[^a-z]", b"", text.lower()) or b"-"


def in_field(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a name in a field.

    One word after a role such as `customer` is as often a type, a caption or another word for the role: it must stand in no code,
    and not be what a list of captions has (`'author': 'Auteur'`).
    """
    found = trimmed(buffer, start, end)
    if found and (_ARGUMENT.search(buffer, max(0, start - 40), start) or re.match(rb"\.[a-z]", buffer[found[1] : found[1] + 2])):
        return None
    if found and _letters(buffer[max(0, start - 24) : start]).endswith(_letters(buffer[start:end])):
        return None  # `surname: Surname`
    if found and re.match(rb" = [\w\"'(\[{-]", buffer[found[1] : found[1] + 4]):
        return None  # a constant and its type: `FULL_NAME: Final = 65`
    if found is None or b" " in buffer[start : found[1]]:
        return found
    value = buffer[start : found[1]]
    if buffer[start - 1 : start] in (b'"', b"'", b"`"):
        role = _ROLE.search(buffer[max(0, start - 40) : start])
        return None if _HUMPED.search(value) or (role and role[1] == b"'") else found
    if buffer[found[1] : found[1] + 1] in (b"[", b")", b"|", b"{") or _HUMPED.search(value):
        return None
    if _INITIALED.fullmatch(value) or _GOES_ON.search(buffer[max(0, start - 16) : start] + b"\0" + buffer[found[1] : found[1] + 6]):
        return None  # a type, a sentence
    return None if _IN_CODE.search(buffer, max(0, start - 300), min(len(buffer), end + 200)) else found

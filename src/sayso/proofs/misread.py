"""What a file is that cannot be read as one of ours: what an e-mail, an editor or a half download made of it, and what to do.

Nothing here decides anything: a file that comes here is refused already, and what is said of it is a guess by how it looks.
The page `verify.html` guesses alike, in the same words.
"""

from __future__ import annotations

import re

from sayso.facts.errors import Unfit

TAKE = "take the file as it was handed out"
_KINDS = (
    (b"PK\x03\x04", "is a zip archive; unpack it and give what is in it"),
    (b"\x1f\x8b", "is compressed; unpack it and give what is in it"),
    (b"%PDF", f"is a PDF, which proves nothing; {TAKE}"),
    (b"\x89PNG", f"is a picture, which proves nothing; {TAKE}"),
    (b"\xff\xd8\xff", f"is a picture, which proves nothing; {TAKE}"),
    (b"PAR1", "holds the rows of a release; give the folder of the release, with its manifest"),
)
_PUBLIC_KEY = re.compile(r"[^\s+]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44,2000}\s*")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_SPACES = " \t\r\n"
_ODD = re.compile("[\u00a0\u2007\u200b\u202f\u2028\u2029\u201c-\u201f\ufeff]")
_WRAPPED = re.compile(r"[\w+/=.:;-] ?\r?\n[ >]*[\w+/=.:;-]", re.ASCII)
"""A line break between two signs of a text. Between the parts of JSON one stands beside a comma, a bracket or a quotation mark."""


def misread(raw: bytes, what: str) -> str:
    """Return in one line, after the name *what*, what *raw* looks like, which is none of our files.

    >>> misread(b"", "the file")
    'the file is empty; it was not copied or downloaded whole'
    """
    return f"{what} {_looks(raw)}"


def note_text(raw: bytes, what: str) -> str:
    """Return the text of a signed note in *raw*; Unfit, with what it looks like, where it is none or was changed on its way."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unfit(misread(raw, what)) from None
    if not text.strip(_SPACES) or text.startswith("\ufeff") or "\r\n" in text:
        raise Unfit(misread(raw, what))
    return text


def _looks(raw: bytes) -> str:
    # (1) By its first bytes: nothing at all, another encoding, another kind of file.
    if not raw.strip(_SPACES.encode()):
        return "is empty; it was not copied or downloaded whole"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return f"was saved as UTF-16, as some editors do; {TAKE}"
    if raw[:3] == b"\xef\xbb\xbf":
        return f"begins with a byte order mark, which an editor put there; {TAKE}"
    for start, said in _KINDS:
        if raw.startswith(start):
            return said
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return f"is no UTF-8 text: it is damaged, or of another kind; {TAKE}"
    return _reads(text)


def _reads(text: str) -> str:
    # (2) By what it says: a key, or a file of ours that something changed on the way.
    if _PUBLIC_KEY.fullmatch(text):
        return "is a public key and no proof; it goes where a key is asked for"
    if "\0" in text:
        return f"is no text: it is damaged, or of another kind; {TAKE}"
    if _ODD.search(text):
        return f"holds signs that an e-mail or a word processor puts in, such as spaces that do not break; {TAKE}"
    begun = text.lstrip(_SPACES)[:1]
    if begun == "<":
        return "is a web page, and none that carries a receipt; take the file that was handed out with the receipt in it"
    if begun not in ("{", "["):
        if "\r\n" in text:
            return f"has other line ends than it was written with (CR LF); {TAKE}"
        return f"is no receipt, proof or checkpoint of this log: it does not begin like one; {TAKE}, or the key of its log"
    # (3) JSON that breaks off, or that was wrapped to the width of a letter.
    if _WRAPPED.search(text):
        return f"has line breaks in the middle of its texts, as e-mails put them in; {TAKE}, as an attachment"
    if _breaks_off(text):
        return "breaks off before its end; it was not copied or downloaded whole"
    return "is no plain JSON: damaged, nested too deep, or a name stands twice in it"


def _breaks_off(text: str) -> bool:
    """Return whether brackets are left open at the end of *text*, strings aside."""
    if text.rstrip(_SPACES)[-1:] not in ("}", "]"):
        return True
    # What stands between quotation marks is each second piece, once those that are part of a text are out of the way.
    outside = "".join(_ESCAPED.sub("", text).split('"')[::2])
    return sum(map(outside.count, "{[")) > sum(map(outside.count, "}]"))

"""Whether what stands after a secret's name, in code or in a sentence, is the secret."""

from __future__ import annotations

import re
from functools import lru_cache

from sayso.scrub import codelike, secrecy
from sayso.scrub.row import Found, sees

_NO_SECRET = re.compile(
    rb"(?:monkey|turkey|hotkey|donkey|whiskey|jockey|keyboard|key ?word|tokeni[sz]|primary_?key|foreign_?key|"
    rb"public[ _-]?key|pub[ _-]?key|sort_?key|partition_?key|cache_?key|"
    rb"keyframe|passenger|passage|passing|compass|author\b|author__|authors|bypass|_count|_length|_len|_size|max_?tokens|"
    rb"tokens|_tokens|timeout|_url|_uri|_path|_file|_name|_type|_field|pass_rate|passport|fqdn|noauth|[_-]?ids?$|"
    rb"_chars|keystr|_str$|certificate|fingerprint|_hash_algo|algorithm|authorit|_?label$|_?placeholder$|_?message$|_?hint$|_?title$|_?help$|_?prompt$|polic(?:y|ies)$|_?regex$|_?pattern$|_?source$|"
    rb"_?provider$|_?expir|_?ttl$|secretsmanager|secret_?name|sha\d|md5|digest|checksum|thumbprint|instant$|keyspace|known_hosts|pwm|handler|encoding|\.(?:c|cc|cpp|h|py|js|ts|go|rs|java|rb|php|json|ya?ml)$|passthr|pass_thr|possess|key_?type|-type|token_?type|token_?kind|timestamp|nonce|oauthlib|authlib)"
)
_TELLING = re.compile(
    rb"pass|pasword|psswd|pwd|psw|pw$|psk|secret|token|credential|api|priv|wort|contrase|senha|auth|nkey|session|cookie|"
    rb"l\xc3\xb6senord|wachtwoord|has\xc5\x82o|salasana|kode|jelsz|ifre|salt"
)
_TYPED = re.compile(rb"([A-Za-z_][\w.-]*)[ \t]*:[ \t]*(?:&(?:'static )?)?([A-Za-z][\w.]*)\Z")
_LABEL = re.compile(rb"[\w.\x80-\xff-]+(?: [\w-]+)?\Z")
_CUTS = re.compile(rb"[\"'`\\]")
_CUT = re.compile(rb"[\"'`][ \t]*(?:\+|\.\.?|&|\\)?[ \t]*(?:\r?\n[ \t]*)?(?:\+[ \t]*)?[bfr]?[\"'`]|\\\r?\n[ \t]*")
_PIECE = re.compile(rb"(?:" + _CUT.pattern + rb")([^\s\"'`,;<>(){}\[\]\\]+)")
_CALLED = re.compile(rb"[A-Za-z_\[\]][\w.:\[\]]{0,40}\((?:[\"'][\w.-]+[\"'], ?)?b?[\"'`\\]{0,4}\Z|\([ ]?[\"']\Z")
_GIVEN = re.compile(rb"[\"'], ?b?[\"']\Z|byte\(|bytes\(|\A\(|[sS]tr(?:ing)?\(|Some\(|[nN]ew\(|[fF]rom\(|from_?hex\(|Hex\(")
_ASKING = re.compile(rb"(?i)get|load|read|find|fetch|lookup|open|path|file|param|query|input|prompt|^_?t\(|key\(|field|env\(")
_ENTITY = re.compile(rb"(?:&quot;|&#34;|%22|<\w{1,4}>|\*\*[ ]?`?)\Z|(?:%3[Dd]|\\u003[dD])\Z")
_FILE = re.compile(rb"(?:[\w.-]+/){1,12}[\w-]+\.(?:pem|key|crt|cer|der|p12|pfx|jks|json|ya?ml|toml|conf|txt|env)")
_AT = re.compile(rb"\d{4}-\d\d-\d\d[T ]|[A-Z]{1,5}-\d{1,3}(?:_[A-Z]+)?(?![\w-])|[Cc]o-authored|-?anonymous@")
_STORED = re.compile(rb"[\w./-]+\.[a-z]{2,7}")
_HEADER = re.compile(rb"(?i)x(?:-[a-z]{2,12}){1,4}")
_HEADED = re.compile(rb"[A-Z][a-z]+(?:-[A-Za-z]+){1,4}")
_NAMED_IN_CODE = re.compile(rb"[a-z_]+\d?\r?\n")
_SHOWN = re.compile(rb"[ \t]?%[-0-9.l]{0,4}[sdiuxfgc]\b|[ \t]{3}|[ \t]{2}\S")
"""What stands behind the name of an argument in a command's help, or behind a word in a message that is filled in."""
_ASCII_OUT = bytes(range(128, 256))
_OF_A_CLASS = re.compile(rb"(?:[A-Z][a-z]{2,}){2,}\d?[A-Z]?")
_IN_LABEL = bytes(c for c in range(256) if c > 127 or chr(c).isalnum() or c in b"_.- ")


@sees(128)
def assigned(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a value after a secret's name, over all pieces of a literal that is cut: `"9d71b1" + "f2a8af"`."""
    first = _CUT.search(buffer, start, end) if _CUTS.search(buffer, start, end) else None
    if first is None:
        return _assigned(buffer, start, end)
    found = _assigned(buffer, start, first.start())
    if found is None or found[1] != first.start():
        return found
    last = found[1]
    for piece in _PIECE.finditer(buffer, first.start(), end):
        if not secrecy.has_digit_and_letter(piece[1]) or secrecy.placeholder(piece[1]) or _written(piece[1]):
            break
        last = piece.end()
    return start, last


def _assigned(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a value after a secret's name; a name such as `monkey` or a value that is code is refused."""
    lead = buffer[max(0, start - 96) : start]
    called = _CALLED.search(lead) if b"(" in lead[-48:] else None
    label = label_of(lead[: called.start()] if called else lead)
    if b"arn:" in lead[-48:]:
        return None
    if called and not (_GIVEN.search(called[0]) or (not _ASKING.search(called[0]) and _firm(buffer[start:end]))):
        return None
    if no_secret(label):
        return None
    if buffer[end : end + 1] in (b"[", b"(") and re.fullmatch(rb"[A-Za-z_][\w.]*", buffer[start:end]) and label[:1].isalpha():
        return None  # `values[EnvPassword]` is code
    if hashed(buffer, start) or _FILE.fullmatch(buffer, start, end) or _HEADER.fullmatch(buffer, start, end):
        return None
    if (b"fake" in label and end - start < 12) or (
        (b"header" in label or b"hdr" in label) and _HEADED.fullmatch(buffer, start, end)
    ):
        return None
    if codelike.named(buffer, start, end, label) or _AT.match(buffer, start, end):
        return None
    if _weak_name(label) and _STORED.fullmatch(buffer, start, end):
        return None
    if _weak_name(label) and _OF_A_CLASS.fullmatch(buffer, start, end) and buffer[start - 1 : start] in (b" ", b"\t", b":"):
        return None
    if shown_argument(buffer, start, end) or (end - start > 5 and buffer[start:end].lower() in label):
        return None  # `kSession: Symbol('session')`
    if label.startswith(b"self.") and _NAMED_IN_CODE.match(buffer, start, end + 2):
        return None
    found = secrecy.looks_secret(buffer, start, end)
    if found is None:
        return plain_password(buffer, start, end, label)
    value = buffer[found[0] : found[1]]
    if _weak_name(label) and not (secrecy.random_looking(value) and len(value) >= 16):
        return None
    return found


def shown_argument(buffer: bytes, start: int, end: int) -> bool:
    """Return whether a word names what goes there: `--password WACHTWRD   the password`, `token: felkod %lu`."""
    shown = _SHOWN.match(buffer, end, end + 12)
    if not shown:
        return not buffer[start:end].translate(None, _ASCII_OUT) and re.match(rb" [\x80-\xff]", buffer[end : end + 2]) is not None
    word = buffer[start:end].decode("utf-8", "replace").replace("_", "").replace("-", "")
    return word.isalpha() and (b"%" in shown[0] or word.isupper())


def _written(piece: bytes) -> bool:
    """Return whether a piece of a literal reads like words."""
    return len(re.findall(rb"\d", piece)) < 3 and secrecy.wordlike(piece)


def _firm(value: bytes) -> bool:
    """Return whether a literal that some call is given looks drawn."""
    return secrecy.classes(value) >= 3 and secrecy.random_looking(value) and secrecy.has_digit_and_letter(value)


def set_as(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of what a password was set to, in a sentence, a table or a shell: it has a digit beside letters."""
    value = buffer[start:end].rstrip(b".,;:!?)")
    if buffer[max(0, start - 6) : start].rstrip(b"\"'").endswith(b"echo ") and not re.match(
        rb"[\"']? ?\| ?(?:sudo|docker login|kinit|passwd)", buffer[end : end + 20]
    ):
        return None
    held = len(value) >= 6 and secrecy.has_digit_and_letter(value) and secrecy.secret_value(value, quoted=True)
    words = re.fullmatch(rb"[a-z]+[_-]?\d{0,2}|\d+[a-z]{1,5}|[a-z_.-]+", value)
    return (start, start + len(value)) if held and not words else None


@sees(64)
def near(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of what stands some words behind `password` and is made as passwords are, no name or version."""
    value = buffer[start:end].rstrip(b".,;:!?)*")
    signs = re.search(rb"[!$#%&?+~^*@]", value)
    cased = re.search(rb"[a-z]", value) and re.search(rb"[A-Z]", value)
    leet = re.search(rb"[a-z]\d[a-z]{2}", value) and len(value) >= 8
    plain = re.fullmatch(
        rb"[A-Z]+[-_]?\d+|[A-Z]{3,}v\d|[a-z]{2,8}[-_]?\d{1,4}|[\d.:/-]+[a-zA-Z]{0,4}\d?|v?\d+(?:\.\d+)+\S*"
        rb"|\d+(?:st|nd|rd|th|[a-z]{1,3})",
        value,
    )
    told = len(value) >= 16 and secrecy.random_looking(value) and buffer[max(0, start - 2) : start] == b": "
    if b"%0A" in value or re.fullmatch(rb"[A-Z]{3,8}#\d{1,2}", value):
        return None
    if plain or not 6 <= len(value) <= 40 or not (signs or cased or leet or told) or not secrecy.secret_value(value, quoted=True):
        return None
    if codelike.named(buffer, start, start + len(value), b"") or re.fullmatch(
        rb"(?:[A-Z]+[a-z]+\d{0,4}){2,}|[A-Z][a-z]+\d{1,2}|[A-Z]{2,}\d+[A-Za-z]?", value
    ):
        return None
    if re.match(rb"(?:is|was|to|ist|est)[^.]", value):
        return None  # two texts read as one where the first ended in `my password is`: the blank between them was no part of either
    return None if b"@" in value and b"." in value else (start, start + len(value))


def beside_a_login(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a password behind a user's name; where no word says what it is, it must not read like code."""
    if re.search(rb"(?i)(?:pass|pw|pwd|passwd)(?:word)?[ :=]+[\"'`]?\Z", buffer[max(0, start - 16) : start]):
        return in_prose(buffer, start, end)
    value = buffer[start:end].rstrip(b".,;:!?)")
    held = secrecy.classes(value) >= 3 and secrecy.has_digit_and_letter(value) and secrecy.secret_value(value, quoted=True)
    return (start, start + len(value)) if held and not re.fullmatch(rb"[a-z_0-9]+", value) else None


def is_file(value: bytes) -> bool:
    """Return whether this is the path of a key or a setting, and not the key."""
    return _FILE.fullmatch(value) is not None


def hashed(buffer: bytes, start: int) -> bool:
    """Return whether a password's hash begins here, which has a row of its own."""
    return re.match(rb"\$2[abxy]\$", buffer[start : start + 4]) is not None


@lru_cache(4096)
def no_secret(label: bytes) -> bool:
    """Return whether what bears this name is none, as with `monkey` and `max_tokens`."""
    return _NO_SECRET.search(label) is not None


@lru_cache(4096)
def _weak_name(label: bytes) -> bool:
    """Return whether a name alone does not make what it bears a secret."""
    return _TELLING.search(label) is None


_CALLED_TOKEN = re.compile(
    rb"(?i)(?:api|access|refresh|server|auth|bot|bearer|service|client|app|deploy)"
    rb"[ _-](?:token|secret|api[ _-]key)s?[ =]{1,3}[\"'`]?\Z"
)


@sees(64)
def drawn_key(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a long drawn string near the word key; bare hexadecimal may be a commit and must stand next to it."""
    value = buffer[start:end].rstrip(b".-/")
    if (
        not secrecy.random_looking(value)
        or not secrecy.has_digit_and_letter(value)
        or value.count(b".") > 2
        or value.count(b"/") > 3
    ):
        return None
    if re.fullmatch(rb"[0-9a-f-]+", value) and not re.search(
        rb"(?i)(?:key|token|secret|password)\W{0,3}(?:'s| is| was)?\W{1,4}$", buffer[max(0, start - 40) : start]
    ):
        return None
    if re.fullmatch(rb"[0-9a-f]{40}|[0-9a-f]{8}-[0-9a-f-]{27}", value) and b":" not in buffer[max(0, start - 4) : start]:
        return (start, start + len(value)) if _CALLED_TOKEN.search(buffer, max(0, start - 32), start) else None
    if _FILE.fullmatch(value) or re.fullmatch(rb"[\w./-]+/[\w-]+\.[a-z]{2,4}", value):
        return None
    drawn = secrecy.classes(value) >= 3 or re.fullmatch(rb"[0-9a-f]{32,}|[0-9a-z]{24,}", value)
    return (start, start + len(value)) if drawn and secrecy.entropy(value) > 3 and not re.search(rb"[A-Za-z]{14}", value) else None


def used(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of what somebody says was used as a password or key; what is called a key must look drawn and be long."""
    value = buffer[start:end].rstrip(b".,;:!?)")
    drawn = len(value) >= 16 and secrecy.random_looking(value) and secrecy.has_digit_and_letter(value)
    if re.search(rb"(?i)(?:key|token)[:=]? [\"'`*]{0,3}$", buffer[max(0, start - 16) : start]):
        held = drawn and b"_" not in value and not re.fullmatch(rb"[0-9a-f]{40}", value)
    else:
        held = drawn or (secrecy.classes(value) >= 3 and secrecy.secret_value(value, quoted=True))
    return (start, start + len(value)) if held else None


def plain_password(buffer: bytes, start: int, end: int, label: bytes) -> Found:
    """Return the place of a password that is a plain word: in quotes, or alone to the end of a line or entry."""
    value = buffer[start:end].rstrip(b".,;:")
    if (
        not re.search(rb"(?:password|passwd|passphrase|pwd|pass)$", label)
        or secrecy.placeholder(value)
        or value.lower() in _SENTENCE
    ):
        return None
    if re.fullmatch(rb"[a-z]{2,12}(?:[_-][a-z]{2,12}){1,3}", value):
        return (start, start + len(value)) if buffer[start - 1 : start] in (b'"', b"'") and not secrecy.wordlike(value) else None
    if quoted_word(buffer, start, value) and _MADE.fullmatch(value):
        return start, start + len(value)
    if not re.fullmatch(rb"[A-Za-z]{6,24}", value) or re.search(rb"[Pp]ass|[Ss]ecret|[Ww]ord|[a-z][A-Z]", value) or value.isupper():
        return None
    quoted = quoted_word(buffer, start, value)
    alone = re.match(rb"[ \t]*(?:\r?\n|\}|\]|$)", buffer[start + len(value) : start + len(value) + 8])
    return (start, start + len(value)) if quoted or alone else None


_MADE = re.compile(
    rb"(?!new|old|confirm|current|user|db|my|your|test|default|admin|enter|forg|reset|change|repeat|verify|login|the|set|get|has|is|no|re|"
    rb"in|wrong|miss|empty|show|hide|root|plain|raw|hash|encr|temp|app|api|client|server|master|by|com|un|with|use|save|proxy|ssh|key)"
    rb"[a-z]{3,12}pass(?:word|wd)?"
)
"""`goodpassword`: a word before `password` that makes no name of a field of it."""


def quoted_word(buffer: bytes, start: int, value: bytes) -> bool:
    """Return whether a value stands in quotes."""
    over = start + len(value)
    return buffer[start - 1 : start] in (b'"', b"'") and buffer[over : over + 1] in (b'"', b"'")


@lru_cache(256)
def label_of(lead: bytes) -> bytes:
    """Return the name a value is assigned to, in small letters, from the text before the value."""
    for _ in range(3):  # the quote, the sign and the quote again, each as an entity of HTML or of a URL
        if lead[-1:] not in b";>2dD*`" or (entity := _ENTITY.search(lead)) is None:
            break
        lead = lead[: entity.start()].rstrip(b" ")
    lead = lead.rstrip(b" \t\"'`\\@bfruNL").rstrip(b":=>|?-~").rstrip(b" \t\"'`\\])*")
    if lead.endswith((b"&quot;", b"&#34;", b"%22")):
        lead = lead[: max(lead.rfind(b"&"), lead.rfind(b"%"))]
    lead = lead[-60:].removesuffix(b"\n")
    typed = _TYPED.search(lead) if b":" in lead else None
    name = typed or _LABEL.search(lead, len(lead.rstrip(_IN_LABEL)))
    if typed and _TELLING.search(typed[2].lower()) and not _TELLING.search(typed[1].lower()):
        return typed[2].lower()  # `env: API_TOKEN=`
    return (name[1] if typed else name[0]).lower() if name else b""


def in_prose(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a password told in a sentence; words that go on with the sentence are none."""
    quoted = buffer[start - 1 : start] in (b'"', b"'", b"`", b"*")
    if quoted and buffer.find(b" ", start, end) >= 0:  # a phrase of words, none of which a sentence hangs on
        words = buffer[start:end].lower().split()
        return (start, end) if _SENTENCE.isdisjoint(words) and len(words) > 2 else None
    value = buffer[start:end].partition(b"\\n")[0].rstrip(b".,;:?)\"'`*\\")  # a line break written in code ends it
    if not value or secrecy.placeholder(value):
        return None
    if re.fullmatch(rb"\d{1,3}[\x80-\xff]+", value):
        return None  # `8 characters or more`, in a script without spaces
    wordy = bool(re.fullmatch(rb"[a-z'\x80-\xff-]+", value))
    if wordy and (re.search(rb" to:? [\"'`*]{0,3}\Z", buffer[max(0, start - 8) : start]) or not re.search(rb"[a-z]", value)):
        return None  # `the password to unlock`, or words of a script without spaces
    if wordy and buffer[start - 1 : start] == b"*" and (value in _SENTENCE or value.endswith((b"ed", b"ing", b"able", b"ly"))):
        return None  # a word of the sentence, stressed
    if wordy and not quoted:
        ends = buffer[start + len(value) : start + len(value) + 1] in (b".", b"", b"\n", b",")
        mine = re.search(
            rb"(?i)\b(?:my|our|his|her|the (?:wifi|wi-fi|door|router|account))\b[^.\n]{0,40}$", buffer[max(0, start - 60) : start]
        )
        common = value.lower() in _SENTENCE or value.endswith((b"ed", b"ing", b"able", b"ly", b"ble", b"ive"))
        if common or not (ends and mine) or len(value) < 5:
            return None
    return (
        (start, start + len(value)) if len(value) >= 4 and (quoted or wordy or secrecy.secret_value(value, quoted=True)) else None
    )


_SENTENCE = frozenset(
    b"required incorrect wrong correct invalid not too the a an in on set stored hashed encrypted stolen weak "
    b"strong secure lost safe valid long short "
    b"empty missing forgotten never always still also changed reset shared compromised expired unknown being used "
    b"needed saved protected what that "
    b"this your my something only sent there here same different difficult hard easy important good bad sensitive "
    b"private secret complex simple "
    b"impossible possible better best known public it and or but for with from case longer shorter leaked out".split()
)


_OF_A_SENTENCE = re.compile(rb" (?:to|the|of|for|in|is|with|your|must|an?|related) ")


def spaced(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a password with blanks, in quotes: it holds a digit and none of the words that sentences hang on."""
    value = buffer[start:end]
    held = not hashed(buffer, start) and secrecy.secret_value(value, quoted=True) and re.search(rb"\d", value)
    return (start, end) if held and not _OF_A_SENTENCE.search(value) and not codelike.FILLED_IN.search(value) else None


def wrapped(value: bytes) -> bool:
    """Return whether what stands in an element or a call of a secret's name is one; `user:passwd` says what goes there."""
    shown = re.fullmatch(rb"(?i)user(?:name)?:pass(?:wd|word)?.{0,12}", value)
    if shown or value.startswith(b"\\") or _FILE.fullmatch(value) or secrecy.placeholder(value.rstrip(b":")):
        return False
    return secrecy.secret_value(value, quoted=True) and secrecy.classes(value) > 1


def told_before(value: bytes) -> bool:
    """Return whether what is said to be the key or password is one: it holds digits and letters, or signs as well."""
    return secrecy.secret_value(value, quoted=True) and (secrecy.has_digit_and_letter(value) or secrecy.classes(value) >= 3)


_PUBLIC = re.compile(rb"AAAA[BCE]3NzaC1")
"""How the public key of a machine or a person begins (RFC 4253)."""


def lone(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a long drawn string that stands alone; what a certificate's challenge has published is none."""
    value = buffer[start:end]
    if b"-----BEGIN PUBLIC KEY-----" in buffer[max(0, start - 32) : start] or b"-----END PUBLIC KEY" in buffer[end : end + 24]:
        return None
    drawn = (
        secrecy.classes(value) == 3
        and len(re.findall(rb"\d", value)) >= 2
        and secrecy.entropy(value) > 3.8
        and not re.search(rb"[a-z]{9}|[A-Z]{12}", value)
        and not secrecy.wordlike(value)
        and not _PUBLIC.match(value)
        and not re.search(rb"(?i)sha\d{1,3}[:-]\Z", buffer[max(0, start - 8) : start])
    )
    return (
        (start, end)
        if drawn and not codelike.in_a_blob(buffer, start, end) and buffer.find(b"acme-challenge", max(0, start - 112), start) < 0
        else None
    )

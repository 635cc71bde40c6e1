"""Handles such as `@ana`: a row for where one stands for a person, and not for a decorator, a variable or a package."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from sayso.scrub.row import Found, Row, sees
from sayso.scrub.wording import bytes_of

_BEFORE = (
    "follow(?:s|ed|ing)?|thanks|thank you|thx|ty|cc|ccing|ping(?:ed)?|hey|hi|hello|dear|ask(?:ed)?|tell|told|dms?|dm'?d|message|"
    "msg|contact|via|tg|ig|credits? to|shout ?out to|reach me (?:at|on)|find me (?:at|on)|i'm|i am|rt|mention(?:ed)?|tag(?:ged)?|love|"
    "miss|happy birthday"
)
_SITES = "twitter|instagram|insta|snapchat|snap|tiktok|telegram|discord|mastodon|threads|bluesky|github|gitlab|x|ig"
_OWN = rf"(?:my|his|her|their|your|the)? ?(?:{_SITES})? ?(?:handle|account|username|user name|nick|profile)"
_SITE = "twitter|instagram|insta|snapchat|tiktok|telegram|discord|mastodon|bluesky"
_TOLD = re.compile(
    rf"(?i)(?:\b(?:{_BEFORE}|{_OWN}|{_SITE})(?: (?:is|was|are|me|name|at|on|to|with))?[:,]? {{1,2}}|[\w.)] (?:and|&|,) )$".encode()
)
_LAST = frozenset(
    b"account tg am and are ask asked at birthday bluesky cc ccing contact credits dear discord dm dm'd dms follow followed following "
    b"follows github gitlab handle hello hey hi i'm ig insta instagram is love mastodon me mention mentioned message miss msg name nick "
    b"on out ping pinged profile rt snap snapchat tag tagged telegram tell thank thanks threads thx tiktok to told twitter ty user "
    b"username via was with x you".split()
)
"""Whatever may be the last word of what `_TOLD` finds, and some more."""
_PLAIN = frozenset(
    b"follow follows followed following thanks thx ty cc ccing ping pinged hey hi hello dear ask asked tell told dm dms message msg "
    b"contact via i'm rt mention mentioned tag tagged love miss twitter instagram insta snapchat tiktok telegram discord mastodon".split()
)
"""Whatever `_TOLD` finds alone."""
_NO_HANDLE = frozenset(
    b"""
abstractmethod access account action after all alpha angular app apply arg args asynccontextmanager author
autoreleasepool autowired babel bean before beta body brief callback catch channel charset class classmethod code
column component composite cond context contextmanager controller copyright ctx ctxt cvar data dataclass default
deprecated details echo else elseif email end endcode endif entity event everyone example exception external file
fileoverview vocab language languages direction propagate list values index set embed explicit omitdefault nest requireall graph
reverse ids rule invariant initialize precondition decorator skip org scope base prefix attribute encode dynamic final finally fires fixture font functionalinterface generated getter given here html id if
implementation implements import include inheritdoc inject injectable input interface interfaces internal keyframes
latest layer license link listens media memberof mock model module name namespace next node note notnull nullable
output overload override package page param params patch private property protected protocol protocols public pytest
raise raises react readonly ref repository return returns router runtime_checkable section see selector service setter
since staticmethod supports suppresswarnings synthesize table tailwind template test throw throws todo transactional
try type typedef typeparam types using validator value version view vue while wraps
""".split()
)
_RELOCATED = re.compile(
    rb"(?i)(?:plt(?:off|pc\w*)?|got(?:off|plt|pc\w*|tp\w*|ent|page)?|tls(?:gd|ld\w*|ie|call|desc)?|dt[pv]\w*|n?tpo(?:ff)?|tprel\w*|ltoff\w*|gprel|pcrel|fptr"
    rb"|secrel\w*|pcl|slotcount|nn|targets)"
)
"""What an assembler calls where a symbol is found: `@plt`."""
_A_THING = re.compile(
    rb"(?i)(?:^|[^\w@])(?:the|an?|each|every|any|this|that|these|lists? of|type of|kind of|use of)(?: [\"'`*]{1,3}| )\Z"
)
_THINGS = (b"the", b"a", b"an", b"each", b"every", b"any", b"this", b"that", b"these", b" of")
_QUOTES = b" \"'`*"
"""What makes a name behind it a thing: nobody says `the @ana`."""
_CODE_BEFORE = re.compile(
    rb"(?i)(?:\b(?:return|unless|elsif|puts|print|raise|yield|install|set|declare|select|values|npm|yarn|npx|pip|const|exec|defined)"
    rb"|[=<\[{|+*/%;]) *$"
)
_CODED = tuple(
    b"return unless elsif puts print raise yield install set declare select values npm yarn npx pip const exec defined "
    b"= < [ { | + * / % ;".split()
)
"""With what something ends in which `_CODE_BEFORE` finds anything, as `_THINGS` does for `_A_THING`."""
_NEAR = 160
"""How much of a line is read on each side."""
_TALKED = 72
_TALK = re.compile(rb"(?<![\w.(])[A-Za-z\x80-\xff']{2,}(?![\w(=:]|\.\w)")
_SIGNS = b"{};=|\\"
_CODE_LINE = re.compile(rb"(?:^|[^:])//|</?(?:pre|code)\b|\$\w")
_OF_CODE = re.compile(
    rb"decorat|callable|annotation|attribute|directive|parameter|pointer|stub file|style ?sheet|class methods?\b|node list"
)
_CODE_AFTER = re.compile(
    rb"[ \t]+(?:public|private|protected|class|def|static|final|void|const|let|var|function|abstract|interface|async|override|enum"
    rb"|int|string|boolean)\b|[ \t]{2,}# "
)


def _in_code(line: bytes) -> bool:
    """Return whether a line has signs that talk has not."""
    if len(line.translate(None, _SIGNS)) < len(line) or line.lstrip()[:1] in (b"*", b"#"):
        return True
    if b"()" in line or b"->" in line or b"::" in line or b"/*" in line or b"#!" in line:
        return True
    return (b"/" in line or b"$" in line) and _CODE_LINE.search(line) is not None


@lru_cache(64)  # lines that somebody repeats
def _talk(around: bytes) -> bool:
    """Return whether four words stand there as they do in talk."""
    return sum(1 for _ in islice(_TALK.finditer(around), 4)) == 4


@sees(_NEAR + 2)
def handle(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a handle that stands for a person: after a word that tells, or in a line that reads like talk."""
    name = buffer[start + 1 : end]
    if (
        name.lower().partition(b"-")[0] in _NO_HANDLE
        or name.isdigit()
        or _RELOCATED.fullmatch(name.partition(b"-")[0])
        or b"\xc3" <= buffer[end : end + 1] <= b"\xc9"
        or buffer[end : end + 1] in (b"/", b"(", b"[", b"=", b"@")
        or b".." in name
    ):
        return None
    if buffer[end : end + 1] == b"." and buffer[end + 1 : end + 2].isalnum():
        return None
    if buffer[start - 1 : start] in (b"'", b'"') and buffer[end : end + 1] == buffer[start - 1 : start]:
        return None  # a string of its own, as in `'@context'`
    near = max(0, start - _NEAR)
    low = max(buffer.rfind(b"\n", near, start) + 1, near)
    lead = buffer[low:start]
    tail = lead[-24:]
    said = tail.rstrip(b" ")
    if said.rstrip(_QUOTES)[-5:].lower().endswith(_THINGS) and _A_THING.search(tail):
        return None
    if not lead.strip() and (len(lead) >= 4 or b"\t" in lead):
        return None  # a tag or a decorator begins an indented line
    if not lead.strip() and buffer[end : end + 2] == b"  ":
        return None  # an argument in a command's help
    # Asked first, as it is cheap, and nearly all stop here.
    last = said.rpartition(b" ")[2] if 1 <= len(tail) - len(said) <= 2 else b""
    low_last = last.lower()
    plain = low_last in _PLAIN or (low_last[-1:] in b":," and low_last[:-1] in _PLAIN)
    told = None
    if not plain and last and (low_last.strip(b":,\"'(") in _LAST or last[:1] in b",&"):
        told = _TOLD.search(lead[-48:])
    if told and last == b"handle" and lead.lstrip(b" \t").startswith((b"#", b"//")):
        told = None  # a remark says what the code below is to handle
    coded = said[-7:].lower().endswith(_CODED) and _CODE_BEFORE.search(tail) is not None
    if plain or told:
        joins = told is not None and told[0].endswith((b" and ", b" & ", b" , "))
        if not coded and not (joins and _in_code(lead)):
            return start, end
    if b"." in name:
        return None
    if coded:
        return None
    high = buffer.find(b"\n", end, end + _NEAR)
    high = high if high >= 0 else end + _NEAR
    around = lead[-_TALKED:] + b" " + buffer[end : min(high, end + _TALKED)]
    if not _talk(around):
        return None
    line = buffer[low:high]
    return None if _in_code(line) or _CODE_AFTER.match(buffer, end) or _OF_CODE.search(around) else (start, end)


def told_handle(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a handle told after the name of a service; a plain word goes on with the sentence."""
    value = buffer[start:end].rstrip(b".-")
    drawn = re.search(rb"[a-z][0-9_.:-]*[0-9_#][0-9_]*|:|[a-z]\.[a-z]|[a-z][A-Z][a-z]|^\$[a-z]|@|\d{4}-\d{4}", value)
    code = buffer[end : end + 1] in (b"(", b"[", b"/") or re.search(rb"(?i)\.(?:com|org|io|js|py|client|net|app|gg|me)\b", value)
    return (start, start + len(value)) if drawn and not code else None


_SERVICE = (
    "snap(?:chat)?|insta(?:gram)?|ig|discord|skype|kik|tiktok|telegram|wechat|kakao(?:talk)?|line id|psn|gamertag|xbox|bsky|bluesky"
    "|venmo|cash ?app|upi|zalo"
)
"""Where somebody is known by a name of their own choosing."""

ROWS = (
    Row(
        kind="handle",
        mark="HANDLE",
        trigger=r"(?:^|[\s(\"'.,:;!?*_\[\x80-\xbf])@[A-Za-z0-9_]{2}",
        confirm=r"(?:^|[\s(\"'.,:;!?*_\[\x80-\xbf])(@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,37}[A-Za-z0-9_]))",
        check=handle,
        confirmed_by="context",
        canon=str.lower,
        back=4,
        reach=64,
        yes=(
            "thanks «@ana_lima»!",
            "my twitter handle is «@boKowalski99»",
            "«@cyd_okoro» I saw the news and it was really good",
            "so then «@ana» said we should all go there",
            "follow «@bo.plays» and you will see",
        ),
        no=(
            "@property\ndef name(self):",
            "@Override public void run() {",
            " * @param name the name of the person to greet",
            "npm install @angular/cli and then run it again",
            "return @user if @user.nil? and so on",
            "@media (max-width: 600px) { a { b: c } }",
            "SELECT * FROM t WHERE id = @id and more words here",
            "function, use @given instead of @composite",
            "    @with_ansi_mode_context\n    def replace(",
            "if '@context' in ctx: follow the context of it",
            "mail me at ana@example please do it now",
            "pin it with lodash@4.17 or with react@next today",
            "@echo off\nset x=1",
            "Shared functionality for @contextmanager and @asynccontextmanager in this class",
            "@app.route('/x') is a decorator that you use",
            "The description on the @controls attribute in it includes this",
            "a list of @interfaces, protocols and some other things in it",
            "@generated by mypy-protobuf.  Do not edit this file",
            "    @cvar IN_CLOSE_WRITE: a file was closed after it was written",
            "a dict of method names and @validator class methods for it",
            "</pre><p>Free up the memory that is allocated by @compiled</p>",
            "block that selects into a @variable from a view of it",
        ),
    ),
    Row(
        kind="handle-told",
        mark="HANDLE",
        trigger=bytes_of(
            rf"(?i)\b(?:{_SERVICE})(?: (?:id|name|tag|user(?:name)?|handle|is))*[:=]|\b(?:{_SERVICE})(?: (?:id|name|tag|user(?:name)?|handle))* is [a-z]|\b(?:my|his|her) (?:{_SERVICE}) [a-z0-9_.]+\d"
            rf"|\b(?:{_SERVICE}) @|微信号?|[a-z0-9_.]#\d{{4}}\b|\bu/[a-z0-9_-]{{4}}|\borcid|line id|\bupi\b|cash ?app|\bpsn |gamertag"
        ),
        confirm=bytes_of(
            rf"(?i)(?:\b(?:{_SERVICE}|line|upi|cash ?app|orcid)|微信号?)(?: (?:id|name|tag|user(?:name)?|handle))*(?:[:=]| is|:| )[ \t]{{0,2}}[\"'`@]?((?:live:)?\$?[a-z0-9][a-z0-9_.-]{{2,40}}(?:@[a-z0-9]+(?:\.[a-z.]+)?|#\d{{4}}\b)?)"
            r"|(?:^|[\s(])/?u/([A-Za-z0-9_-]{4,20})\b"
        ),
        check=told_handle,
        confirmed_by="context",
        canon=str.lower,
        yes=(
            "my discord is «janedoe#1234»",
            "snap: «janed99»",
            "skype: «live:jane.doe»",
            "ig: «kat_vogel»",
            "my snapchat «katvogel99»",
            "cashapp «$analima82»",
            "reddit user u/«katvogel82»",
        ),
        no=(
            "discord: the app",
            "line 12: x",
            "psn: none",
            "signal: SIGTERM9",
            "my insta is private",
            "telegram: blocked",
            "discord = discord.Client()",
        ),
    ),
)

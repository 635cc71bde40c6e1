"""Kinds: how to reach somebody, and where they are on the net."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import re

from sayso.scrub import checks, hosts
from sayso.scrub.row import DIGIT, NEXT, Found, Row, whole

_LOCAL = bytes(c for c in range(256) if c > 127 or chr(c).isalnum() or c in b"_.+'-")
_FILE_ENDS = (
    b"png",
    b"jpg",
    b"jpeg",
    b"gif",
    b"svg",
    b"webp",
    b"js",
    b"css",
    b"json",
    b"html",
    b"tsx",
    b"jsx",
    b"yaml",
    b"yml",
    b"txt",
    b"xml",
    b"pdf",
    b"utf",
    b"utf8",
)
_VERSIONED = re.compile(rb"v?\d{1,3}\.\d{1,4}\.")
_HOME_ROLES = frozenset(
    b"user users runner ubuntu root travis vagrant node app admin username public default shared linuxbrew you me myself him her someone somebody www node_modules staging dist foo bar circleci name "
    b"administrator all home guest appuser jovyan ec2-user debian pi git docker www-data yourname your-name your_username youruser".split()
)
_SOCIAL_PAGES = frozenset(
    b"intent share home hashtag search login signup explore about help privacy tos settings watch groups events pages p reel reels jobs pulse sharer sharer.php i hashtag tr plugins dialog v2 v3 legal policies features pricing topics trending collections sponsors orgs apps marketplace enterprise feed company school signin directory security about.html widgets.js share.php video clip music wall".split()
)
_SPOKEN_STOP = frozenset(
    b"look met me us is shop buy up online available him her them it be work live stay meet only not arrive and or more".split()
)


_IN_URL = re.compile(rb"://[^\s/\"'<>?#]*$")


def _email(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an address; not `git@`, a message's number, `user@host` inside a URL, not `foo@2x.png`, no CJK words before it."""
    lead = buffer[max(0, start - 400) : start]
    start -= len(lead) - len(lead.rstrip(_LOCAL))
    local, _, domain = buffer[start:end].partition(b"@")
    head = local.lstrip(b".'-+")
    # scripts written without spaces: the sentence runs into the address
    words = None if head.isascii() else re.match(rb".*[\xe2-\xef][\x80-\xbf]{2}", head)
    if words and words.end() < len(head) and head[words.end() :].isascii():
        head = head[words.end() :].lstrip(b".'-+")
    start += len(local) - len(head)
    url = buffer.find(b"://", max(0, start - 128), start) >= 0 and _IN_URL.search(buffer[max(0, start - 128) : start])
    if _VERSIONED.match(domain) or (domain[-1:].isdigit() and b".xn--" not in domain.lower()):
        return None  # `lib@1.5.8-3.el7`
    if (
        not head
        or head == b"git"
        or (len(head) > 15 and not head.strip(b"0123456789."))
        or url
        or domain.lower().rsplit(b".", 1)[-1] in _FILE_ENDS
    ):
        return None
    return start, end


def _spoken(value: bytes) -> bool:
    first = re.split(rb"[ \[({]", value, maxsplit=1)[0].lower()
    place = re.search(rb"(?i)\bat[\])}]? ?([a-z0-9-]+)", value)
    return first not in _SPOKEN_STOP and (place is None or place[1].lower() not in (b"the", b"a", b"an", b"this", b"that"))


def _home(value: bytes) -> bool:
    low = value.lower()
    return low not in _HOME_ROLES and low != b"all users" and not low.startswith((b"your", b"<", b"$", b"{", b"%", b"."))


def _prompt(value: bytes) -> bool:
    return value.partition(b"@")[0] not in (b"root", b"user", b"git")


def _device(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of the number of a device; a certificate's is its own."""
    around = buffer[max(0, start - 120) : end + 40]
    held = checks.has_digit(buffer[start:end]) and not re.search(rb"(?i)certificate|x\.?509|Version: 3|\(0x|\braw:", around)
    return (start, end) if held else None


def _social(value: bytes) -> bool:
    return value.lower().split(b"/")[0] not in _SOCIAL_PAGES


def _shell_user(value: bytes) -> bool:
    """Return whether this is a user of a machine; not a role."""
    return _home(value) and value.lower() not in _SHELL_ROLES


def of_no_role(value: bytes) -> bool:
    """Return whether the name of a user is a person's, as far as it is not one that every system has.

    >>> of_no_role(b"ana"), of_no_role(b"postgres"), of_no_role(b"current_user")
    (True, False, False)
    """
    low = value.lower().strip(b"._-")
    return len(low) > 1 and _home(low) and low not in _SHELL_ROLES and b"user" not in low and not low.startswith(b"my")


_SHELL_ROLES = frozenset(
    b"string daemon bin sys nobody postgres mysql redis mongodb rabbitmq elasticsearch jenkins gitlab github apache http https nginx staff wheel users system service postfix mail ftp ssh sshd systemd test tester example demo dev build builder ci runner deploy node php ruby python java oracle sa sysadmin operator user1 myuser username me null none true false".split()
)

ROWS = (
    Row(
        kind="email",
        mark="EMAIL",
        trigger=r"[A-Za-z0-9_+'\x80-\xff-]@[A-Za-z0-9\x80-\xff]",
        confirm=r"[A-Za-z0-9_.+'\x80-\xff-]+@(?:[A-Za-z0-9\x80-\xff][A-Za-z0-9\x80-\xff-]*\.)+[A-Za-z\xc3-\xf4](?:[A-Za-z\x80-\xff]|-[A-Za-z0-9])*[A-Za-z0-9\x80-\xff]",
        check=_email,
        canon=str.lower,
        source="RFC 5322 and RFC 6531, as people type them",
        yes=(
            "write to «Ana.Lima+x@example.org».",
            "mailto:«bo@sub.example.co.uk»?subject=x",
            "«żółć@przykład.pl»",
            "<«o'brien@example.ie»>",
            "联系«li@example.cn»",
        ),
        no=(
            "npm i @types/node@1.2.3",
            "<142480216486.20800.16526388040877946887@nightshade.example>",
            "icon foo@2x.png",
            "pkg:rpm/centos/keyutils-libs@1.5.8-3.el7",
            "lib@21.3.0.rc",
            "'sd_in@devanagari.utf8':",
            "git clone git@github.com:a/b.git",
            "@app.route('/x')",
            "ssh://ana@host.example/x",
        ),
        back=80,
    ),
    Row(
        kind="email-encoded",
        mark="EMAIL",
        trigger=r"%40[A-Za-z0-9]",
        confirm=r"([A-Za-z0-9_.+-]+%40(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24})\b",
        yes=("?to=«ana%40example.org»&x=1",),
        no=("width=100%40px",),
    ),
    Row(
        kind="email-spoken",
        mark="EMAIL",
        trigger=r"(?i) (?:dot|punkt|punto|ponto) [a-z]|arobase |[\[({](?:at|@|\xc3\xa4t|at sign|arroba|dot|\.)[\])}]|[a-z]\(a\)[a-z]|[a-z0-9] @ [a-z0-9]|[a-z] \. (?:com|org|net)\b|-dot-[a-z]|arroba |chiocciola|@ [a-z] [a-z] ",
        confirm=r"(?i)\b([a-z0-9][a-z0-9._+-]*(?: (?:dot|punkt|punto|ponto) [a-z0-9]+)*(?: ?[\[({](?:at|@|a|\xc3\xa4t|at sign|arroba)[\])}] ?[a-z0-9-]+(?: ?(?:[\[({](?:dot|punkt|\.)[\])}]| dot |\.) ?[a-z0-9-]+)+"
        r"|(?: | ?[\[(])?(?:arroba|arobase|chiocciola)(?: |[\])] ?)[a-z0-9-]+(?: (?:dot|punto|ponto|point) |\.)[a-z]{2,12}(?:(?: (?:dot|punto|ponto) |\.)[a-z]{2,3})?"
        r"|(?:-[a-z0-9]+)*-at-[a-z0-9-]+-dot-[a-z]{2,6}|(?: [a-z0-9._]){2,30} @ [a-z0-9](?: [a-z0-9._]){2,30}"
        r"|@[a-z0-9-]+ ?[\[({](?:dot|\.)[\])}] ?[a-z]{2,12}| @ [a-z0-9-]+ ?\. ?(?:com|org|net|edu|gov|io|dev|info|me|[a-z]{2})"
        r"| at [a-z0-9-]+ \. (?:com|org|net|edu|gov|io|dev|info|me|[a-z]{2})"
        r"| (?:at|\xc3\xa4t|arobase) [a-z0-9-]+(?: (?:dot|punkt|punto) [a-z0-9-]+)* (?:dot|punkt|punto) (?:com|org|net|edu|gov|io|dev|info|me|[a-z]{2})))\b",
        check=whole(_spoken),
        confirmed_by="context",
        yes=(
            "reach me: «lima at example dot com»",
            "mail «ana [at] example [dot] org» please",
            "«ana[@]example.com»",
            "«ana @ example . com»",
            "«ana@example[.]com»",
            "schreib an «lena punkt maier at web punkt de»",
            "«carlos arroba gmail punto com» es mi correo",
            "«lena.k(a)gmx.net»",
            "«m a r i a @ g m a i l . c o m»",
            "«info-at-weber-elektro-dot-de»",
        ),
        no=(
            "look at amazon dot com for that",
            "we met at the dot com bubble",
            "x[@]y",
            "5 @ 3 . 2 per kg",
            "we look @ amazon . com",
        ),
        back=120,
    ),
    Row(
        kind="social-profile",
        mark="PROFILE",
        trigger=r"(?i)(?:linkedin\.com/(?:in|pub)/|twitter\.com/|\bx\.com/|facebook\.com/|instagram\.com/|\bt\.me/|tiktok\.com/@|youtube\.com/@|reddit\.com/u(?:ser)?/|snapchat\.com/add/|/@|bsky\.app/profile/|threads\.net/@|github\.com/|gitlab\.com/|keybase\.io/|paypal\.me/|steamcommunity\.com/id/|\bvk\.com/|\bok\.ru/|orcid\.org/|venmo\.com/|cash\.app/\$|profile\.php\?id=|soundcloud\.com/|twitch\.tv/|pinterest\.com/|behance\.net/)[\w.-]",
        confirm=r"(?i)(?:linkedin\.com/(?:in|pub)|twitter\.com|\bx\.com|facebook\.com|instagram\.com|\bt\.me|tiktok\.com|youtube\.com|reddit\.com/u(?:ser)?|snapchat\.com/add|bsky\.app/profile|threads\.net"
        r"|medium\.com/@|keybase\.io|paypal\.me|steamcommunity\.com/id|\bvk\.com|\bok\.ru|orcid\.org|venmo\.com|twitch\.tv|soundcloud\.com|behance\.net|pinterest\.com"
        r"|(?:mastodon|mstdn|fosstodon|hachyderm)\.[a-z.]+)/?@?([A-Za-z0-9_.%-]{2,60})|(?i:profile\.php\?id=)(\d{6,20})|(?i:\bgithub\.com|\bgitlab\.com)/([A-Za-z0-9-]{2,39})(?:[\s\"'<>),.]|/?$)|(?i:cash\.app/)(\$[A-Za-z0-9_]{2,30})",
        check=whole(_social),
        canon=str.lower,
        yes=(
            "see linkedin.com/in/«ana-lima-42»",
            "https://twitter.com/«anaplays»",
            "https://mastodon.social/@«ana»",
            "github.com/«ana-lima82»",
            "fb.com/profile.php?id=«100004567890123»",
        ),
        no=("https://twitter.com/intent/tweet", "https://facebook.com/share", "packages.example/@types/node"),
    ),
    Row(
        kind="home-folder",
        mark="USER",
        trigger=r"(?i)(?:/home/|/users/|[\\/]+(?:users|documents and settings|home\$?)\\{1,4}|\b[a-z]:/users/)[^\s/\\]",
        confirm=r"(?i)(?:/home/|/users/|[\\/]+(?:users|documents and settings|home\$?)\\{1,4})([A-Za-z0-9_\x80-\xff][A-Za-z0-9._\x80-\xff-]*(?: [A-Z\xc3][A-Za-z\x80-\xff]+){0,2}\\|[A-Za-z0-9_\x80-\xff][A-Za-z0-9_\x80-\xff-]*(?:\.[A-Za-z0-9_\x80-\xff-]+)*)",
        check=lambda buffer, start, end: _home_place(buffer, start, end),
        canon=str.lower,
        yes=(
            "cd /home/«ada»/src",
            "C:\\Users\\«Ada Lovelace»\\Desktop",
            '"C:\\\\Users\\\\«bo.k»\\\\x"',
            "/Users/«cy»/Library",
            "/mnt/c/Users/«ada»/x",
        ),
        no=(
            "/home/user/x",
            "GET /users/me",
            "/home/runner/work",
            "/users/123",
            "/Users/Shared/x",
            "https://example.com/home/index.html",
        ),
    ),
    Row(
        kind="home-folder-slug",
        mark="USER",
        trigger=r"-(?:home|Users)-[A-Za-z]",
        confirm=r"(?:^|[^A-Za-z0-9])-(?:home|Users)-([A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9])",
        check=whole(_home),
        confirmed_by="context",
        source="project folders of coding tools, such as ~/.claude/projects",
        canon=str.lower,
        yes=("~/.claude/projects/-home-«ada-lovelace-project»/x.jsonl", "-Users-«bo-Documents-app»/"),
        no=("take-home-pay", "smart-home-hub", "-home-user"),
    ),
    Row(
        kind="shell-prompt",
        mark="USER",
        trigger=r"[a-z0-9_]@[A-Za-z0-9-]+:[~/]|\[[a-z_][a-z0-9_-]*@[A-Za-z0-9-]+ ",
        confirm=r"(?:^|[\s(\]\[\x60])([a-z_][a-z0-9_.-]*@[A-Za-z][A-Za-z0-9-]*)(?::[~/][^\s$#]* ?[$#%]| [~\w/.-]+\][$#])",
        check=whole(_prompt),
        canon=str.lower,
        yes=("«ada@thinkpad»:~/src$ ls", "[«ada@web01» tmp]$ id"),
        no=("root@box:/# ls", "scp a@b:/x y"),
    ),
    Row(
        kind="user-of-shell",
        mark="USER",
        trigger=r"(?:\b(?:USER|LOGNAME|USERNAME|SUDO_USER)=|\bwhoami\n|\$ whoami|/public_html|[-dl]r[w-][xs-][r-][w-])",
        confirm=r"(?m)\b(?:USER|LOGNAME|USERNAME|SUDO_USER)=[\"']?([a-z][a-z0-9._-]{2,31})\b|\bwhoami\r?\n(?:[A-Za-z0-9-]{2,15}\\\\)?([a-z][a-z0-9._-]{2,31})(?:\r?\n|$)|~([a-z][a-z0-9_-]{2,30})/public_html|^[dl-][rwxsStT-]{9}[.+@]? +\d+ ([a-z][a-z0-9._-]{2,31}) +[a-z]",
        check=whole(_shell_user),
        confirmed_by="context",
        canon=str.lower,
        yes=(
            "USER=«kvogel»",
            "$ whoami\n«kvogel»\n",
            "drwxr-xr-x 2 «kvogel» staff 64 Jan 1 a",
            "~«kvogel»/public_html",
        ),
        no=("USER=root", "-rw-r--r-- 1 root root 12 x", "USER=$USER", "USER=string"),
    ),
    Row(
        kind="ipv4",
        mark="IP",
        trigger=r"\d\.\d{1,3}\.\d{1,3}\.\d",
        confirm=r"\b((?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})\b",
        check=hosts.ipv4,
        confirmed_by="range",
        source="RFC 791; left out: RFC 5735, RFC 5737",
        yes=("from «86.121.97.248» port 22", "http://«165.165.185.178»:8080/", "host «192.168.7.23»"),
        no=(
            "version 1.2.3.4",
            "v10.11.12.13",
            "OID 1.3.6.1.4.1.311",
            "127.0.0.1:80",
            "192.0.2.4",
            "255.255.255.0",
            "Section 4.3.2.1",
            "== 3.20.1.4",
            "10.0.0.0/8",
            "192.0.0.170",
            "'1.0.0.127.in-addr.arpa'",
            "POSTAL_ADDRESS = ObjectIdentifier('2.5.4.16')",
            '_PEER = 1\n\n__version__ = "3.5.0.1"',
            "c1.52-.87 2.83-2.12 3.51.98.32 2.03.5 3.11.5",
            "Guile 3.0.5.130-5a1e7",
        ),
        back=24,
        reach=24,
    ),
    Row(
        kind="ipv6",
        mark="IP",
        trigger=r"(?i)[0-9a-f]{1,4}:(?:[0-9a-f]{1,4}:[0-9a-f:]|:[0-9a-f]{1,4})",
        confirm=r"(?i)\b([0-9a-f]{1,4}:(?::?[0-9a-f]{1,4}:?){1,7})",
        check=hosts.ipv6,
        confirmed_by="ipaddress",
        source="RFC 4291; left out: RFC 3849",
        yes=(
            "client «6e40:4041:c617:e898:c11:40d2:c669:2eb4» blocked",
            "«fe80::1ff:fe23:4567:890a»%eth0",
            "[«2a02:8108:96bf::7»]:443",
        ),
        no=("at 12:34:56", "::1", "2001:db8::1", "std::vec::Vec", "face::b00c::x", "aa:bb"),
        back=48,
        reach=48,
    ),
    Row(
        kind="mac",
        mark="MAC",
        trigger=r"(?i)[0-9a-f]{2}[:-][0-9a-f]{2}[:-][0-9a-f]{2}[:-]|\bmac(?: addr(?:ess)?)?\W{1,3}[0-9a-f]{4}\.[0-9a-f]{4}\.|address (?:is )?[0-9a-f]{4}\.[0-9a-f]{4}\.",
        confirm=r"(?i)\b([0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5})\b",
        check=hosts.mac,
        confirmed_by="shape",
        source="IEEE 802, EUI-48",
        canon=lambda value: hosts.digits_and_hex(value.encode()).decode(),
        yes=("wlan0 «3c:22:fb:9a:10:7e»", "«3C-22-FB-9A-10-7E»", "MAC: «3c22.fb9a.107e»"),
        no=("ff:ff:ff:ff:ff:ff", "SHA1 3c:22:fb:9a:10:7e:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e"),
        back=24,
        reach=24,
    ),
    Row(
        kind="imei",
        mark="DEVICE",
        trigger=r"(?i)\bimei|\bserial|\bs/n[: ]|\bidfa\b|\bgaid\b|advertising id|device.?id",
        confirm=r"(?i)\b(?:imei\d?/?|serial(?: ?(?:number|no\.?|#))|s/n|idfa|gaid|advertising.?id|device.?id)"
        + NEXT
        + r"([A-Z0-9][A-Z0-9-]{7,40})\b",
        check=_device,
        confirmed_by="context",
        needs=DIGIT,
        yes=("IMEI: «490154203237518»", "serial number «C02XL0GTJGH5»", "device_id=«38400000-8cf0-11bd-b23e-10b96e40000d»"),
        no=("serialization", "serial port 8N1", "Version: 3 (0x2)\nSerial Number: 12655831530416757420 (0xafa2)"),
    ),
)


def _home_place(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a user's folder name; a plain `/users/123` of a web service is none."""
    end -= len(buffer[start:end]) - len(buffer[start:end].rstrip(b"\\. "))
    value = buffer[start:end]
    lead = buffer[max(0, start - 7) : start]
    before = buffer[max(0, start - 100) : start - 6]
    web = re.search(rb"https?://[^\s\"'<>]*$", before) or (lead.endswith(b"/users/") and not before.endswith(b":"))
    if not _home(value) or value.isdigit() or (web and not lead.lower().endswith(b"\\users\\")):
        return None
    return start, end

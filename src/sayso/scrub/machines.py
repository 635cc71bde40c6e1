"""Which names are those of somebody's machine, or of one inside a firm."""

from __future__ import annotations

import re
from functools import lru_cache

from sayso.scrub.row import Found, sees

_SIGNS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
_GENERIC = frozenset(
    b"""
aarch abc access acme addr address admin alice alpine amd an any api app application apps arch architecture archlinux arm
armv asia aws azure backend bar base base64 based bastion baz be beta bit bob box bridge broker build builder cache centos
asgiref central changeme ci client cloud cluster com common computer computername config consul container control controller core
custom data database db debian default demo deploy desktop dev device dhcp disk dist distribution distro dns docker domain
domainname dummy east eastus edge elastic elasticsearch email empty env error etc eu european example external fake false
fedora file files fileserver foo foobar fqdn free from frontend ftp full gateway gentoo get github gitlab google grafana grpc
guest hello home host hosta hostb hostname hosts http https hypervisor id image in index infra ingress instance internal ip
ipv is it java jenkins jump jumphost kafka kali kernel kube kubernetes lab laptop lb ldap lead leader level linux linuxkit
live load local localdomain localhost localmachine log logs mac machine machinename mail mailhog main manager manjaro master
mcp me metadata metrics minikube mint mobile mode mongo mongodb monitor my mydb myhost myhostname mymachine mypc myserver
mysql name nas net network new nginx no node none north nowhere null object of ok old one online only openwrt oracle os other
our own pc peer phone pi ping platform pop postgres postgresql primary printer private prod production prometheus proxy pub
public python qa queue rabbitmq raspberry raspberrypi raspbian read ready redis registry release remote replica reserved root
router sample sandbox search secondary self server service services shared side site slave smb smtp socket some somehost
source south spark specific sql srv ssh ssl stage staging standby storage str string sub svc swarm system target tcp telnet
temp test testhost testing tests that the this thread threading tls to
true ts two ubuntu udp undefined unknown unset up upstream url us use
user username vagrant value var version virtual vm vps wan web webserver website west westus wide wifi win windows with
werkzeug wordpress worker workgroup workstation world write wsl www x86 xxx yes you your yourhost yourserver zabbix zone zookeeper
""".split()
)
"""Words that name what a machine does or runs, and whatever stands for a name in instructions."""
_ENDINGS = frozenset(b"local lan home internal corp intra intranet localdomain".split())
_OF_CODE = frozenset(b"local home internal".split())
"""Those that members of something in code have as well."""
_STAND_IN = re.compile(rb"your|example|^xn--|^my-?(?:host|server|machine|pc|app|site|service|domain)")
_KNOWN = re.compile(
    rb"(?:^|\.)(?:cluster\.local|docker\.internal|containers\.internal|google\.internal|minikube\.internal|svc\.\w+|lima\.internal"
    rb"|orb\.local|example\.\w+|localhost\.\w+|ddev\.site|k3s\.internal|consul\.internal)\Z"
)
"""Inside every cluster or container the same: kubernetes services, the host that Docker lends, the metadata of a cloud."""
_FILES = re.compile(
    rb"(?:config|conf|settings|env|compose|appsettings|properties|override|gitignore|zshrc|bashrc|profile|json|ya?ml)\b"
)
_TOLD = re.compile(
    rb"(?i)(?:://(?:[^\s/@]{1,40}@)?|@|\\\\|\b(?:ping|ssh|mosh|telnet|nslookup|dig|host|hostname|server|machine|curl|traceroute"
    rb"|connect(?:ed|ing)? to|reach|resolve|lookup|computername|answer|arp)[\"'`*]{0,3}(?: ?[:=])?[ \t]*[\"'`*(]{0,3})\Z"
)
_SAID = re.compile(rb"(?i)\b(?:from|on|to|at|is|for|called|named|of) [\"'`*(]{0,3}\Z")
"""What stands before names of machines, and before names of much else: one of two words alone counts behind it."""
_DEVICE = re.compile(
    rb"(?i)(?:^|[a-z0-9]-)(?:laptop|thinkpad|macbook|imac|mbp|mba|notebook|desktop|pc|nas|workstation|xps|zenbook|surface|iphone|ipad|pixel|galaxy"
    rb"|air|pro|mini|server|srv|box|rig|vm|router|printer)(?:-?\d{1,3}|-(?:pro|air|mini|\d+))*\Z"
)
_DRAWN = re.compile(rb"[0-9a-f]{12}|[0-9a-f]{64}|(?=[a-z0-9-]*\d)[a-z0-9-]*-[a-f0-9]{8,10}-[a-z0-9]{5}")
"""The id of a container, or the name that kubernetes gives to a pod."""


_PLAIN_HOSTS = re.compile(
    rb"(?i)(?:gaming|home|work|office|my|your|the|new|old|mini|desktop|anti|non|win|windows|linux|mac|tablet|pocket|multi|single|all|ibm|lenovo|dell|hp|asus|acer|apple|intel)-"
)


def of_owner(value: bytes) -> bool:
    """Return whether a machine is named after whose it is, such as `anas-mbp`; not by a word of advertising, as a `gaming-pc`.

    >>> of_owner(b"anas-mbp"), of_owner(b"gaming-pc"), of_owner(b"windows-pc")
    (True, False, False)
    """
    return re.match(rb"(?i)[a-z]{3,}s-|.*\.(?:local|lan|home|fritz)", value) is not None and not _PLAIN_HOSTS.match(value)


@lru_cache(512)
def of_somebody(value: bytes, plain: bool = False) -> bool:
    """Return whether a name of one word, such as `anas-mbp`, is a machine's of its own and not what such machines are called.

    With `plain` a word without hyphen and digit is one too, where what stands about it tells that a machine's name must be there.

    >>> of_somebody(b"anas-mbp"), of_somebody(b"web-01"), of_somebody(b"katrin"), of_somebody(b"katrin", True)
    (True, False, False, True)
    """
    low = value.lower()
    if len(low) < 3 or b"_" in low or _DRAWN.fullmatch(low) or low.isdigit() or _STAND_IN.search(low):
        return False
    words = [word for word in re.split(rb"[^a-z]+", low) if word]
    if not words or all(len(word) < 2 or word in _GENERIC for word in words):
        # the number of one that is let, or its address
        return re.search(rb"[a-z]-?\d{5,}|^ip(?:-\d{1,3}){4}\Z", low) is not None
    return plain or b"-" in low.strip(b"-") or re.search(rb"[a-z]{3,}\d", low) is not None


def _inside(name: bytes) -> bool:
    """Return whether a name with dots ends in a zone that is nobody's in public, or goes through a firm's own."""
    labels = name.split(b".")
    if name.endswith((b".fritz.box", b".ts.net", b".home.arpa", b".speedport.ip")):
        return len(labels) > 2
    if labels[-1] in _ENDINGS:
        return True
    firm = len(labels) > 3 and len(labels[-1]) <= 6 and not {b"corp", b"intra", b"intranet", b"lan"}.isdisjoint(labels[1:-2])
    return firm and labels[-1] in _ZONES


_ZONES = frozenset(b"com net org de fr uk io eu ch at nl it es pl cz se no dk fi be br in jp cn us ca au ru".split())


@sees(128)
def zoned(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a name by its zone; a member of something in code, a file and a service of a cluster are none."""
    lead = buffer[max(0, start - 96) : start]
    start -= len(lead) - len(lead.rstrip(_SIGNS))
    value = buffer[start:end].rstrip(b".-")
    end = start + len(value)
    name = value.lower()
    if re.match(rb"(?i)(?:desktop|laptop|minint|win|ec2amaz)-", value) and b"." not in value:
        return (start, end) if _by_windows(value) else None
    if not _inside(name) or _KNOWN.search(name) or name[:1] in (b".", b"-", b"_") or b".." in name:
        return None
    after = buffer[end : end + 2]
    if after[:1] in (b"(", b"[", b"=", b"_", b"{", b"<") or (after[:1] == b"." and after[1:].isalnum()):
        return None
    labels = name.split(b".")
    if b"_" in value or _FILES.search(name) or any(len(label) > 63 for label in labels):
        return None
    own = any(of_somebody(label, True) for label in labels[:-1]) and not _STAND_IN.search(labels[0])
    if labels[-1] in _OF_CODE:
        before = buffer[max(0, start - 60) : start]
        said = len(labels) == 2 and _SAID.search(before) and not buffer.startswith((b" import", b";"), end)
        told = said or _TOLD.search(before)
        shaped = of_somebody(labels[0]) and buffer[start - 1 : start] not in (b"/", b"$") and value == name
        return (start, end) if own and (told or shaped or _DEVICE.search(labels[0])) else None
    return (start, end) if own or labels[0] in (b"nas", b"printer") else None


def _by_windows(value: bytes) -> bool:
    """Return whether this is the name that Windows gives a machine: signs that nobody would choose."""
    tail = value.partition(b"-")[2]
    return any(48 <= sign <= 57 for sign in tail) or sum(sign in b"AEIOUY" for sign in tail) < 2


def _whole(buffer: bytes, start: int, end: int) -> tuple[int, bytes] | None:
    """Return where the name ends and the name, without what the sentence adds; nothing where code goes on."""
    value = buffer[start:end].rstrip(b".-")
    end = start + len(value)
    if buffer[end : end + 1] in (b"(", b"[", b"{", b"_", b"$", b"<", b"%") or buffer[end : end + 2] in (b"::", b"=="):
        return None
    return end, value


def _named(value: bytes, plain: bool) -> bool:
    low = value.lower()
    if b"." not in low:
        return of_somebody(value, plain)
    return _inside(low) and not _KNOWN.search(low) and low.split(b".")[0] not in _GENERIC


@sees(64)
def labelled(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a name behind `hostname:`, with a hyphen or a number; in a sentence one that ends as devices do."""
    if buffer[start - 1 : start].isalnum() and start:
        return None  # `hostnames`
    lead = buffer[max(0, start - 3) : start]
    if lead[-1:] == b" " and lead.rstrip(b" ")[-1:].isalpha():
        return device(buffer, start, end)
    found = _whole(buffer, start, end)
    return (start, found[0]) if found and _named(found[1], False) else None


@sees(64)
def stated(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a name where only a machine's can stand: in a line of a log, or what `uname` says."""
    found = _whole(buffer, start, end)
    if found is None:
        return None
    value = found[1]
    if b"." in value and not _inside(value.lower()):  # of a machine with a public domain, where it has a number or a hyphen
        first, _, rest = value.partition(b".")
        own = of_somebody(first, True) and not _KNOWN.search(value.lower()) and rest.rpartition(b".")[2].isalpha()
        return (start, found[0]) if own else None
    return (start, found[0]) if _named(value, True) else None


@sees(64)
def device(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a name that somebody says of a machine, which ends as devices are called or in a number."""
    found = _whole(buffer, start, end)
    if found is None or not _named(found[1], False):
        return None
    numbered = re.search(rb"(?i)[a-z]-[a-z]+\d{1,3}\Z", found[1])
    return (start, found[0]) if b"." in found[1] or numbered or _DEVICE.search(found[1]) else None


@sees(64)
def shared(buffer: bytes, start: int, end: int) -> Found:
    r"""Return the place of the machine of a path such as `\\ANA-PC\share`; not of a regex, of RTF or of LaTeX."""
    value = buffer[start:end]
    lead = buffer[max(0, start - 5) : start].rstrip(b"\\")
    if lead[-1:].isalnum() or lead[-1:] in (b":", b"]", b")", b"}", b"^", b"|", b"$"):
        return None
    made = re.search(rb"[A-Za-z0-9]-[A-Za-z0-9]", value) or (value.isupper() and value.isalnum()) or b"." in value
    return (start, end) if made and _named(value, False) else None

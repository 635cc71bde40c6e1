"""Kinds: names of machines, and users of them, where a command, a log, a label or the name's own shape tells.

Left alone: public sites, roles (`web-01`, `db`), what stands for a name in instructions, ids of containers, and services of a
cluster such as `db.default.svc.cluster.local`, which are called the same everywhere and say nothing of anybody.
"""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import re

from sayso.scrub import machines
from sayso.scrub.row import DIGIT, Row, whole
from sayso.scrub.table_contact import of_no_role
from sayso.scrub.wording import bytes_of

_ZONE = r"(?:local|lan|home|internal|corp|intra(?:net)?|localdomain|home\.arpa|fritz\.box|ts\.net|speedport\.ip)"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9-]{1,62}){0,6}"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_STAMP = r"(?:" + _MONTH + r" [ 0-3]?\d \d\d:\d\d:\d\d(?:\.\d{1,9})?|\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))"
_LABEL = bytes_of(
    r"host[ _-]?name|(?:from|auf) workstation|workstation[ _-]?name|computer[ _-]?name|machine[ _-]?name|netbios[ _-]?name|rechnername|gerätename|computername|nom de l'(?:hôte|ordinateur)|nombre (?:de host|del? equipo)|nome (?:host|do computador)|имя (?:хоста|компьютера)|主机名|计算机名|ホスト名|コンピューター名"
)
_IS = r"[\\\"'`*]{0,3}(?:[ .]{2,48})?(?: is| set to|)[ \t]*[:=]{0,2}>?[ \t]*[\\\"'`*]{0,3}"
_COMMAND = r"(?:ssh|scp|sftp|rsync|mosh|ssh-copy-id|telnet|ping6?|nslookup|traceroute|mtr|tracert|dig|wakeonlan|set-hostname|rdesktop|vncviewer|mstsc /v:)"

_AT = re.compile(r"&(?:#0*64|#x0*40|commat);")
_PERIOD = re.compile(r"&(?:#0*46|#x0*2e|period);")

ROWS = (
    Row(
        kind="host-name",
        mark="HOST",
        trigger=r"(?:DESKTOP|LAPTOP|MININT|EC2AMAZ|WIN)-[A-Z0-9]{7}|(?i:\." + _ZONE + r"\b)",
        confirm=r"(?:\b((?:DESKTOP|LAPTOP|MININT|EC2AMAZ|WIN)-[A-Z0-9]{7,11})\b|((?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z]{2,12})\b)",
        check=machines.zoned,
        confirmed_by="shape",
        source="RFC 6762, RFC 8375, ICANN's list of names for private use, names that Windows gives",
        canon=str.lower,
        back=96,
        reach=64,
        specific=1,
        yes=(
            "Reboot «DESKTOP-4K2J9QX» now",
            "on «LAPTOP-8QF2KM1V».",
            "ping «bo-laptop.fritz.box»",
            "connect to «db01.corp.acme-bank.com»",
            "http://«lima-nas.local»:5000/",
            "«anas-mbp.tail1234.ts.net»",
            "reply from «kuche.lan» in 3 ms",
            "host «anas-macbook.local» is up",
        ),
        no=(
            "self.x1.local()",
            "threading.local is slow",
            "similarly to `threading.local`",
            "import com.acme.internal.Foo",
            "db.default.svc.cluster.local",
            "http://host.docker.internal:11434",
            "http://metadata.google.internal/computeMetadata",
            "~/.local/bin and .env.local",
            "docker-compose.local.yml",
            "localhost.localdomain",
            "http://your-host.local/",
            "http://example.local",
            "DESKTOP-PUBLISHING",
            "from google.protobuf.internal import builder",
            "from werkzeug.local import LocalProxy",
            "from pyspark.pandas.internal import (",
        ),
    ),
    Row(
        kind="host-of-owner",
        mark="HOST",
        trigger=r"(?i:s-(?:macbook|imac|mbp|pc\b|laptop|thinkpad)|-(?:macbook|imac|laptop|thinkpad)[a-z-]*\.(?:local|lan|home))",
        confirm=r"\b((?i:[a-z]{2,20}s?-(?:(?:macbook(?:-pro|-air)?|imac|mbp|laptop|thinkpad|pc)(?:-\d)?)(?:\.local|\.lan|\.home|\.fritz\.box)?))(?:[\s\"'.,:;)@]|$)",
        check=whole(machines.of_owner),
        confirmed_by="context",
        canon=str.lower,
        yes=("HOSTNAME=«katrins-macbook-pro»", "from «anas-mbp», it"),
        no=("a gaming-pc is dear", "windows-pc"),
    ),
    Row(
        kind="host-told",
        mark="HOST",
        trigger=rf"(?i:{_LABEL})",
        confirm=rf"(?:(?i:{_LABEL}){_IS}({_HOST}))",
        check=machines.labelled,
        confirmed_by="context",
        canon=str.lower,
        back=24,
        reach=160,
        specific=1,
        yes=(
            "Hostname: «lima-thinkpad»",
            '"hostname": "«ana-thinkpad»"',
            "COMPUTERNAME=«ANA-PC»",
            "Host Name . . . . . . . . . : «ANA-PC»",
            "Rechnername: «lima-laptop»",
            "主机名: «lima-laptop»",
            "Computer Name is «KATRIN-PC»",
        ),
        no=(
            "hostname: localhost",
            "hostname = socket.gethostname()",
            "hostname: web-01",
            "hostname: api.github.com",
            "hostname: your-host",
            "HOSTNAME=3f2a9c1b7d4e",
            "hostname: str",
        ),
    ),
    Row(
        kind="host-in-command",
        mark="HOST",
        trigger=rf"\b{_COMMAND} ",
        confirm=rf"\b{_COMMAND} (?:[^\n;|&#@]{{0,80}}@|(?:-\w+(?: \d+| [~/.][\w./-]+)? ){{0,4}})({_HOST})(?:[ :\n\"'`),;/?!]|\.?$|\. )",
        check=machines.device,
        confirmed_by="context",
        canon=str.lower,
        back=16,
        reach=128,
        specific=1,
        yes=("ssh «anas-mbp»", "scp f.txt ana@«bo-server»:/tmp", "ping «cys-imac» fails", "ssh -p 2222 «lima-nas»"),
        no=("ssh my-server", "ping 8.8.8.8", "scp a@host:/x y", "ssh user@server1", "ping pong-table", "dig deep-rooted trees"),
    ),
    Row(
        kind="host-of-mine",
        mark="HOST",
        trigger=r"(?i)(?:host|machine|server|laptop|computer|box|mac|pc|desktop|workstation|nas)(?:'s)?(?: ?name)? (?:is|called|named) ",
        confirm=r"(?i)\b(?:my|our|his|her|the|this|new) (?:host|machine|server|laptop|computer|box|mac|pc|desktop|workstation|nas)(?:'s)?(?: ?name)? (?:is|called|named)(?: called| named)? [\"'`*]{0,3}("
        + _HOST
        + ")",
        check=machines.device,
        confirmed_by="context",
        canon=str.lower,
        back=24,
        reach=96,
        specific=1,
        yes=("my host is «cys-imac»", "the machine is called '«lima-pc»'", "our server is «acme-fs01»"),
        no=(
            "my server is up-to-date",
            "the machine is web-based",
            "this computer is 64-bit",
            "the server is node18",
            "my pc is my-pc",
        ),
    ),
    Row(
        kind="host-in-log",
        mark="HOST",
        trigger=_STAMP + r" [A-Za-z]",
        confirm=_STAMP
        + rf" ({_HOST}) (?:[A-Za-z][\w./@-]{{1,48}}(?:\([\w./-]{{1,40}}\))?(?:\[\d{{1,8}}\])?:|[A-Za-z][\w-]{{1,40}} (?:\d{{1,8}}|-) (?:ID\w{{1,12}}|-) )",
        check=machines.stated,
        confirmed_by="context",
        source="RFC 3164, RFC 5424",
        canon=str.lower,
        back=8,
        reach=160,
        specific=1,
        yes=(
            "Mar  3 10:11:12 «anas-mbp» sshd[12]: Accepted",
            "Mar 13 10:11:12 «katrin» kernel: up",
            "2026-03-03T10:11:12.123456+01:00 «lima» CRON[3]: x",
        ),
        no=("Mar  3 10:11:12 localhost sshd[12]: x", "Jan 12 10:11:12 combo: x", "Mar  3 10:11:12 ubuntu kernel: x"),
    ),
    Row(
        kind="host-of-system",
        mark="HOST",
        trigger=r"\b(?:Linux|Darwin|FreeBSD|OpenBSD|NetBSD) [A-Za-z0-9.-]+ \d+\.\d+[.-]|root@[A-Za-z]|client-hostname|DHCP(?:ACK|REQUEST|OFFER|DISCOVER)|\bHost [A-Za-z0-9.-]+\n[ \t]+(?i:hostname|user|port|identityfile|proxyjump)\b",
        confirm=rf"\b(?:Linux|Darwin|FreeBSD|OpenBSD|NetBSD) ({_HOST}) \d+\.\d+(?:\.\d+|-)|\broot@({_HOST})(?::[~/]| [~/])|client-hostname \"({_HOST})\"|DHCP(?:ACK|REQUEST|OFFER|DISCOVER)[^\n]{{1,48}}[0-9a-f]{{2}}(?::[0-9a-f]{{2}}){{5}} \(?({_HOST})(?:\)|\n|$)|\bHost ({_HOST})\n[ \t]+(?i:hostname|user|port|identityfile|proxyjump)\b",
        check=machines.labelled,
        confirmed_by="context",
        source="uname(1), bash(1), dhcpd.leases(5)",
        canon=str.lower,
        back=8,
        reach=160,
        specific=1,
        yes=(
            "Linux «ana-thinkpad» 6.1.0 #1 SMP",
            "root@«ana-desktop»:~#",
            "DHCPACK on 10.1.2.3 to 3c:22:fb:9a:10:7e («anas-iphone») via eth0",
            'client-hostname "«bo-pixel»";',
            "Host «bo-nas»\n  HostName",
        ),
        no=("Linux kernel 2.6.32", "Linux Mint 21.1.2", "root@box:/# ls", "root@3f2a9c1b7d4e:/#", "root@debian:~#"),
    ),
    Row(
        kind="host-of-share",
        mark="HOST",
        trigger=r"\\\\[A-Za-z]+[0-9-][A-Za-z0-9.-]*\\",
        confirm=r"\\\\([A-Za-z][A-Za-z0-9-]{1,30}(?:\.[A-Za-z0-9-]{1,40}){0,4})\\{1,2}[A-Za-z0-9$_.]",
        check=machines.shared,
        confirmed_by="shape",
        source="MS-DTYP, universal naming convention",
        canon=str.lower,
        back=8,
        reach=96,
        specific=1,
        yes=(r"open \\«ANA-PC»\share", r'"\\\\«acme-fs01»\\public"'),
        no=(
            r"\\server\share",
            r"C:\\Users-1\\x",
            r"\\d-\\s",
            r"\\n-1\\n",
            r"[\\w-]+\\b",
            r"{\\rtf1\\ansi\\uc0",
            r"[\\udde6-\\uddff]",
        ),
    ),
    Row(
        kind="user-of-remote",
        mark="USER",
        trigger=r"\b(?:ssh|scp|sftp|rsync|mosh|ssh-copy-id) ",
        confirm=r"\b(?:ssh|scp|sftp|rsync|mosh|ssh-copy-id) (?:[^\n;|&@#]{0,80}? )?[\"']?([a-z][a-z0-9._-]{1,31})@[A-Za-z0-9\[]",
        check=whole(of_no_role),
        confirmed_by="context",
        source="ssh(1)",
        canon=str.lower,
        needs="@",
        reach=128,
        back=8,
        yes=("ssh «ana»@10.2.3.4", "scp -P 22 x.txt «bo.k»@[fe80::1]:/x"),
        no=("ssh root@10.2.3.4", "ssh user@host", "ssh git@github.com", "ssh ubuntu@1.2.3.4"),
    ),
    Row(
        kind="user-of-log",
        mark="USER",
        trigger=r"\buser=[\"']?[a-z]|(?:Accepted|Failed) (?:publickey|password|keyboard-interactive/pam) for |session (?:opened|closed) for user |\) CMD \(",
        confirm=r"\buser=[\"']?([a-z][a-z0-9._-]{1,31})[\"']? (?:(?:dis)?connected|logged|login|logout|authenticated|(?:ip|addr|host|src|db|database|action|status|session|rhost|tty|method|path|event|msg|duration|client)=)|(?:Accepted|Failed) (?:publickey|password|keyboard-interactive/pam) for (?:invalid user )?([a-z][a-z0-9._-]{1,31}) from|session (?:opened|closed) for user ([a-z][a-z0-9._-]{1,31})\b|CRON\[\d+\]: \(([a-z][a-z0-9._-]{1,31})\) CMD ",
        check=whole(of_no_role),
        confirmed_by="context",
        source="sshd(8), pam_unix(8)",
        canon=str.lower,
        back=32,
        reach=96,
        yes=(
            "user=«ana» connected",
            "user=«bo.k» ip=10.2.3.4",
            "Accepted publickey for «ana» from 10.2.3.4 port 22",
            "session opened for user «ana»(uid=1000)",
            "CRON[331]: («ana») CMD (x)",
        ),
        no=("user=postgres db=x", "user=user connected", "session opened for user root", "user=current_user session=x"),
    ),
    Row(
        kind="email-entity",
        mark="EMAIL",
        trigger=r"(?i)&(?:#0{0,4}64|#x0{0,4}40|commat);",
        confirm=r"(?i)([a-z0-9_.+-]{1,64}&(?:#0{0,4}64|#x0{0,4}40|commat);(?:[a-z0-9-]{1,63}(?:\.|&(?:#0{0,4}46|#x0{0,4}2e|period);)){1,6}[a-z]{2,24})\b",
        source="HTML, character references",
        canon=lambda value: _PERIOD.sub(".", _AT.sub("@", value.lower())),
        yes=("mail «ana&#64;bank.de» now", "«ana&#x40;bank&#46;de»", "«ana&commat;bank.de»"),
        no=("a &#64; b", "&#64;media print", "x&#640;y.de"),
        back=72,
        reach=160,
    ),
    Row(
        kind="coordinates-short",
        mark="PLACE",
        trigger=r"(?i)\blat(?:itude|\.)?[\"'`]?(?: is|:| ?=|) ?[\"']?-?\d{1,2}\.\d",
        confirm=r"(?i)\b(lat(?:itude|\.)?[\"'`]?(?: is|:| ?=|) ?[\"']?-?\d{1,2}\.\d{1,16}[\"']?(?: ?[,;/&]| and|) ?[\"'`]?(?:lon|lng|long)(?:gitude|itude|\.)?[\"'`]?(?: is|:| ?=|) ?[\"']?-?\d{1,3}\.\d{1,16})\b",
        confirmed_by="context",
        needs=DIGIT,
        yes=("«lat 52.5, lon 13.3»", "{«lat: 52.52, lng: 13.41»}", "«latitude -33.9 longitude 151.2»"),
        no=("lat 52", "flat 52.5, lon 13.3", "lat: 0, lon: 1", "latency 1.5"),
        back=8,
        reach=80,
    ),
    Row(
        kind="phone-brazilian",
        mark="PHONE",
        trigger=r"\([1-9]\d\) ?9\d{4}-\d",
        confirm=r"((?:\+?55 ?)?\([1-9]\d\) ?9\d{4}-\d{4})\b",
        confirmed_by="numbering plan",
        source="Anatel, mobile numbers of nine digits",
        canon=lambda value: "".join(filter(str.isdigit, value))[-10:],
        yes=("«(11) 97927-9321»", "zap «(21)98765-4321» ok"),
        no=("(11) 12345-6789", "(10) 9123-45678"),
        back=8,
        reach=24,
    ),
)

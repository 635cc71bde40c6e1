"""Where the segments of an installation lie if not in its folder: the address in its mark, the credentials never."""

from __future__ import annotations

import configparser
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from sayso.app.bucket import S3Bucket
from sayso.app.keyring import entropy
from sayso.app.mark import BEFORE, MARK
from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.vault import Objects

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_ROLES = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
_INSTANCE = "AWS_METADATA_ENDPOINT"


class Address(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where segments lie as objects: ``s3://bucket/prefix``, and the endpoint of a store that is not Amazon's."""

    url: str
    endpoint: str | None = None


def address(url: str, endpoint: str | None) -> Address:
    """Return the address of *url*; refuses what holds a credential or would send anything unencrypted over a network.

    >>> address("s3://words/town", "https://store.example").url
    's3://words/town'
    """
    parts = urlsplit(url)
    bad = "@" in url or "?" in url or "#" in url or "\\" in url or not url.isprintable()
    names = parts.path.strip("/").split("/")
    if parts.scheme != "s3" or bad or not _BUCKET.fullmatch(parts.netloc) or any(one in ("", ".", "..") for one in names):
        # The value is not repeated: what is wrong with it may be a secret in it.
        raise Unfit("objects lie at `s3://bucket/prefix`, with a prefix of their own and no credentials in it; write it so")
    if endpoint is not None:
        _assert_private(endpoint)
    return Address(url=f"s3://{parts.netloc}/{'/'.join(names)}", endpoint=endpoint and endpoint.rstrip("/"))


def marked(mark: Mapping[str, object]) -> Address | None:
    """Return the address in a data folder's mark, or `None` where segments lie in the folder."""
    found = mark.get("objects")
    if found is None:
        return None
    if isinstance(found, dict) and isinstance(found.get("url"), str) and isinstance(found.get("endpoint", ""), str):
        return address(found["url"], found.get("endpoint"))
    raise Broken("the mark of the data folder does not say where its segments lie; restore it, then run `sayso audit`")


def mark(where: Address | None) -> dict[str, object]:
    """Return what a data folder's mark says of its segments: objects have a format of their own, unknown to older versions."""
    return {"format": 1, "objects": None} if where is None else {"format": 2, "objects": msgspec.to_builtins(where)}


def blocks(where: Address | None, *, owner: str, environ: Mapping[str, str] | None = None) -> Objects | None:
    """Return the place of the segments at *where*, `None` for the folder; *owner* is the installation."""
    if where is None:
        return None
    config = credentials(os.environ if environ is None else environ)
    # Amazon's own endpoint is named too: left out, whatever stands in the environment would take its place.
    amazon = f"https://s3.{config['region']}.amazonaws.com" + (".cn" if config["region"].startswith("cn-") else "")
    bucket = S3Bucket.open(where.url, endpoint=where.endpoint or amazon, config=config)
    return Objects(bucket, owner=owner, entropy=entropy)


def before(found: Objects | None) -> list[object] | None:
    """Return what a mark that is written anew keeps of who writes at *found*: to write it changes what tells the folder apart."""
    holder = None if found is None else found.holder()
    return None if holder is None else list(holder)


def claim(fenced: Objects | None, where: Callable[[], str], said: Mapping[str, object]) -> None:
    """Write the objects of a folder from now on, as what *where* returns; refuses where another copy of it does.

    The mark *said* may name who wrote before it was written anew; where nobody took over since, that was this copy.
    """
    if fenced is None:
        return
    told = said.get(BEFORE)
    known = isinstance(told, list) and len(told) == 2 and isinstance(told[0], int) and isinstance(told[1], str)
    fenced.claim(where(), instead=(told[0], told[1]) if known and isinstance(told, list) else None)


def place_of(folder: Path) -> str:
    """Return what tells this data folder from every copy of it on this machine, or restored elsewhere: its files' numbers.

    A disk or a machine that is cloned whole has the same, and is not told apart.
    """
    return digest(f"{folder.stat().st_ino} {(folder / MARK).stat().st_ino}".encode())


def credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """Return region and credentials from the environment or the standard AWS files; the roles of a machine find their own."""
    shared, settings = _files(environ)
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or settings.get("region")
    found = {"region": region or "us-east-1"}
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    if environ.get("AWS_ACCESS_KEY_ID") or environ.get("AWS_SECRET_ACCESS_KEY"):
        given: Mapping[str, str] = {name: environ.get(name.upper(), "") for name in names}
    elif any(environ.get(one) for one in (*_ROLES, _INSTANCE)):
        return found
    else:
        given = shared
    if not (given.get(names[0]) and given.get(names[1])):
        raise Broken(
            "no credentials for the object store; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, "
            f"or {_INSTANCE} for the role of a machine"
        )
    return found | {name: given[name] for name in names if given.get(name)}


def _files(environ: Mapping[str, str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what the standard files say of the profile: keys, settings; nothing where there are none."""
    home = Path(environ.get("HOME") or "/nonexistent") / ".aws"
    profile = environ.get("AWS_PROFILE") or "default"
    shared = Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials")
    config = Path(environ.get("AWS_CONFIG_FILE") or home / "config")
    return _section(shared, [profile]), _section(config, [f"profile {profile}", profile])


def _section(path: Path, names: list[str]) -> Mapping[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, configparser.Error):
        raise Broken(f"the AWS file `{path.name}` cannot be read; mend it, or set AWS_ACCESS_KEY_ID") from None
    return next((dict(parser[name]) for name in names if parser.has_section(name)), {})


def _assert_private(endpoint: str) -> None:
    """Return only where everything sent to *endpoint* is encrypted, or never leaves this machine."""
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or "@" in endpoint or parts.query or parts.fragment or parts.scheme not in ("http", "https"):
        raise Unfit("the endpoint of an object store is `https://host`, with no credentials in it; write it so")
    if parts.scheme == "http" and not _loopback(host):
        raise Unfit(f"the endpoint at `{host}` is not encrypted; use https, http is for this machine only")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""What an issuer publishes, fetched: as JSON, within five seconds, of a sane size, over no redirect."""

from __future__ import annotations

from typing import Any

import httpx2

from sayso.app.oidc.trust import local
from sayso.facts.errors import Broken

WAIT_SECONDS = 5.0
LARGEST = 1_000_000


def asked(where: str, *, away: str, transport: httpx2.BaseTransport | None = None) -> Any:
    """Return the JSON that lies at *where*; Broken, saying *away*, for whatever else comes of it."""
    try:
        # A proxy has nothing to do with this machine's own addresses.
        client = httpx2.Client(timeout=WAIT_SECONDS, follow_redirects=False, transport=transport, trust_env=not local(where))
        with client, client.stream("GET", where) as answer:
            whole = b""
            for part in answer.iter_bytes():
                whole += part
                if len(whole) > LARGEST:
                    raise Broken(away)
            if answer.status_code != 200:
                raise Broken(away)
            return httpx2.Response(200, content=whole).json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError, RecursionError):
        raise Broken(away) from None

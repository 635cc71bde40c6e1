"""The provider, asked: where to sign in and out, which keys, and who came back with a code.

No token outlives the call that got it, and none is in an error or a log.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.discovery import get_well_known_url
from msgspec import Struct

from sayso.app.grants import GUEST, Role
from sayso.app.oidc.published import WAIT_SECONDS, asked
from sayso.app.oidc.tokens import Keys, UnknownKey, id_token
from sayso.app.oidc.trust import Trust, checked, local
from sayso.facts.errors import Broken, Refused, Unfit

KEPT_SECONDS = 300
"""So long what the provider publishes is not asked for again; a key it takes back is believed no longer than this."""
AWAY = "the provider of sign-in does not answer as it should; links from `sayso officer link` still let officers in"


class Came(Struct, frozen=True, kw_only=True):
    """Who came back from the provider: the name they have here, the one they have there, and their roles."""

    name: str
    subject: str
    roles: frozenset[Role]


class Published(Struct, frozen=True):
    """What the provider says of itself, its keys, and when it was asked for both."""

    said: Mapping[str, Any]
    keys: Keys
    asked: datetime


class Provider:
    """The provider that *trust* names. Every call may wait for it, five seconds a question; Broken where it does not answer.

    *transport* takes the place of the network in tests.
    """

    def __init__(self, trust: Trust, transport: httpx2.BaseTransport | None = None) -> None:
        self.trust, self._transport = trust, transport
        self._known: Published | None = None
        self._guard = threading.Lock()

    def address(self, back: str, *, state: str, nonce: str, verifier: str, at: datetime) -> str:
        """Return where to send a browser to sign in, to come back to *back*."""
        said = self._published(at).said
        with self._client(back) as client:
            made, _ = client.create_authorization_url(
                said["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier, response_type="code"
            )
        return str(made)

    def came(self, answer: Mapping[str, str], back: str, *, nonce: str, verifier: str, at: datetime) -> Came:
        """Return who came back with this *answer*; Refused unless the provider itself says so, to us, now, for this sign-in."""
        said = self._published(at).said
        # RFC 9207: an answer that another provider's sign-in got must not be shown to this one.
        unnamed = "" if said.get("authorization_response_iss_parameter_supported") is True else said["issuer"]
        if answer.get("iss", unnamed) != said["issuer"]:
            raise Refused("an answer came from another provider, or does not say from which")
        if "error" in answer or not answer.get("code"):
            raise Refused("the provider did not sign anybody in")
        text = self._exchanged(said, answer["code"], back, verifier)
        try:
            claims = id_token(self.trust, text, self._published(at).keys, nonce=nonce, at=at)
        except UnknownKey:
            # Keys are changed while we run: asked for anew once, since this token came from the provider itself.
            claims = id_token(self.trust, text, self._published(at, anew=True).keys, nonce=nonce, at=at)
        return Came(name=name_of(self.trust.issuer, claims["sub"]), subject=claims["sub"], roles=self.trust.roles_of(claims))

    def goodbye(self, back: str, at: datetime) -> str | None:
        """Return where to send a browser to sign out at the provider as well; `None` where it offers nothing of the kind."""
        there = self._published(at).said.get("end_session_endpoint")
        # By our name and not by an id token, since none is kept; the provider asks its reader whether it is meant.
        return add_params_to_uri(there, [("client_id", self.trust.client), ("post_logout_redirect_uri", back)]) if there else None

    def published(self, at: datetime) -> Mapping[str, Any]:
        """Return what the provider says of itself now, once it agrees with what the operator says."""
        return self._published(at, anew=True).said

    def _published(self, at: datetime, *, anew: bool = False) -> Published:
        with self._guard:
            known = self._known
            if known is None or anew or not 0 <= (at - known.asked).total_seconds() < KEPT_SECONDS:
                said = self._agreed(self._asked(get_well_known_url(self.trust.issuer, external=True)))
                known = self._known = Published(said, Keys.read(self._asked(said["jwks_uri"])), at)
        return known

    def _agreed(self, said: Any) -> Mapping[str, Any]:
        """Return what the provider says of itself, where it is the one that is trusted and speaks over https; Broken otherwise."""
        if not isinstance(said, dict) or said.get("issuer") != self.trust.issuer:
            raise Broken(f"the provider of sign-in says that it is another than `{self.trust.issuer[:80]}`; mend SAYSO_OIDC_ISSUER")
        places = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        for name in (*places, *(["end_session_endpoint"] if said.get("end_session_endpoint") else [])):
            try:
                checked(str(said.get(name, "")).partition("?")[0], name)
            except Unfit:
                raise Broken(f"the provider of sign-in gives no https address for `{name}`; ask whoever runs it") from None
        if "S256" not in said.get("code_challenge_methods_supported", ["S256"]):
            raise Broken("the provider of sign-in does not know PKCE with S256, and codes could be stolen; take another")
        return said

    def _asked(self, where: str) -> Any:
        return asked(where, away=AWAY, transport=self._transport)

    def _exchanged(self, said: Mapping[str, Any], code: str, back: str, verifier: str) -> str:
        """Return the id token that *code* is worth; what else comes with it is dropped here."""
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        try:
            with self._client(back) as client:
                if "client_secret_basic" in said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
                    # RFC 6749, 2.3.1: both are written as in a form before they are joined.
                    client.client_id, client.client_secret = (quote(one, safe="") for one in (self.trust.client, self.trust.secret))
                else:
                    client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  # the name of a method
                got = client.fetch_token(said["token_endpoint"], **sent)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError):
            raise Broken(AWAY) from None
        except AuthlibBaseError:
            raise Refused("the provider does not take the code: it was used, has ended, or is not ours") from None
        found = got.get("id_token") if isinstance(got, dict) else None
        if not isinstance(found, str):
            raise Refused("the provider gave no id token for the code")
        return found

    def _client(self, back: str = "") -> OAuth2Client:
        """Return a client for one question, since it remembers what it is given."""
        return OAuth2Client(
            client_id=self.trust.client,
            client_secret=self.trust.secret,
            redirect_uri=back,
            scope="openid",
            code_challenge_method="S256",
            timeout=WAIT_SECONDS,
            follow_redirects=False,
            transport=self._transport,
            trust_env=not local(self.trust.issuer),  # a proxy has nothing to do with this machine's own addresses
        )


def name_of(issuer: str, subject: str) -> str:
    """Return the name that *subject* of *issuer* has here: always the same, nobody else's, and never one that was given here.

    >>> name_of("https://login.example", "248289761001")
    'oidc-2f71a67fb1eee3c1'
    """
    return GUEST + hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()[:16]

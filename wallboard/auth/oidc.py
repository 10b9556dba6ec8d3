"""Sign-in by OpenID Connect: authorization code flow with PKCE, state and nonce
(OpenID Connect Core 1.0, RFC 7636, RFC 9207)."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import msgspec
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from wallboard.language import _
from wallboard.settings import WallboardSettings

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures with the provider's own key; never `none`, never a shared secret."""
LEEWAY_S = 60
TIMEOUT_S = 10
METADATA_S = 3600
"""How long what the provider says of itself is believed; unknown keys are asked for sooner."""
KEYS_AGAIN_S = 30


class OidcError(Exception):
    """The sign-in by the provider did not work; the text may be shown."""


class Ticket(msgspec.Struct, frozen=True):
    """What the browser brings back in a cookie: it proves that it is the one that left."""

    state: str
    nonce: str
    verifier: str
    next: str

    def packed(self) -> str:
        """As a cookie's value."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()

    @classmethod
    def unpacked(cls, text: str) -> Ticket | None:
        """From a cookie's value; None for what is none."""
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(text), type=cls)
        except (binascii.Error, msgspec.MsgspecError, ValueError):
            return None


class Provider:
    """One provider. Thread-safe; asks the provider when it is first needed."""

    def __init__(self, settings: WallboardSettings, clock: Callable[[], float] = time.time) -> None:
        if not settings.oidc_issuer or not settings.oidc_client_id:
            raise OidcError(_("OpenID Connect needs an issuer and a client id"))
        self.issuer = settings.oidc_issuer.rstrip("/")
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._asked_at = self._keys_at = float("-inf")

    @property
    def redirect_uri(self) -> str:
        """What has to be registered with the provider."""
        return f"{self._settings.base_url}/sign-in/oidc/back"

    def begin(self, next_path: str) -> tuple[str, Ticket]:
        """Where to send the browser, and the ticket that it keeps. Raises OidcError."""
        ticket = Ticket(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            next=next_path,
        )
        metadata = self._described()
        with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=ticket.state,
                code_verifier=ticket.verifier,
                nonce=ticket.nonce,
            )
        return str(url), ticket

    def finish(self, ticket: Ticket, answer: Mapping[str, str]) -> dict[str, Any]:
        """The claims about who came back. Raises OidcError."""
        if not secrets.compare_digest(answer.get("state", "").encode(), ticket.state.encode()):
            raise OidcError(_("this sign-in was not begun in this browser: begin again"))
        if answer.get("error"):
            raise OidcError(_("the provider did not let you in"))
        metadata = self._described()
        if (issuer := answer.get("iss")) is not None and issuer.rstrip("/") != self.issuer:
            raise OidcError(_("the answer came from another provider"))
        try:
            with self._client() as client:
                token = client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer.get("code", ""),
                    code_verifier=ticket.verifier,
                )
        except OAuthError as error:
            raise OidcError(_("the provider did not accept the sign-in")) from error
        except Exception as error:
            # authlib brings an HTTP client of its own, whose errors differ from release to release.
            raise OidcError(_("the provider cannot be reached")) from error
        return self._claims(str(token.get("id_token", "")), ticket.nonce, metadata)

    def _claims(self, id_token: str, nonce: str, metadata: dict[str, Any]) -> dict[str, Any]:
        now = int(self._clock())
        rules = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": metadata["issuer"]},
            aud={"essential": True, "value": self._settings.oidc_client_id or ""},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            try:
                read = jwt.decode(id_token, self._key_set(), algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                # Perhaps signed with a new key.
                read = jwt.decode(id_token, self._key_set(anew=True), algorithms=ALGORITHMS)
            rules.validate(read.claims)
        except (JoseError, ValueError) as error:
            raise OidcError(_("the provider's word cannot be verified")) from error
        audience, party = read.claims["aud"], read.claims.get("azp")
        several = isinstance(audience, list) and len(audience) > 1
        if (several or party is not None) and party != self._settings.oidc_client_id:
            raise OidcError(_("the provider's word is for somebody else"))
        return dict(read.claims)

    def _described(self) -> dict[str, Any]:
        with self._lock:
            if self._clock() - self._asked_at > METADATA_S:
                found = self._get(f"{self.issuer}/.well-known/openid-configuration")
                if str(found.get("issuer", "")).rstrip("/") != self.issuer:
                    raise OidcError(_("the provider calls itself by another issuer"))
                needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                if any(not isinstance(found.get(name), str) for name in needed):
                    raise OidcError(_("the provider's description lacks an endpoint"))
                self._metadata, self._asked_at = found, self._clock()
            return self._metadata

    def _key_set(self, anew: bool = False) -> KeySet:
        with self._lock:
            age = self._clock() - self._keys_at
            if self._keys is None or age > METADATA_S or (anew and age > KEYS_AGAIN_S):
                found = self._get(self._metadata["jwks_uri"])
                self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
                self._keys_at = self._clock()
            return self._keys

    def _get(self, url: str) -> dict[str, Any]:
        try:
            response = httpx.get(url, timeout=TIMEOUT_S).raise_for_status()
            found = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise OidcError(_("the provider cannot be reached")) from error
        if not isinstance(found, dict):
            raise OidcError(_("the provider's description cannot be read"))
        return found

    def _client(self) -> Any:
        return OAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=self._settings.oidc_client_secret,
            scope=self._settings.oidc_scopes,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=(
                "client_secret_basic" if self._settings.oidc_client_secret else "none"
            ),
            timeout=TIMEOUT_S,
        )

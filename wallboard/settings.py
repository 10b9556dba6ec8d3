"""Settings of the wallboard, from the environment: HARDSTOP_WALLBOARD_<NAME IN CAPITALS>."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from stream.settings import SettingsError
from wallboard.language import AUTO, ENGLISH, Language, languages
from workflow.signing import KeyFault, public_key

PREFIX = "HARDSTOP_WALLBOARD_"

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class WallboardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to serve and what to keep. Times are in the unit that the name says; lists are written
    with commas. `database` is an SQLAlchemy URL."""

    host: str = "127.0.0.1"
    port: Port = 8484
    public_url: str | None = None
    """As people reach it; https makes cookies secure. Without it: http://HOST:PORT."""
    database: str = "sqlite:///hardstop-wallboard.db"
    session_hours: Annotated[int, msgspec.Meta(ge=1, le=168)] = 12
    frame_ancestors: str = ""
    """Origins of agents' desktops that may embed *My call*, with spaces. Together with an https
    `public_url` cookies are SameSite=None and Partitioned, so that agents sign in in the frame."""
    transcript_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 7
    feed_hours: Annotated[int, msgspec.Meta(ge=1, le=72)] = 6
    audit_days: Annotated[int, msgspec.Meta(ge=7, le=3650)] = 365
    """Who looked at what: as long as records are kept by default, as it is asked for together."""
    webhook_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 7
    """Messages to webhooks and how they went: the last try comes within a day, and what is still
    undelivered a week later is no news any more."""
    stale_after_s: Annotated[int, msgspec.Meta(ge=5, le=600)] = 20
    language: str = AUTO
    """Of the pages: `auto` is the one that the browser asks for, a tag (`de`) the same for all."""
    languages: str = ""
    """A folder with translations, one folder a language; English is always there."""
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    local_users: bool = True
    """Whether people may sign in with a password kept here."""
    oidc_scopes: str = "openid profile email"
    oidc_user_claim: str = "sub"
    """The claim that holds a person's id, as in the policy. It must be one that people cannot
    change themselves, as whoever has it is that person here."""
    oidc_role_claim: str = "roles"
    """Where the role is said; dots lead into objects, as in realm_access.roles."""
    oidc_roles: str = ""
    """VALUE=ROLE with commas, e.g. cc-leads=supervisor; what is not named here gives no role, not
    even a role's own name. Empty: the roles' own names."""
    oidc_desks_claim: str = "desks"
    oidc_queues_claim: str = "queues"
    oidc_teams_claim: str = "teams"
    oidc_agent_claim: str = "agent_id"
    public_keys: str = ""
    """Files (PEM) of the keys that heads of records are checked with, with commas: today's and
    those before it. Without, heads must fit all the same, but anybody could have written them."""
    webhook_networks: str = ""
    """Networks that webhooks may reach besides public addresses, e.g. 10.0.0.0/8,127.0.0.1."""

    def signed_with(self) -> tuple[Ed25519PublicKey, ...]:
        """The keys in `public_keys`. Raises SettingsError naming the file."""
        keys = []
        for name in filter(None, map(str.strip, self.public_keys.split(","))):
            try:
                keys.append(public_key(Path(name).read_bytes()))
            except (OSError, KeyFault) as error:
                why = error.strerror if isinstance(error, OSError) else error
                raise SettingsError(f"setting ${PREFIX}PUBLIC_KEYS: {name}: {why}") from error
        return tuple(keys)

    def translated(self) -> dict[str, Language]:
        """The languages there are, by tag. Raises SettingsError naming what cannot be read, or the
        language that is not there."""
        try:
            found = languages(self.languages)
        except (OSError, ValueError) as error:
            raise SettingsError(f"setting ${PREFIX}LANGUAGES: {error}") from error
        if self.language.lower() not in (AUTO, *found):
            there = ", ".join((AUTO, *found))
            raise SettingsError(f"setting ${PREFIX}LANGUAGE: no '{self.language}', but {there}")
        return found

    def of_the_house(self) -> Language:
        """What nobody's browser asks for, such as what webhooks say, is in this language."""
        found = self.translated()
        return found.get(self.language.lower(), found[ENGLISH])

    @property
    def base_url(self) -> str:
        """Where people find it, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_secure(self) -> bool:
        """Whether cookies may demand https."""
        return self.base_url.startswith("https://")

    @property
    def is_embedded(self) -> bool:
        """Whether pages may stand in frames of other sites; browsers demand https for it."""
        return bool(self.frame_ancestors.strip()) and self.is_secure


def load_wallboard_settings(
    environ: Mapping[str, str] | None = None, **overrides: object
) -> WallboardSettings:
    """Defaults, then the environment, then `overrides`. Raises SettingsError naming the setting."""
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for name in WallboardSettings.__struct_fields__:
        text = environ.get(PREFIX + name.upper())
        if text:
            values[name] = text
    values |= {name: value for name, value in overrides.items() if value is not None}
    for name, value in values.items():
        try:
            msgspec.convert({name: value}, WallboardSettings, strict=False)
        except msgspec.ValidationError as error:
            problem = str(error).partition(" - at")[0]
            raise SettingsError(f"setting ${PREFIX}{name.upper()}: {problem}") from error
    return msgspec.convert(values, WallboardSettings, strict=False)

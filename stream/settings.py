"""Settings from the environment and an optional TOML file, checked at start."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


LEAST_KEY_BYTES = 32
"""No key shorter than the hash that it goes into (RFC 2104)."""

CALLS_TABLE = "calls"
"""The table of call states, and callers'."""


class SettingsError(ValueError):
    """A setting is wrong. The text names it, its value's fault, and where it was set."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to reach Kafka and how to run. Times are in the unit that the name says."""

    bootstrap_servers: str | None = None
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None

    record_key: str | None = None
    """What incident records are salted with; without it none are written."""
    signing_key_file: str | None = None
    """Ed25519 private key (PEM) that heads of records are signed with; without it none are."""

    topic_prefix: str = ""
    app_id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,120}$")] = "hardstop"
    partitions: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 4
    replication_factor: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    policy: str | None = None
    model: str | None = None
    model_backend: Literal["onnx", "torch"] = "onnx"
    model_device: str = "cpu"
    instance_id: str | None = None

    batch_size: Annotated[int, msgspec.Meta(ge=1, le=256)] = 16
    batch_wait_ms: Annotated[float, msgspec.Meta(gt=0, le=100)] = 3.0
    batches_in_flight: Annotated[int, msgspec.Meta(ge=1, le=64)] = 8
    commit_interval_ms: Annotated[int, msgspec.Meta(ge=50, le=10_000)] = 200
    linger_ms: Annotated[int, msgspec.Meta(ge=0, le=100)] = 2
    session_timeout_s: Annotated[float, msgspec.Meta(ge=6, le=300)] = 6.0
    request_timeout_s: Annotated[float, msgspec.Meta(ge=1, le=300)] = 30.0
    transactional_feeds: bool = False
    stall_after_s: Annotated[float, msgspec.Meta(ge=2, le=3600)] = 20.0
    ended_call_kept_s: Annotated[int, msgspec.Meta(ge=60)] = 3600
    silent_call_kept_s: Annotated[int, msgspec.Meta(ge=60)] = 6 * 3600
    log_level: str = "INFO"

    customer_key: str | None = None
    """What callers' references are hidden with; without it nothing is kept across calls."""

    def topic(self, name: str) -> str:
        """The topic's name on the cluster."""
        return f"{self.topic_prefix}{name}"

    @property
    def changelog(self) -> str:
        """The topic from which the call states are recovered; Faust makes its name so."""
        return f"{self.topic_prefix}{self.app_id}-{CALLS_TABLE}-changelog"

    @property
    def model_folder(self) -> Path | None:
        return Path(self.model) if self.model else None

    @property
    def policy_path(self) -> Path | None:
        return Path(self.policy) if self.policy else None

    def client_security(self) -> dict[str, Any]:
        """Connection options in the spelling of kafka-python; empty values left out."""
        options: dict[str, Any] = {
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password,
            "ssl_cafile": self.ssl_cafile,
            "ssl_certfile": self.ssl_certfile,
            "ssl_keyfile": self.ssl_keyfile,
        }
        return {name: value for name, value in options.items() if value is not None}


# The Kafka client settings carry the names that operators know from other Kafka tools.
VARIABLES: dict[str, str] = {
    "bootstrap_servers": "KAFKA_BOOTSTRAP_SERVERS",
    "security_protocol": "KAFKA_SECURITY_PROTOCOL",
    "sasl_mechanism": "KAFKA_SASL_MECHANISM",
    "sasl_username": "KAFKA_SASL_USERNAME",
    "sasl_password": "KAFKA_SASL_PASSWORD",
    "ssl_cafile": "KAFKA_SSL_CAFILE",
    "ssl_certfile": "KAFKA_SSL_CERTFILE",
    "ssl_keyfile": "KAFKA_SSL_KEYFILE",
} | {
    name: f"HARDSTOP_{name.upper()}"
    for name in Settings.__struct_fields__
    if not name.startswith(("bootstrap", "security", "sasl", "ssl"))
}

FILE_VARIABLE = "HARDSTOP_SETTINGS"
"""Names the settings file; without it `hardstop.toml` in the working directory is read."""

_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI", "OAUTHBEARER")


def load_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from defaults, then the file, then the environment, then `overrides`.

    Raises SettingsError naming the setting and where it was set.
    """
    environ = os.environ if environ is None else environ
    path = environ.get(FILE_VARIABLE)
    values = _from_file(Path(path), must_exist=True) if path else {}
    if not path:
        values = _from_file(Path("hardstop.toml"), must_exist=False)
    sources = dict.fromkeys(values, f"in {path or 'hardstop.toml'}")
    for name, variable in VARIABLES.items():
        text = environ.get(variable)
        if text is not None and text != "":
            values[name], sources[name] = text, f"in ${variable}"
    for name, value in overrides.items():
        if value is not None:
            values[name], sources[name] = value, "on the command line"
    return _checked(values, sources)


def _from_file(path: Path, *, must_exist: bool) -> dict[str, Any]:
    if not path.exists() and not must_exist:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {path} is not valid TOML: {error}") from error


def _checked(values: dict[str, Any], sources: dict[str, str]) -> Settings:
    unknown = sorted(set(values) - set(Settings.__struct_fields__))
    if unknown:
        known = ", ".join(Settings.__struct_fields__)
        raise SettingsError(
            f"unknown setting {unknown[0]!r} ({sources[unknown[0]]}); known: {known}"
        )
    for name, value in values.items():
        try:
            msgspec.convert({name: value}, Settings, strict=False)
        except msgspec.ValidationError as error:
            problem = str(error).partition(" - at")[0]
            raise SettingsError(f"setting {name!r} {sources[name]}: {problem}") from error
    settings = msgspec.convert(values, Settings, strict=False)
    for problem in _contradictions(settings):
        raise SettingsError(problem)
    return settings


def _contradictions(settings: Settings) -> list[str]:
    found = []
    if settings.security_protocol not in _PROTOCOLS:
        found.append(f"security_protocol is one of {', '.join(_PROTOCOLS)}")
    if settings.sasl_mechanism is not None and settings.sasl_mechanism not in _MECHANISMS:
        found.append(f"sasl_mechanism is one of {', '.join(_MECHANISMS)}")
    if settings.security_protocol.startswith("SASL") and settings.sasl_mechanism is None:
        found.append("security_protocol SASL_* needs sasl_mechanism ($KAFKA_SASL_MECHANISM)")
    if settings.log_level.upper() not in _LEVELS:
        found.append(f"log_level is one of {', '.join(_LEVELS)}")
    for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile", "policy", "signing_key_file"):
        path = getattr(settings, name)
        if path is not None and not Path(path).is_file():
            found.append(f"{name}: there is no file {path}")
    if settings.customer_key is not None and len(settings.customer_key.encode()) < LEAST_KEY_BYTES:
        found.append(
            f"customer_key needs at least {LEAST_KEY_BYTES} characters drawn at random: "
            "`openssl rand -hex 32` makes one ($HARDSTOP_CUSTOMER_KEY); all workers need the same"
        )
    if settings.model is not None and not Path(settings.model).is_dir():
        found.append(f"model: there is no folder {settings.model} (`hardstop export` makes one)")
    return found

"""Deterministic identifiers: the same cause always yields the same id; repeats can be dropped."""

import uuid

_NAMESPACE = uuid.UUID("6f8b0f4e-2a51-5c1d-9f0e-7d3c5b1a9e42")


def stable_id(*parts: str | int) -> str:
    """UUIDv5 (RFC 9562) of the parts. Parts are length-prefixed, so no two lists collide."""
    text = "".join(f"{len(str(part))}:{part}" for part in parts)
    return str(uuid.uuid5(_NAMESPACE, text))

"""What every event on a topic shares: a type that says what it is, and a contract version."""

from typing import Any, Literal, TypeVar

import msgspec

VERSION = 1


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of all wire events. Unknown fields are ignored, other versions are not understood.

    Defaults are written out, so that a reader in any language sees every documented field.
    """

    version: Literal[1] = 1


E = TypeVar("E", bound=msgspec.Struct)


def event_from(kind: type[E], record: msgspec.Struct, **more: Any) -> E:
    """The wire event of a record of the pure core: the same fields, plus type and version."""
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    return kind(**fields, **more)

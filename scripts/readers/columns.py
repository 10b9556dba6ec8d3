"""Which column of a CSV file holds what."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

FIELDS = (
    "text",
    "call_id",
    "speaker",
    "start",
    "end",
    "start_ms",
    "end_ms",
    "spoken_at",
    "sequence",
    "language",
)
"""What a column may be named as. `start` and `end`: seconds or h:mm:ss; `_ms`: milliseconds."""


class CsvColumns(msgspec.Struct, frozen=True):
    """Field to column header. Without an entry a column that has the field's own name is taken."""

    headers: dict[str, str] = {}

    @classmethod
    def parse(cls, text: str) -> CsvColumns:
        """From `text=Transcript,call_id=CallID`. Raises ValueError saying which part is wrong."""
        headers: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            field, equals, header = (piece.strip() for piece in part.partition("="))
            if not (equals and header):
                raise ValueError(f"{part!r} is not FIELD=COLUMN")
            if field not in FIELDS:
                raise ValueError(f"no field {field!r}; fields are {', '.join(FIELDS)}")
            headers[field] = header
        return cls(headers)

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Field to place in the row. Raises ValueError naming one that is missing or twice."""
        names = [name.strip() for name in header]
        folded = [name.casefold().replace(" ", "_") for name in names]
        places: dict[str, int] = {}
        for field in FIELDS:
            wanted = self.headers.get(field)
            found = folded if wanted is None else names
            sought = field if wanted is None else wanted
            if found.count(sought) > 1:
                raise ValueError(f"several columns are called {sought!r}; rename all but one")
            if sought in found:
                places[field] = found.index(sought)
            elif wanted is not None:
                raise ValueError(f"no column {wanted!r}; columns are {', '.join(names)}")
        if "text" not in places:
            columns = ", ".join(names)
            raise ValueError(
                f"which column holds the words? --columns text=NAME; columns are {columns}"
            )
        return places

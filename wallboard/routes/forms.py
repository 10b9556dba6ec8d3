"""What forms send."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form

Text = Annotated[str, Form()]
Texts = Annotated[list[str] | None, Form()]


def listed(text: str) -> list[str]:
    """Names written with commas."""
    return [name for part in text.split(",") if (name := part.strip())]

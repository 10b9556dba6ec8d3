"""A file that is written as a whole or not at all: a full disk leaves the one that was there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def replace(path: Path, parts: Iterable[bytes], *, private: bool = False) -> None:
    """Write a file out of its parts and put it in place of the one that is there. `private`: for
    its owner alone. Raises OSError that names the file; then nothing has changed."""
    fresh = path.with_name(f"{path.name}.new")
    mode = 0o600 if private else 0o666
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
            out.writelines(parts)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error

"""One process at a time: a lock on a file that the system lets go when its holder ends."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RETRY_S = 0.05


@contextmanager
def exclusively(path: Path, patience_s: float) -> Iterator[None]:
    """Holds the lock at `path` for the block. Raises TimeoutError after `patience_s` seconds."""
    import fcntl  # not on Windows, where importing this package must still give its own error

    deadline = time.monotonic() + patience_s
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError(str(path)) from None
                time.sleep(RETRY_S)
        yield
    finally:
        os.close(descriptor)

"""The Kafka that a command talks to: the named one, the user's own, or one for the occasion."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stream.settings import Settings


@contextmanager
def cluster(**overrides: Any) -> Iterator[Settings]:
    """Settings with the address of a running cluster; an embedded one lasts for the block.

    Raises SettingsError, or EmbeddedKafkaError when a broker has to be started and cannot be.
    """
    import msgspec

    from scripts.progress import steps
    from stream.embedded import bootstrap
    from stream.settings import load_settings

    settings = load_settings(**overrides)
    if settings.bootstrap_servers is not None:
        yield settings
        return
    with ExitStack() as stack:
        # The bars end before the block begins: they would be drawn over what it prints.
        with steps() as on_progress:
            servers = stack.enter_context(bootstrap(on_progress))
        yield msgspec.structs.replace(settings, bootstrap_servers=servers)

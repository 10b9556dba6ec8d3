"""Running the Faust app as a process: logging, signals, exit status."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Callable

import faust

from stream.admin import source_partitions
from stream.app import build_app, exit_soon
from stream.logs import logging_to_stderr
from stream.reader import CallReader
from stream.settings import Settings
from workflow.policy import Policy

log = logging.getLogger("hardstop.worker")


class Worker(faust.Worker):
    """A Faust worker that ends, even when its services hang as they stop."""

    def install_signal_handlers(self) -> None:
        """SIGINT and SIGTERM stop it. Faust's stack dump on SIGUSR1 would show customers' words."""
        super().install_signal_handlers()
        for name in ("SIGUSR1", "SIGUSR2"):
            if hasattr(signal, name):
                self.loop.remove_signal_handler(getattr(signal, name))
                signal.signal(getattr(signal, name), signal.SIG_IGN)

    async def stop(self) -> None:
        exit_soon(1)
        await super().stop()


def run_worker(
    settings: Settings,
    policy: Policy,
    *,
    reader: CallReader | None = None,
    on_ready: Callable[[], None] | None = None,
) -> int:
    """Run until SIGTERM or SIGINT; returns the exit status: 0 stopped cleanly, 1 crashed.

    Raises ClusterError when the cluster cannot be reached or the topics are not ready.
    """
    partitions = source_partitions(settings)
    with contextlib.suppress(ImportError):
        import uvloop

        # Faust makes its own loop, so the runner that uvloop prefers cannot be used here.
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    app = build_app(settings, policy, partitions=partitions, reader=reader, on_ready=on_ready)
    worker = Worker(
        app,
        loglevel=settings.log_level,
        logging_config=logging_to_stderr(settings.log_level),
        redirect_stdouts=False,
        loop=asyncio.new_event_loop(),
    )
    worker.spinner = None
    if settings.record_key is None:
        log.warning("no incident records are kept: HARDSTOP_RECORD_KEY is not set")
    elif settings.signing_key_file is None:
        log.info("heads of records are not signed: HARDSTOP_SIGNING_KEY_FILE is not set")
    # What is built now lives as long as the process: the collector need not visit it again.
    gc.collect()
    gc.freeze()
    try:
        worker.execute_from_commandline()
    except SystemExit as stop:
        reason = worker.crash_reason or app.crash_reason
        if reason is not None:
            log.critical(
                "the worker stopped: %s: %s. Nothing is lost: what it had not finished is read "
                "again by the next worker.",
                type(reason).__name__,
                reason,
            )
        return int(stop.code or 0)
    return 0

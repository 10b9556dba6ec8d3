"""Running the Faust app as a process: logging, signals, exit status."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import faust

from stream.admin import source_partitions
from stream.app import build_app
from stream.settings import Settings
from workflow.policy import Policy

log = logging.getLogger("hardstop.worker")


def run_worker(
    settings: Settings, policy: Policy, *, on_ready: Callable[[], None] | None = None
) -> int:
    """Run until SIGTERM or SIGINT; returns the exit status: 0 stopped cleanly, 1 crashed.

    Raises ClusterError when the cluster cannot be reached or the topics are not ready.
    """
    partitions = source_partitions(settings)
    with contextlib.suppress(ImportError):
        import uvloop

        # Faust makes its own loop, so the runner that uvloop prefers cannot be used here.
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    _log_to_stderr(settings.log_level)

    app = build_app(settings, policy, partitions=partitions, on_ready=on_ready)
    worker = faust.Worker(
        app,
        loglevel=settings.log_level,
        logging_config={"version": 1, "disable_existing_loggers": False},
        redirect_stdouts=False,
        loop=asyncio.new_event_loop(),
    )
    worker.spinner = None
    try:
        worker.execute_from_commandline()
    except SystemExit as stop:
        return int(stop.code or 0)
    except Exception as error:
        log.critical("the worker stopped: %s: %s", type(error).__name__, error)
        return 1
    return 0


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(
        level=level.upper(),
        format="%(asctime)s %(levelname)-7s %(name)s %(message)s",
        force=True,
    )
    # Faust and its client describe every partition move at INFO; hardstop says it in one line.
    if logging.getLevelName(level.upper()) >= logging.INFO:
        for name in ("faust", "mode", "aiokafka", "kafka"):
            logging.getLogger(name).setLevel(logging.WARNING)

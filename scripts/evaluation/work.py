"""Progress of an evaluation: a bar for each system, with the time left, on standard error."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from models.evaluation.evaluation import Watch
from scripts.terminal import err


class Work:
    """Bars, one after another. Used with `with`."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=err(),
            transient=True,
            disable=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Work:
        self._progress.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.__exit__(kind, error, trace)

    def begin(self, what: str, total: int) -> Watch:
        """A new bar, and how to move it."""
        task = self._progress.add_task(what, total=total)
        return Watch(
            more=lambda count: self._grow(task, count),
            advance=lambda count: self._progress.advance(task, count),
        )

    def _grow(self, task: TaskID, count: int) -> None:
        total = self._progress.tasks[self._progress.task_ids.index(task)].total or 0
        self._progress.update(task, total=total + count)

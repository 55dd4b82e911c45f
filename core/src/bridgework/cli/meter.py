"""The progress line: a plugin like any other that listens to the life cycle of stages."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from bridgework.hookspecs import hookimpl


class Rate(ProgressColumn):
    """Steps per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


class Meter:
    """Shows stage, note, count, rate and remaining time on a terminal; on a pipe, one line per ten per cent."""

    def __init__(self, console: Console, *, enabled: bool) -> None:
        self._console = console
        self._enabled = enabled
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._tenth = 0

    @hookimpl
    def stage_started(self, stage: str, total: int | None) -> None:
        self.close()
        self._tenth = 0
        if not self._enabled:
            return
        if self._console.is_terminal:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                Rate(),
                TextColumn("{task.fields[note]}"),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task(stage, total=total, note="")

    @hookimpl
    def batch_done(self, stage: str, done: int, total: int | None, note: str) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, note=note[:60])
        elif self._enabled and total and done * 10 // total > self._tenth:
            self._tenth = done * 10 // total
            self._console.print(f"{stage}: {done:,} of {total:,} ({note})")

    @hookimpl
    def stage_finished(self, stage: str) -> None:
        self.close()

    def close(self) -> None:
        """Take the line away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

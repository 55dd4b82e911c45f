# mypy: disable-error-code=empty-body
# Hook specs have no bodies: pluggy reads their signatures and people read their docstrings.
"""What a plugin may watch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridgework.hookspecs.marks import hookspec


@hookspec("all")
def stage_started(stage: str, total: int | None) -> None:
    """A stage begins; `total` is the number of steps if known.

    Example::

        @hookimpl
        def stage_started(self, stage, total):
            self.stages.append(stage)

    .. versionadded:: 0.1
    """


@hookspec("all")
def batch_done(stage: str, done: int, total: int | None, note: str) -> None:
    """A batch of a stage is done.

    Example::

        @hookimpl
        def batch_done(self, stage, done, total, note):
            self.done = done

    .. versionadded:: 0.1
    """


@hookspec("all")
def stage_finished(stage: str, result: Mapping[str, Any]) -> None:
    """A stage ended; `result` is its machine-readable report.

    Example::

        @hookimpl
        def stage_finished(self, stage, result):
            self.results[stage] = result["state"]

    .. versionadded:: 0.1
    """


@hookspec("all")
def approval_needed(gate: str, content_hash: str) -> None:
    """A gate waits for a person.

    Example::

        @hookimpl
        def approval_needed(self, gate, content_hash):
            self.waiting = gate

    .. versionadded:: 0.1
    """

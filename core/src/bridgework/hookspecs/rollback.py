# mypy: disable-error-code=empty-body
# Hook specs have no bodies: pluggy reads their signatures and people read their docstrings.
"""The way out, and back in again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridgework.hookspecs.marks import hookspec
from bridgework.model import Operation, UndoResult, WriteResult


@hookspec("destination", first=True, required=True)
def undo(operations: Sequence[Operation]) -> Iterator[UndoResult] | None:
    """Delete records we created (`target_id`).

    Called in `rollback` and `sample --undo`, children before parents. Putting old values back goes through `write`.

    Repeatable: yes; what is gone already is `AlreadyGone`.

    Example::

        @hookimpl
        def undo(self, operations):
            for op in operations:
                answer = self.api.send("DELETE", f"/{op.object}s/{op.target_id}", for_=op, accept=(404, 410))
                yield Undone(op.number) if answer.ok else AlreadyGone(op.number)

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True)
def restore(operations: Sequence[Operation]) -> Iterator[WriteResult] | None:
    """Bring removed records (`target_id`) back, with the values and ids they had.

    Called in `rollback --undo`, parents before children, for objects whose `ObjectCapability.restore` is supported, and
    only for records that `read` gives as deleted. A record that is not there any more is `Rejected`.

    Repeatable: yes; what is back already is `Written`.

    Example::

        @hookimpl
        def restore(self, operations):
            for op in operations:
                answer = self.api.send("POST", f"/{op.object}s/{op.target_id}/restore", for_=op, accept=(404,))
                yield Written(op.number, op.target_id) if answer.ok else Rejected(op.number, "gone for good")

    .. versionadded:: 0.1
    """

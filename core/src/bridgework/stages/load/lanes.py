"""Groups under way at the same time: threads wait for the destination, all else is done by the one that loads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bridgework.stages.load.answers import Done, Job
from bridgework.stages.load.attempt import Attempt
from bridgework.stages.load.writing import Course, Pause, Writer

if TYPE_CHECKING:
    from bridgework.migration import Migration


class Lanes:
    """At most `workers` groups at a time, each on its course. A context manager.

    What ended and what begins next is written down together, in one transaction: while one group is mapped the others
    are on their way, and no thread but the caller's touches the journal.
    """

    def __init__(self, migration: Migration, writer: Writer, workers: int) -> None:
        self._migration = migration
        self._writer = writer
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="lane")
        self._under_way: dict[Future[None], tuple[Course, Attempt | None]] = {}
        self._due: list[tuple[Course, Attempt]] = []  # to begin with the next transaction
        self._through: list[Course] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """When the run breaks off nothing more is begun, what is under way is awaited and recorded."""
        if error is None:
            self._pool.shutdown()
            return
        if isinstance(error, KeyboardInterrupt):
            self._migration.interrupt()
        self._pool.shutdown(cancel_futures=True)
        self._writer.salvage([attempt for _, attempt in self._under_way.values() if attempt is not None])

    def run(self, groups: Iterator[list[Job]]) -> Iterator[list[Done]]:
        """Send groups; gives what became of each, once it is durable."""
        group = next(groups, None)
        while group is not None or self._under_way or self._due or self._through:
            if group is not None and self._has_room():
                self._go_on(Course(self._writer, group))
                group = None
            yield from self._advance()
            group = group or next(groups, None)  # mapped while the others are on their way
            self._collect(wait_for_one=group is None or not self._has_room())

    def _has_room(self) -> bool:
        return len(self._under_way) + len(self._due) < self._workers

    def _go_on(self, course: Course) -> None:
        """The next step of a course."""
        step = next(course.steps, None)
        if step is None:
            self._through.append(course)
        elif isinstance(step, Pause):
            self._under_way[self._pool.submit(self._migration.clock.sleep, step.seconds)] = course, None
        else:
            self._due.append((course, step))

    def _collect(self, *, wait_for_one: bool) -> None:
        """Take in what has come back."""
        if not self._under_way:
            return
        back, _ = wait(self._under_way, timeout=None if wait_for_one else 0, return_when=FIRST_COMPLETED)
        for future in back:
            course, _ = self._under_way.pop(future)
            future.result()
            self._go_on(course)

    def _advance(self) -> list[list[Done]]:
        """Make durable what came back and what begins, then let it begin; what is through."""
        due, self._due = self._due, []
        through, self._through = self._through, []
        self._writer.advance([attempt for _, attempt in due])
        for course, attempt in due:
            self._under_way[self._pool.submit(attempt.carry)] = course, attempt
        return [course.decided for course in through]

"""The folder of a migration that is open: its two stores, and what they know without the destination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Literal, Protocol

from bridgework.anchors import Outside
from bridgework.clock import Clock
from bridgework.errors import StoreFailure, UsageError
from bridgework.journal import Intent, Journal, Outcome
from bridgework.migration.opening import copied
from bridgework.model import Body
from bridgework.project import Keys, Project
from bridgework.staging import Image, ImageKind, Records, Staging
from bridgework.store import Blob

HEAD_SECONDS = 10.0  # between two notes of the journal's head outside the folder


class KeptBodies(Protocol):
    """A job whose bodies are kept before its intent."""

    @property
    def intent(self) -> Intent: ...
    @property
    def sent(self) -> Body | None: ...
    @property
    def before(self) -> Body | None: ...
    @property
    def kept(self) -> Blob | None: ...


def _image(intent: Intent, kind: ImageKind, body: Body | Blob) -> Image:
    return Image(intent.rule, intent.key, kind, body, intent.generation)


class Stores:
    """journal.db and records.db of one migration.

    :param look: the command only looks, so that it can do without writing anything.
    :param busy: another process works on it.
    """

    def __init__(
        self, project: Project, keys: Keys, stack: ExitStack, *, clock: Clock, outside: Outside, look: bool, busy: bool
    ) -> None:
        self.project = project
        self.keys = keys
        self.clock = clock
        self.outside = outside
        self.look = look
        self.busy = busy
        self.looking = busy  # nothing may be written
        self.unkept = ""  # why no report can be kept
        self._stack = stack
        self._noted_at = -HEAD_SECONDS
        self.journal = self._open_journal()

    def _open_journal(self) -> Journal:
        path = self.project.journal_file
        if not path.exists():  # an empty one in its place would forget what was written
            raise StoreFailure(
                f"{path.name} is missing: only it knows what was written.",
                next_step="restore the file from a backup; if nothing was written yet, make a new migration folder",
            )
        try:
            journal = self._opened(path)
        except StoreFailure as error:
            if not self.look:
                raise
            self.looking, self.unkept = True, error.message
            journal = self._opened(copied(self._stack, path))
        self._stack.callback(journal.close)
        return journal

    def _opened(self, path: Path) -> Journal:
        return Journal.open(path, self.keys.journal, self.project.id, now=self.clock.now, read_only=self.looking)

    @property
    def records_key(self) -> bytes:
        """The key of records.db; UsageError after a purge."""
        if self.keys.records is None:
            raise UsageError(
                "The staged data of this migration was purged.", cause="purged", next_step="bridgework status"
            )
        return self.keys.records

    @cached_property
    def records(self) -> Records:
        """records.db: the staged data and the images of destination records."""
        records = Records.create(self.project.records_file, self.records_key, self.project.id)
        self._stack.callback(records.close)
        return records

    def close_records(self) -> None:
        """Close records.db if it is open."""
        if "records" in self.__dict__:
            self.records.close()

    @cached_property
    def staging(self) -> Staging:
        """The frozen extract. UsageError if there is none."""
        return self.records.staging()

    def keyed_hash(self, object_name: str, key: str) -> str:
        """A source key as shareable reports show it."""
        return blake2b(f"{object_name}\0{key}".encode(), key=self.keys.hashing, digest_size=8).hexdigest()

    # ---------------------------------------------------------------- bodies and dead letters

    def reject(self, intents: Sequence[Intent], reasons: Sequence[tuple[str, str]]) -> None:
        """Dead letters that cannot be sent at all: (reason, field) for each intent."""
        numbers = self.journal.intend(intents)
        self.journal.settle(
            [
                Outcome(number, "rejected", reason=reason, field=field)
                for number, (reason, field) in zip(numbers, reasons, strict=True)
            ]
        )

    def keep_before(self, jobs: Sequence[KeptBodies]) -> None:
        """Keep what creates are about to send and what updates are about to replace, before their intents."""
        self._keep([_image(job.intent, "sent", job.kept) for job in jobs if job.kept])
        self._keep([_image(job.intent, "pre", job.before) for job in jobs if job.before])

    def keep_sent(self, jobs: Sequence[KeptBodies]) -> None:
        """Keep what updates left behind, once they are known to be done."""
        self._keep([_image(job.intent, "sent", job.sent) for job in jobs if job.sent])

    def _keep(self, images: Sequence[Image]) -> None:
        if images:
            self.records.images.put(images)

    def images(self, rule: str, keys: Sequence[str], kind: Literal["pre", "sent"] = "sent") -> dict[str, Body]:
        """The newest body of a kind by key: as sent, or what updates replaced."""
        return self.records.images.many(rule, keys, kind)

    # ---------------------------------------------------------------- what was settled before

    @property
    def cutover(self) -> datetime:
        """The instant that divides past from future: the setting, else fixed by the first extract."""
        fixed = self.journal.last_event("cutover")
        if self.project.file.migration.cutover is not None:
            return self.project.file.migration.cutover
        if fixed is None:
            raise UsageError("Nothing was extracted yet.", next_step="bridgework extract")
        return datetime.fromisoformat(fixed.payload["at"])

    def fix_cutover(self, generated_at: datetime) -> None:
        """The first extract fixes the cutover; later ones do not move it."""
        if self.journal.last_event("cutover") is None:
            self.journal.event("cutover", at=generated_at.astimezone(UTC).isoformat())

    @property
    def practice(self) -> str:
        """The practice's name as the extract knows it, empty before."""
        last = self.journal.last_event("extracted")
        return "" if last is None else str(last.payload.get("practice", ""))

    @cached_property
    def rule_labels(self) -> Mapping[str, str]:
        """What the mapping of the last survey calls its rules for people, by their names."""
        last = self.journal.last_event("surveyed")
        found: Mapping[str, str] = {} if last is None else last.payload.get("labels", {})
        return found

    def forget_labels(self) -> None:
        """Read the labels anew when they are asked for next."""
        self.__dict__.pop("rule_labels", None)

    def called(self, rule: str) -> str:
        """A rule as people call it."""
        return self.rule_labels.get(rule, rule)

    def has_written(self) -> bool:
        """Whether records of this migration are in the destination, or may be. A refused create left none there."""
        there = any(
            count
            for states in self.journal.counts().values()
            for state, count in states.items()
            if state not in ("pending", "undone", "skipped", "rejected")
        )
        return there or self.journal.any_refused_there()

    def keep_selection(self, chosen: Mapping[str, frozenset[str]]) -> None:
        """Remember which records the sample holds."""
        self.journal.event("selection", keys={rule: sorted(keys) for rule, keys in chosen.items()})

    def selection(self) -> dict[str, frozenset[str]]:
        """The records of the last sample."""
        last = self.journal.last_event("selection")
        return {} if last is None else {rule: frozenset(keys) for rule, keys in last.payload["keys"].items()}

    # ---------------------------------------------------------------- the head, outside the folder

    def note_head(self, *, at_once: bool = False) -> None:
        """Keep the journal's head outside the folder, every few seconds or `at_once`, unless a newer journal noted one
        there."""
        now = self.clock.monotonic()
        if self.looking or (now - self._noted_at < HEAD_SECONDS and not at_once):
            return
        if all(self.journal.hash_at(head.seq) == head.hash for head in self.outside.head()):
            self._noted_at = now
            self.outside.note(self.journal.head())

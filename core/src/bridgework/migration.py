"""A migration that is open: its project, stores, plugins and client, held together for one command."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from bridgework import collecting
from bridgework.anchors import Outside
from bridgework.client import ApiClient
from bridgework.clock import Clock, SystemClock
from bridgework.connection import MACHINE, Surroundings, connect
from bridgework.conservation import conservation, write_reports
from bridgework.documents import Documents
from bridgework.errors import BridgeworkError, Busy, ContractBroken, MappingError, StoreFailure, UsageError
from bridgework.identity import Identities
from bridgework.journal import Intent, IntentRow, Journal, Outcome, migration_lock
from bridgework.mapping import (
    Decisions,
    Lengths,
    MappingSettings,
    Plan,
    TestResult,
    compile_mapping,
    content_hash,
    load_mapping,
    run_mapping_tests,
)
from bridgework.mapping import Mapping as LoadedMapping
from bridgework.model import Body, Budget, Capabilities, DestinationSchema, FieldType, Operation, StoredRecord, Verb
from bridgework.plugins import Hooks, installed
from bridgework.progress import Progress
from bridgework.project import Keys, Project, private_folder, read_project
from bridgework.pulse import Pulse
from bridgework.results import Result
from bridgework.staging import Image, Records, Staging, StagingWriter
from bridgework.timekeeping import Timekeeper

HEAD_SECONDS = 10.0  # between two notes of the journal's head outside the folder


def operator() -> str:
    """Who runs this command: the account of the machine, or who BRIDGEWORK_OPERATOR says it is."""
    if named := os.environ.get("BRIDGEWORK_OPERATOR", "").strip():
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


class KeptBodies(Protocol):
    """A job whose bodies are kept before its intent."""

    @property
    def intent(self) -> Intent: ...
    @property
    def sent(self) -> Body | None: ...
    @property
    def before(self) -> Body | None: ...


class Migration:
    """One open migration. Use `Migration.open` as a context manager; only one process can hold it."""

    def __init__(
        self,
        project: Project,
        keys: Keys,
        stack: ExitStack,
        *,
        destination: bool,
        observers: Sequence[Any],
        looking: bool = False,
        around: Surroundings = MACHINE,
    ) -> None:
        self.project = project
        self.looking = looking  # another process works on it: nothing may be written
        self.keys = keys
        self._stack = stack
        self.clock: Clock = around.clock(project) if destination else SystemClock()
        self.journal = self._open_journal()
        connected = connect(
            project,
            self.journal,
            self.clock,
            destination=destination,
            observers=observers,
            plugin=around.plugin,
            logins=around.logins,
        )
        for client in connected.clients:
            stack.callback(client.close)
        self._connected = connected
        self._identities: dict[tuple[str, str], Identities] = {}
        self.hooks = Hooks(connected.plugins)
        self.outside = Outside(around.state(project.id))
        self.opened = self.journal.event("opened", operator=operator()) if destination else 0
        self._noted_at = -HEAD_SECONDS
        self.progress = Progress(self.hooks.announce, self._pace)

    @classmethod
    @contextmanager
    def open(
        cls,
        folder: Path,
        *,
        destination: bool = False,
        observers: Sequence[Any] = (),
        look: bool = False,
        around: Surroundings = MACHINE,
    ) -> Iterator[Migration]:
        """Open a migration folder; with `destination`, connected to it.

        Busy if another process holds it; with `look` it is opened for reading beside that process.
        """
        project = read_project(folder)
        with ExitStack() as stack:
            stack.enter_context(collecting.seldom())
            looking = _lock(stack, project, around.state(project.id), look=look)
            pulse = [] if looking else [Pulse(project.folder)]
            for each in pulse:
                stack.callback(each.end)
            keys = around.keys(project.id)
            watching = (*observers, *pulse)
            yield cls(project, keys, stack, destination=destination, observers=watching, looking=looking, around=around)

    # ---------------------------------------------------------------- stores

    def _open_journal(self) -> Journal:
        path = self.project.journal_file
        if not path.exists():  # an empty one in its place would forget what was written
            raise StoreFailure(
                f"{path.name} is missing: only it knows what was written.",
                next_step="restore the file from a backup; if nothing was written yet, make a new migration folder",
            )
        journal = Journal.open(path, self.keys.journal, self.project.id, now=self.clock.now, read_only=self.looking)
        self._stack.callback(journal.close)
        return journal

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

    @cached_property
    def staging(self) -> Staging:
        """The frozen extract. UsageError if there is none."""
        return self.records.staging()

    def staging_writer(self) -> StagingWriter:
        """A writer for the next snapshot; what was read from the present one is forgotten."""
        self.forget_staging()
        return self.records.writer()

    def forget_staging(self) -> None:
        """Read staging and mapping anew when they are asked for next."""
        for name in ("staging", "mapping_settings", "plan", "mapping_tests"):
            self.__dict__.pop(name, None)

    def keyed_hash(self, object_name: str, key: str) -> str:
        """A source key as shareable reports show it."""
        return blake2b(f"{object_name}\0{key}".encode(), key=self.keys.hashing, digest_size=8).hexdigest()

    # ---------------------------------------------------------------- destination

    @property
    def sandbox(self) -> bool:
        """Whether the destination is a simulator on this machine."""
        return self._connected.sandbox

    @property
    def clients(self) -> tuple[ApiClient, ...]:
        """The destination's clients, one per service."""
        return self._connected.clients

    @property
    def client(self) -> ApiClient:
        """The destination's first client."""
        return self._connected.clients[0]

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """The budgets of the destination's first service."""
        return self._connected.budgets

    @property
    def capabilities(self) -> Capabilities:
        """Static facts about the destination."""
        capabilities = self._connected.capabilities
        if capabilities is None:
            raise ContractBroken("The destination has no capabilities.")
        return capabilities

    @property
    def horizon(self) -> timedelta:
        """After this time a write whose answer was lost cannot surface any more."""
        setting = self.project.destination_core.horizon
        return self.capabilities.horizon if setting is None else timedelta(seconds=setting)

    @cached_property
    def timekeeper(self) -> Timekeeper:
        """Instants of the journal by the destination's clock."""
        return Timekeeper(self.journal, self.client)

    @cached_property
    def schema(self) -> DestinationSchema:
        """The account as it is now, read once per command. UsageError if it is another account than before."""
        schema = self.hooks.describe_destination()
        known = next((event.payload["account"] for event in self.journal.events("account")), None)
        if known is None:
            self.journal.event("account", account=schema.account, label=schema.account_label)
        elif known != schema.account:
            raise UsageError(
                f"This migration writes to account {known}, but the token belongs to account {schema.account}.",
                cause="other_account",
                next_step="correct the token, or start a new migration for the other account",
            )
        return schema

    def read_records(self, object_name: str, ids: Sequence[str]) -> dict[str, StoredRecord]:
        """Records as stored, by id; in as few calls as the destination allows."""
        step = self.capabilities.read_batch
        found: dict[str, StoredRecord] = {}
        for start in range(0, len(ids), step):
            found.update({record.id: record for record in self.hooks.read(object_name, ids[start : start + step])})
        return found

    # ---------------------------------------------------------------- intents and images

    def intent(
        self,
        verb: Verb,
        stage: str,
        rule: str,
        object_name: str,
        key: str,
        generation: int,
        mapped_hash: str,
        *,
        target_id: str = "",
        body_hash: str = "",
        fields: tuple[str, ...] = (),
    ) -> Intent:
        """An intent with its identity as marker and as client id."""
        identities = self.identities(rule, object_name)
        return Intent(
            verb,
            stage,
            rule,
            key,
            object_name,
            generation,
            identities.marker(key, generation),
            identities.client_id(key, generation),
            0,
            body_hash,
            mapped_hash,
            target_id,
            fields,
        )

    def identities(self, rule: str, object_name: str) -> Identities:
        """The identities of a rule's records."""
        if known := self._identities.get((rule, object_name)):
            return known
        found = self._identities[rule, object_name] = Identities(
            source=self.project.file.migration.source,
            account=self.schema.account,
            migration=self.project.id,
            rule=rule,
            identity=self.capabilities.object(object_name).identity,
        )
        return found

    def reject(self, intents: Sequence[Intent], reasons: Sequence[tuple[str, str]]) -> None:
        """Dead letters that cannot be sent at all: (reason, field) for each intent."""
        numbers = self.journal.intend(intents)
        self.journal.settle(
            [
                Outcome(number, "rejected", reason=reason, field=field)
                for number, (reason, field) in zip(numbers, reasons, strict=True)
            ]
        )

    def operation_of(self, row: IntentRow) -> Operation:
        """An operation as it was sent, as far as looking for it needs: identity, target and time."""
        return Operation(
            number=row.operation,
            verb=row.verb,
            object=row.object,
            marker=row.marker,
            client_id=UUID(row.client_id),
            body=self.images(row.rule, [row.key]).get(row.key, {}) if self.keys.records else {},
            target_id=row.target_id,
            sent_after=self.timekeeper.theirs(row.at, row.operation),
        )

    def keep_replaced(self, jobs: Sequence[KeptBodies]) -> None:
        """Keep what updates are about to replace, durable before their intents are."""
        self._keep([(job.intent, "pre", job.before) for job in jobs if job.before])

    def keep_sent(self, jobs: Sequence[KeptBodies]) -> None:
        """Keep what updates left behind, once they are known to be done."""
        self._keep([(job.intent, "sent", job.sent) for job in jobs if job.sent])

    def _keep(self, bodies: Sequence[tuple[Intent, Literal["pre", "sent"], Body]]) -> None:
        if bodies:
            self.records.images.put(
                Image(intent.rule, intent.key, kind, body, intent.generation) for intent, kind, body in bodies
            )

    def images(self, rule: str, keys: Sequence[str], kind: Literal["pre", "sent"] = "sent") -> dict[str, Body]:
        """The newest body of a kind by key: as sent, or what updates replaced."""
        return self.records.images.many(rule, keys, kind)

    # ---------------------------------------------------------------- mapping

    @cached_property
    def cutover(self) -> datetime:
        """The instant that divides past from future: the setting, else fixed by the first extract."""
        fixed = self.journal.last_event("cutover")
        if self.project.file.migration.cutover is not None:
            return self.project.file.migration.cutover
        if fixed is None:
            raise UsageError("Nothing was extracted yet.", next_step="bridgework extract")
        return datetime.fromisoformat(fixed.payload["at"])

    def interrupt(self) -> None:
        """Wake everything that waits and send nothing more, so that a stopped run ends soon."""
        for client in self._connected.clients:
            client.interrupt()
        if isinstance(self.clock, SystemClock):
            self.clock.interrupt()

    def stop(self, error: BridgeworkError) -> None:
        """Send nothing more; who still works in this run gets that error."""
        for client in self._connected.clients:
            client.interrupt(error)

    def move_cutover(self, at: datetime) -> None:
        """Move the cutover, before anything was written. UsageError afterwards, or if migration.toml fixes it."""
        if self.project.file.migration.cutover is not None:
            raise UsageError("migration.toml fixes the cutover.", next_step="change migration.cutover there")
        if self.has_written():
            raise UsageError(
                "Records were written with the present cutover.", next_step="bridgework rollback --preview"
            )
        self.journal.event("cutover", at=at.astimezone(UTC).isoformat())
        for name in ("cutover", "mapping_settings", "plan"):
            self.__dict__.pop(name, None)

    def fix_cutover(self, generated_at: datetime) -> None:
        """The first extract fixes the cutover; later ones do not move it."""
        if self.journal.last_event("cutover") is None:
            self.journal.event("cutover", at=generated_at.astimezone(UTC).isoformat())

    @cached_property
    def decisions(self) -> Decisions:
        """What people decided about findings, as far as it changes what is loaded."""
        last = self.journal.last_event("decisions")
        if last is None:
            return Decisions()
        merges = {(name, key): into for name, key, into in last.payload["merges"]}
        return Decisions(frozenset((name, key) for name, key in last.payload["exclusions"]), merges)

    @property
    def pair_texts(self) -> list[tuple[str, str]]:
        """The pair's mapping document under its name; nothing where no pair brings one."""
        return [(f"{self.project.pair}/mapping.yaml", self.hooks.mapping())] if self.project.has_pair else []

    @cached_property
    def mapping(self) -> LoadedMapping:
        """The pair's mapping document with the migration's own over it. UsageError if there is neither."""
        texts = self.pair_texts
        if not texts and not self.project.mapping_file.exists():
            raise UsageError(
                "There is no mapping yet: no pair brings one, and none was proposed.",
                cause="no_mapping",
                next_step="bridgework plan",
            )
        if self.project.mapping_file.exists():
            texts.append((self.project.mapping_file.name, _own_mapping(self.project.mapping_file)))
        return load_mapping(texts)

    @cached_property
    def mapping_settings(self) -> MappingSettings:
        """What the mapping knows about the migration. UsageError without a currency."""
        section = self.project.file.migration
        if not section.currency:
            raise UsageError(
                "The currency of all amounts is not set.", next_step='set currency = "USD" under [migration]'
            )
        description = self.staging.description
        return MappingSettings(
            currency=section.currency,
            cutover=self.cutover,
            time_zone=description.time_zone,
            options=section.options,
            field_types=self.capabilities.field_types,
            label_length=self.capabilities.field_name_length,
            option_length=self.capabilities.option_length,
            reserved_labels=self.capabilities.reserved_labels,
            lengths=Lengths(self.capabilities.short_text_length, self.capabilities.long_text_length),
            made_short=frozenset(
                (each.object, each.name)
                for each in self.journal.receipts()
                if each.kind == "field" and each.type is FieldType.TEXT
            ),
            facts=description.facts,
        )

    @cached_property
    def plan(self) -> Plan:
        """The mapping compiled against the staged data and the decisions, which the staging follows from now on."""
        plan = self.compile()
        plan.prepare(self.staging)
        return plan

    def compile(self) -> Plan:
        """The mapping compiled; nothing else knows of it."""
        return compile_mapping(
            self.mapping,
            self.staging.description,
            settings=self.mapping_settings,
            transforms=self.hooks.transforms().values(),
            decisions=self.decisions,
            hints=self.hooks.load_order(tuple(self.mapping.file.rules)),
        )

    @cached_property
    def mapping_tests(self) -> list[TestResult]:
        """The mapping's own tests, run once per command."""
        results = run_mapping_tests(
            self.mapping,
            self.staging.description,
            settings=self.mapping_settings,
            transforms=self.hooks.transforms().values(),
        )
        if not self.looking:
            failed = sum(not each.passed for each in results)
            self.journal.event("mapping_tested", of=self._tested, failed=failed)
        return results

    @property
    def failing_tests(self) -> int:
        """How many of the mapping's own tests fail. They run again when anything they depend on is another than when
        they last ran: the mapping, the source's description, the settings, the installed packages."""
        last = self.journal.last_event("mapping_tested")
        if last is not None and last.payload["of"] == self._tested:
            return int(last.payload["failed"])
        return sum(not each.passed for each in self.mapping_tests)

    @property
    def _tested(self) -> str:
        settings = self.mapping_settings
        return content_hash(
            {
                "texts": [text.data for text in self.mapping.texts],
                "extract": self.staging.fingerprint,
                "settings": [settings.currency, settings.cutover.isoformat(), dict(settings.options)],
                "packages": [[each.role, each.name, each.version] for each in installed()],
            }
        )

    @cached_property
    def documents(self) -> Documents:
        """The documents of the source, checked before they are uploaded."""
        return Documents(self.hooks.open_file, self.capabilities.max_file_bytes)

    # ---------------------------------------------------------------- state and results

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

    def called(self, rule: str) -> str:
        """A rule as people call it."""
        return self.rule_labels.get(rule, rule)

    def note_head(self) -> None:
        """Keep the journal's head outside the folder, every few seconds, unless a newer journal noted one there."""
        now = self.clock.monotonic()
        if self.looking or now - self._noted_at < HEAD_SECONDS:
            return
        if all(self.journal.hash_at(head.seq) == head.hash for head in (*self.outside.head(),)):
            self._noted_at = now
            self.outside.note(self.journal.head())

    def has_written(self) -> bool:
        """Whether records of this migration are in the destination, or may be. A refused create left none there."""
        there = any(
            count
            for states in self.journal.counts().values()
            for state, count in states.items()
            if state not in ("pending", "undone", "skipped", "rejected")
        )
        return there or self.journal.any_refused_there()

    def forget_schema(self) -> None:
        """Read the destination's schema anew when it is asked for next."""
        self.__dict__.pop("schema", None)

    def keep_selection(self, chosen: Mapping[str, frozenset[str]]) -> None:
        """Remember which records the sample holds."""
        self.journal.event("selection", keys={rule: sorted(keys) for rule, keys in chosen.items()})

    def selection(self) -> dict[str, frozenset[str]]:
        """The records of the last sample."""
        last = self.journal.last_event("selection")
        return {} if last is None else {rule: frozenset(keys) for rule, keys in last.payload["keys"].items()}

    def _pace(self) -> str:
        """What the client waits for, or what is left of the tightest day budget."""
        if not self._connected.clients:
            return ""
        if self.client.waiting:
            return f"waits {self.client.waiting}"
        left = [each for each in self.client.budget_left() if each.resets_at is not None and each.limit]
        tightest = min(left, key=lambda each: each.left / each.limit, default=None)
        return "" if tightest is None else f"{tightest.left:,} {tightest.label} left"

    def usage(self) -> dict[str, Any]:
        """What the client did, and what is left of each budget."""
        if not self._connected.clients:
            return {}
        counts = self.client.counts
        return {
            "requests": counts.requests,
            "verdicts": {str(name): number for name, number in counts.verdicts.items()},
            "charged": dict(counts.tokens),
            "left": [
                {"budget": each.name, "label": each.label, "left": each.left, "limit": each.limit}
                for each in self.client.budget_left()
            ],
        }

    def finished(
        self,
        stage: str,
        *,
        data: Mapping[str, Any] | None = None,
        differences: bool = False,
        next_: str = "",
        message: str = "",
        report: str | None = None,
    ) -> Result:
        """The result of a stage: conservation asserted, report written, plugins told. `report` "" writes none."""
        objects, rules = conservation(self)
        head = self.journal.head()
        result = Result(
            stage=stage,
            migration=self.project.id,
            state="differences" if differences else "done",
            next=next_,
            message=message,
            objects=objects,
            rules=rules,
            data={
                "practice": self.practice,
                "at": self.clock.now().isoformat(timespec="seconds"),
                "head": f"{head.seq}:{head.hash}",
                **({"labels": dict(self.rule_labels)} if rules else {}),
                **(data or {}),
            },
        )
        if self.looking:
            return result
        name = stage if report is None else report
        if name:
            write_reports(self.project.reports, name, result)
        self.journal.event("stage_finished", stage=stage, state=result.state)
        self.journal.event("anchor", seq=head.seq, hash=head.hash)
        self._noted_at = -HEAD_SECONDS
        self.note_head()
        self.hooks.announce("stage_finished", stage=stage, result=result.as_json())
        return result


def _lock(stack: ExitStack, project: Project, state: Path, *, look: bool) -> bool:
    """Hold the migration and its copies on this machine; true if another process holds it and looking is enough."""
    with suppress(OSError):  # where nothing can be kept outside the folder, its own lock has to do
        private_folder(state)
    try:
        stack.enter_context(migration_lock(project.folder))
        if os.access(state, os.W_OK):
            stack.enter_context(migration_lock(state))
    except Busy:
        if not look:
            raise
        return True
    return False


def _own_mapping(path: Path) -> str:
    """The text of the migration's own mapping.yaml. MappingError if it is no text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        problem = f"{path.name}:1: not UTF-8 text"
    except OSError as error:
        problem = f"{path.name}:1: cannot be read ({error.strerror})"
    raise MappingError(f"{problem}.", problems=(problem,), next_step=f"save {path.name} as UTF-8 text")

"""A migration that is open: its stores, plugins, client and mapping, held together for one command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from bridgework import collecting
from bridgework.anchors import Outside
from bridgework.client import ApiClient
from bridgework.clock import SystemClock
from bridgework.connection import MACHINE, Surroundings, connect
from bridgework.conservation import conservation, write_reports
from bridgework.documents import Documents
from bridgework.errors import BridgeworkError, ContractBroken, StoreFailure, UsageError
from bridgework.identity import Identities
from bridgework.journal import Head, Intent, IntentRow, Target
from bridgework.mapping import Plan
from bridgework.migration.mapping import MappingInUse
from bridgework.migration.opening import lock, operator
from bridgework.migration.stores import Stores
from bridgework.model import Budget, Capabilities, DestinationSchema, Operation, StoredRecord, Verb
from bridgework.plugins import Hooks
from bridgework.progress import Progress
from bridgework.project import Keys, Project, read_project
from bridgework.pulse import Pulse
from bridgework.results import Result
from bridgework.staging import StagingWriter
from bridgework.timekeeping import Timekeeper


class Migration(Stores):
    """One open migration. Use `Migration.open` as a context manager; only one process can hold it."""

    def __init__(
        self,
        project: Project,
        keys: Keys,
        stack: ExitStack,
        *,
        destination: bool,
        observers: Sequence[Any],
        look: bool = False,
        busy: bool = False,
        around: Surroundings = MACHINE,
    ) -> None:
        clock = around.clock(project) if destination else SystemClock()
        outside = Outside(around.state(project.id))
        super().__init__(project, keys, stack, clock=clock, outside=outside, look=look, busy=busy)
        self._connected = connect(
            project,
            self.journal,
            self.clock,
            destination=destination,
            observers=observers,
            plugin=around.plugin,
            logins=around.logins,
        )
        for client in self._connected.clients:
            stack.callback(client.close)
        self._identities: dict[tuple[str, str], Identities] = {}
        self.hooks = Hooks(self._connected.plugins)
        self.mapping = MappingInUse(self)
        self.opened = self.journal.event("opened", operator=operator()) if destination else 0
        self.progress = Progress(self.hooks.announce, self._connected.pace)

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

        Busy if another process holds it. With `look` it is opened for reading beside that process, and also where the
        disk is full: what is found out is told, though no report of it can be kept.
        """
        project = read_project(folder)
        with ExitStack() as stack:
            stack.enter_context(collecting.seldom())
            busy = lock(stack, project, around.state(project.id), look=look)
            pulse = [] if look else [Pulse(project.folder)]
            for each in pulse:
                stack.callback(each.end)
            keys = around.keys(project.id)
            watching = (*observers, *pulse)
            yield cls(
                project, keys, stack, destination=destination, observers=watching, look=look, busy=busy, around=around
            )

    # ---------------------------------------------------------------- source

    def staging_writer(self) -> StagingWriter:
        """A writer for the next snapshot; what was read from the present one is forgotten."""
        self.forget_staging()
        return self.records.writer()

    def forget_staging(self) -> None:
        """Read staging and mapping anew when they are asked for next."""
        self.__dict__.pop("staging", None)
        self.forget_mapping()

    def forget_mapping(self) -> None:
        """Read documents, decisions and settings of the mapping anew when they are asked for next."""
        self.mapping = MappingInUse(self)

    def move_cutover(self, at: datetime) -> None:
        """Move the cutover, before anything was written. UsageError afterwards, or if migration.toml fixes it."""
        if self.project.file.migration.cutover is not None:
            raise UsageError("migration.toml fixes the cutover.", next_step="change migration.cutover there")
        if self.has_written():
            raise UsageError(
                "Records were written with the present cutover.", next_step="bridgework rollback --preview"
            )
        self.journal.event("cutover", at=at.astimezone(UTC).isoformat())
        self.forget_mapping()

    @cached_property
    def documents(self) -> Documents:
        """The documents of the source, checked before they are uploaded."""
        return Documents(self.hooks.open_file, self.capabilities.max_file_bytes)

    @property
    def plan(self) -> Plan:
        """The mapping compiled against the staged data and the decisions, which the staging follows from now on."""
        return self.mapping.plan

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

    def forget_schema(self) -> None:
        """Read the destination's schema anew when it is asked for next."""
        self.__dict__.pop("schema", None)

    def read_records(self, object_name: str, ids: Sequence[str]) -> dict[str, StoredRecord]:
        """Records as stored, by id; in as few calls as the destination allows."""
        step = self.capabilities.read_batch
        found: dict[str, StoredRecord] = {}
        for start in range(0, len(ids), step):
            found.update({record.id: record for record in self.hooks.read(object_name, ids[start : start + step])})
        return found

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

    # ---------------------------------------------------------------- intents

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

    def intent_about(self, target: Target, verb: Verb, stage: str, fields: tuple[str, ...] = ()) -> Intent:
        """An intent to change or remove a record that we wrote."""
        return self.intent(
            verb,
            stage,
            target.rule,
            target.object,
            target.key,
            target.generation,
            "",
            target_id=target.id,
            fields=fields,
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

    # ---------------------------------------------------------------- results

    def usage(self) -> dict[str, Any]:
        """What the client did, and what is left of each budget."""
        return self._connected.usage()

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
        if not self.looking:
            try:
                self._keep_result(result, stage if report is None else report, head)
            except (StoreFailure, OSError) as error:
                if not self.look:
                    raise
                self.unkept = str(error)
        if self.unkept:
            unkept = f"No report of this could be kept: {self.unkept.rstrip('.')}."
            return replace(result, message=f"{message} {unkept}".strip())
        if not self.looking:
            self.hooks.announce("stage_finished", stage=stage, result=result.as_json())
        return result

    def _keep_result(self, result: Result, report: str, head: Head) -> None:
        if report:
            write_reports(self.project.reports, report, result)
        self.journal.event("stage_finished", stage=result.stage, state=result.state)
        self.journal.event("anchor", seq=head.seq, hash=head.hash)
        self.note_head(at_once=True)

"""One run of the engine over an account: what a stage does, without a source and a mapping in front of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple, Self

from bridgework.journal import Journal, Target
from bridgework.mapping import body_hash, canonical
from bridgework.migration import Migration
from bridgework.model import (
    Body,
    FieldType,
    FileContent,
    ObjectCapability,
    Operation,
    Owner,
    Receipt,
    StoredRecord,
    TargetField,
    TargetObject,
    Value,
    Verb,
    WantedField,
)
from bridgework.plugins import Hooks
from bridgework.stages.comparing import compare, number_fields
from bridgework.stages.load import settle_doubt
from bridgework.stages.load.answers import Done, Job
from bridgework.stages.load.writing import Writer
from bridgework.stages.schema import carry_out
from bridgework.store import Blob
from bridgework.testing import samples
from bridgework.testing.account import Account
from bridgework.testing.documents import document
from bridgework.testing.standards import require

NOTHING: Body = {}


class Wanted(NamedTuple):
    """One record that shall exist exactly once: its object, the rule and key that name it, its resolved body."""

    object: str
    rule: str
    key: str
    body: Body
    file: FileContent | None = None


class Run:
    """A migration into an account, opened as a process opens it. Use it as a context manager."""

    migration: Migration

    def __init__(self, account: Account) -> None:
        self.account = account
        self._stack = ExitStack()
        self._owners: list[Owner] | None = None

    def __enter__(self) -> Self:
        self.migration = self._stack.enter_context(self.account.open())
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def again(self) -> None:
        """End this process and begin another one."""
        self._stack.close()
        self.__enter__()

    @property
    def hooks(self) -> Hooks:
        """The connector behind typed methods."""
        return self.migration.hooks

    @property
    def journal(self) -> Journal:
        """What was intended, and what became of it."""
        return self.migration.journal

    # ---------------------------------------------------------------- what there is

    def capability(self, name: str) -> ObjectCapability:
        """The capability of an object."""
        return self.migration.capabilities.object(name)

    def target(self, name: str) -> TargetObject:
        """An object as the account describes it now, without the field that carries our marker."""
        described = self.migration.schema.object(name)
        marker = self.capability(name).identity.where
        fields = tuple(each for each in described.fields if marker not in (each.label, each.key))
        return replace(described, fields=fields)

    @property
    def owners(self) -> list[Owner]:
        """The users of the account, asked for once."""
        if self._owners is None:
            self._owners = self.hooks.list_owners()
        return self._owners

    def objects(self) -> list[str]:
        """The objects under test, parents before those that refer to them."""
        names = list(self.account.subject.objects or [each.name for each in self.migration.capabilities.objects])
        ordered: list[str] = []
        while left := [name for name in names if name not in ordered]:
            free = [name for name in left if not self._parents(name) & (set(left) - {name})]
            ordered += free or left
        return ordered

    def _parents(self, name: str) -> set[str]:
        known = {each.name for each in self.migration.capabilities.objects}
        fields = self.target(name).fields
        return {field.reference for field in fields if field.type is FieldType.REFERENCE} & known

    def _with_parents(self, names: Iterable[str]) -> list[str]:
        found = dict.fromkeys(names)
        for name in names:
            found |= dict.fromkeys(self._parents(name))
        return list(found) if len(found) == len(list(names)) else self._with_parents(list(found))

    def main(self) -> str:
        """The object most tests use: records of it can be updated, hold a text and need no other record."""
        return next((name for name in self.objects() if self._is_plain(name)), self.objects()[0])

    def _is_plain(self, name: str) -> bool:
        capability = self.capability(name)
        required = [field.type for field in self.target(name).fields if field.required]
        return (
            not capability.upload
            and capability.identity.kind != "natural"
            and capability.update == "supported"
            and FieldType.REFERENCE not in required
            and samples.text_field(self.target(name)) is not None
        )

    def text(self, name: str) -> TargetField:
        """The field of an object that tests write texts into."""
        field = samples.text_field(self.target(name))
        require(field is not None, f"{name} has no text field that can be set; name another object in `objects`.")
        assert field is not None
        return field

    # ---------------------------------------------------------------- preparing

    def prepare(self, *names: str) -> list[Receipt]:
        """Create what the connector needs on these objects (by default the main one) and on those they refer to, and a
        text field on each that can have one.
        """
        concerned = self._with_parents(names or (self.main(),))
        wanted = [
            WantedField(object=name, label=self.account.custom, type=FieldType.TEXT, reason="the conformance kit")
            for name in concerned
            if self.target(name).custom_fields_possible and FieldType.TEXT in self.migration.capabilities.field_types
        ]
        for operation in self.hooks.plan_schema(wanted, self.migration.schema):
            carry_out(self.migration, operation)
        self.migration.forget_schema()
        for name in concerned:
            self.account.foreign.setdefault(name, {record.id for record in self.scanned(name)})
        return self.journal.receipts()

    def rule(self, name: str) -> str:
        """The rule of an object's records, where a test names no other."""
        return f"kit-{name}"

    def records(self, count: int, name: str = "", *, rule: str = "", whole: bool = False) -> list[Wanted]:
        """Records of an object (by default the main one), numbered from 1; what they refer to is created."""
        return [self.record(str(n), name, rule=rule, number=n, whole=whole) for n in range(1, count + 1)]

    def requests(self, count: int) -> list[Wanted]:
        """Records of the main object that travel in so many requests, as far as the capabilities say it."""
        per_request = self.capability(self.main()).records_per_request
        return self.records((count - 1) * per_request + 1)

    def record(
        self,
        key: str,
        name: str = "",
        *,
        rule: str = "",
        number: int = 1,
        whole: bool = False,
        fields: Body = NOTHING,
    ) -> Wanted:
        """One record; `fields` by key win over what is derived."""
        name = name or self.main()
        rule = rule or self.rule(name)
        capability = self.capability(name)
        whole = whole or capability.identity.kind == "natural" or capability.upload
        apart = f"{rule}.{key}." if capability.identity.kind == "natural" else ""
        body = samples.body(
            self.target(name),
            number,
            owners=self.owners,
            refer=lambda field: self._parent(field, f"{apart}{name}.{field.key}"),
            given=self.account.subject.fields.get(name, {}),
            whole=whole,
            attached=name != self.main(),
        )
        file = document(number) if capability.upload else None
        return Wanted(name, rule, key, {**body, **fields}, file)

    def _parent(self, field: TargetField, key: str) -> Value:
        """The id of a record the field can refer to, created when it is first asked for."""
        if field.reference not in [each.name for each in self.migration.capabilities.objects]:
            return None
        rule = f"kit-parent-{field.reference}"
        known = self.journal.ids(rule, [key])
        if not known:
            parent = self.record(key, field.reference, rule=rule, number=next(self.account.parents))
            self.load([parent])
            known = self.journal.ids(rule, [key])
            require(
                known, f"a {field.reference}, to which {field.key} refers, could not be created: {self.why(parent)}"
            )
        return known[key]

    # ---------------------------------------------------------------- doing

    def send(self, wanted: Sequence[Wanted]) -> list[Done]:
        """Create records of one object; nothing else is done about lost answers."""
        jobs = [self._job(each) for each in wanted]
        return Writer(self.migration).send(jobs)

    def _job(self, wanted: Wanted) -> Job:
        upload = self.capability(wanted.object).upload
        intent = self.migration.intent(
            verb=Verb.UPLOAD if upload else Verb.CREATE,
            stage="load",
            rule=wanted.rule,
            object_name=wanted.object,
            key=wanted.key,
            generation=1,
            mapped_hash=body_hash(wanted.body),
            body_hash=body_hash(wanted.body),
        )
        return Job(intent, wanted.body, kept=Blob(canonical(wanted.body)), file=wanted.file)

    def update(self, wanted: Wanted, changes: Body) -> Done:
        """Change fields of a record; None clears one."""
        return self._change(wanted, Verb.UPDATE, changes)

    def undo(self, wanted: Wanted) -> Done:
        """Delete a record."""
        return self._change(wanted, Verb.DELETE, {})

    def _change(self, wanted: Wanted, verb: Verb, body: Body) -> Done:
        target = self.standing(wanted)
        assert target is not None, "the record was never sent"
        intent = self.migration.intent(
            verb=verb,
            stage="load",
            rule=wanted.rule,
            object_name=wanted.object,
            key=wanted.key,
            generation=1,
            mapped_hash=body_hash(body),
            target_id=target.id,
            body_hash=body_hash(body),
        )
        [done] = Writer(self.migration).send([Job(intent, body, sent={**wanted.body, **body}, version=target.version)])
        return done

    def restore(self, wanted: Wanted) -> Done:
        """Bring a deleted record back."""
        return self._change(wanted, Verb.RESTORE, {})

    def load(self, wanted: Sequence[Wanted]) -> None:
        """As the stage does: settle what is in doubt, send what is open, settle again."""
        settle_doubt(self.migration)
        for _ in range(2):
            for _, group in groupby(self.open(wanted), key=lambda each: each.object):
                self.send(list(group))
            if not settle_doubt(self.migration):
                return

    def open(self, wanted: Iterable[Wanted]) -> list[Wanted]:
        """Those of the records that are neither there nor refused."""
        standing = [(each, self.standing(each)) for each in wanted]
        return [each for each, target in standing if target is None or not (target.live or target.state == "rejected")]

    # ---------------------------------------------------------------- looking

    def standing(self, wanted: Wanted) -> Target | None:
        """What the journal knows about a record."""
        return self.journal.targets(wanted.rule, [wanted.key]).get(wanted.key)

    def why(self, wanted: Wanted) -> str:
        """Why a record is not there, as the journal knows it."""
        target = self.standing(wanted)
        return "it was never sent" if target is None else f"{target.state} ({target.reason or 'no reason given'})"

    def id(self, wanted: Wanted) -> str:
        """The id of a record that was written."""
        target = self.standing(wanted)
        require(target is not None and target.live, f"record {wanted.key} was not written: {self.why(wanted)}.")
        assert target is not None
        return target.id

    def operation(self, wanted: Wanted, number: int) -> Operation:
        """The record's create as it is looked for, under a number of the caller's."""
        return self._job(wanted).operation(number)

    def scanned(self, name: str, **arguments: Any) -> list[StoredRecord]:
        """Every record of an object that is not deleted, and no sample of a new account."""
        given = {"fields": (), "since": None, **arguments}
        found = self.hooks.scan(name, given["fields"], given["since"])
        return [record for record in found if not record.deleted and not record.demo]

    def stored(self, wanted: Wanted) -> StoredRecord | None:
        """A record as it is now; None if it is gone."""
        found = self.migration.read_records(wanted.object, [self.id(wanted)]).get(self.id(wanted))
        return None if found is None or found.deleted else found

    def differences(self, wanted: Wanted, sent: Mapping[str, Value]) -> list[str]:
        """The fields that do not hold what was sent, nor what the connector says becomes of it."""
        stored = self.stored(wanted)
        if stored is None:
            return ["the whole record"]
        return self.altered(sent, stored)

    def altered(self, sent: Mapping[str, Value], stored: StoredRecord) -> list[str]:
        """The fields of a record that hold neither what was sent nor what the connector says becomes of it."""
        [expected] = self.hooks.normalise(stored.object, [sent])
        numbers = number_fields(self.migration.schema.object(stored.object).fields)
        found = compare(sent, expected, stored.values, numbers)
        return [each.field for each in found if each.kind in ("lost", "wrong")]

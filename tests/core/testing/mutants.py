"""Connectors that are broken in one way each, and the standard tests that have to notice it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bridgework import hookimpl
from bridgework.errors import AccessDenied, InDoubt
from bridgework.model import (
    Ability,
    AlreadyGone,
    Because,
    Created,
    DestinationSchema,
    Dropped,
    Found,
    FoundRecord,
    Holder,
    Identity,
    ObjectCapability,
    Operation,
    Receipt,
    Refused,
    Rejected,
    SchemaOperation,
    Service,
    StoredRecord,
    TargetField,
    TargetObject,
    Throttle,
    Undone,
    UndoResult,
    Verb,
    WriteResult,
    Written,
)

Base = Any  # the generated connector's class
Break = Callable[[Base], Base]


@dataclass(frozen=True)
class Mutant:
    """One way to be broken: `make` gives the class, `noticed` are the tests that must turn red, and no others."""

    name: str
    make: Break
    noticed: frozenset[str]


MUTANTS: list[Mutant] = []


def noticed_by(*names: str) -> Callable[[Break], Break]:
    """Register a mutant with the tests that notice it."""

    def add(make: Break) -> Break:
        MUTANTS.append(Mutant(make.__name__, make, frozenset(names)))
        return make

    return add


def _capable(base: Base, **changes: Any) -> Base:
    """The class with other capabilities."""
    return type("Mutant", (base,), {"capabilities": replace(base.capabilities, **changes)})


def _rejecting(base: Base, wanted: Callable[[Exception], bool]) -> Base:
    """The class, answering for operations itself where an exception of that kind should pass."""

    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            for operation in batch:
                try:
                    yield from super().write([operation])
                except (AccessDenied, InDoubt) as error:
                    if not wanted(error):
                        raise
                    yield Rejected(operation.number, "something went wrong")

    return Mutant


def _altering(base: Base, change: Callable[[dict[str, Any]], dict[str, Any]], *verbs: Verb) -> Base:
    """The class, sending bodies that were changed."""

    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            if not verbs or operation.verb in verbs:
                operation = replace(operation, body=change(dict(operation.body)))
            return super().save(operation)

    return Mutant


# ------------------------------------------------------------------------------------------ capabilities


@noticed_by("declares_what_it_has")
def charges_a_budget_it_does_not_declare(base: Base) -> Base:
    return _capable(base, costs={**base.capabilities.costs, ("contact", "read"): {"tokens": 1}})


@noticed_by("declares_its_horizon")
def has_a_short_horizon(base: Base) -> Base:
    return _capable(base, horizon=timedelta(seconds=58))


@noticed_by("refuses_what_it_cannot_do")
def updates_what_it_calls_impossible(base: Base) -> Base:
    company, contact = base.capabilities.objects
    return _capable(base, objects=(company, replace(contact, update=Ability.IMPOSSIBLE)))


@noticed_by("charges_for_every_call")
def charges_nothing(base: Base) -> Base:
    class Mutant(base):
        @classmethod
        def services(cls, settings: Any) -> tuple[Service, ...]:
            return tuple(replace(each, charges=lambda *_: {}) for each in super().services(settings))

    return Mutant


# ------------------------------------------------------------------------------------------ writing


@noticed_by("stores_what_is_sent")
def forgets_a_field(base: Base) -> Base:
    return _altering(base, lambda body: {key: value for key, value in body.items() if key != "birthday"})


@noticed_by("answers_for_the_right_record")
def mixes_up_the_ids_of_a_full_batch(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            if len(batch) < self.capabilities.objects[0].batch_size:
                yield from super().write(batch)
                return
            first, second, *rest = super().write(batch)
            yield replace(first, id=second.id)
            yield replace(second, id=first.id)
            yield from rest

    return Mutant


@noticed_by("keeps_every_script")
def knows_the_basic_plane_only(base: Base) -> Base:
    def cut(body: dict[str, Any]) -> dict[str, Any]:
        return {key: "".join(c for c in text if ord(c) < 0x10000) if text else text for key, text in body.items()}

    return _altering(base, cut)


@noticed_by("recognises_odd_keys")
def stores_its_marker_in_small_letters(base: Base) -> Base:
    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            return super().save(replace(operation, marker=operation.marker.lower()))

    return Mutant


@noticed_by("tells_rules_apart")
def looks_for_the_key_alone(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                key = operation.marker.rpartition(".")[2]
                records = [each for each in there if each.marker.rpartition(".")[2] == key]
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


@noticed_by("enforces_its_identity")
def calls_a_marker_a_unique_key(base: Base) -> Base:
    unique = Identity(kind="unique-key", where="external_id", pattern=r"[A-Za-z0-9._/~-]*")
    return _capable(base, objects=tuple(replace(each, identity=unique) for each in base.capabilities.objects))


@noticed_by("writes_nothing_again")
def sends_again_what_it_keeps_in_a_queue(base: Base) -> Base:
    queue: dict[str, list[Operation]] = {}

    class Mutant(base):
        def __init__(self, settings: Any, api: Any) -> None:
            super().__init__(settings, api)
            self.queue = queue.setdefault(settings.token.get_secret_value(), [])
            waiting = [each for each in self.queue if each.object == "company"]
            if len(waiting) == 3:  # only the intended test opens an account again after three plain creates
                for operation in waiting:
                    body = {**operation.body, "external_id": ""}
                    api.send("POST", f"/{operation.object}", json=body, prepares=True)

        def save(self, operation: Operation) -> Any:
            if operation.verb is Verb.CREATE:
                self.queue.append(operation)
            return super().save(operation)

    return Mutant


@noticed_by("changes_what_it_is_told")
def empties_what_an_update_does_not_name(base: Base) -> Base:
    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            if operation.verb is Verb.UPDATE:
                own = {field.key: None for field in self.fields().get(operation.object, ())}
                operation = replace(operation, body={**own, **operation.body})
            return super().save(operation)

    return Mutant


@noticed_by("clears_a_field")
def leaves_out_what_is_empty(base: Base) -> Base:
    return _altering(base, lambda body: {key: value for key, value in body.items() if value is not None})


def takes_files(base: Base) -> Base:
    """A connector that uploads documents, as it should."""

    class Uploading(base):
        capabilities = replace(
            base.capabilities,
            objects=(
                *base.capabilities.objects,
                ObjectCapability(
                    name="file", identity=base.capabilities.objects[0].identity, update=Ability.IMPOSSIBLE, upload=True
                ),
            ),
        )

        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            found: DestinationSchema = super().describe_destination()
            company = TargetField(key="company", label="Company", type="reference", reference="company")
            name = TargetField(key="name", label="Name", type="text", settable="never")
            file = TargetObject(name="file", label="File", fields=(name, company), custom_fields_possible=False)
            return replace(found, objects=(*found.objects, file))

        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            if batch[0].object == "file":
                yield from (Rejected(each.number, "a file stays as it is") for each in batch)
            else:
                yield from super().write(batch)

        @hookimpl
        def upload(self, files: Sequence[Operation]) -> Iterator[WriteResult]:
            for operation in files:
                assert operation.file is not None
                named = replace(operation, verb=Verb.CREATE, body={**operation.body, "name": operation.file.name})
                answer = self.save(self.marked(named))
                yield Written(operation.number, answer.json["id"], str(answer.json["version"]))

        def marked(self, operation: Operation) -> Operation:
            return operation

    return Uploading


@noticed_by("uploads_documents")
def uploads_without_a_marker(base: Base) -> Base:
    class Mutant(takes_files(base)):
        def marked(self, operation: Operation) -> Operation:
            return replace(operation, marker="")

    return Mutant


def restores(base: Base) -> Base:
    """A connector that brings back what was removed, as it should."""

    class Restoring(base):
        capabilities = replace(
            base.capabilities,
            objects=tuple(
                each if each.upload else replace(each, restore=Ability.SUPPORTED) for each in base.capabilities.objects
            ),
            costs={**base.capabilities.costs, ("*", "restore"): {"window": 1}},
        )

        @hookimpl
        def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
            for operation in operations:
                answer = self.save(replace(operation, body={"restore": True}))
                yield Written(operation.number, answer.json["id"], str(answer.json["version"]))

    return Restoring


@noticed_by("brings_back_what_was_removed")
def restores_nothing(base: Base) -> Base:
    class Mutant(restores(base)):
        @hookimpl
        def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
            yield from (Written(each.number, each.target_id) for each in operations)

    return Mutant


@noticed_by("brings_back_what_was_removed")
def refuses_to_restore_what_is_there(base: Base) -> Base:
    class Mutant(restores(base)):
        @hookimpl
        def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
            there = {each.id for each in self.read(operations[0].object, [each.target_id for each in operations])}
            for operation in operations:
                if operation.target_id in there:
                    yield Rejected(operation.number, "it is there")
                else:
                    yield from super().restore([operation])

    return Mutant


def marks(base: Base) -> Base:
    """A connector that gives a mark of the schema, as it should."""

    class Marking(base):
        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            return replace(super().describe_destination(), mark=self.schema_mark())

        @hookimpl
        def schema_mark(self) -> str:
            return str(sorted(row["key"] for row in self.api.get("/fields").json))

    return Marking


@noticed_by("marks_every_change_of_the_schema")
def marks_no_change(base: Base) -> Base:
    class Mutant(marks(base)):
        @hookimpl
        def schema_mark(self) -> str:
            return "1"

    return Mutant


@noticed_by("marks_every_change_of_the_schema")
def marks_every_question(base: Base) -> Base:
    asked = itertools.count()

    class Mutant(marks(base)):
        @hookimpl
        def schema_mark(self) -> str:
            return str(next(asked))

    return Mutant


# ------------------------------------------------------------------------------------------ reading


@noticed_by("describes_the_account_steadily")
def lists_its_fields_in_any_order(base: Base) -> Base:
    turns = itertools.count()

    class Mutant(base):
        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            found: DestinationSchema = super().describe_destination()
            if next(turns) % 2:
                return found
            turned = tuple(replace(each, fields=each.fields[::-1]) for each in found.objects)
            return replace(found, objects=turned)

    return Mutant


@noticed_by(
    "copes_with_an_empty_object",
    "undoes_twice",
    "rolls_back_and_keeps_what_people_changed",
    "leaves_nothing_behind",
)
def stumbles_over_a_record_that_is_gone(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def read(self, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
            found = {each.id: each for each in super().read(object_name, ids)}
            yield from (found[each] for each in ids)

    return Mutant


@noticed_by("reads_a_full_batch")
def reads_ten_at_most(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def read(self, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
            yield from super().read(object_name, ids[:10])

    return Mutant


@noticed_by("turns_pages_without_loss")
def never_turns_the_page(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
            yield from itertools.islice(super().scan(object_name, fields, since), 50)

    return Mutant


@noticed_by("leaves_out_nothing_since")
def overlooks_what_was_changed_since(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
            for record in super().scan(object_name, fields, since):
                if since is None or record.version == "1":
                    yield record

    return Mutant


# ------------------------------------------------------------------------------------------ fields


@noticed_by("makes_a_field_once")
def makes_a_field_each_time(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def create_schema(self, operation: SchemaOperation) -> Created:
            body = {"object": operation.object, "label": operation.name, "type": str(operation.type)}
            made = self.api.send("POST", "/fields", json=body, for_=operation).json
            return Created(Receipt.of(operation, made["key"], created=True))

    return Mutant


@noticed_by("writes_its_own_fields")
def forgets_dates_in_its_own_fields(base: Base) -> Base:
    def without(body: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in body.items() if not (key.startswith("cf_") and str(value)[:4] == "2026")}

    return _altering(base, without)


@noticed_by("drops_a_field")
def only_says_that_a_field_is_dropped(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def drop_schema(self, receipt: Receipt) -> Dropped:
            return Dropped()

    return Mutant


@noticed_by("notices_a_drifted_schema")
def leaves_out_fields_that_are_gone(base: Base) -> Base:
    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            there = {field.key for field in self.fields().get(operation.object, ())}
            kept = {k: v for k, v in operation.body.items() if not k.startswith("cf_") or k in there}
            return super().save(replace(operation, body=kept))

    return Mutant


# ------------------------------------------------------------------------------------------ refusals


@noticed_by("isolates_a_poison_record")
def gives_up_a_batch_after_a_refusal(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            for at, result in enumerate(super().write(batch), start=1):
                yield result
                if isinstance(result, Rejected):
                    yield from (Rejected(each.number, "given up") for each in batch[at:])
                    return

    return Mutant


@noticed_by("tells_no_value")
def quotes_the_record_it_refuses(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            names = {each.number: each.body.get("name") for each in batch}
            for result in super().write(batch):
                if isinstance(result, Rejected):
                    result = replace(result, reason=f"{names[result.operation]} was refused")
                yield result

    return Mutant


@noticed_by("keeps_to_its_lengths")
def cuts_long_texts_off(base: Base) -> Base:
    return _altering(base, lambda body: {key: value[:100] if value else value for key, value in body.items()})


@noticed_by("says_when_the_plan_is_full")
def takes_a_full_plan_for_a_refusal(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            for result in super().write(batch):
                yield replace(result, because=Because.RECORD) if isinstance(result, Rejected) else result

    return Mutant


# ------------------------------------------------------------------------------------------ lost answers


@noticed_by("finds_after_a_lost_answer")
def takes_an_unreadable_answer_for_a_refusal(base: Base) -> Base:
    return _rejecting(base, lambda error: "unreadable" in str(error) or "524" in str(error))


@noticed_by("survives_server_errors")
def takes_a_server_error_for_a_refusal(base: Base) -> Base:
    return _rejecting(base, lambda error: "answered 500" in str(error))


@noticed_by(
    "finds_after_a_lost_answer",
    "sends_again_what_never_arrived",
    "waits_for_late_writes",
    "reports_a_partial_batch",
)
def takes_a_broken_connection_for_a_refusal(base: Base) -> Base:
    return _rejecting(base, lambda error: "no whole answer" in str(error) and "unreadable" not in str(error))


@noticed_by(
    "sends_again_what_never_arrived",
    "waits_for_late_writes",
    "survives_server_errors",
    "survives_a_crash_at_every_commit",
    "survives_a_kill",
)
def finds_the_newest_record_instead(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                records = [each for each in there if each.marker == operation.marker] or there[-1:]
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


@noticed_by("waits_for_late_writes")
def remembers_what_was_not_there(base: Base) -> Base:
    class Mutant(base):
        def __init__(self, settings: Any, api: Any) -> None:
            super().__init__(settings, api)
            self.absent: set[str] = set()

        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                records = [each for each in there if each.marker == operation.marker]
                if not records or (operation.marker in self.absent and operation.sent_after):
                    self.absent.add(operation.marker)
                    records = []
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


@noticed_by("reports_a_partial_batch")
def answers_when_the_whole_batch_is_through(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            yield from list(super().write(batch))

    return Mutant


@noticed_by("survives_a_crash_at_every_commit", "survives_a_kill")
def finds_only_what_this_process_sent(base: Base) -> Base:
    class Mutant(base):
        def __init__(self, settings: Any, api: Any) -> None:
            super().__init__(settings, api)
            self.sent: set[str] = set()

        def save(self, operation: Operation) -> Any:
            self.sent.add(operation.marker)
            return super().save(operation)

        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                known = operation.marker in self.sent or operation.sent_after is None
                records = [each for each in there if each.marker == operation.marker] if known else []
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


@noticed_by("survives_a_kill")
def finds_only_what_a_variable_of_the_program_remembers(base: Base) -> Base:
    remembered: set[str] = set()

    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            remembered.add(operation.marker)
            return super().save(operation)

        @hookimpl
        def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
            there = list(self.scan(operations[0].object, (), None))
            for operation in operations:
                known = operation.marker in remembered or operation.sent_after is None
                records = [each for each in there if each.marker == operation.marker] if known else []
                yield Found(operation.number, tuple(FoundRecord(each.id, each.version) for each in records))

    return Mutant


# ------------------------------------------------------------------------------------------ limits and tokens


def _reading(base: Base, throttle: Callable[[int, Any], Throttle | None]) -> Base:
    class Mutant(base):
        @classmethod
        def services(cls, settings: Any) -> tuple[Service, ...]:
            return tuple(replace(each, throttle=throttle) for each in super().services(settings))

    return Mutant


@noticed_by("waits_as_long_as_it_is_told")
def waits_half_a_second_whatever_it_is_told(base: Base) -> Base:
    return _reading(base, lambda status, headers: Throttle(budget="window", retry_after=0.5))


@noticed_by("waits_when_no_time_is_given")
def expects_a_time_with_every_429(base: Base) -> Base:
    return _reading(base, lambda status, headers: Throttle(budget="window", retry_after=float(headers["retry-after"])))


@noticed_by("stops_when_the_token_expires")
def takes_an_expired_token_for_a_refusal(base: Base) -> Base:
    return _rejecting(base, lambda error: isinstance(error, AccessDenied))


# ------------------------------------------------------------------------------------------ unique values


def with_unique_addresses(base: Base) -> Base:
    """The class, in an account that takes an e-mail address once."""

    class Unique(base):
        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            described = super().describe_destination()
            return replace(described, objects=tuple(map(_unique_address, described.objects)))

    return Unique


def _unique_address(target: TargetObject) -> TargetObject:
    return replace(target, fields=tuple(replace(each, unique=each.key == "email") for each in target.fields))


@noticed_by("says_who_holds_a_unique_value")
def calls_every_value_free(base: Base) -> Base:
    class Mutant(with_unique_addresses(base)):
        @hookimpl
        def holders(self, object_name: str, field: str, values: Sequence[Any]) -> Iterator[Holder]:
            yield from ()

    return Mutant


@noticed_by("says_who_holds_a_unique_value")
def calls_every_value_taken(base: Base) -> Base:
    class Mutant(with_unique_addresses(base)):
        @hookimpl
        def holders(self, object_name: str, field: str, values: Sequence[Any]) -> Iterator[Holder]:
            for record in self.scan(object_name, (field,), None):
                yield from (Holder(place=place, id=record.id) for place, _ in enumerate(values))

    return Mutant


# ------------------------------------------------------------------------------------------ the way back


@noticed_by("undoes_twice", "rolls_back_and_keeps_what_people_changed")
def refuses_to_undo_what_is_gone(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
            for result in super().undo(operations):
                yield Refused(result.operation, "not found") if isinstance(result, AlreadyGone) else result

    return Mutant


@noticed_by("rolls_back_and_keeps_what_people_changed", "leaves_nothing_behind")
def undoes_the_first_of_a_batch(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
            yield from super().undo(operations[:1])
            yield from (Undone(each.number) for each in operations[1:])

    return Mutant


@noticed_by("rolls_back_and_keeps_what_people_changed")
def reads_what_it_wrote_itself(base: Base) -> Base:
    written: dict[tuple[str, str], dict[str, Any]] = {}

    class Mutant(base):
        def __init__(self, settings: Any, api: Any) -> None:
            super().__init__(settings, api)
            self.account = settings.token.get_secret_value()

        def save(self, operation: Operation) -> Any:
            answer = super().save(operation)
            if answer.ok:
                mine = written.setdefault((self.account, answer.json["id"]), {})
                mine.update(operation.body)
            return answer

        @hookimpl
        def read(self, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
            for record in super().read(object_name, ids):
                mine = written.get((self.account, record.id), {})
                yield replace(record, values={**record.values, **mine})

    return Mutant

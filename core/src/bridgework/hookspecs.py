# mypy: disable-error-code=empty-body
# Hook specs have no bodies: pluggy reads their signatures and people read their docstrings.
"""The contract between the core and its plugins: every hook, in the order of the process.

A plugin is a plain class whose methods carry `@hookimpl`. A source answers the hooks marked *source*, a destination
those marked *destination*, a pair those marked *pair*; hooks marked *all* may be answered by any plugin and extension.
*First*: one plugin answers, a second answerer is refused at the door. *Required*: the role is not complete without it.

A plugin holds no policy: it does not sleep, retry, log, print or keep state files. Generators may raise while they are
iterated; the engine wraps the iteration. A record that is refused is a value; a run that is broken is an exception of
`bridgework.errors`. A hook is called per batch or per object, never per record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pluggy

from bridgework.model import (
    Before,
    Check,
    Created,
    DestinationSchema,
    Dropped,
    Finding,
    Found,
    Holder,
    Kept,
    NamedTransform,
    NotYet,
    Operation,
    Owner,
    OwnerMatch,
    Person,
    Present,
    Proposal,
    Receipt,
    SchemaOperation,
    SourceDescription,
    SourceField,
    SourceFile,
    SourceObject,
    SourceRecord,
    StoredRecord,
    UndoResult,
    Value,
    WantedField,
    WantedObject,
    WriteResult,
)

if TYPE_CHECKING:
    from bridgework.staging import Staging

hookspec = pluggy.HookspecMarker("bridgework")
hookimpl = pluggy.HookimplMarker("bridgework")

# Role of each hook: who may answer it, and whether that role must.
ROLES: dict[str, tuple[str, bool]] = {
    "describe_source": ("source", True),
    "extract": ("source", True),
    "open_file": ("source", False),
    "audit": ("all", False),
    "mapping": ("pair", True),
    "transforms": ("all", False),
    "propose": ("all", False),
    "describe_destination": ("destination", True),
    "schema_mark": ("destination", False),
    "check_destination": ("destination", False),
    "plan_schema": ("destination", False),
    "create_schema": ("destination", True),
    "drop_schema": ("destination", True),
    "load_order": ("all", False),
    "list_owners": ("destination", True),
    "match_owners": ("all", False),
    "write": ("destination", True),
    "read": ("destination", True),
    "scan": ("destination", True),
    "find": ("destination", False),
    "normalise": ("destination", False),
    "holders": ("destination", False),
    "upload": ("destination", False),
    "undo": ("destination", True),
    "restore": ("destination", False),
    "stage_started": ("all", False),
    "batch_done": ("all", False),
    "stage_finished": ("all", False),
    "approval_needed": ("all", False),
}


# ------------------------------------------------------------------------------------------ Extract


@hookspec(firstresult=True)
def describe_source() -> SourceDescription | None:
    """Say what the source holds: objects, fields, keys, references, picklists. *source, first, required*

    Called once at the start of `extract` and by `check`. Verifies the export as a whole (manifest, hashes) before a row
    is read. Objects a pair names and the export lacks are listed with `absent` set.

    :return: the description. Fields carry a `concept` where the vocabulary knows one.
    :raises BadInput: the export is missing, damaged, unsafe or not what it says.

    Repeatable: yes, it only reads.

    Example::

        @hookimpl
        def describe_source(self) -> SourceDescription:
            patients = SourceObject(name="patients", fields=(SourceField(name="id"), SourceField(name="email")))
            return SourceDescription(objects=(patients,), generated_at=self.made, time_zone="America/Denver")

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def extract(object_name: str, since: datetime | None) -> Iterator[SourceRecord] | None:
    """Yield every row of one object, uncleaned, in the source's order. *source, first, required*

    Called once per object in `extract` and `delta`. A value that cannot be read is null and reported in `problems`; the
    raw row keeps it. A row that cannot be read at all is a record without values and with a problem.

    :param object_name: a name of `describe_source`.
    :param since: only rows changed since that instant are wanted; a source that cannot tell yields all rows.
    :return: an iterator that streams; None if the object is not the plugin's.
    :raises BadInput: the object ends early or disagrees with what the source declared.

    Repeatable: yes; two calls yield the same rows.

    Example::

        @hookimpl
        def extract(self, object_name: str, since: datetime | None) -> Iterator[SourceRecord]:
            for line, raw in enumerate(self.open(object_name), start=1):
                values = json.loads(raw)
                yield SourceRecord(object_name, values["id"], values, raw, file="patients.ndjson", line=line)

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def open_file(ref: str) -> SourceFile | None:
    """Open a document of the source. *source, first*

    Called for each document that is uploaded or archived, and once to verify its hash.

    :param ref: the path as a record names it; untrusted.
    :return: the file, or None if it is not there.
    :raises BadInput: the path leaves the export.

    Repeatable: yes.

    Example::

        @hookimpl
        def open_file(self, ref: str) -> SourceFile | None:
            return self.export.document(ref)

    .. versionadded:: 0.1
    """


@hookspec
def audit(staging: Staging) -> Iterable[Finding]:
    """Look for what is wrong with the staged data. *all*

    Called in `audit`, once per plugin, with read access to the frozen staging. Generic checks come from the core,
    checks of a trade from its extension.

    :param staging: rows by object or concept, children in parent order, counts by group.
    :return: findings, as an iterator; never a value of a record outside `evidence`.

    Repeatable: yes; the same data gives the same findings.

    Example::

        @hookimpl
        def audit(self, staging: Staging) -> Iterator[Finding]:
            for row in staging.rows("patients"):
                if not row.get("email"):
                    yield Finding(check="MIS-01", severity=Severity.WARN, object="patients", key=row.key,
                                  field="email", summary="no e-mail")

    .. versionadded:: 0.1
    """


# ------------------------------------------------------------------------------------------ Mapping


@hookspec(firstresult=True)
def mapping() -> str | None:
    """Give the pair's mapping document as YAML text. *pair, first, required*

    Called once per command that maps. The migration's own mapping.yaml overrides it rule by rule and field by field.

    Example::

        @hookimpl
        def mapping(self) -> str:
            return files(__package__).joinpath("mapping.yaml").read_text("utf-8")

    .. versionadded:: 0.1
    """


@hookspec
def transforms() -> Iterable[NamedTransform]:
    """Register functions that mappings may name with `use:`. *all*

    Two transforms of one name are refused, naming both plugins.

    Example::

        @hookimpl
        def transforms(self) -> list[NamedTransform]:
            return [NamedTransform(name="last_word", function=lambda text: text.split()[-1],
                                   examples=(("Ana Ruiz", "Ruiz"),))]

    .. versionadded:: 0.1
    """


@hookspec
def propose(fields: Sequence[tuple[SourceObject, SourceField]], targets: DestinationSchema) -> Iterable[Proposal]:
    """Suggest where unmapped source fields could go, best first. *all*

    Called in `plan` with the fields no rule accounts for. The core's own answer compares concept, name, type, values.

    Example::

        @hookimpl
        def propose(self, fields, targets):
            for source, field in fields:
                if field.concept == "patient.birth_date":
                    yield Proposal(source_object=source.name, source_field=field.name, object="person",
                                   label="Date of birth", type=FieldType.DATE, reason="concept", confidence=1.0)

    .. versionadded:: 0.1
    """


# ------------------------------------------------------------------------------------------ Schema creation


@hookspec(firstresult=True)
def describe_destination() -> DestinationSchema | None:
    """Describe the account as it is now: objects, fields, options, visible limits. *destination, first, required*

    Called by `check`, `plan`, `schema` and at the start of every loading stage. Only reads.

    :raises AccessDenied: the token is wrong or lacks a right.

    Example::

        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            me = self.api.get("/me").json
            return DestinationSchema(account=me["company"], account_label=me["name"], objects=tuple(self.objects()))

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def schema_mark() -> str | None:
    """Give a mark of the account's schema that is another one after every change of it. *destination, first*

    Asked while records are loaded, before each rule and every thousand records: one cheap request. Another mark than
    that of `DestinationSchema.mark` makes the engine read the schema again, and stop the objects of which a field that
    the mapping writes is gone or changed. Without it drift is noticed by refusals and samples.

    Example::

        @hookimpl
        def schema_mark(self) -> str:
            return str(self.api.get("/me").json["schema_version"])

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def check_destination() -> Iterable[Check] | None:
    """Say whether token, rights and settings are good enough for a migration. *destination, first*

    Called by `check`. Only reads; answers lines with a next step instead of raising where it can.

    Example::

        @hookimpl
        def check_destination(self) -> list[Check]:
            return [Check(name="token", ok=self.api.get("/me").ok, detail="belongs to an administrator")]

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def plan_schema(
    wanted: Sequence[WantedField], present: DestinationSchema, objects: Sequence[WantedObject]
) -> Sequence[SchemaOperation] | None:
    """Turn wanted objects and fields into ordered operations, vendor-only steps included. *destination, first*

    Called by `plan`. The core's default makes one operation per missing object, field and option, objects first.
    A connector that needs more (a marker field, a publisher) answers itself and may build on
    `bridgework.default_schema_plan(wanted, present, objects)`. One without `Capabilities.new_objects` leaves `objects`
    out of its signature: it is never given any.

    Repeatable: yes, it computes only.

    Example::

        @hookimpl
        def plan_schema(self, wanted, present):
            return default_schema_plan([*self.marker_fields(), *wanted], present)

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def create_schema(operation: SchemaOperation) -> Created | Present | NotYet | None:
    """Carry out one schema operation, or find what fits it. *destination, first, required*

    Called by `schema --apply` once per operation, in order, after an intent for it is durable; called again after a
    crash. Get or create: look for something of the same object, name and type first (`Present`).

    :raises UsageError: the account refuses, for example because a limit of the plan is reached.

    Repeatable: yes, must be.

    Example::

        @hookimpl
        def create_schema(self, operation):
            if there := self.field_named(operation.object, operation.name):
                return Present(self.receipt(operation, there))
            made = self.api.send("POST", f"/{operation.object}Fields", json={"name": operation.name}, for_=operation)
            return Created(self.receipt(operation, made.json))

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def drop_schema(receipt: Receipt) -> Dropped | Kept | None:
    """Remove what `create_schema` created. *destination, first, required*

    Called by `rollback --schema` in reverse order, only for receipts with `created` true.

    Repeatable: yes; what is gone already is `Dropped`.

    Example::

        @hookimpl
        def drop_schema(self, receipt: Receipt) -> Dropped | Kept:
            self.api.send("DELETE", f"/{receipt.object}Fields/{receipt.key}", for_=receipt)
            return Dropped()

    .. versionadded:: 0.1
    """


# ------------------------------------------------------------------------------------------ Load ordering


@hookspec
def load_order(rules: Sequence[str]) -> Iterable[Before]:
    """Add "rule a before rule b, because …" to the order that references give. *all*

    Called by `plan`. The engine sorts rules topologically; a circle is an error that names the reasons.

    Example::

        @hookimpl
        def load_order(self, rules):
            return [Before("organizations", "patients", "persons point to organizations")]

    .. versionadded:: 0.1
    """


# ------------------------------------------------------------------------------------------ Owner matching


@hookspec(firstresult=True)
def list_owners() -> Sequence[Owner] | None:
    """List the users of the account, inactive ones included. *destination, first, required*

    Called by `owners`. The fewest calls the API allows: never one search per person.

    Example::

        @hookimpl
        def list_owners(self) -> list[Owner]:
            return [Owner(id=str(u["id"]), name=u["name"], email=u["email"], active=u["active"])
                    for u in self.api.get("/users").json]

    .. versionadded:: 0.1
    """


@hookspec
def match_owners(people: Sequence[Person], owners: Sequence[Owner]) -> Iterable[OwnerMatch]:
    """Match people of the source with users; each plugin sees who is still unmatched. *all*

    The core's own answer compares e-mails, case-folded, with active users only.

    Example::

        @hookimpl
        def match_owners(self, people, owners):
            return [OwnerMatch(p.value, o.id, reason="same name") for p in people for o in owners if p.name == o.name]

    .. versionadded:: 0.1
    """


# ------------------------------------------------------------------------------------------ Load


@hookspec(firstresult=True)
def write(batch: Sequence[Operation]) -> Iterator[WriteResult] | None:
    """Carry out creates and updates of one object and say what became of each. *destination, first, required*

    Called in `sample`, `load`, `delta` and when rollback puts values back. The intents of the batch are durable. Every
    write goes through `ApiClient.send(…, for_=operation or operations)`, which raises `NotSent` or `InDoubt` through
    this generator; do not catch them. Operations the generator never reached count as not sent and come again.

    :param batch: one object, at most `batch_size` operations, never empty, never two of one record.
    :return: one `Written` or `Rejected` per operation, in any order, or one `BatchRejected`.

    Example::

        @hookimpl
        def write(self, batch):
            for op in batch:
                answer = self.api.send("POST", f"/{op.object}s", json=op.body, for_=op)
                yield Written(op.number, answer.json["id"]) if answer.ok else Rejected(op.number, "refused")

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def read(object_name: str, ids: Sequence[str]) -> Iterable[StoredRecord] | None:
    """Read records as stored; ids that do not exist are left out. *destination, first, required*

    Called for the diff, the three-way rule, reconciliation and rollback, with at most `Capabilities.read_batch` ids.
    Deleted records are left out or marked `deleted`.

    Example::

        @hookimpl
        def read(self, object_name, ids):
            for row in self.api.get(f"/{object_name}s", params={"ids": ",".join(ids)}).json:
                yield StoredRecord(object=object_name, id=str(row["id"]), values=self.canonical(object_name, row))

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def scan(object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord] | None:
    """Walk over all that is there, ours or not. *destination, first, required*

    Called to settle doubt, to match existing records and to count. Ascending ids or newest first; streams.

    :param fields: field keys that are needed; empty means all.
    :param since: only records changed at or after that instant.

    Example::

        @hookimpl
        def scan(self, object_name, fields, since):
            for row in self.api.pages(f"/{object_name}s"):
                yield self.stored(object_name, row)

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def find(operations: Sequence[Operation]) -> Iterable[Found] | None:
    """Say what exists for operations whose answer was lost. *destination, first*

    Called after the horizon (or at once for client ids). The default reads client ids, and for markers scans what
    changed since the earliest `sent_after` and compares markers exactly. Deleted records are marked so.

    Example::

        @hookimpl
        def find(self, operations):
            for op in operations:
                yield Found(op.number, tuple(FoundRecord(i) for i in self.ids_with(op.marker)))

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def normalise(object_name: str, bodies: Sequence[Mapping[str, Value]]) -> Sequence[Mapping[str, Value]] | None:
    """Predict bodies as the destination will store them (lower-cased e-mail, cleaned HTML). *destination, first*

    Called by the diff, the three-way rule and reconciliation; pure computation, no request. Default: unchanged.

    Example::

        @hookimpl
        def normalise(self, object_name, bodies):
            return [{**body, "email": body.get("email", "").lower()} for body in bodies]

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def holders(object_name: str, field: str, values: Sequence[Value]) -> Iterable[Holder] | None:
    """Say which records hold unique values that are about to be written, those in the trash too. *destination, first*

    Called by `plan`, before anything is written, for each field that the schema calls `unique` and the mapping fills.
    The default looks at all that `scan` yields; answer it where the trash counts, or where asking for the values is
    cheaper.

    :param field: the field's key.
    :param values: as `normalise` gives them, up to some ten thousand; never empty.
    :return: a holder for each value and record that agree; whose a record is decides the core.

    Repeatable: yes, it only reads.

    Example::

        @hookimpl
        def holders(self, object_name, field, values):
            for place, value in enumerate(values):
                for row in self.api.get(f"/{object_name}s", params={field: value, "deleted": "too"}).json:
                    yield Holder(place=place, id=str(row["id"]), deleted=row["deleted"])

    .. versionadded:: 0.1
    """


@hookspec(firstresult=True)
def upload(files: Sequence[Operation]) -> Iterator[WriteResult] | None:
    """Upload documents. *destination, first*

    As `write`, for operations that carry a `file`; `body` names the records the file is attached to.

    Example::

        @hookimpl
        def upload(self, files):
            for op in files:
                with op.file.open() as stream:
                    answer = self.api.send("POST", "/files", files={"file": (op.file.name, stream)}, for_=op)
                yield Written(op.number, str(answer.json["id"]))

    .. versionadded:: 0.1
    """


# ------------------------------------------------------------------------------------------ Rollback


@hookspec(firstresult=True)
def undo(operations: Sequence[Operation]) -> Iterator[UndoResult] | None:
    """Delete records we created (`target_id`). *destination, first, required*

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


@hookspec(firstresult=True)
def restore(operations: Sequence[Operation]) -> Iterator[WriteResult] | None:
    """Bring removed records (`target_id`) back, with the values and ids they had. *destination, first*

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


# ------------------------------------------------------------------------------------------ Life cycle


@hookspec
def stage_started(stage: str, total: int | None) -> None:
    """A stage begins; `total` is the number of steps if known. *all*

    Example::

        @hookimpl
        def stage_started(self, stage, total):
            self.stages.append(stage)

    .. versionadded:: 0.1
    """


@hookspec
def batch_done(stage: str, done: int, total: int | None, note: str) -> None:
    """A batch of a stage is done. *all*

    Example::

        @hookimpl
        def batch_done(self, stage, done, total, note):
            self.done = done

    .. versionadded:: 0.1
    """


@hookspec
def stage_finished(stage: str, result: Mapping[str, Any]) -> None:
    """A stage ended; `result` is its machine-readable report. *all*

    Example::

        @hookimpl
        def stage_finished(self, stage, result):
            self.results[stage] = result["state"]

    .. versionadded:: 0.1
    """


@hookspec
def approval_needed(gate: str, content_hash: str) -> None:
    """A gate waits for a person. *all*

    Example::

        @hookimpl
        def approval_needed(self, gate, content_hash):
            self.waiting = gate

    .. versionadded:: 0.1
    """

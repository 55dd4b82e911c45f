"""The plugins of one migration behind typed methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bridgework.errors import ContractBroken
from bridgework.model import (
    AlreadyGone,
    BatchRejected,
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
    Refused,
    Rejected,
    SchemaOperation,
    SourceDescription,
    SourceField,
    SourceFile,
    SourceObject,
    SourceRecord,
    StoredRecord,
    Undone,
    UndoResult,
    Value,
    WantedField,
    WantedObject,
    WriteResult,
    Written,
)
from bridgework.plugins.calls import Calls, Registered
from bridgework.plugins.door import check_answers, check_role

if TYPE_CHECKING:
    from bridgework.staging import Staging

_WRITE_RESULTS = (Written, Rejected, BatchRejected)


class Hooks:
    """The hooks of some plugins, in the order of the process. Made for one migration, never global.

    :raises ContractBroken: at the door, if a plugin does not fit the contract; from every method, if a plugin raises
        anything but an error of `bridgework.errors`, or answers something else than the hook asks for.
    """

    def __init__(self, plugins: Sequence[Registered]) -> None:
        self.plugins = tuple(plugins)
        for each in self.plugins:
            check_role(each)
        self._calls = Calls(self.plugins)
        check_answers(self._calls)

    def answers(self, name: str) -> Registered | None:
        """Who answers a first-result hook: the core where no plugin does, None where not even the core does."""
        return self._calls.answers(name)

    def describe_source(self) -> SourceDescription:
        """What the source says about itself."""
        result: SourceDescription = self._calls.first("describe_source", SourceDescription)
        return result

    def extract(self, object_name: str, since: datetime | None = None) -> Iterator[SourceRecord]:
        """All rows of one source object."""
        return self._calls.stream("extract", SourceRecord, object_name=object_name, since=since)

    def open_file(self, ref: str) -> SourceFile | None:
        """A document of the source, None if it is missing or the source has none."""
        result: SourceFile | None = self._calls.optional("open_file", ref=ref)
        return result

    def audit(self, staging: Staging) -> Iterator[Finding]:
        """Findings of the core and of every plugin."""
        return self._calls.all("audit", Finding, staging=staging)

    def mapping(self) -> str:
        """The pair's mapping document."""
        result: str = self._calls.first("mapping", str)
        return result

    def transforms(self) -> dict[str, NamedTransform]:
        """All named transforms; two of one name are refused."""
        found: dict[str, NamedTransform] = {}
        for transform in self._calls.all("transforms", NamedTransform):
            if transform.name in found:
                raise ContractBroken(f"Two plugins register a transform called {transform.name}.")
            found[transform.name] = transform
        return found

    def propose(self, fields: Sequence[tuple[SourceObject, SourceField]], targets: DestinationSchema) -> list[Proposal]:
        """Proposals of every plugin, best first."""
        found: Iterable[Proposal] = self._calls.all("propose", Proposal, fields=fields, targets=targets)
        return sorted(found, key=lambda proposal: -proposal.confidence)

    def describe_destination(self) -> DestinationSchema:
        """The account as it is now."""
        result: DestinationSchema = self._calls.first("describe_destination", DestinationSchema)
        return result

    def check_destination(self) -> list[Check]:
        """Lines about token, rights and settings; none if the connector has no opinion."""
        return list(self._calls.all("check_destination", Check))

    def schema_mark(self) -> str:
        """The mark of the destination's schema now; empty where a connector gives none."""
        return str(self._calls.first("schema_mark", str))

    def plan_schema(
        self, wanted: Sequence[WantedField], present: DestinationSchema, objects: Sequence[WantedObject] = ()
    ) -> list[SchemaOperation]:
        """Ordered schema operations."""
        return list(self._calls.stream("plan_schema", SchemaOperation, wanted=wanted, present=present, objects=objects))

    def create_schema(self, operation: SchemaOperation) -> Created | Present | NotYet:
        """Carry out one schema operation."""
        result: Created | Present | NotYet = self._calls.first(
            "create_schema", (Created, Present, NotYet), operation=operation
        )
        return result

    def drop_schema(self, receipt: Receipt) -> Dropped | Kept:
        """Remove one thing that we created."""
        result: Dropped | Kept = self._calls.first("drop_schema", (Dropped, Kept), receipt=receipt)
        return result

    def load_order(self, rules: Sequence[str]) -> list[Before]:
        """Orderings beyond those of the references."""
        return list(self._calls.all("load_order", Before, rules=rules))

    def list_owners(self) -> list[Owner]:
        """The users of the account."""
        return list(self._calls.stream("list_owners", Owner))

    def match_owners(self, people: Sequence[Person], owners: Sequence[Owner]) -> list[OwnerMatch]:
        """Matches of all plugins in turn; each sees who is still unmatched."""
        left = list(people)
        matches: list[OwnerMatch] = []
        for answer in self._calls.in_turn("match_owners", OwnerMatch):
            found = list(answer(people=tuple(left), owners=tuple(owners)))
            matches += found
            decided = {match.value for match in found if match.owner_id}
            left = [person for person in left if person.value not in decided]
        return matches

    def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
        """Carry out a batch."""
        return self._calls.stream("write", _WRITE_RESULTS, batch=batch)

    def upload(self, files: Sequence[Operation]) -> Iterator[WriteResult]:
        """Upload documents."""
        return self._calls.stream("upload", _WRITE_RESULTS, files=files)

    def read(self, object_name: str, ids: Sequence[str]) -> list[StoredRecord]:
        """Records as stored."""
        return list(self._calls.stream("read", StoredRecord, object_name=object_name, ids=ids))

    def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
        """Everything that is there."""
        return self._calls.stream("scan", StoredRecord, object_name=object_name, fields=fields, since=since)

    def find(self, operations: Sequence[Operation]) -> list[Found]:
        """What exists for operations in doubt."""
        return list(self._calls.stream("find", Found, operations=operations))

    def normalise(self, object_name: str, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Bodies as the destination will store them."""
        result = list(self._calls.stream("normalise", object, object_name=object_name, bodies=bodies))
        if len(result) != len(bodies):
            raise self._calls.broken("normalise", f"returned {len(result)} bodies for {len(bodies)}")
        return result

    def holders(self, object_name: str, field: str, values: Sequence[Value]) -> Iterator[Holder]:
        """Records that hold one of these values of a unique field."""
        return self._calls.stream("holders", Holder, object_name=object_name, field=field, values=values)

    def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        """Delete what we created."""
        return self._calls.stream("undo", (Undone, AlreadyGone, Refused), operations=operations)

    def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
        """Bring back what was deleted."""
        return self._calls.stream("restore", _WRITE_RESULTS, operations=operations)

    def announce(self, name: str, **arguments: Any) -> None:
        """Call a life-cycle hook of every plugin."""
        self._calls.optional(name, **arguments)

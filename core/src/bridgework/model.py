"""The values that cross the border between the core and the plugins. Nobody changes one; nearly all are frozen.

Values of records cross in one plain form, the *canonical form*, which is JSON:

==============  ===================================================================================
text, long      str
number          int, or a decimal number as text: ``"12.50"`` (never a float)
money           ``{"amount": "12.50", "currency": "USD"}``; a source's money is a decimal as text
yes/no          bool
date            ``"2026-03-01"``
time            ``"13:30:00"``
instant         ``"2026-03-01T13:30:00Z"`` (UTC)
local instant   ``"2026-03-01T13:30:00"`` (source only; its zone stands in another field)
choice          the option's label in a mapped body; the destination's own key of it in a resolved body
choices         list of the same
contacts        ``[{"value": "ana@example.org", "label": "work", "primary": true}, …]`` (e-mails, phones)
address         ``{"value": "1 Main St, Denver", "street": …, "city": …, "state": …, "postal_code": …, "country": …}``;
                ``street`` is whole, and ``street2``, if there, the second line that ``street`` ends with
reference       the destination's id of the record, as text, in a resolved body
==============  ===================================================================================

Absent, ``None`` and the empty string mean the same: nothing there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made_by
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Literal
from uuid import UUID

Value = Any  # canonical form, see above
Body = dict[str, Value]

# --------------------------------------------------------------------------------------- source


class FieldType(StrEnum):
    """Types of source and destination fields."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    INSTANT = "instant"
    LOCAL_INSTANT = "local_instant"
    CHOICE = "choice"
    CHOICES = "choices"
    EMAILS = "emails"
    PHONES = "phones"
    PHONE = "phone"
    ADDRESS = "address"
    REFERENCE = "reference"
    OWNER = "owner"
    HTML = "html"
    DATA = "data"  # nested object or list, kept as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceField:
    """One field of a source object. `name` is a dotted path for values inside nested data (``procedures.code``)."""

    name: str
    type: FieldType = FieldType.TEXT
    label: str = ""
    concept: str = ""  # vocabulary of the trade: "patient.birth_date"
    nullable: bool = True
    options: tuple[str, ...] = ()  # declared values of a picklist
    custom: bool = False  # made by the practice
    inferred: bool = False  # not declared by the source: type inferred from its values
    sensitivity: Literal["", "identifier", "clinical", "government_id"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Rows of an object name a row of another one: `field` holds the value of `to` (default: the key) there.

    Where several rows there hold that value, `name` (a field here) must equal the fields `to_name` of one of them,
    joined by ``, `` without blanks; if it fits none or several, the reference is ambiguous.
    """

    field: str
    object: str
    to: str = ""
    name: str = ""
    to_name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObject:
    """What the source calls a thing. `key` are the field names whose values, joined by ``|``, name a row."""

    name: str
    label: str = ""
    key: tuple[str, ...] = ("id",)
    fields: tuple[SourceField, ...] = ()
    references: tuple[Reference, ...] = ()
    concept: str = ""
    nested_in: str = ""  # staged from a list inside this object's rows
    merged_into: str = ""  # field that names the surviving row of a merged one
    deleted: str = ""  # field that is filled when the row is deleted in the source
    rows: int | None = None  # as declared by the source
    absent: str = ""  # reason why the object is not in this export, and how to get it
    file: str = ""
    format: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescription:
    """Everything a source says about itself before a row is read.

    `generated_at` is the instant the export was made (UTC, aware); `time_zone` the practice's IANA zone.
    `complete` is false for a delta export: absence of a row then means nothing.
    """

    objects: tuple[SourceObject, ...]
    generated_at: datetime
    time_zone: str
    complete: bool = True
    fingerprint: str = ""  # hash over the export's manifest
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, str] = made_by(default_factory=dict)  # e.g. {"tooth_numbering": "universal"}


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that could not be read: the typed value is null, the raw row keeps it. `check` is an audit check id."""

    field: str
    check: str
    reason: str


# Records, operations and results come in millions. They are not frozen, which would triple what making one costs;
# nobody changes them all the same.
@dataclass(slots=True)
class SourceRecord:
    """One row as the source gives it: typed values in canonical form, and the raw text it was read from."""

    object: str
    key: str
    values: Body
    raw: bytes
    file: str = ""
    line: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A readable document of the source. `sha256` is what the source declares, empty if it does not."""

    name: str
    stream: IO[bytes]
    size: int
    sha256: str = ""


# --------------------------------------------------------------------------------------- audit


class Severity(StrEnum):
    """B blocks the load until it is corrected or decided; A needs approval; W is a warning."""

    BLOCK = "B"
    APPROVE = "A"
    WARN = "W"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect of one row. `evidence` may carry values and goes into private files only.

    The core derives the stable id from check, object, keys and field: the same defect has the same id in every run.
    `others` are the other rows concerned (the twin). `proposed` is a decision: ``fix at source``, ``exclude``,
    ``merge into <key>``, ``keep both``, ``accept``.
    """

    check: str
    severity: Severity
    object: str
    key: str
    summary: str  # shareable: no values
    field: str = ""
    others: tuple[str, ...] = ()
    evidence: str = ""  # private
    action: str = ""  # what a front desk does about it
    proposed: str = ""
    score: float | None = None
    denominator: int = 0  # rows the check looked at


# --------------------------------------------------------------------------------------- destination


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice field. `under` is the option of the parent field it belongs to (a stage's pipeline)."""

    key: str
    label: str
    under: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetField:
    """One field of a destination object. Pipelines, stages and record types are choice fields with options."""

    key: str  # the destination's own name on the wire
    label: str
    type: FieldType
    options: tuple[Option, ...] = ()
    max_length: int | None = None
    required: bool = False
    custom: bool = False
    unique: bool = False
    reference: str = ""  # object a reference points to
    settable: Literal["always", "create", "never"] = "always"
    extensible: bool = False  # options can be added


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetObject:
    """What the destination calls a thing, as it is in this account now."""

    name: str
    label: str
    fields: tuple[TargetField, ...]
    custom_fields_possible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLimits:
    """Limits of this account as far as they are visible or declared; `None` is unknown or unlimited."""

    tier: str = ""
    custom_fields: int | None = None  # of all objects together
    custom_fields_used: int = 0
    records: Mapping[str, int] = made_by(default_factory=dict)  # object -> cap
    records_used: Mapping[str, int] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationSchema:
    """The destination as it is now. `account` names the account (company id), the same in every run.

    `mark` is what the `schema_mark` hook gave when the schema was read, or right before; empty without that hook.
    """

    account: str
    account_label: str
    objects: tuple[TargetObject, ...]
    limits: AccountLimits = AccountLimits()
    mark: str = ""

    def object(self, name: str) -> TargetObject:
        """The object of that name; KeyError if there is none."""
        for candidate in self.objects:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedField:
    """A field the mapping writes, and the option labels it needs. `optional` ranks what to drop first (1 = first).

    `whole` has the whole label of each option that is shortened because the destination takes no longer ones. `also`
    are further objects that its references lead to: a field that is made refers to one.
    """

    object: str
    label: str
    type: FieldType
    options: tuple[str, ...] = ()
    under: str = ""  # option of the parent field these options belong to
    reference: str = ""
    also: tuple[str, ...] = ()
    optional: int | None = None
    reason: str = ""
    whole: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedObject:
    """An object the mapping writes that the destination does not have by itself. `plural` is the label of many."""

    name: str
    label: str
    plural: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaOperation:
    """One change of the destination's schema: create an object, a field with its options, or one option.

    `kind` is ``object``, ``field``, ``option`` or a word of the connector's own for a vendor-only step.
    """

    kind: str
    object: str
    name: str  # label of the object, the field or the option
    field: str = ""  # for an option: label of its field
    type: FieldType | None = None
    options: tuple[str, ...] = ()
    under: str = ""
    reference: str = ""
    reason: str = ""
    details: Mapping[str, str] = made_by(default_factory=dict)

    @property
    def identity(self) -> str:
        """Names the operation in the journal: the same in every run."""
        return "/".join((self.kind, self.object, self.field, self.under, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What exists in the destination for a schema operation, with the destination's own keys.

    `options` maps option labels to keys. `created` is false when it was there before us: never dropped by rollback.
    """

    kind: str
    object: str
    name: str
    key: str
    field: str = ""
    under: str = ""
    type: FieldType | None = None
    options: Mapping[str, str] = made_by(default_factory=dict)
    created: bool = True


@dataclass(frozen=True, slots=True)
class Created:
    """`create_schema`: made by this call."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Present:
    """`create_schema`: was there already and fits."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class NotYet:
    """`create_schema`: the destination is still working on it; the engine asks again after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """`drop_schema`: gone (or was gone already)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`drop_schema`: left in place, and why."""

    reason: str


# --------------------------------------------------------------------------------------- owners


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A user of the destination."""

    id: str
    name: str
    email: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the source who may own records: a team member, or a name given as text.

    `value` is what the records carry (a key or a text), `key` the team member it was resolved to, empty if none.
    """

    value: str
    name: str = ""
    email: str = ""
    key: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class OwnerMatch:
    """A person's user, or the ids between which nobody can decide."""

    value: str
    owner_id: str = ""
    ambiguous: tuple[str, ...] = ()
    reason: str = ""


# --------------------------------------------------------------------------------------- load


class Verb(StrEnum):
    """What an operation does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"
    UPLOAD = "upload"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """A file to upload: `open` gives a fresh stream each time it is called."""

    name: str
    size: int
    sha256: str
    media_type: str
    open: Callable[[], IO[bytes]]


@dataclass(slots=True, kw_only=True)
class Operation:
    """One planned change of one destination record.

    `body` is resolved: keys are the destination's field keys, choices and references its own ids. An update carries
    only changed fields (`None` clears one). `marker` is the record's identity as text, `client_id` the same as a UUID.
    `sent_after` bounds a search for a lost answer: nothing was sent before that instant. `earlier` are the client ids
    this very record had in the generations before: copies of it that were taken out may still be there as deleted.
    """

    number: int
    verb: Verb
    object: str
    marker: str
    client_id: UUID
    body: Body
    target_id: str = ""
    version: str = ""
    generation: int = 1  # grows each time the record is loaded again after it was taken out
    earlier: tuple[UUID, ...] = ()
    sent_after: datetime | None = None
    file: FileContent | None = None


@dataclass(slots=True)
class Written:
    """The destination carried it out. `version` is its own change mark of the record (may be empty).

    `marker` is the identity as the answer shows it, where it shows one: another one than ours stops the run.
    """

    operation: int
    id: str
    version: str = ""
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The destination refused it, nothing was written. `reason` holds no value of the record; `field` is a field key.

    `cap` is true when a limit of the plan was reached: the engine then stops sending that object type. `unclear` is
    true when it may have been a fault that looks like a refusal: the engine asks once more, and never again. `changed`
    is true when the record is no longer in the version the operation names (412 to `If-Match`): the engine reads it
    again and compares anew, once. `holder` is the id of the record that holds a unique value which this one wants: if
    it is one of ours, the engine asks again when all others of the rule are through.
    """

    operation: int
    reason: str
    field: str = ""
    cap: bool = False
    unclear: bool = False
    changed: bool = False
    holder: str = ""


@dataclass(frozen=True, slots=True)
class BatchRejected:
    """The destination refused the whole batch without naming the culprit: the engine halves it and tries again.

    `operations` are those that travelled in the refused request; empty means all that have no result yet.
    """

    reason: str
    operations: tuple[int, ...] = ()


WriteResult = Written | Rejected | BatchRejected


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as the destination stores it, values in canonical form under the destination's field keys.

    `values` holds what people or we can edit; counters and time stamps that the server changes by itself stay out.
    `marker` is our identity as found on the record, empty if none. `demo` marks a sample record that the system puts
    into every new account: nothing is ever matched with it.
    """

    object: str
    id: str
    version: str = ""
    values: Body
    marker: str = ""
    deleted: bool = False
    demo: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A record that holds one of the unique values that were asked about. `place` is where the value stands among them.

    `deleted`: it lies in the trash, where the value counts all the same. `marker` is the identity found on it.
    """

    place: int
    id: str
    deleted: bool = False
    marker: str = ""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record that carries an operation's identity."""

    id: str
    version: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What exists for an operation: none, one, or (a fault) several records."""

    operation: int
    records: tuple[FoundRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Undone:
    """`undo`: removed by this call."""

    operation: int


@dataclass(frozen=True, slots=True)
class AlreadyGone:
    """`undo`: was not there any more."""

    operation: int


@dataclass(frozen=True, slots=True)
class Refused:
    """`undo`: the destination will not, and why. `unclear` as in `Rejected`."""

    operation: int
    reason: str
    unclear: bool = False


UndoResult = Undone | AlreadyGone | Refused

# --------------------------------------------------------------------------------------- mapping

Transform = Callable[..., Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTransform:
    """A function mappings may name. `examples` are (arguments…, result) and are run as tests and shown in the docs.

    A transform receives the value of `from` and, if it takes a second parameter, the `TransformContext`.
    It returns a canonical value or None, and raises ValueError (without the value in its text) if it cannot.
    `leaves` gives what of a value the result has no place for, as a text: it is kept in the archive.
    """

    name: str
    function: Transform
    description: str = ""
    examples: tuple[tuple[Value, Value], ...] = ()
    result: FieldType | None = None
    leaves: Callable[[Value], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformContext:
    """What a transform may know beside its value."""

    row: Mapping[str, Value]
    currency: str
    time_zone: str
    cutover: datetime
    facts: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A suggestion where a source field could go. `confidence` is between 0 and 1."""

    source_object: str
    source_field: str
    object: str
    label: str
    type: FieldType
    options: tuple[str, ...] = ()
    reason: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Before:
    """Rule `first` is loaded before rule `then`."""

    first: str
    then: str
    reason: str


# --------------------------------------------------------------------------------------- capabilities


class Ability(StrEnum):
    """The two meanings of no are different: impossible in the outside system, or not written yet."""

    SUPPORTED = "supported"
    NOT_WRITTEN = "not written yet"
    IMPOSSIBLE = "not possible there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How a record is recognised as ours.

    `client-id`: we choose the primary key; `unique-key`: a unique field; `marker`: a field or text carries the
    marker and nothing enforces it; `natural`: the values themselves name the record (a link between two records).
    """

    kind: Literal["client-id", "unique-key", "marker", "natural"]
    where: str = ""  # label of the field, or a description of the place
    max_length: int = 255
    pattern: str = r"[ -~]*"  # characters it may hold


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectCapability:
    """What can be done with one destination object.

    `batch_size` is how many operations one `write` takes, `records_per_request` how many of them travel in one request;
    `recoverable` is how long a deleted record can be restored, `restore` whether the hook of that name can do it.
    """

    name: str
    identity: Identity
    batch_size: int = 25
    records_per_request: int = 1
    created_at: str = ""  # field that sets the creation time on create, empty: not settable
    recoverable: timedelta | None = None
    cascades_to: tuple[str, ...] = ()
    restore: Ability = Ability.IMPOSSIBLE
    update: Ability = Ability.SUPPORTED
    upload: bool = False  # takes files instead of bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One allowance of an account. `window` None is a calendar day (`resets_at` UTC offset in hours); else seconds."""

    name: str
    label: str
    limit: int
    window: float | None
    per_day_reset_utc_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A plan of the destination, for the tier check and the forecast of the next larger one."""

    name: str
    label: str
    custom_fields: int | None
    records_per_seat: Mapping[str, int] = made_by(default_factory=dict)
    budgets: Callable[[int], tuple[Budget, ...]] | None = None  # seats -> budgets


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Facts about a destination: static on its class, and as its settings have them on the connector itself.

    `costs` maps (object, verb or "read"/"scan") to charges per budget name; object "*" stands for every other one.
    `new_objects` is what can be done with objects that are made for a migration, None if none can be made.
    """

    objects: tuple[ObjectCapability, ...]
    new_objects: ObjectCapability | None = None
    field_types: frozenset[FieldType]
    horizon: timedelta = timedelta(0)
    tiers: tuple[Tier, ...] = ()
    max_file_bytes: int | None = None
    field_name_length: int = 255
    option_length: int = 255  # characters in the label of an option
    reserved_labels: frozenset[str] = frozenset()  # of fields the connector keeps for itself, on whatever object
    short_text_length: int | None = 255  # of one line of text, None if there is no limit
    long_text_length: int | None = None
    costs: Mapping[tuple[str, str], Mapping[str, int]] = made_by(default_factory=dict)
    read_batch: int = 100  # records per read call
    canary: tuple[str, Body] | None = None  # object and resolved body of the record `check --canary` makes and removes
    drop_schema: Ability = Ability.SUPPORTED

    def object(self, name: str) -> ObjectCapability:
        """The capability of that object; KeyError if there is none."""
        for candidate in self.objects:
            if candidate.name == name:
                return candidate
        if self.new_objects is not None:
            return replace(self.new_objects, name=name)
        raise KeyError(name)

    def cost(self, name: str, verb: str) -> Mapping[str, int] | None:
        """What a request of that kind costs, None if nobody says."""
        return self.costs.get((name, verb), self.costs.get(("*", verb)))


# --------------------------------------------------------------------------------------- client


class Verdict(StrEnum):
    """What an answer to a write means for its operations."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What an answer says about a budget. `window` in seconds, where it is not the one that was declared."""

    budget: str
    limit: int | None = None
    remaining: int | None = None
    window: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """What a refusal (429 or its like) means: which budget is exhausted, and for how long if the server says so.

    `learned` is what it says about the budgets besides.
    """

    budget: str
    retry_after: float | None = None
    learned: tuple[Learned, ...] = ()
    stop: str = ""  # a sentence if the run must stop instead of waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Where a service's short-lived tokens come from (OAuth 2.0, RFC 6749).

    `form` is posted to the token endpoint `url` with `headers`, for an app that signs in by HTTP Basic; both hold the
    secrets. The token travels in `header` after `scheme`. A refresh token that replaces the one in the form is used
    from then on and kept for the next run by the core; `rotated` is told, too.
    `shows` names members of the endpoint's answer, none of them secret, that `ApiClient.signed_in` gives.
    """

    url: str
    form: Mapping[str, str] = made_by(repr=False)
    headers: Mapping[str, str] = made_by(default_factory=dict, repr=False)
    hosts: tuple[str, ...] = ()  # as those of a service
    header: str = "authorization"
    scheme: str = "Bearer"
    rotated: Callable[[str], None] | None = None
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """How a sign-in stands: when the token was granted, and when it ends if the endpoint said so.

    `shown` holds the texts that `SignIn.shows` asked for, as the endpoint gave them.
    """

    since: datetime
    until: datetime | None = None
    shown: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One API the connector talks to.

    `headers` carry the secrets; with `sign_in` the client adds a token to them and renews it once a call is answered
    401. `charges` gives the cost of a call: (method, path) -> {budget name: amount}.
    `learn` reads budgets from answer headers, `throttle` explains a 429 (or 403) answer: (status, headers) -> Throttle.
    `judge` reads the body where the status does not tell the truth, (status, parsed body) -> a Throttle (a refusal by a
    limit inside a 200), ``Verdict.REJECTED`` (an error inside a 200, or a 500 that surely did nothing), or None.
    `plain_http` says that a person accepted, in a setting of the connector, that everything travels unencrypted.
    """

    base_url: str
    headers: Mapping[str, str] = made_by(default_factory=dict, repr=False)
    sign_in: SignIn | None = None
    budgets: tuple[Budget, ...] = ()
    charges: Callable[[str, str], Mapping[str, int]] | None = None
    learn: Callable[[Mapping[str, str]], tuple[Learned, ...]] | None = None
    throttle: Callable[[int, Mapping[str, str]], Throttle | None] | None = None
    judge: Callable[[int, Value], Throttle | Verdict | None] | None = None
    hosts: tuple[str, ...] = ()  # suffixes the base URL's host must match, loopback apart
    plain_http: bool = False
    timeout: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What a pair's `demo(folder, patients, seed)` made: a generated source and what goes with it.

    `settings` are dotted keys for `init`, `sandbox` options of the destination's simulator (a list repeats an option),
    `decisions` a decisions.csv that answers the planted findings.
    """

    settings: Mapping[str, str]
    sandbox: Mapping[str, str | tuple[str, ...]] = made_by(default_factory=dict)
    decisions: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of `bridgework check`."""

    name: str
    ok: bool
    detail: str
    next_step: str = ""

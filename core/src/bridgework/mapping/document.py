"""The mapping document: what a rule, a field and a condition may say. Everything unknown is refused.

Short forms are widened before validation, so that the rest of the code sees one form only:

=================================  =========================================================
``name: lastName``                 ``name: {from: lastName}``
``deletedAt: empty``               ``deletedAt: {empty: true}`` (also filled, past, future)
``status: Active``                 ``status: {is: Active}``
``status: [Active, Inactive]``     ``status: {in: [Active, Inactive]}``
``archive: reason``                ``archive: {reason: reason}``
``use: name``                      ``use: [name]``
=================================  =========================================================
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bridgework.model import FieldType

Scalar = str | bool | int
_WORDS = {"empty": {"empty": True}, "filled": {"empty": False}, "past": {"past": True}, "future": {"past": False}}
SOURCES = ("from", "text", "first", "all", "ref", "owner", "team", "rollup", "constant", "setting")
ARCHIVE = "archive"  # keeps whole texts that no field takes
DISPOSITIONS = ("archive", "export", "reference", "rebuild")


class Strict(BaseModel):
    """Unknown keys are refused; values never appear in error texts."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True, hide_input_in_errors=True
    )


class Test(Strict):
    """What one value must be. Several keys must all hold."""

    is_: Scalar | None = Field(default=None, alias="is", description="equal to this")
    not_: Scalar | None = Field(default=None, alias="not", description="different from this")
    in_: list[Scalar] | str | None = Field(
        default=None, alias="in", description="one of these, or of a named list (case and outer blanks aside)"
    )
    not_in: list[Scalar] | str | None = Field(default=None, description="none of these, or of a named list")
    contains: list[str] | str | None = Field(
        default=None, description="holds one of these words, or of a named list, whatever the case"
    )
    empty: bool | None = Field(default=None, description="true: nothing there; false: something there")
    past: bool | None = Field(default=None, description="true: before the cutover; false: at or after it")
    at_least: Scalar | None = Field(default=None, description="a number or date that is not below this")
    at_most: Scalar | None = Field(default=None, description="a number or date that is not above this")
    part_of: str | None = Field(default=None, description="refers to a row that takes part in this rule")
    not_part_of: str | None = Field(default=None, description="refers to no row that takes part in this rule")
    differs_from: str | None = Field(default=None, description="another path of the same row, of another value")

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        if isinstance(value, str) and value in _WORDS:
            return _WORDS[value]
        if isinstance(value, list):
            return {"in": value}
        return {"is": value} if isinstance(value, (str, bool, int)) else value


class Where(Strict):
    """Conditions on a row: every path's test must hold, one of `any`, and not `none`."""

    tests: dict[str, Test] = {}
    any_: list[Where] = Field(default=[], alias="any")
    none: Where | None = None

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "tests" in value:
            return value
        special = {key: value[key] for key in ("any", "none") if key in value}
        return {**special, "tests": {key: test for key, test in value.items() if key not in special}}

    def __bool__(self) -> bool:
        return bool(self.tests or self.any_ or self.none)


class FieldSpec(Strict):
    """Where a field's value comes from, and what is done to it: one source, then `use`, then `values`, then `type`."""

    from_: str | None = Field(default=None, alias="from", description="a path in the row; may follow references")
    text: str | None = Field(default=None, description="placeholders {path} between literal text")
    first: list[FieldSpec] | None = Field(default=None, description="the first of these that has a value")
    all_: list[FieldSpec] | None = Field(default=None, alias="all", description="the values of all of these, one list")
    given: dict[str, FieldSpec] | None = Field(default=None, description="named values for `text` or for `use`")
    ref: str | None = Field(default=None, description="a rule: the record that its rule makes of the row `by` names")
    owner: FieldSpec | None = Field(default=None, description="who is responsible: a key or a name of the source")
    team: FieldSpec | None = Field(
        default=None, description="the name of the team member whom a key or a text means; else the text"
    )
    rollup: str | None = Field(default=None, description="an object whose rows refer to this row, or `members`")
    constant: Scalar | None = Field(default=None, description="always this")
    setting: str | None = Field(default=None, description="the value of an option of the mapping")

    by: FieldSpec | None = Field(default=None, description="ref: the reference; rollup: the children's reference field")
    through: str = Field(
        default="",
        description="rollup: rows that refer to rows of this object (or to `members`) that refer to this row",
    )
    where: Where = Field(default=Where(), description="rollup: which children count")
    take: str | list[str] | dict[str, str] | None = Field(
        default=None, description="rollup: a path or {text} of a child, the first filled of several, or named ones"
    )
    pick: Literal["first", "last", "earliest", "latest", "nearest"] | None = Field(
        default=None, description="rollup: one child; nearest: first at or after the cutover, else the latest"
    )
    order: str | None = Field(
        default=None, description="rollup: path to order the children by; default: as in the source"
    )
    skip: int = Field(default=0, ge=0, description="rollup: leave out that many children at the beginning")
    sum_: bool = Field(default=False, alias="sum", description="rollup: add the amounts, exactly")
    count: bool = Field(default=False, description="rollup: how many children")
    negate: bool = Field(default=False, description="rollup: turn the sign of a sum")
    unique: bool = Field(default=False, description="rollup, or a list that is joined: each value once")
    sort: bool = Field(default=False, description="rollup: order the values by themselves")
    join: str | None = Field(default=None, description="make one text of a list, with this between")

    when: Where = Field(default=Where(), description="on the rule's row: otherwise there is no value")
    use: list[str] = Field(default=[], description="named transforms, one after the other")
    values: dict[str, str | None] = Field(default={}, description="value map; a value that is not listed stays")
    otherwise: str | None = Field(default=None, description="what a value becomes that `values` does not list")
    default: Scalar | None = Field(default=None, description="the value where there is none")
    sole: Sole | None = Field(default=None, description="one row of the rule alone keeps a value several rows hold")

    type: FieldType | None = Field(default=None, description="type of the target field")
    options: list[str] = Field(default=[], description="options the target field needs, beside observed ones")
    options_from: OptionsFrom | None = Field(default=None, description="a column whose values are options")
    under: str = Field(default="", description="option of the parent field that the options belong to")
    optional: int | None = Field(default=None, ge=1, description="rank in which the field may be left out (1 first)")
    required: bool = Field(default=False, description="without it the row is skipped")
    overflow: str = Field(
        default=ARCHIVE, description="the long text field that takes whole what is too long for this line of text"
    )
    deferred: bool = Field(default=False, description="written in a second pass")
    option: dict[str, Scalar] = Field(default={}, description="only if these options of the mapping are set so")
    reason: str = Field(default="", description="why it is so; shown in the plan")

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    @field_validator("use", mode="before")
    @classmethod
    def _one_name(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> FieldSpec:
        named = [name for name in SOURCES if self._source(name) is not None]
        if len(named) > 1:
            raise ValueError(f"says {' and '.join(named)}; a field has one source")
        if not named and not (self.given and self.use):
            raise ValueError(f"has no source; say one of {', '.join(SOURCES)}, or given with use")
        self._check_companions()
        return self

    def _source(self, name: str) -> object:
        return getattr(self, {"from": "from_", "all": "all_"}.get(name, name))

    def _check_companions(self) -> None:
        if self.ref is not None and self.by is None:
            raise ValueError("ref needs by, the path of the reference")
        if self.given is not None and self.text is None and not self.use:
            raise ValueError("given needs text or use")
        of_rollup = (self.through, self.where, self.take, self.pick, self.sum_, self.count, self.order)
        if self.rollup is None and any(of_rollup):
            raise ValueError("through, where, take, pick, order, sum and count belong to rollup")
        if self.rollup is not None and self.take is None and not self.count:
            raise ValueError("rollup needs take, or count")


class Sole(Strict):
    """A value that one record alone may hold: which row keeps it, and what it becomes in the others.

    Contacts are compared by their primary one, whatever the case; the first row by `prefer` and `order` keeps it.
    """

    prefer: list[Where] = Field(default=[], description="rows that fulfil the first of these before those that do not")
    order: str = Field(default="", description="among them: path to what decides, the lowest first; then the key")
    use: str = Field(default="", description="transform for the others; without one the value is left out there")
    flag: bool = Field(default=False, description="give yes instead of the value, where another row keeps it")


class OptionsFrom(Strict):
    """A column whose distinct values are options of a choice field."""

    object: str
    take: str
    where: Where = Where()


class Disposition(Strict):
    """What becomes of rows without a target record, and why."""

    reason: str
    name: str = Field(default="", description="name of the file or of the chapter; default: the object's name")

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        return {"reason": value} if isinstance(value, str) else value


class CustomFields(Strict):
    """The practice's own fields of the rule's object become target fields, by label and type."""

    leave_out: dict[str, str] = Field(default={}, description="field name: reason")
    optional: int | None = Field(default=None, ge=1)


class FileSpec(Strict):
    """What a document is: paths of its reference, name and declared hash in the source, or a sheet that is printed."""

    path: str = Field(default="", description="path of the reference by which the source opens it")
    name: str = Field(description="path of its name; of a sheet: the name itself, with placeholders")
    sha256: str = Field(default="", description="path of the hash that the source declares")
    sheet: str = Field(default="", description="transform that makes a sheet of the `given` values; printed as a PDF")
    given: dict[str, FieldSpec] = Field(default={}, description="named values for `sheet`")

    @model_validator(mode="after")
    def _one_origin(self) -> FileSpec:
        if bool(self.path) == bool(self.sheet):
            raise ValueError("a file has a path in the source, or a sheet that is printed")
        if bool(self.sheet) != bool(self.given):
            raise ValueError("sheet and given belong together")
        return self


class Rule(Strict):
    """Rows of one source object (or groups of them) to one destination object, or to a disposition."""

    from_: str = Field(alias="from", description="source object")
    label: str = Field(default="", description="what people call it")
    to: str | None = Field(default=None, description="destination object")
    into: str | None = Field(default=None, description="rule whose records hold these rows' values")
    by: list[FieldSpec] = Field(default=[], description="into: paths or roll-ups that name that rule's row")
    archive: Disposition | None = None
    export: Disposition | None = None
    reference: Disposition | None = None
    rebuild: Disposition | None = None
    option: dict[str, Scalar] = Field(default={}, description="only if these options of the mapping are set so")
    at_least_rows: dict[str, int] = Field(default={}, description="only if these objects have that many rows")
    with_children: list[str] = Field(default=[], description="only rows to which rows of all these objects refer")
    when: Where = Field(default=Where(), description="which rows take part")
    otherwise: str = Field(default="", description="reason for the rows that do not; default: what `when` says")
    requires: dict[str, str] = Field(default={}, description="reference path: rule whose record it waits for")
    group: list[str] = Field(default=[], description="one record per value: the first of these paths that is filled")
    fields: dict[str, FieldSpec] = {}
    custom: CustomFields | None = Field(default=None, description="take over the practice's own fields")
    file: FileSpec | None = Field(default=None, description="the document to upload")
    match: list[str] = Field(default=[], description="link to an existing record that agrees in these fields")
    drop: dict[str, str] = Field(default={}, description="source field: reason why it is left behind")
    archive_fields: dict[str, str] = Field(default={}, description="source field: reason why it is only archived")

    @field_validator("by", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return [value] if isinstance(value, (str, dict)) else value

    @field_validator("group", mode="before")
    @classmethod
    def _group_paths(cls, value: Any) -> Any:
        if isinstance(value, dict):  # {practiceName: or name}
            return [part for path, other in value.items() for part in (path, str(other or "").removeprefix("or "))]
        return [value] if isinstance(value, str) else value

    @field_validator("custom", mode="before")
    @classmethod
    def _custom_on(cls, value: Any) -> Any:
        return ({} if value else None) if isinstance(value, bool) else value

    @model_validator(mode="after")
    def _one_end(self) -> Rule:
        ends = [name for name in ("to", "into", *DISPOSITIONS) if getattr(self, name) is not None]
        if len(ends) != 1:
            said = " and ".join(ends) or "none"
            raise ValueError(f"a rule says one of to, into, {', '.join(DISPOSITIONS)}; this one says {said}")
        if self.into and not self.by:
            raise ValueError("into needs by, the path that names the row")
        if self.to and not self.fields:
            raise ValueError("to needs fields")
        if (self.file or self.match or self.custom) and not self.to:
            raise ValueError("file, match and custom belong to rules with to")
        return self


class OptionSpec(Strict):
    """A switch of the mapping that a migration may set."""

    default: Scalar
    values: list[Scalar] = []
    about: str = ""

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        return {"default": value} if isinstance(value, (str, bool, int)) else value


class People(Strict):
    """The team: who may own records, and how a name written as text is recognised."""

    from_: str = Field(alias="from")
    name: str
    email: str
    active: str = ""
    forms: str = Field(default="", description="transform: a member's row to the forms in which texts name it")
    text: str = Field(default="", description="transform: a text to its comparable form")


class MappingTest(Strict):
    """One row, what stands around it, and what must come out."""

    rule: str
    about: str = ""
    given: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]] = {}
    options: dict[str, Scalar] = {}
    cutover: str = ""
    expect: dict[str, Any] | None = None
    skipped: str | None = None

    @model_validator(mode="after")
    def _expects(self) -> MappingTest:
        if (self.expect is None) == (self.skipped is None):
            raise ValueError("a test says either expect or skipped")
        return self


class ObjectSpec(Strict):
    """An object that is made in the destination for this migration."""

    label: str = Field(description="what people call one of them")
    plural: str = Field(description="what people call many of them")
    reason: str = Field(default="", description="why it is made; shown in the plan")


class GuideNote(Strict):
    """A piece of advice for the admin guide of the destination."""

    about: Literal["automation", "setup", "limit"] = Field(
        description="automation to set up, setting to make by hand, or what is not possible there"
    )
    title: str
    text: str


class MappingFile(Strict):
    """A whole mapping: the pair's document, overridden by the migration's."""

    options: dict[str, OptionSpec] = {}
    lists: dict[str, list[str]] = Field(default={}, description="named lists for `in` and `contains`")
    zones: dict[str, str | list[str]] = Field(
        default={}, description="object: path to the zone of its local instants, or several of which the first counts"
    )
    people: People | None = None
    computed: dict[str, dict[str, FieldSpec]] = Field(
        default={}, description="object: further fields of its rows, made of the row's own fields"
    )
    same_person: dict[str, str] = Field(
        default={}, description="object: field that a decision to merge with a row of another object fills"
    )
    objects: dict[str, ObjectSpec] = Field(
        default={}, description="destination objects to make, by the name that `to` says"
    )
    rules: dict[str, Rule] = {}
    guide: list[GuideNote] = Field(default=[], description="advice for the admin guide")
    tests: list[MappingTest] = []


FieldSpec.model_rebuild()
Where.model_rebuild()

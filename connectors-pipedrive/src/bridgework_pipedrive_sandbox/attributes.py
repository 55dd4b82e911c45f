"""Which attributes of a body can be set, and what is wrong with the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, against_rule, malformed
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.customvalues import read_custom_fields
from bridgework_pipedrive_sandbox.values import Reader, Wrong, list_of, whole


@dataclass(frozen=True)
class Attribute:
    """``points_to``: the table where the value must be a living row. ``of_company``: makes a reader for the account."""

    read: Reader = whole
    create: bool = True
    update: bool = True
    clearable: bool = True
    points_to: str | None = None
    of_company: Callable[[Company], Reader] | None = None


@dataclass(frozen=True)
class Body:
    """The form of an object's body.

    ``required`` on create; ``readonly``: names the system knows but nobody can set; ``custom``: the object whose custom
    fields the body may carry.
    """

    attributes: Mapping[str, Attribute]
    required: tuple[str, ...] = ()
    readonly: frozenset[str] = frozenset()
    custom: str | None = None

    @cached_property
    def links(self) -> Mapping[str, str]:
        """Attributes that point to records which people delete, and the tables of those."""
        return {
            name: attribute.points_to
            for name, attribute in self.attributes.items()
            if attribute.points_to in ("persons", "organizations", "deals")
        }

    def read(self, company: Company, given: Record, *, creating: bool) -> Record:
        """The values to store. Raises Refused with everything that is wrong with the form, then with the rules."""
        values: Record = {}
        problems = [f"{name}: is required" for name in self.required if creating and given.get(name) is None]
        for name, value in given.items():
            if name == "custom_fields" and self.custom:
                values[name] = read_custom_fields(company, self.custom, value)
                continue
            attribute = self.attributes.get(name)
            if attribute is None or not (attribute.create if creating else attribute.update):
                if self._refuses(company, name):
                    problems.append(f"{name}: Parameter '{name}' is not allowed for this request")
                continue
            try:
                values[name] = _value(company, attribute, value)
            except Wrong as wrong:
                if f"{name}: is required" not in problems:
                    problems.append(f"{name}: {wrong}")
        if problems:
            raise malformed(*problems)
        self._check_references(company, values)
        return values

    def _refuses(self, company: Company, name: str) -> bool:
        known = name in self.readonly or name in self.attributes
        options = company.options
        return (options.readonly_properties if known else options.unknown_properties) == "refuse"

    def _check_references(self, company: Company, values: Record) -> None:
        for name, value in values.items():
            attribute = self.attributes.get(name)
            if attribute is None or attribute.points_to is None or value is None:
                continue
            if attribute.points_to == "users":
                _check_user(company, name, value)
            elif company.live(attribute.points_to, value) is None:
                raise against_rule(f"{name}: the referenced item was not found")


def _value(company: Company, attribute: Attribute, value: Any) -> Any:
    if value is None:
        if not attribute.clearable:
            raise Wrong("must not be null")
        return None
    return (attribute.of_company(company) if attribute.of_company else attribute.read)(value)


def _check_user(company: Company, name: str, user_id: int) -> None:
    user = company["users"].get(user_id)
    if user is None or (not user["active_flag"] and company.options.inactive_owner == "refuse"):
        raise against_rule(f"{name}: the user was not found or is not active")


def visibility(company: Company) -> Reader:
    """visible_to: the levels of the plan."""

    def read(value: Any) -> int:
        if whole(value) not in company.plan.visibility:
            raise Wrong("is not a visibility level of this company")
        return int(value)

    return read


def labels(object_name: str) -> Callable[[Company], Reader]:
    """label_ids: options of the object's label field; an empty list takes all away."""

    def of_company(company: Company) -> Reader:
        def known(value: Any) -> int:
            options = company.fields(object_name)["label_ids"]["options"]
            if whole(value) not in {option["id"] for option in options}:
                raise Wrong("is not a label")
            return int(value)

        return list_of(known)

    return of_company


def option_of(object_name: str, code: str) -> Callable[[Company], Reader]:
    """One option id of a built-in choice field."""

    def of_company(company: Company) -> Reader:
        def known(value: Any) -> int:
            if whole(value) not in {option["id"] for option in company.fields(object_name)[code]["options"]}:
                raise Wrong("is not an option of this field")
            return int(value)

        return known

    return of_company


OWNER = Attribute(points_to="users", clearable=False)
VISIBLE_TO = Attribute(of_company=visibility, clearable=False)

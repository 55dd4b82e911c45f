"""What a partner says about a plugin: the value of the one fixture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridgework.model import Body, FieldType, SourceDescription, Value
from bridgework.plugins import load_class

FieldValue = Value | Callable[[int], Value]


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the service answers when a limit of the plan is reached: status, body and headers as on the wire."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Destination:
    """A destination under test and what it is tested against.

    :param connector: its class, or the name of its entry point.
    :param sandbox: the class of its simulator, or its name; by default the simulator of the connector's name.
    :param options: options of the simulator.
    :param settings: settings of the connector beyond those the simulator announces, secrets as ``env:NAME``.
    :param service: address of a running service to test against instead of a simulator. Faults then happen in a proxy
        between the two, and what needs a simulator is not applicable. Records are made there, and removed again.
    :param objects: the objects to test; by default all of its capabilities.
    :param fields: object -> field key -> value in canonical form, where the derived one will not do. A callable gets
        the number of the record; None leaves the field out.
    :param poison: object -> fields that make the service refuse a record; by default a required text is left empty.
    :param edits: object -> what a person changes, in the words of the simulator's ``edit``; by default a text field.
    :param cap: how the service says that a limit of the plan is reached.
    :param retry_after: false where the service's Retry-After is known to be worthless and the connector reads the wait
        from something else.
    """

    connector: type[Any] | str
    sandbox: type[Any] | str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    service: str = ""
    objects: tuple[str, ...] = ()
    fields: Mapping[str, Mapping[str, FieldValue]] = field(default_factory=dict)
    poison: Mapping[str, Body] = field(default_factory=dict)
    edits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cap: Refusal | None = None
    retry_after: bool = True

    @property
    def label(self) -> str:
        """The name reports show."""
        return self.connector if isinstance(self.connector, str) else self.connector.__name__

    @property
    def plugin(self) -> type[Any]:
        """The connector's class. PluginNotFound if no such plugin is installed."""
        return load_class("destination", self.connector) if isinstance(self.connector, str) else self.connector

    @property
    def simulator(self) -> type[Any]:
        """The simulator's class. PluginNotFound if no such simulator is installed."""
        if isinstance(self.sandbox, type):
            return self.sandbox
        return load_class("sandbox", self.sandbox or self.label)


@dataclass(frozen=True, slots=True)
class Source:
    """A source under test.

    :param connector: its class, or the name of its entry point.
    :param settings: settings of the connector, pointing at an export with at least one row.
    :param broken: settings that point at something missing or damaged; by default an empty and a missing `path`.
    """

    connector: type[Any] | str
    settings: Mapping[str, Any] = field(default_factory=dict)
    broken: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name reports show."""
        return self.connector if isinstance(self.connector, str) else self.connector.__name__

    @property
    def plugin(self) -> type[Any]:
        """The connector's class. PluginNotFound if no such plugin is installed."""
        return load_class("source", self.connector) if isinstance(self.connector, str) else self.connector


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair under test. One of `description` and `source` has to be given.

    :param pair: its class, or the name of its entry point.
    :param description: what the source describes, to compile the mapping against.
    :param source: the source with an export: described from there, and mapped as a whole.
    :param field_types: the types the destination takes; by default those of the installed destination of that name.
    :param options: options of the mapping, as under ``migration.options``.
    :param currency: currency of all amounts.
    """

    pair: type[Any] | str
    description: SourceDescription | None = None
    source: Source | None = None
    field_types: frozenset[FieldType] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    currency: str = "USD"

    @property
    def label(self) -> str:
        """The name reports show."""
        return self.pair if isinstance(self.pair, str) else self.pair.__name__

    @property
    def plugin(self) -> type[Any]:
        """The pair's class. PluginNotFound if no such plugin is installed."""
        return load_class("pair", self.pair) if isinstance(self.pair, str) else self.pair

"""Plugins: stevedore selects exactly the named ones, pluggy calls them, this module gives their hooks typed faces.

Refused at the door, naming the distributions: a name without a plugin or with two, an import that fails, a hook that
does not exist or that the role does not answer, a second answerer of a first-result hook, a missing required hook, and
a capability that contradicts the hooks present.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from importlib.metadata import EntryPoint, entry_points
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy
from pydantic import BaseModel
from stevedore.driver import DriverManager

from bridgework import hookspecs
from bridgework.errors import BridgeworkError, ContractBroken, PluginNotFound
from bridgework.model import (
    Ability,
    AlreadyGone,
    BatchRejected,
    Before,
    Capabilities,
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

if TYPE_CHECKING:
    from bridgework.staging import Staging

GROUPS = {
    "source": "bridgework.sources",
    "destination": "bridgework.destinations",
    "pair": "bridgework.pairs",
    "extension": "bridgework.extensions",
    "sandbox": "bridgework.sandboxes",
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Installed:
    """One plugin as its distribution's metadata names it; nothing was imported."""

    role: str
    name: str
    distribution: str
    version: str
    target: str


def installed(role: str | None = None) -> list[Installed]:
    """All installed plugins (of one role), read from distribution metadata only."""
    return [each for each in _installed(tuple(sys.path)) if role in (None, each.role)]


@lru_cache(4)
def _installed(path: tuple[str, ...]) -> tuple[Installed, ...]:
    """Read once per process and search path: it takes longer than everything else that opens a migration."""
    found = [
        Installed(role, point.name, _distribution(point), _version(point), point.value)
        for role, group in GROUPS.items()
        for point in entry_points(group=group)
    ]
    return tuple(sorted(found, key=lambda plugin: (list(GROUPS).index(plugin.role), plugin.name, plugin.distribution)))


def load_class(role: str, name: str) -> type[Any]:
    """The class registered under that role and name. PluginNotFound names what is wrong and whose it is."""
    named = [plugin for plugin in installed(role) if plugin.name == name]
    if not named:
        names = ", ".join(plugin.name for plugin in installed(role)) or "none"
        raise PluginNotFound(
            f"No {role} plugin is called {name} (installed: {names}).",
            next_step="install its package, or correct the name",
        )
    if len(named) > 1:
        # stevedore remembers entry points without their distributions, so the two are told apart here.
        owners = ", ".join(plugin.distribution for plugin in named)
        raise PluginNotFound(f"Two {role} plugins are called {name}: {owners}.", next_step="uninstall one of them")
    owner = named[0].distribution

    def refuse(_manager: object, _point: EntryPoint, error: BaseException) -> None:
        raise PluginNotFound(
            f"The plugin {name} of {owner} does not import: {type(error).__name__}: {error}.",
            next_step=f"reinstall {owner}",
        ) from error

    manager: Any = DriverManager(GROUPS[role], name, invoke_on_load=False, on_load_failure_callback=refuse)
    loaded: type[Any] = manager.driver
    return loaded


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unnamed distribution"


def _version(point: EntryPoint) -> str:
    return point.dist.version if point.dist else ""


def distribution_of(role: str, name: str) -> str:
    """The distribution that registers this plugin."""
    return next((p.distribution for p in installed(role) if p.name == name), "an unnamed distribution")


@dataclass(frozen=True, slots=True)
class Registered:
    """A plugin object taking part in a migration."""

    role: str
    name: str
    distribution: str
    plugin: Any


class Hooks:
    """The plugins of one migration behind typed methods. Made for that migration, never global.

    Every call and every iteration is wrapped: an expected error passes, anything else becomes `ContractBroken` naming
    the distribution and the hook; results of a wrong type too.
    """

    def __init__(self, plugins: Sequence[Registered]) -> None:
        self._manager = pluggy.PluginManager("bridgework")
        self._manager.add_hookspecs(hookspecs)
        self.plugins = tuple(plugins)
        for registered in plugins:
            self._register(registered)
        self._check_unknown_hooks()
        self._check_first_results()

    # ---------------------------------------------------------------- at the door

    def _register(self, registered: Registered) -> None:
        _check_role(registered)
        try:
            self._manager.register(registered.plugin, f"{registered.role}:{registered.name}")
        except pluggy.PluginValidationError as error:
            raise ContractBroken(f"{registered.distribution} does not fit the hook contract: {error}.") from error

    def _check_unknown_hooks(self) -> None:
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            culprit = self._by_plugin(error.plugin)
            raise ContractBroken(f"{culprit.distribution} answers a hook that does not exist: {error}.") from error

    def _check_first_results(self) -> None:
        for name in hookspecs.ROLES:
            caller: pluggy.HookCaller = getattr(self._manager.hook, name)
            if caller.spec is None or not caller.spec.opts.get("firstresult"):
                continue
            answering = [self._by_plugin(each.plugin) for each in caller.get_hookimpls()]
            foreign = [each for each in answering if each.role != "core"]
            if len(foreign) > 1:
                names = " and ".join(each.distribution for each in foreign)
                raise ContractBroken(f"{names} both answer {name}, which takes one answer.")

    def _by_plugin(self, plugin: object) -> Registered:
        return next(each for each in self.plugins if each.plugin is plugin)

    def answers(self, name: str) -> Registered | None:
        """Who answers a first-result hook (the core's default last)."""
        impls = getattr(self._manager.hook, name).get_hookimpls()
        return self._by_plugin(impls[-1].plugin) if impls else None

    # ---------------------------------------------------------------- calling

    def _first(self, name: str, kind: type | tuple[type, ...], **arguments: Any) -> Any:
        result = self._guard(name, lambda: getattr(self._manager.hook, name)(**arguments))
        if result is None:
            raise ContractBroken(f"Nobody answered the hook {name}.")
        if kind is not object and not isinstance(result, kind):
            raise self._broken(name, f"returned {type(result).__name__}")
        return result

    def _stream(self, name: str, kind: type | tuple[type, ...], **arguments: Any) -> Iterator[Any]:
        rows = iter(self._first(name, object, **arguments))
        while True:
            try:  # as `_guard` does, without a call for every row
                row = next(rows, _END)
            except BridgeworkError:
                raise
            except Exception as error:
                raise self._broken(name, f"raised {type(error).__name__}") from error
            if row is _END:
                return
            if not isinstance(row, kind):
                raise self._broken(name, f"yielded {type(row).__name__}")
            yield row

    def _all(self, name: str, kind: type, **arguments: Any) -> Iterator[Any]:
        for implementation in reversed(getattr(self._manager.hook, name).get_hookimpls()):
            owner = self._by_plugin(implementation.plugin)
            given = {key: arguments[key] for key in implementation.argnames}
            rows = iter(self._guard(name, partial(implementation.function, **given), owner) or ())
            while (row := self._guard(name, partial(next, rows, _END), owner)) is not _END:
                if not isinstance(row, kind):
                    raise self._broken(name, f"yielded {type(row).__name__}", owner)
                yield row

    def _guard(self, name: str, call: Callable[[], T], owner: Registered | None = None) -> T:
        try:
            return call()
        except BridgeworkError:
            raise
        except Exception as error:
            raise self._broken(name, f"raised {type(error).__name__}", owner) from error

    def _broken(self, name: str, what: str, owner: Registered | None = None) -> ContractBroken:
        owner = owner or self.answers(name)
        who = owner.distribution if owner else "a plugin"
        return ContractBroken(f"{who}: the hook {name} {what}.", next_step="report it to the maker of the plugin")

    # ---------------------------------------------------------------- faces, in the order of the process

    def describe_source(self) -> SourceDescription:
        """What the source says about itself."""
        result: SourceDescription = self._first("describe_source", SourceDescription)
        return result

    def extract(self, object_name: str, since: datetime | None = None) -> Iterator[SourceRecord]:
        """All rows of one source object."""
        return self._stream("extract", SourceRecord, object_name=object_name, since=since)

    def open_file(self, ref: str) -> SourceFile | None:
        """A document of the source, None if it is missing or the source has none."""
        result: SourceFile | None = self._guard("open_file", lambda: self._manager.hook.open_file(ref=ref))
        return result

    def audit(self, staging: Staging) -> Iterator[Finding]:
        """Findings of the core and of every plugin."""
        return self._all("audit", Finding, staging=staging)

    def mapping(self) -> str:
        """The pair's mapping document."""
        result: str = self._first("mapping", str)
        return result

    def transforms(self) -> dict[str, NamedTransform]:
        """All named transforms; two of one name are refused."""
        found: dict[str, NamedTransform] = {}
        for transform in self._all("transforms", NamedTransform):
            if transform.name in found:
                raise ContractBroken(f"Two plugins register a transform called {transform.name}.")
            found[transform.name] = transform
        return found

    def propose(self, fields: Sequence[tuple[SourceObject, SourceField]], targets: DestinationSchema) -> list[Proposal]:
        """Proposals of every plugin, best first."""
        found: Iterable[Proposal] = self._all("propose", Proposal, fields=fields, targets=targets)
        return sorted(found, key=lambda proposal: -proposal.confidence)

    def describe_destination(self) -> DestinationSchema:
        """The account as it is now."""
        result: DestinationSchema = self._first("describe_destination", DestinationSchema)
        return result

    def check_destination(self) -> list[Check]:
        """Lines about token, rights and settings; none if the connector has no opinion."""
        result = self._guard("check_destination", lambda: self._manager.hook.check_destination())
        return list(result or ())

    def schema_mark(self) -> str:
        """The mark of the destination's schema now; empty where a connector gives none."""
        return str(self._first("schema_mark", str))

    def plan_schema(
        self, wanted: Sequence[WantedField], present: DestinationSchema, objects: Sequence[WantedObject] = ()
    ) -> list[SchemaOperation]:
        """Ordered schema operations."""
        return list(self._stream("plan_schema", SchemaOperation, wanted=wanted, present=present, objects=objects))

    def create_schema(self, operation: SchemaOperation) -> Created | Present | NotYet:
        """Carry out one schema operation."""
        result: Created | Present | NotYet = self._first(
            "create_schema", (Created, Present, NotYet), operation=operation
        )
        return result

    def drop_schema(self, receipt: Receipt) -> Dropped | Kept:
        """Remove one thing that we created."""
        result: Dropped | Kept = self._first("drop_schema", (Dropped, Kept), receipt=receipt)
        return result

    def load_order(self, rules: Sequence[str]) -> list[Before]:
        """Orderings beyond those of the references."""
        return list(self._all("load_order", Before, rules=rules))

    def list_owners(self) -> list[Owner]:
        """The users of the account."""
        return list(self._stream("list_owners", Owner))

    def match_owners(self, people: Sequence[Person], owners: Sequence[Owner]) -> list[OwnerMatch]:
        """Matches of all plugins in turn; each sees who is still unmatched."""
        left = list(people)
        matches: list[OwnerMatch] = []
        for implementation in reversed(self._manager.hook.match_owners.get_hookimpls()):
            owner = self._by_plugin(implementation.plugin)
            given = {"people": tuple(left), "owners": tuple(owners)}
            call = {key: given[key] for key in implementation.argnames}
            answer: Any = self._guard("match_owners", partial(implementation.function, **call), owner)
            found: list[OwnerMatch] = list(answer or ())
            matches += found
            decided = {match.value for match in found if match.owner_id}
            left = [person for person in left if person.value not in decided]
        return matches

    def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
        """Carry out a batch."""
        return self._stream("write", (Written, Rejected, BatchRejected), batch=batch)

    def upload(self, files: Sequence[Operation]) -> Iterator[WriteResult]:
        """Upload documents."""
        return self._stream("upload", (Written, Rejected, BatchRejected), files=files)

    def read(self, object_name: str, ids: Sequence[str]) -> list[StoredRecord]:
        """Records as stored."""
        return list(self._stream("read", StoredRecord, object_name=object_name, ids=ids))

    def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
        """Everything that is there."""
        return self._stream("scan", StoredRecord, object_name=object_name, fields=fields, since=since)

    def find(self, operations: Sequence[Operation]) -> list[Found]:
        """What exists for operations in doubt."""
        return list(self._stream("find", Found, operations=operations))

    def normalise(self, object_name: str, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Bodies as the destination will store them."""
        result = list(self._first("normalise", object, object_name=object_name, bodies=bodies))
        if len(result) != len(bodies):
            raise self._broken("normalise", f"returned {len(result)} bodies for {len(bodies)}")
        return result

    def holders(self, object_name: str, field: str, values: Sequence[Value]) -> Iterator[Holder]:
        """Records that hold one of these values of a unique field."""
        return self._stream("holders", Holder, object_name=object_name, field=field, values=values)

    def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        """Delete what we created."""
        return self._stream("undo", (Undone, AlreadyGone, Refused), operations=operations)

    def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
        """Bring back what was deleted."""
        return self._stream("restore", (Written, Rejected, BatchRejected), operations=operations)

    def announce(self, name: str, **arguments: Any) -> None:
        """Call a life-cycle hook of every plugin."""
        self._guard(name, lambda: getattr(self._manager.hook, name)(**arguments))


_END: Any = object()


def hooks_running() -> list[str]:
    """The hooks that threads of this process are inside of, each with its distribution; asked when a run hangs."""
    found = set()
    for frame in sys._current_frames().values():
        each: FrameType | None = frame
        while each is not None:
            if each.f_code in (Hooks._guard.__code__, Hooks._stream.__code__):
                given = each.f_locals
                owner = given.get("owner") or given["self"].answers(given["name"])
                found.add(f"the hook {given['name']} of {owner.distribution if owner else 'a plugin'}")
            each = each.f_back
    return sorted(found)


def _check_role(registered: Registered) -> None:
    if registered.role == "core":
        return
    present = _answered_hooks(registered.plugin)
    for name in sorted(present & set(hookspecs.ROLES)):
        role = hookspecs.ROLES[name][0]
        if role not in ("all", registered.role):
            raise ContractBroken(
                f"{registered.distribution}: the {registered.role} {registered.name} answers {name}, "
                f"which belongs to a {role}."
            )
    missing = [
        name
        for name, (role, required) in hookspecs.ROLES.items()
        if required and role == registered.role and name not in present
    ]
    if missing:
        raise ContractBroken(
            f"{registered.distribution}: the {registered.role} {registered.name} does not answer {', '.join(missing)}."
        )
    if registered.role == "destination":
        _check_capabilities(registered, present)


def _answered_hooks(plugin: object) -> set[str]:
    return {
        name
        for name, member in inspect.getmembers(type(plugin))
        if callable(member) and getattr(member, "bridgework_impl", None)
    }


def _check_capabilities(registered: Registered, present: set[str]) -> None:
    capabilities = getattr(registered.plugin, "capabilities", None)
    who = f"{registered.distribution}: the destination {registered.name}"
    if not isinstance(capabilities, Capabilities):
        raise ContractBroken(f"{who} has no capabilities.")
    takes_files = [each.name for each in capabilities.objects if each.upload]
    if takes_files and "upload" not in present:
        raise ContractBroken(f"{who} says that {takes_files[0]} takes files but does not answer upload.")
    if "upload" in present and not takes_files:
        raise ContractBroken(f"{who} answers upload but none of its objects takes files.")
    restorable = [each.name for each in capabilities.objects if each.restore is Ability.SUPPORTED]
    if restorable and "restore" not in present:
        raise ContractBroken(f"{who} says that {restorable[0]} can be restored but does not answer restore.")
    if "restore" in present and not restorable:
        raise ContractBroken(f"{who} answers restore but says of none of its objects that it can be restored.")
    for each in capabilities.objects:
        if each.identity.kind == "natural" and "find" not in present:
            raise ContractBroken(f"{who} recognises {each.name} by its values but does not answer find.")


def settings_model(plugin: type[Any]) -> type[BaseModel]:
    """The pydantic Settings model of a connector class. ContractBroken if it has none."""
    model = getattr(plugin, "Settings", None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise ContractBroken(f"{plugin.__module__}.{plugin.__name__} has no Settings model.")
    return model

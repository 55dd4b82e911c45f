"""Connecting a migration with its source and its destination: settings, services, clients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridgework import plugins
from bridgework.client import ApiClient
from bridgework.clock import Clock
from bridgework.defaults import CoreDefaults
from bridgework.errors import ContractBroken, SettingsError
from bridgework.journal import Journal
from bridgework.logins import Logins
from bridgework.model import Budget, Capabilities, Service
from bridgework.plugins import Registered
from bridgework.project import CORE_DESTINATION_KEYS, Keys, Project, load_keys, state_folder
from bridgework.settings import connector_settings
from bridgework.simulators import clock_of, is_sandbox

LoadPlugin = Callable[[str, str], type[Any]]

HORIZON_MARGIN = 120.0  # seconds a write may take to surface after its answer was given up


@dataclass(frozen=True)
class Connected:
    """The plugins of a migration, and the clients of its destination (none while it is not connected)."""

    plugins: tuple[Registered, ...]
    clients: tuple[ApiClient, ...]
    budgets: tuple[Budget, ...]
    sandbox: bool
    capabilities: Capabilities | None

    def pace(self) -> str:
        """What the client waits for, or what is left of the tightest day budget."""
        if not self.clients:
            return ""
        if self.clients[0].waiting:
            return f"waits {self.clients[0].waiting}"
        left = [each for each in self.clients[0].budget_left() if each.resets_at is not None and each.limit]
        tightest = min(left, key=lambda each: each.left / each.limit, default=None)
        return "" if tightest is None else f"{tightest.left:,} {tightest.label} left"

    def usage(self) -> dict[str, Any]:
        """What the client did, and what is left of each budget."""
        if not self.clients:
            return {}
        counts = self.clients[0].counts
        return {
            "requests": counts.requests,
            "verdicts": {str(name): number for name, number in counts.verdicts.items()},
            "charged": dict(counts.tokens),
            "left": [
                {"budget": each.name, "label": each.label, "left": each.left, "limit": each.limit}
                for each in self.clients[0].budget_left()
            ],
        }


def connect(
    project: Project,
    journal: Journal,
    clock: Clock,
    *,
    destination: bool,
    observers: Sequence[Any],
    plugin: LoadPlugin = plugins.load_class,
    logins: Callable[[str], Logins] = Logins,
) -> Connected:
    """Load exactly the plugins the migration names; with `destination`, build its clients too.

    Without it the destination's class is loaded for its capabilities only and no credentials are needed. `plugin` gives
    the class of a role and a name, `logins` the refresh tokens kept of a migration's id.
    """
    defaults = CoreDefaults()
    registered = [Registered("core", "defaults", "bridgework", defaults)]
    registered += [Registered("core", type(each).__name__, "bridgework", each) for each in observers]
    source_class = plugin("source", project.file.migration.source)
    destination_class = plugin("destination", project.file.migration.destination)
    pair_class = plugin("pair", project.pair) if project.has_pair else None
    if pair_class is not None:
        _check_pair(pair_class, project)
    names = dict.fromkeys([*getattr(pair_class, "requires", ()), *project.file.migration.extensions])
    registered += [_registered("extension", name, plugin("extension", name)()) for name in names]
    if pair_class is not None:
        registered.append(_registered("pair", project.pair, pair_class()))
    registered.append(_source(project, source_class))
    capabilities: Capabilities | None = getattr(destination_class, "capabilities", None)
    if not destination:
        return Connected(tuple(registered), (), (), False, capabilities)
    connector, clients, budgets, sandbox = _destination(project, destination_class, journal, clock, logins(project.id))
    defaults.bind(connector.plugin)
    return Connected((*registered, connector), clients, budgets, sandbox, connector.plugin.capabilities)


def _registered(role: str, name: str, plugin: Any) -> Registered:
    return Registered(role, name, plugins.distribution_of(role, name), plugin)


def _check_pair(pair: type[Any], project: Project) -> None:
    section = project.file.migration
    wanted = (section.source, section.destination)
    if (named := (getattr(pair, "source", ""), getattr(pair, "destination", ""))) != wanted:
        raise SettingsError(
            f"The pair {project.pair} maps {named[0]} to {named[1]}, not {wanted[0]} to {wanted[1]}.",
            next_step="correct migration.pair in migration.toml",
        )


def _source(project: Project, source: type[Any]) -> Registered:
    name = project.file.migration.source
    data = dict(project.file.source)
    if isinstance(path := data.get("path"), str):
        data["path"] = str(project.folder / path)  # a relative path starts at the migration's folder
    model = plugins.settings_model(source)
    if "currency" in model.model_fields and not data.get("currency"):
        data["currency"] = project.file.migration.currency
    settings = connector_settings(model, data, where="source")
    return _registered("source", name, source(settings))


def _destination(
    project: Project, destination: type[Any], journal: Journal, clock: Clock, logins: Logins
) -> tuple[Registered, tuple[ApiClient, ...], tuple[Budget, ...], bool]:
    name = project.file.migration.destination
    settings = connector_settings(
        plugins.settings_model(destination),
        project.file.destination,
        where="destination",
        core_keys=CORE_DESTINATION_KEYS,
    )
    services: tuple[Service, ...] = tuple(map(logins.continued, destination.services(settings)))
    if not services:
        raise ContractBroken(f"{plugins.distribution_of('destination', name)}: {name} declares no service.")
    sandbox = is_sandbox(services[0].base_url, project.destination_core.sandbox_token)
    core = project.destination_core
    _check_horizon(core.horizon, destination.capabilities, services[0], sandbox=sandbox)
    clients = tuple(
        ApiClient(
            service,
            ledger=journal,
            budgets=JournalBudgets(journal),
            clock=clock,
            share=core.share,
            day_share=core.day_share,
            reserve=core.reserve,
            workers=project.file.run.workers,
        )
        for service in services
    )
    return _registered("destination", name, destination(settings, *clients)), clients, services[0].budgets, sandbox


def _check_horizon(horizon: float | None, capabilities: Capabilities, service: Service, *, sandbox: bool) -> None:
    """A horizon that ends before a slow answer could be missed would let writes be sent twice."""
    least = service.timeout + HORIZON_MARGIN
    if horizon is not None and horizon < least and capabilities.horizon and not sandbox:
        raise SettingsError(
            f"destination.horizon is at least {least:g} seconds outside of a sandbox.",
            next_step="take it out of migration.toml, or set a longer one",
        )


class JournalBudgets:
    """Budgets kept in the journal: they survive restarts and are shared by processes."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def update(self, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Read, change and write the state of one budget in one transaction."""
        return self._journal.update_budget(name, change)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a migration takes from the machine it runs on; a conformance kit gives it other things instead."""

    plugin: LoadPlugin = plugins.load_class  # the class of a role and a name
    keys: Callable[[str], Keys] = load_keys  # the keys of a migration's id
    logins: Callable[[str], Logins] = Logins  # the refresh tokens kept of a migration's id
    clock: Callable[[Project], Clock] = clock_of
    state: Callable[[str], Path] = state_folder  # what is kept of a migration outside its folder


MACHINE = Surroundings()

"""What is installed: plugins by role and name. stevedore loads exactly the named ones."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import BaseModel
from stevedore.driver import DriverManager

from bridgework.errors import ContractBroken, PluginNotFound

GROUPS = {
    "source": "bridgework.sources",
    "destination": "bridgework.destinations",
    "pair": "bridgework.pairs",
    "extension": "bridgework.extensions",
    "sandbox": "bridgework.sandboxes",
}


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


def settings_model(plugin: type[Any]) -> type[BaseModel]:
    """The pydantic Settings model of a connector class. ContractBroken if it has none."""
    model = getattr(plugin, "Settings", None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise ContractBroken(f"{plugin.__module__}.{plugin.__name__} has no Settings model.")
    return model

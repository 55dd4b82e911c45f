"""connectors: what is installed, from metadata only; and one plugin's capabilities and settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, SecretStr

from bridgework.errors import PluginNotFound
from bridgework.plugins import installed, load_class
from bridgework.results import Result


def listing() -> Result:
    """All installed plugins; nothing is imported."""
    plugins = [dataclasses.asdict(plugin) for plugin in installed()]
    return Result(stage="connectors", data={"plugins": plugins}, next="bridgework connectors NAME")


def describe(name: str) -> Result:
    """One plugin under every role it has: capabilities and settings."""
    found = [plugin for plugin in installed() if plugin.name == name]
    if not found:
        names = ", ".join(sorted({plugin.name for plugin in installed()})) or "none"
        raise PluginNotFound(f"No plugin is called {name} (installed: {names}).", next_step="bridgework connectors")
    roles = {plugin.role: _role(load_class(plugin.role, name)) for plugin in found}
    return Result(stage="connectors", data={"name": name, "roles": roles})


def _role(plugin: type[Any]) -> dict[str, Any]:
    settings = getattr(plugin, "Settings", None) or getattr(plugin, "Options", None)
    return {
        "class": f"{plugin.__module__}.{plugin.__name__}",
        "about": (plugin.__doc__ or "").strip().split("\n")[0],
        "requires": list(getattr(plugin, "requires", ())),
        "capabilities": _plain(getattr(plugin, "capabilities", None)),
        "settings": _settings(settings) if settings is not None else [],
    }


def _settings(model: type[BaseModel]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "required": info.is_required(),
            "default": None if info.is_required() else _plain(info.get_default(call_default_factory=True)),
            "secret": info.annotation is SecretStr,
            "about": info.description or "",
        }
        for name, info in model.model_fields.items()
    ]


def _plain(value: Any) -> Any:
    """Capabilities as JSON: functions and secrets left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value if isinstance(value, str | int | float | bool) or value is None else str(type(value).__name__)


def _key(key: Any) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)

"""Plugins: stevedore selects exactly the named ones, pluggy calls them, `Hooks` gives their hooks typed faces.

Refused at the door, naming the distributions: a name without a plugin or with two, an import that fails, a hook that
does not exist or that the role does not answer, a second answerer of a first-result hook, a missing required hook, and
a capability that contradicts the hooks present.
"""

from bridgework.plugins.calls import Registered, hooks_running
from bridgework.plugins.hooks import Hooks
from bridgework.plugins.registry import (
    GROUPS,
    Installed,
    distribution_of,
    installed,
    load_class,
    settings_model,
)

__all__ = [
    "GROUPS",
    "Hooks",
    "Installed",
    "Registered",
    "distribution_of",
    "hooks_running",
    "installed",
    "load_class",
    "settings_model",
]

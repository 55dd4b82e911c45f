"""Calls of hooks: pluggy finds who answers, and what a plugin gets wrong becomes `ContractBroken`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, TypeVar

import pluggy

from bridgework import hookspecs
from bridgework.errors import BridgeworkError, ContractBroken

T = TypeVar("T")
Kind = type | tuple[type, ...]


@dataclass(frozen=True, slots=True)
class Registered:
    """A plugin object taking part in a migration."""

    role: str
    name: str
    distribution: str
    plugin: Any


class Calls:
    """The hooks of some plugins, by name.

    Every call and every iteration is wrapped: an expected error passes, anything else becomes `ContractBroken` naming
    the distribution and the hook; results of a wrong type too.

    :raises ContractBroken: a plugin takes an argument that the hook does not have.
    """

    def __init__(self, plugins: Sequence[Registered]) -> None:
        self._plugins = tuple(plugins)
        self._manager = pluggy.PluginManager("bridgework")
        for chapter in hookspecs.CHAPTERS:
            self._manager.add_hookspecs(chapter)
        for each in plugins:
            try:
                self._manager.register(each.plugin, f"{each.role}:{each.name}")
            except pluggy.PluginValidationError as error:
                raise ContractBroken(f"{each.distribution} does not fit the hook contract: {error}.") from error

    def check_known(self) -> None:
        """ContractBroken if a plugin answers a hook that does not exist."""
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            culprit = self._owner(error.plugin)
            raise ContractBroken(f"{culprit.distribution} answers a hook that does not exist: {error}.") from error

    def answering(self, name: str) -> list[Registered]:
        """Who answers a hook, the core's own answer last."""
        return [self._owner(each.plugin) for each in self._answers(name)]

    def answers(self, name: str) -> Registered | None:
        """Who is asked first, None if nobody answers."""
        return next(iter(self.answering(name)), None)

    # ---------------------------------------------------------------- asking

    def optional(self, name: str, **arguments: Any) -> Any:
        """The answer to a first-result hook, None if there is none; to another one the list of all answers."""
        return self._guard(name, partial(getattr(self._manager.hook, name), **arguments))

    def first(self, name: str, kind: Kind, **arguments: Any) -> Any:
        """The answer to a first-result hook, of that kind."""
        result = self.optional(name, **arguments)
        if result is None:
            raise ContractBroken(f"Nobody answered the hook {name}.")
        if not isinstance(result, kind):
            raise self.broken(name, f"returned {type(result).__name__}")
        return result

    def stream(self, name: str, kind: Kind, **arguments: Any) -> Iterator[Any]:
        """The rows of a first-result hook, each of that kind."""
        yield from self._rows(name, kind, self.first(name, object, **arguments))

    def all(self, name: str, kind: Kind, **arguments: Any) -> Iterator[Any]:
        """The rows of every plugin that answers, each of that kind."""
        for rows in self.in_turn(name, kind):
            yield from rows(**arguments)

    def in_turn(self, name: str, kind: Kind) -> Iterator[Callable[..., Iterator[Any]]]:
        """For every plugin that answers, a function that takes the hook's arguments and gives its rows."""
        for implementation in self._answers(name):
            yield partial(self._rows_of, implementation, name, kind)

    def broken(self, name: str, what: str, owner: Registered | None = None) -> ContractBroken:
        """The error that says whose hook did what."""
        owner = owner or self.answers(name)
        who = owner.distribution if owner else "a plugin"
        return ContractBroken(f"{who}: the hook {name} {what}.", next_step="report it to the maker of the plugin")

    # ---------------------------------------------------------------- wrapping

    def _answers(self, name: str) -> list[pluggy.HookImpl]:
        caller: pluggy.HookCaller = getattr(self._manager.hook, name)
        return caller.get_hookimpls()[::-1]  # as pluggy asks them

    def _owner(self, plugin: object) -> Registered:
        return next(each for each in self._plugins if each.plugin is plugin)

    def _rows_of(self, implementation: pluggy.HookImpl, name: str, kind: Kind, **arguments: Any) -> Iterator[Any]:
        owner = self._owner(implementation.plugin)
        given = {key: arguments[key] for key in implementation.argnames}
        yield from self._rows(name, kind, self._guard(name, partial(implementation.function, **given), owner), owner)

    def _rows(self, name: str, kind: Kind, answer: Any, owner: Registered | None = None) -> Iterator[Any]:
        rows = self._guard(name, partial(iter, () if answer is None else answer), owner)
        try:  # as `_guard` does, without a call for every row
            for row in rows:
                if not isinstance(row, kind):
                    raise self.broken(name, f"yielded {type(row).__name__}", owner)
                yield row
        except BridgeworkError:
            raise
        except Exception as error:
            raise self.broken(name, f"raised {type(error).__name__}", owner) from error

    def _guard(self, name: str, call: Callable[[], T], owner: Registered | None = None) -> T:
        try:
            return call()
        except BridgeworkError:
            raise
        except Exception as error:
            raise self.broken(name, f"raised {type(error).__name__}", owner) from error


def hooks_running() -> list[str]:
    """The hooks that threads of this process are inside of, each with its distribution; asked when a run hangs."""
    found = set()
    for frame in sys._current_frames().values():
        each: FrameType | None = frame
        while each is not None:
            if each.f_code in (Calls._guard.__code__, Calls._rows.__code__):
                given = each.f_locals
                owner = given["owner"] or given["self"].answers(given["name"])
                found.add(f"the hook {given['name']} of {owner.distribution if owner else 'a plugin'}")
            each = each.f_back
    return sorted(found)

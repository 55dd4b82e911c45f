"""The marks of pluggy: what a plugin puts on its answers, and what the contract puts on each hook."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import pluggy

hookimpl = pluggy.HookimplMarker("bridgework")
_hookspec = pluggy.HookspecMarker("bridgework")
_ROLE = "bridgework_role"
Spec = TypeVar("Spec", bound=Callable[..., object])


class Role(NamedTuple):
    """Who answers a hook, ``all`` for anybody; whether one plugin answers alone; whether the role must."""

    who: str
    first: bool = False
    required: bool = False


def hookspec(who: str, *, first: bool = False, required: bool = False) -> Callable[[Spec], Spec]:
    """Mark a function as a hook of the contract; the arguments are those of `Role`."""

    def mark(function: Spec) -> Spec:
        setattr(function, _ROLE, Role(who, first, required))
        return _hookspec(function, firstresult=first)

    return mark


def role_of(function: object) -> Role | None:
    """The role that `hookspec` gave; None for anything else."""
    found: Role | None = getattr(function, _ROLE, None)
    return found

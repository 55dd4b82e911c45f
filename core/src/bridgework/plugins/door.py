"""What a plugin must fit before it is let in. Every refusal is a `ContractBroken` that names the distributions."""

from __future__ import annotations

import inspect

from bridgework.errors import ContractBroken
from bridgework.hookspecs import ROLES
from bridgework.model import Ability, Capabilities
from bridgework.plugins.calls import Calls, Registered


def check_role(registered: Registered) -> None:
    """The plugin answers what its role must answer and no hook of another role; its capabilities agree with it."""
    if registered.role == "core":
        return
    present = _answered_hooks(registered.plugin)
    for name in sorted(present & set(ROLES)):
        role = ROLES[name].who
        if role not in ("all", registered.role):
            raise ContractBroken(
                f"{registered.distribution}: the {registered.role} {registered.name} answers {name}, "
                f"which belongs to a {role}."
            )
    needed = [name for name, role in ROLES.items() if role.required and role.who == registered.role]
    missing = [name for name in needed if name not in present]
    if missing:
        raise ContractBroken(
            f"{registered.distribution}: the {registered.role} {registered.name} does not answer {', '.join(missing)}."
        )
    if registered.role == "destination":
        _check_capabilities(registered, present)


def check_answers(calls: Calls) -> None:
    """No plugin answers a hook that does not exist, and no two one that takes one answer (the core's own apart)."""
    calls.check_known()
    for name in (name for name, role in ROLES.items() if role.first):
        foreign = [each.distribution for each in calls.answering(name) if each.role != "core"]
        if len(foreign) > 1:
            raise ContractBroken(f"{' and '.join(reversed(foreign))} both answer {name}, which takes one answer.")


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

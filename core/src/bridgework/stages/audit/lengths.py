"""What becomes of a text that is longer than one line of the destination takes: what the mapping makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bridgework.mapping import CompiledField, Plan
from bridgework.stages.audit.catalogue import ACCEPT, FIX


class Fate(NamedTuple):
    """What a person does about the text, and the decision proposed."""

    action: str
    proposed: str


FateOf = Callable[[str, str], Fate]  # of an object's field
UNKNOWN = Fate("Shorten the text, or map it to a field for long text.", FIX)
UNKNOWN_FATE: FateOf = lambda object_name, field: UNKNOWN  # noqa: E731
KEPT = Fate("Nothing to do: it is kept whole, as long text or in the archive.", ACCEPT)


def fates(plan: Plan | None) -> FateOf:
    """How the mapping takes long texts. Without a mapping that holds, nobody knows."""
    if plan is None:
        return UNKNOWN_FATE
    accounts = {(each.object, each.field): each for each in plan.accounts}
    fields = {
        f"{rule.name}: {field.label}": (rule.name, field)
        for rule in plan.rules.values()
        if rule.kind == "target"
        for field in rule.fields
    }

    def fate(object_name: str, field: str) -> Fate:
        account = accounts.get((object_name, field))
        while account is None and "." in field:  # a part of a value that is declared as one field
            field = field.rpartition(".")[0]
            account = accounts.get((object_name, field))
        if account is None or account.state == "unaccounted":
            return UNKNOWN
        return _fate([fields[where] for where in account.where if where in fields])

    return fate


def _fate(written: list[tuple[str, CompiledField]]) -> Fate:
    short = [(rule, field) for rule, field in written if field.one_line]
    refused = [f"{rule}: {field.label}" for rule, field in short if not field.spec.overflow]
    if refused:
        return Fate(
            f"Shorten the text in the source: a record that it makes too long for {', '.join(refused)} is refused.", FIX
        )
    if short:
        cut = ", ".join(f"{field.label} ends with … and stands whole in {field.kept_in}" for _, field in short)
        return Fate(f"Nothing to do, or shorten the text: {cut}.", ACCEPT)
    return KEPT

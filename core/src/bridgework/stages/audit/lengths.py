"""What becomes of a text that is longer than one line of the destination takes: what the mapping makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from bridgework.mapping import CompiledField, Lengths, Plan
from bridgework.stages.audit.catalogue import ACCEPT, FIX


class Fate(NamedTuple):
    """What a person does about the text, and the decision proposed."""

    action: str
    proposed: str


FateOf = Callable[[str, str, int], Fate]  # of a text in an object's field, by its number of characters
UNKNOWN = Fate("Shorten the text, or map it to a field for long text.", FIX)
KEPT: Final = Fate("Nothing to do: it is kept whole, as long text or in the archive.", ACCEPT)


def unknown(object_name: str, field: str, length: int) -> Fate:
    """Nobody knows: there is no mapping that holds."""
    return UNKNOWN


def fates(plan: Plan | None) -> FateOf:
    """How the mapping takes long texts; `unknown` without one that holds."""
    if plan is None:
        return unknown
    accounts = {(each.object, each.field): each for each in plan.accounts}
    lengths = plan.settings.lengths
    fields = {
        f"{rule.name}: {field.label}": field
        for rule in plan.rules.values()
        if rule.kind == "target"
        for field in rule.fields
    }

    def fate(object_name: str, field: str, length: int) -> Fate:
        account = accounts.get((object_name, field))
        while account is None and "." in field:  # a part of a value that is declared as one field
            field = field.rpartition(".")[0]
            account = accounts.get((object_name, field))
        if account is None or account.state == "unaccounted":
            return UNKNOWN
        return _fate([fields[where] for where in account.where if where in fields], length, lengths)

    return fate


def _fate(written: list[CompiledField], length: int, lengths: Lengths) -> Fate:
    limits = [(field, field.longest(lengths)) for field in written]
    cut = [field for field, longest in limits if longest is not None and length > longest]
    if not cut:
        return KEPT
    said = ", ".join(f"{field.label} ends with … and stands whole in {field.kept_in}" for field in cut)
    return Fate(f"Nothing to do, or shorten the text: {said}.", ACCEPT)

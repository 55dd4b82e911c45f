"""The tier check: do the wanted fields and records fit the account's plan, and what is left out if not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridgework.model import AccountLimits, SchemaOperation, WantedField


@dataclass(frozen=True, slots=True)
class TierCheck:
    """Room and need. `dropped` are (object, label) of optional fields left out; `problems` block the schema gate."""

    tier: str
    room: int | None
    needed: int
    used: int
    dropped: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For plan.json."""
        return {
            "plan": self.tier,
            "custom_fields": {"limit": self.room, "used": self.used, "needed": self.needed},
            "left_out": [{"object": name, "field": label} for name, label in self.dropped],
            "problems": list(self.problems),
        }


def check_tier(
    limits: AccountLimits,
    operations: Sequence[SchemaOperation],
    wanted: Sequence[WantedField],
    records: Mapping[str, int],
) -> TierCheck:
    """Leave out optional fields, lowest rank first, until the rest fits; say what does not fit at all."""
    new_fields = [operation for operation in operations if operation.kind == "field"]
    ranks = {(field.object, field.label): field.optional for field in wanted}
    optional = sorted(
        (rank, operation.object, operation.name)
        for operation in new_fields
        if (rank := ranks.get((operation.object, operation.name))) is not None
    )
    problems = [*_record_problems(limits, records)]
    dropped: list[tuple[str, str]] = []
    if limits.custom_fields is not None:
        excess = len(new_fields) + limits.custom_fields_used - limits.custom_fields
        dropped = [(name, label) for _, name, label in optional[: max(0, excess)]]
        if excess > len(dropped):
            problems.append(
                f"The {limits.tier or 'present'} plan has room for {limits.custom_fields} custom fields, "
                f"{limits.custom_fields_used} are used, and {len(new_fields) - len(dropped)} more cannot be left out."
            )
    return TierCheck(
        limits.tier, limits.custom_fields, len(new_fields), limits.custom_fields_used, tuple(dropped), tuple(problems)
    )


def _record_problems(limits: AccountLimits, records: Mapping[str, int]) -> list[str]:
    problems = []
    for name, cap in limits.records.items():
        total = records.get(name, 0) + limits.records_used.get(name, 0)
        if total > cap:
            problems.append(
                f"The {limits.tier or 'present'} plan holds {cap} records of type {name}; {total} would be there."
            )
    return problems

"""What the audit of this pair adds: the shared e-mail addresses, and what the mapping decides about each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bridgework.model import Finding, Severity

if TYPE_CHECKING:
    from bridgework.staging import Staging


def pair_findings(staging: Staging) -> Iterator[Finding]:
    """MAIL-01: one finding per address that several patients have. Approving it approves who keeps it."""
    if staging.object("patients").absent:
        return
    members: dict[str, list[tuple[bool, str, str]]] = {}
    for row in staging.rows("patients"):
        if row.get("deletedAt") or row.get("mergedIntoId"):
            continue
        if address := str(row.get("email") or "").strip().casefold():
            members.setdefault(address, []).append(_rank(row))
    for address, rows in members.items():
        if len(rows) > 1:
            keeper, *others = [key for *_, key in sorted(rows)]
            yield Finding(
                check="MAIL-01",
                severity=Severity.APPROVE,
                object="patients",
                key=keeper,
                field="email",
                others=tuple(others),
                summary=f"e-mail address is shared: this one of {len(rows)} patients keeps it as the primary address",
                evidence=address,
                action="Give the others addresses of their own, or accept that they carry it as an additional one.",
                proposed="accept",
                denominator=staging.count("patients"),
            )


def _rank(row: Any) -> tuple[bool, str, str]:
    """The oldest active patient first; as the mapping's `sole` says it."""
    born = str(row.get("dateOfBirth") or "")
    return (row.get("status") != "Active", born or "9999-12-31", row.key)

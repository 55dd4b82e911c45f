"""One audit: the core's checks, the plugins' checks, ids, order, comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bridgework.mapping import Plan
from bridgework.model import Finding
from bridgework.stages.audit.generic import generic_findings
from bridgework.stages.audit.lengths import fates
from bridgework.stages.audit.result import AuditResult, Before, collect

if TYPE_CHECKING:
    from bridgework.staging import Staging


def run_audit(
    staging: Staging,
    findings: Iterable[Finding] = (),
    previous: Mapping[str, Any] | None = None,
    plan: Plan | None = None,
) -> AuditResult:
    """Audit the staged data.

    :param findings: what the plugins' `audit` hooks yield; consumed once.
    :param previous: the audit.json of the last audit, for the comparison; None if there was none.
    :param plan: the mapping as it is, if it holds: it says what becomes of texts that are too long.
    :return: the same result for the same data, whatever order the plugins answer in.
    """
    before = Before.of(previous, staging.fingerprint) if previous is not None else None
    return collect(findings, generic_findings(staging, fates(plan)), before, staging.fingerprint)

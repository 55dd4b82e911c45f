"""audit: what is wrong with the staged data, who has to do what about it, and what was decided.

`run_audit` finds, `AuditResult.shareable` and `checklist_csv` report, `decisions_csv` asks, `read_decisions` and
`decide` take the answers in.
"""

from bridgework.stages.audit.checklist import COLUMNS as CHECKLIST_COLUMNS
from bridgework.stages.audit.checklist import checklist_csv, checklist_rows
from bridgework.stages.audit.decisions import (
    COLUMNS as DECISION_COLUMNS,
)
from bridgework.stages.audit.decisions import (
    Decision,
    Decisions,
    decide,
    decision_rows,
    decisions_csv,
    read_decisions,
)
from bridgework.stages.audit.generic import generic_findings
from bridgework.stages.audit.result import AuditResult, Noted
from bridgework.stages.audit.run import run_audit

__all__ = [
    "CHECKLIST_COLUMNS",
    "DECISION_COLUMNS",
    "AuditResult",
    "Decision",
    "Decisions",
    "Noted",
    "checklist_csv",
    "checklist_rows",
    "decide",
    "decision_rows",
    "decisions_csv",
    "generic_findings",
    "read_decisions",
    "run_audit",
]

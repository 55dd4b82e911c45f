"""One function per stage: from the machine-readable result to the page people read.

A result may come from an earlier version or an interrupted stage: missing parts are left out, never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from bridgework.reports.calling import called
from bridgework.reports.page import Page
from bridgework.reports.pages.checking import audit
from bridgework.reports.pages.delivery import deliver
from bridgework.reports.pages.forecasting import forecast
from bridgework.reports.pages.general import ended_early, general
from bridgework.reports.pages.installed import connectors
from bridgework.reports.pages.inventory import extract
from bridgework.reports.pages.loading import delta, failures, load
from bridgework.reports.pages.operating import approve, check, demo, log, migrate, plan_test, workbook
from bridgework.reports.pages.owning import owners
from bridgework.reports.pages.planning import plan
from bridgework.reports.pages.proving import reconcile
from bridgework.reports.pages.sampling import diff, sample
from bridgework.reports.pages.schema import schema
from bridgework.reports.pages.standing import status
from bridgework.reports.pages.wayback import brought_back, rollback

PAGES: Final[dict[str, Callable[[Mapping[str, Any]], Page]]] = {
    "extract": extract,
    "audit": audit,
    "plan": plan,
    "forecast": forecast,
    "schema": schema,
    "owners": owners,
    "sample": sample,
    "sample-undo": rollback,
    "diff": diff,
    "load": load,
    "replay": load,
    "delta": delta,
    "failures": failures,
    "reconcile": reconcile,
    "rollback": rollback,
    "rollback-undo": brought_back,
    "status": status,
    "deliver": deliver,
    "check": check,
    "connectors": connectors,
    "approve": approve,
    "migrate": migrate,
    "log": log,
    "plan-test": plan_test,
    "workbook": workbook,
    "demo": demo,
    "summary": deliver,
}


def page_of(result: Mapping[str, Any]) -> Page:
    """The page of a stage's result; a stage without a page of its own gets a plain one."""
    result = called(result)
    if result.get("state") in ("failed", "stopped") and not result.get("checks"):
        return ended_early(result)
    return PAGES.get(str(result.get("stage", "")), general)(result)

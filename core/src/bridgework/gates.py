"""Gates: approvals by a named person, bound to the hash of what was approved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bridgework.errors import ApprovalMissing, UsageError
from bridgework.journal import Journal

GATES = ("mapping", "schema", "owners", "sample")


@dataclass(frozen=True, slots=True)
class Gate:
    """What a gate asks a person to approve now. `blocked` are sentences that stand in the way of any approval,
    `unblock` is the next step against the first of them. `unseen` is the command that shows what nobody has seen yet,
    `shown` the file, within the folder of the migration, in which a person could see it.
    """

    name: str
    content_hash: str
    summary: str
    blocked: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)  # kept with the approval
    unblock: str = "bridgework status"
    unseen: str = ""
    shown: str = ""

    @property
    def next_step(self) -> str:
        """What a person does now: remove what stands in the way, look, or approve."""
        if self.blocked:
            return self.unblock
        return self.unseen or f'bridgework approve {self.name} --by "Name <mail>"'


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which content, when, and whether a sandbox run did it by itself."""

    gate: str
    content_hash: str
    by: str
    at: str
    automatic: bool


def content_hash(content: Any) -> str:
    """A stable hash of JSON content: what an approval is bound to."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def approvals(journal: Journal) -> dict[str, Approval]:
    """The newest approval of every gate."""
    found: dict[str, Approval] = {}
    for event in journal.events("approval"):
        data = event.payload
        found[data["gate"]] = Approval(
            data["gate"], data["content"], data["by"], event.at.isoformat(), data["automatic"]
        )
    return found


def approved_detail(journal: Journal, gate: str) -> Mapping[str, Any]:
    """What was kept with the newest approval of a gate."""
    found: Mapping[str, Any] = {}
    for event in journal.events("approval"):
        if event.payload["gate"] == gate:
            found = event.payload["detail"]
    return found


def is_open(journal: Journal, gate: Gate) -> bool:
    """Whether exactly this content is approved."""
    approval = approvals(journal).get(gate.name)
    return approval is not None and approval.content_hash == gate.content_hash and not gate.blocked


def require(journal: Journal, gate: Gate) -> None:
    """ApprovalMissing unless exactly this content is approved."""
    if is_open(journal, gate):
        return
    if gate.blocked:
        raise ApprovalMissing(f"The {gate.name} gate is blocked: {gate.blocked[0]}", next_step=gate.next_step)
    known = gate.name in approvals(journal)
    reason = "its content has changed since it was approved" if known else "nobody has approved it"
    raise ApprovalMissing(f"The {gate.name} gate is closed: {reason}.", next_step=gate.next_step)


def approve(journal: Journal, gate: Gate, by: str, *, automatic: bool = False) -> None:
    """Record a person's approval of exactly this content, which somebody could see.

    UsageError for a blocked gate, a nameless person, or content that was not shown.
    """
    if not re.fullmatch(r"[^<>@]+<[^<>@\s]+@[^<>@\s]+>", by.strip()):
        raise UsageError(
            "An approval needs a person with name and e-mail.",
            next_step=f'bridgework approve {gate.name} --by "Name <mail@example.org>"',
        )
    if gate.blocked:
        raise ApprovalMissing(f"The {gate.name} gate cannot be approved: {gate.blocked[0]}", next_step=gate.next_step)
    if not is_open(journal, gate):
        if gate.unseen:
            raise ApprovalMissing(
                f"The {gate.name} gate cannot be approved: what it covers has changed since it was last shown.",
                next_step=gate.unseen,
            )
        journal.event(
            "approval",
            gate=gate.name,
            content=gate.content_hash,
            by=by.strip(),
            automatic=automatic,
            detail=dict(gate.detail),
        )

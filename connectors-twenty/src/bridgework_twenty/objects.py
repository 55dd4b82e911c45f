"""The standard objects a migration can fill, and what the metadata does not say about them.

Facts: reference on Twenty, section 5. Everything else about an object is read from the workspace's own metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MARKER = "Source id"  # label of the unique text field that carries the identity as people can read it
MARKER_NAME = "sourceId"


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard object. `links` maps a relation of it to the object it points to; `records` hold fields of ours."""

    name: str
    plural: str
    records: bool = True
    unique: tuple[str, ...] = ()  # unique composite parts besides the id: "emails.primaryEmail"
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def unique_fields(self) -> frozenset[str]:
        """Names of the fields that have a unique part."""
        return frozenset(each.partition(".")[0] for each in self.unique)


_TARGETS = {"targetPerson": "person", "targetCompany": "company", "targetOpportunity": "opportunity"}

STANDARD: Mapping[str, Standard] = {
    each.name: each
    for each in (
        Standard("person", "people", unique=("emails.primaryEmail",), links={"company": "company"}),
        Standard(
            "company", "companies", unique=("domainName.primaryLinkUrl",), links={"accountOwner": "workspaceMember"}
        ),
        Standard(
            "opportunity",
            "opportunities",
            links={"company": "company", "pointOfContact": "person", "owner": "workspaceMember"},
        ),
        Standard("note", "notes", links={}),
        Standard("task", "tasks", links={"assignee": "workspaceMember"}),
        Standard("noteTarget", "noteTargets", records=False, links={"note": "note", **_TARGETS}),
        Standard("taskTarget", "taskTargets", records=False, links={"task": "task", **_TARGETS}),
        Standard(
            "attachment",
            "attachments",
            records=False,
            links={**_TARGETS, "targetNote": "note", "targetTask": "task"},
        ),
    )
}
MEMBER = "workspaceMember"
# What every object is made with.
GIVEN = frozenset(
    {"id", "name", "createdAt", "updatedAt", "deletedAt", "createdBy", "updatedBy", "position", "searchVector"}
)

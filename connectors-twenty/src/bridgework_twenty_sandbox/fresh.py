"""What a new workspace already contains: standard objects, members, demo rows."""

import re
from typing import TYPE_CHECKING

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.searching import vector
from bridgework_twenty_sandbox.standard import (
    STANDARD_APPLICATION,
    base_field,
    field_metas,
    new_id,
    object_meta,
    objects,
)

if TYPE_CHECKING:
    from bridgework_twenty_sandbox.workspace import Workspace

_MEMBER = re.compile(r"^\s*(?P<first>\S+)(?P<last>[^<>]*)<(?P<email>[^<>\s]+@[^<>\s]+)>\s*$")
_SYSTEM = {"source": "SYSTEM", "workspaceMemberId": None, "name": "System", "context": None}
BY_HAND = {"source": "MANUAL", "workspaceMemberId": None, "name": "System", "context": None}

_DEMO_COMPANIES = ("Harbour Robotics", "Meadow Airlines", "Lantern Software", "Juniper Payments", "Quarry Design")
_DEMO_PEOPLE = (
    ("Ada", "Larkin"),
    ("Bruno", "Okafor"),
    ("Chiara", "Lindqvist"),
    ("Dev", "Marchetti"),
    ("Esme", "Tanaka"),
)
_DEMO_DEALS = (
    ("Platform renewal", "NEW"),
    ("Warehouse pilot", "SCREENING"),
    ("Fleet upgrade", "MEETING"),
    ("Design retainer", "PROPOSAL"),
    ("Payments rollout", "CUSTOMER"),
    ("Support contract", "NEW"),
)


def fill_fresh(workspace: "Workspace") -> None:
    _standard_metadata(workspace)
    workspace.compile()
    add_member(workspace, "", "", workspace.options.owner_email)
    for item in workspace.options.members:
        found = _MEMBER.match(item)
        if found is None:
            raise ValueError('members: not of the form "First Last <mail>"')
        add_member(workspace, found["first"], found["last"].strip(), found["email"])
    if workspace.options.demo_rows:
        _demo_rows(workspace)


def _standard_metadata(workspace: "Workspace") -> None:
    now = workspace.stamp()
    known = objects()
    many: list[Record] = []
    for singular, facts in known.items():
        workspace.put_object(object_meta(singular, facts, now, workspace.id))
        for made in field_metas(singular, facts, now, workspace.id):
            name = made.pop("_many", None)
            if name is not None:
                many.append(_many_side(workspace, facts["labelPlural"], made, name, now))
            workspace.put_field(made)
    for made in many:
        workspace.put_field(made)


def _many_side(workspace: "Workspace", label: str, one: Record, name: str, now: str) -> Record:
    return {
        **base_field(one["_target"], name, "RELATION", now, workspace.id),
        "id": one["_inverse"],
        "universalIdentifier": new_id(),
        "applicationId": STANDARD_APPLICATION,
        "label": label,
        "settings": {"relationType": "ONE_TO_MANY"},
        "_inverse": one["id"],
    }


def add_row(workspace: "Workspace", singular: str, author: Record, **values: object) -> Record:
    """A row that nobody wrote through the interface."""
    kind, now = workspace.by_singular[singular], workspace.stamp()
    own = {"id": new_id(), "createdAt": now, "updatedAt": now, "createdBy": author, "updatedBy": author}
    row = {**kind.blank, "position": 0, **own, **values}
    row["searchVector"] = vector(kind, row)
    workspace.table(singular).put(row)
    return row


def add_member(workspace: "Workspace", first: str, last: str, email: str) -> Record:
    name = {"firstName": first, "lastName": last}
    return add_row(workspace, "workspaceMember", BY_HAND, name=name, userEmail=email.lower(), userId=new_id())


def _demo_rows(workspace: "Workspace") -> None:
    companies = [
        add_row(workspace, "company", _SYSTEM, name=name, domainName=_link(name), position=place)
        for place, name in enumerate(_DEMO_COMPANIES, start=1)
    ]
    people = [
        add_row(
            workspace,
            "person",
            _SYSTEM,
            name={"firstName": first, "lastName": last},
            emails={"primaryEmail": f"{first}.{last}@demo.example".lower(), "additionalEmails": []},
            companyId=companies[place - 1]["id"],
            position=place,
        )
        for place, (first, last) in enumerate(_DEMO_PEOPLE, start=1)
    ]
    for place, (name, stage) in enumerate(_DEMO_DEALS, start=1):
        number = (place - 1) % len(companies)
        add_row(
            workspace,
            "opportunity",
            _SYSTEM,
            name=name,
            stage=stage,
            position=place,
            companyId=companies[number]["id"],
            pointOfContactId=people[number]["id"],
        )


def _link(name: str) -> Record:
    host = name.lower().replace(" ", "-")
    return {"primaryLinkLabel": "", "primaryLinkUrl": f"https://{host}.example", "secondaryLinks": []}

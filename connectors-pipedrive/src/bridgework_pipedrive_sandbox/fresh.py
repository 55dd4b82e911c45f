"""What a fresh account already contains."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bridgework_pipedrive_sandbox.answers import Record
from bridgework_pipedrive_sandbox.builtin import BUILTIN_FIELDS, NOTE_FIELDS

if TYPE_CHECKING:
    from bridgework_pipedrive_sandbox.company import Company

DEFAULT_STAGES = ("Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started")
ACTIVITY_TYPES = ("Call", "Meeting", "Task", "Deadline", "Email", "Lunch")

_FIRST_USER_ID = 1001
OWNER_EMAIL = "owner@practice.example"
_PERSON = re.compile(r"^\s*(?P<name>[^<>]+?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>\s*(?P<inactive>inactive)?\s*$")


class _User(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    email: str
    active: bool = True
    admin: bool = False


def fill_fresh(company: "Company") -> None:
    company["users"].next_id = _FIRST_USER_ID
    add_user(company, "Account owner", OWNER_EMAIL, admin=company.options.admin)
    for user in _wanted_users(company.options.users):
        add_user(company, user.name, user.email, active=user.active, admin=user.admin)
    for object_name, fields in {**BUILTIN_FIELDS, "note": NOTE_FIELDS}.items():
        for code, name, field_type, labels in fields:
            add_field(company, object_name, code, name, field_type, list(labels), custom=False)
    pipeline = company["pipelines"].insert(new_pipeline(company, "Pipeline"))
    add_default_stages(company, pipeline["id"])
    for position, name in enumerate(ACTIVITY_TYPES, start=1):
        company["activity_types"].insert(
            activity_type(company, name, key=name.lower(), icon=name.lower(), order=position, custom=False)
        )


def _wanted_users(items: list[str]) -> list[_User]:
    users: list[_User] = []
    for item in items:
        if found := _PERSON.match(item):
            users.append(_User(name=found["name"], email=found["email"], active=not found["inactive"]))
        elif Path(item).is_file():
            users.extend(TypeAdapter(list[_User]).validate_python(json.loads(Path(item).read_text("utf-8"))))
        else:
            raise ValueError('users: neither "Name <mail>" nor the path of a JSON file')
    return users


def add_user(company: "Company", name: str, email: str, *, active: bool = True, admin: bool = False) -> Record:
    return company["users"].insert(
        {"name": name, "email": email, "active_flag": active, "admin": admin, "update_time": company.stamp()}
    )


def add_field(
    company: "Company",
    object_name: str,
    code: str,
    name: str,
    field_type: str,
    labels: list[str],
    *,
    custom: bool,
) -> Record:
    return company["fields"].insert(
        {
            "object": object_name,
            "field_code": code,
            "field_name": name,
            "field_type": field_type,
            "options": company.new_options(labels) if field_type in ("enum", "set") else None,
            "is_custom_field": custom,
            "deleted": False,
            "update_time": company.stamp(),
        }
    )


def new_pipeline(company: "Company", name: str) -> Record:
    now = company.stamp()
    return {
        "name": name,
        "order_nr": 1 + max((row["order_nr"] for row in company["pipelines"]), default=0),
        "is_deleted": False,
        "is_deal_probability_enabled": False,
        "add_time": now,
        "update_time": now,
    }


def new_stage(company: "Company", pipeline_id: int, name: str) -> Record:
    now = company.stamp()
    return {
        "order_nr": 1
        + max((row["order_nr"] for row in company["stages"].having("pipeline_id", pipeline_id)), default=0),
        "name": name,
        "is_deleted": False,
        "deal_probability": 100,
        "pipeline_id": pipeline_id,
        "is_deal_rot_enabled": False,
        "days_to_rotten": None,
        "add_time": now,
        "update_time": now,
    }


def add_default_stages(company: "Company", pipeline_id: int) -> None:
    for name in DEFAULT_STAGES:
        company["stages"].insert(new_stage(company, pipeline_id, name))


def activity_type(
    company: "Company", name: str, *, key: str, icon: str, order: int, custom: bool, color: str | None = None
) -> Record:
    now = company.stamp()
    return {
        "name": name,
        "icon_key": icon,
        "color": color,
        "order_nr": order,
        "key_string": key,
        "active_flag": True,
        "is_custom_flag": custom,
        "add_time": now,
        "update_time": now,
    }

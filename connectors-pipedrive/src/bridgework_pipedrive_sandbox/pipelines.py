"""Pipelines and stages."""

from collections.abc import Callable
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Reply, against_rule
from bridgework_pipedrive_sandbox.attributes import Attribute, Body
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.fresh import add_default_stages, new_pipeline, new_stage
from bridgework_pipedrive_sandbox.records import Kind, create, delete
from bridgework_pipedrive_sandbox.tables import is_deleted
from bridgework_pipedrive_sandbox.values import Wrong, flag, text, whole

_READONLY = frozenset({"add_time", "update_time", "order_nr", "is_deleted"})


def _percent(value: Any) -> int:
    if not 0 <= whole(value) <= 100:
        raise Wrong("must be between 0 and 100")
    return int(value)


def _days(value: Any) -> int:
    if whole(value) < 1:
        raise Wrong("must be at least 1")
    return int(value)


def _defaults(make: Callable[[Company, Record], Record]) -> Callable[[Call, Record, Record], Record]:
    def completed(call: Call, row: Record, values: Record) -> Record:
        return row if "id" in row else {**make(call.company, row), **row}

    return completed


PIPELINE = Kind(
    name="pipeline",
    table="pipelines",
    body=Body(
        attributes={
            "name": Attribute(text(shortest=1), clearable=False),
            "is_deal_probability_enabled": Attribute(flag, clearable=False),
        },
        required=("name",),
        readonly=_READONLY,
    ),
    shown=("id", "name", "order_nr", "is_deleted", "is_deal_probability_enabled", "add_time", "update_time"),
    completed=_defaults(lambda company, row: new_pipeline(company, row["name"])),
    admin_writes=True,
)

STAGE = Kind(
    name="stage",
    table="stages",
    body=Body(
        attributes={
            "name": Attribute(text(shortest=1), clearable=False),
            "pipeline_id": Attribute(points_to="pipelines", clearable=False),
            "deal_probability": Attribute(_percent, clearable=False),
            "is_deal_rot_enabled": Attribute(flag, clearable=False),
            "days_to_rotten": Attribute(_days),
        },
        required=("name", "pipeline_id"),
        readonly=_READONLY,
    ),
    shown=(
        "id",
        "order_nr",
        "name",
        "is_deleted",
        "deal_probability",
        "pipeline_id",
        "is_deal_rot_enabled",
        "days_to_rotten",
        "add_time",
        "update_time",
    ),
    completed=_defaults(lambda company, row: new_stage(company, row["pipeline_id"], row["name"])),
    filters={"pipeline_id": "pipeline_id"},
    sortable=("id", "update_time", "add_time", "order_nr"),
    admin_writes=True,
)


def create_pipeline(call: Call) -> Reply:
    reply = create(PIPELINE, call)
    if call.company.options.new_pipeline_stages == "defaults":
        add_default_stages(call.company, reply.body["data"]["id"])
    return reply


def delete_pipeline(call: Call) -> Reply:
    """Its stages go with it; deals stay where they are, or forbid it."""
    call.only_admin()
    for stage in call.company["stages"].having("pipeline_id", call.id):
        _check_empty(call.company, stage["id"])
    reply = delete(PIPELINE, call)
    for stage in list(call.company["stages"].having("pipeline_id", call.id)):
        if not stage["is_deleted"]:
            call.company.delete_softly("stages", stage)
    return reply


def delete_stage(call: Call) -> Reply:
    call.only_admin()
    _check_empty(call.company, call.id)
    return delete(STAGE, call)


def _check_empty(company: Company, stage_id: int) -> None:
    if company.options.pipeline_with_deals == "refuse" and any(
        not is_deleted(deal) for deal in company["deals"].having("stage_id", stage_id)
    ):
        raise against_rule("The pipeline or stage still has deals")

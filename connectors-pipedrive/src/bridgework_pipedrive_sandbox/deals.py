"""Deals."""

from collections.abc import Callable, Iterable
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, against_rule, forbidden, malformed
from bridgework_pipedrive_sandbox.attributes import OWNER, VISIBLE_TO, Attribute, Body, labels
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.customvalues import CURRENCY
from bridgework_pipedrive_sandbox.records import Kind
from bridgework_pipedrive_sandbox.tables import is_deleted
from bridgework_pipedrive_sandbox.values import Wrong, currency, day, flag, instant, number, one_of, text

STATUSES = ("open", "won", "lost")
CAP_CODE = "feature_capping_deals_limit"

_TIMES_BY_STATUS = {
    "won_time": ("won",),
    "lost_time": ("lost",),
    "close_time": ("won", "lost"),
    "lost_reason": ("lost",),
}


def _probability(value: Any) -> Any:
    if not 0 <= number(value) <= 100:
        raise Wrong("must be between 0 and 100")
    return value


def _before(call: Call, given: Record, creating: bool) -> None:
    if creating:
        _check_contact(call.company, given)
        check_cap(call.company, given)
    elif (row := call.company["deals"].get(call.id)) and row["is_archived"] and given != {"is_archived": False}:
        raise against_rule("An archived deal cannot be changed")


def _check_contact(company: Company, given: Record) -> None:
    if company.options.deal_contact == "required" and not (given.get("person_id") or given.get("org_id")):
        raise malformed("person_id: a deal must have a person_id or an org_id")


def check_cap(company: Company, refused_deal: Record | None = None) -> None:
    """Leads and deals share one cap per company."""
    living = company["deals"].living + company["leads"].living
    if living >= company.plan.deal_cap(company.options.seats):
        if refused_deal is not None and company.options.deal_cap == "waiting_list":
            company.waiting.append(refused_deal)
        raise forbidden("Deal limit of the plan reached", CAP_CODE)


def _completed(call: Call, row: Record, values: Record) -> Record:
    if values.get("is_deleted") is True:
        raise against_rule("is_deleted: a deal is deleted by DELETE only")
    row = {
        **row,
        "owner_id": row.get("owner_id") or call.user["id"],
        "visible_to": row.get("visible_to") or call.company.plan.everybody,
        "label_ids": row.get("label_ids") or [],
        "value": row.get("value") or 0,
        "currency": row.get("currency") or CURRENCY,
        "status": row.get("status") or "open",
        "is_archived": row.get("is_archived") or False,
        "creator_user_id": row.get("creator_user_id") or call.user["id"],
        "origin": "API",
    }
    return _archived(call, _closed(call, _placed(call, row, values), values))


def _placed(call: Call, row: Record, values: Record) -> Record:
    """Pipeline and stage always belong together; the time of the last change of stage is the system's own."""
    company = call.company
    before = company["deals"].get(row["id"]) if "id" in row else None
    if "stage_id" in values and values["stage_id"] is not None:
        stage = company["stages"].get(values["stage_id"])
        assert stage is not None  # references have been checked
        if values.get("pipeline_id") not in (None, stage["pipeline_id"]):
            raise against_rule("stage_id: the stage does not belong to the pipeline")
    elif "pipeline_id" in values or before is None:
        pipeline_id = values.get("pipeline_id") or _default_pipeline(company)
        stage = next(iter(stages_of(company, pipeline_id)), None)
        if stage is None:
            raise against_rule("pipeline_id: the pipeline has no stages")
    else:
        return row
    moved = before is None or before["stage_id"] != stage["id"]
    since = company.stamp() if moved or before is None else before["stage_change_time"]
    return {**row, "pipeline_id": stage["pipeline_id"], "stage_id": stage["id"], "stage_change_time": since}


def stages_of(company: Company, pipeline_id: int) -> list[Record]:
    """Living stages of a pipeline in their order."""
    stages = company["stages"].having("pipeline_id", pipeline_id)
    return sorted((stage for stage in stages if not stage["is_deleted"]), key=lambda stage: stage["order_nr"])


def _default_pipeline(company: Company) -> int:
    living = [pipeline for pipeline in company["pipelines"] if not pipeline["is_deleted"]]
    if not living:
        raise against_rule("the company has no pipeline")
    return int(min(living, key=lambda pipeline: pipeline["order_nr"])["id"])


def _closed(call: Call, row: Record, values: Record) -> Record:
    """What belongs to a status is refused without it, filled in with it and forgotten when it changes."""
    status = row["status"]
    for name, wanted in _TIMES_BY_STATUS.items():
        if values.get(name) is not None and status not in wanted:
            raise against_rule(f"{name}: can be set only with status {' or '.join(wanted)}")
    row = {**row, **{name: row.get(name) if status in wanted else None for name, wanted in _TIMES_BY_STATUS.items()}}
    if status == "open":
        return row
    own = f"{status}_time"
    moment = row[own] or row["close_time"] or call.company.stamp()
    row[own] = moment
    row["close_time"] = values.get("close_time") or (moment if own in values else row["close_time"] or moment)
    return row


def _archived(call: Call, row: Record) -> Record:
    if not row["is_archived"]:
        return {**row, "archive_time": None}
    return {**row, "archive_time": row.get("archive_time") or call.company.stamp()}


def _keep(call: Call) -> Callable[[Record], bool]:
    wanted = set(filter(None, call.query.get("status", "").split(",")))
    if wanted - {*STATUSES, "deleted"}:
        raise malformed("status: must be one of open, won, lost, deleted")
    archived = call.operation.template.endswith("/archived")

    def keep(row: Record) -> bool:
        if row["is_archived"] != archived:
            return False
        if row["is_deleted"]:
            return "deleted" in wanted
        return not wanted or row["status"] in wanted

    return keep


def _all_or_stage(call: Call) -> Iterable[Record] | None:
    if "stage_id" in call.query:
        return call.company["deals"].having("stage_id", call.number("stage_id"))
    return None


_NOBODY_HAS = (
    "next_activity_id",
    "last_activity_id",
    "last_incoming_mail_time",
    "last_outgoing_mail_time",
    "source_lead_id",
)
_NOTHING_OF = ("products_count", "followers_count", "email_messages_count", "participants_count")
"""What can be asked for although this account has no mail, no followers, no products and no calendar."""

DEAL = Kind(
    name="deal",
    table="deals",
    body=Body(
        attributes={
            "title": Attribute(text(255, shortest=1), clearable=False),
            "owner_id": OWNER,
            "person_id": Attribute(points_to="persons"),
            "org_id": Attribute(points_to="organizations"),
            "pipeline_id": Attribute(points_to="pipelines", clearable=False),
            "stage_id": Attribute(points_to="stages", clearable=False),
            "value": Attribute(number),
            "currency": Attribute(currency, clearable=False),
            "is_deleted": Attribute(flag, clearable=False),
            "is_archived": Attribute(flag, clearable=False),
            "archive_time": Attribute(instant),
            "status": Attribute(one_of(STATUSES), clearable=False),
            "probability": Attribute(_probability),
            "lost_reason": Attribute(text()),
            "visible_to": VISIBLE_TO,
            "close_time": Attribute(instant),
            "won_time": Attribute(instant),
            "lost_time": Attribute(instant),
            "expected_close_date": Attribute(day),
            "label_ids": Attribute(of_company=labels("deal")),
        },
        required=("title",),
        readonly=frozenset({"add_time", "update_time", "stage_change_time"}),
        custom="deal",
    ),
    shown=(
        "id",
        "title",
        "creator_user_id",
        "owner_id",
        "person_id",
        "org_id",
        "pipeline_id",
        "stage_id",
        "value",
        "currency",
        "add_time",
        "update_time",
        "stage_change_time",
        "is_deleted",
        "is_archived",
        "archive_time",
        "status",
        "probability",
        "lost_reason",
        "visible_to",
        "close_time",
        "won_time",
        "lost_time",
        "expected_close_date",
        "label_ids",
        "origin",
    ),
    completed=_completed,
    before_read=_before,
    filters={
        "owner_id": "owner_id",
        "person_id": "person_id",
        "org_id": "org_id",
        "pipeline_id": "pipeline_id",
        "stage_id": "stage_id",
    },
    candidates=_all_or_stage,
    keep=_keep,
    extras={
        **dict.fromkeys(_NOBODY_HAS, lambda company, row: None),
        **dict.fromkeys(_NOTHING_OF, lambda company, row: 0),
        "first_won_time": lambda company, row: row["won_time"],
        "smart_bcc_email": lambda company, row: f"{company.domain}@pipedrivemail.example",
        "done_activities_count": lambda company, row: _count(company, "activities", row, done=True),
        "undone_activities_count": lambda company, row: _count(company, "activities", row, done=False),
        "activities_count": lambda company, row: _count(company, "activities", row),
        "notes_count": lambda company, row: _count(company, "notes", row),
        "files_count": lambda company, row: _count(company, "files", row),
    },
)


def _count(company: Company, table: str, row: Record, **wanted: Any) -> int:
    return sum(
        not is_deleted(other) and all(other[name] == value for name, value in wanted.items())
        for other in company[table].having("deal_id", row["id"])
    )

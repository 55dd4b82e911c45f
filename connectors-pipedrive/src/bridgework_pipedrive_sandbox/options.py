"""What can be chosen about the simulated account. Unproven facts about the real system are switches here."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Plan = Literal["lite", "growth", "premium", "ultimate"]


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: Plan = Field(default="premium", description="plan of the company: token budget, burst window, caps")
    seats: int = Field(
        default=3, ge=1, description="paid seats; the daily token budget and the deal cap grow with them"
    )
    users: list[str] = Field(
        default=[
            "Front desk <front.desk@practice.example>",
            "Treatment coordinator <coordinator@practice.example>",
            "Hygiene team <hygiene@practice.example>",
            "Former employee <former.employee@practice.example> inactive",
        ],
        description='users besides the account owner: "Name <mail>", "Name <mail> inactive", or the path of a JSON '
        'file with a list of {"name", "email", "active", "admin"}',
    )
    api_token: str = Field(default="", description="token of the account owner; made up when empty")
    admin: bool = Field(default=True, description="the token owner is an administrator")
    post_cap: bool = Field(
        default=True, description="enforce the old 10,000 POST and PUT requests per user and UTC day"
    )
    contact_sync: bool = Field(default=False, description="contact sync is set up: birthday, job title, postal address")
    unknown_properties: Literal["refuse", "ignore"] = Field(
        default="refuse", description="reaction to a property nobody knows"
    )
    readonly_properties: Literal["refuse", "ignore"] = Field(
        default="refuse", description="reaction to add_time, update_time and the like where they cannot be set"
    )
    inactive_owner: Literal["refuse", "accept"] = Field(
        default="refuse", description="reaction to a deactivated user as the owner of something new"
    )
    empty_custom_fields: Literal["clear", "keep"] = Field(
        default="clear", description="effect of an empty custom_fields object in an update of an organization"
    )
    second_delete: Literal["404", "410"] = Field(
        default="404", description="status of deleting what is already deleted"
    )
    deleted_read: Literal["record", "404"] = Field(
        default="record", description="reading a deleted record by id: the record marked deleted, or 404"
    )
    undelete: bool = Field(default=False, description="is_deleted false in an update brings a deleted deal back")
    page_over_limit: Literal["refuse", "clamp"] = Field(
        default="refuse", description="reaction to a too large page size"
    )
    due_time: Literal["short", "long", "both"] = Field(
        default="both", description="accepted form of due_time and duration: HH:MM, HH:MM:SS or both"
    )
    activity_note: Literal["html", "text"] = Field(
        default="html", description="notes of activities are cleaned as HTML"
    )
    null_style: Literal["null", "absent"] = Field(default="null", description="empty attributes are null or left out")
    builtin_options: Literal["refuse", "accept"] = Field(
        default="refuse", description="adding options to built-in fields such as labels"
    )
    new_pipeline_stages: Literal["none", "defaults"] = Field(default="none", description="stages of a new pipeline")
    search_lag: float = Field(default=5, ge=0, description="simulated seconds until a write shows in searches")
    daily_headers: bool = Field(default=True, description="send the undocumented headers about the daily token budget")
    headers_warm_up: int = Field(default=3, ge=0, description="requests after idle time without those headers")
    reset_hour: int = Field(default=0, ge=0, le=23, description="UTC hour at which the daily token budget starts anew")
    failed_cost: bool = Field(default=True, description="refused requests cost tokens too")
    retry_after: bool = Field(
        default=False, description="429 answers carry a small retry-after, even for the day budget"
    )
    patience: int = Field(
        default=100, ge=1, description="requests refused with 429 within 10 seconds that lead to a block"
    )
    v1_legacy: bool = Field(default=False, description="the withdrawn v1 paths of records still answer")
    oauth: bool = Field(default=False, description="an OAuth app is registered; its client data are in the environment")

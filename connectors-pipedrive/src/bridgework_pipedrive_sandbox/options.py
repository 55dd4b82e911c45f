"""What can be chosen about the simulated account. Unproven facts about the real system are switches here."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Plan = Literal["lite", "growth", "premium", "ultimate"]
Unproven = Literal["strict", "lenient", "odd"]

PRESETS: Mapping[Unproven, Mapping[str, Any]] = {
    "strict": {},
    "lenient": {
        "unknown_properties": "ignore",
        "readonly_properties": "ignore",
        "inactive_owner": "accept",
        "add_time_form": "both",
        "name_parts": "accept",
        "undelete": True,
        "page_over_limit": "clamp",
        "builtin_options": "accept",
        "field_rights": "everybody",
        "new_pipeline_stages": "defaults",
        "search_lag": 0,
        "headers_warm_up": 0,
        "failed_cost": False,
        "post_cap": False,
    },
    "odd": {
        "refusal_status": "422",
        "refresh_rotation": True,
        "empty_custom_fields": "keep",
        "custom_fields_update": "replace",
        "second_delete": "410",
        "deleted_read": "404",
        "deleted_links": "hide",
        "due_time": "long",
        "activity_type": "required",
        "activity_note": "text",
        "deal_contact": "required",
        "null_style": "absent",
        "relationship_pages": "nested",
        "new_pipeline_stages": "defaults",
        "pipeline_with_deals": "refuse",
        "deal_cap": "waiting_list",
        "list_lag": 2,
        "cursor_lifetime": 60,
        "daily_headers": False,
        "burst_headers": False,
        "searches_count_twice": True,
        "retry_after": True,
    },
}
"""What the published texts leave open, answered in three ways."""


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
    unproven: Unproven = Field(
        default="strict",
        description="how everything that the published texts leave open is answered, unless an option says otherwise",
    )
    contact_sync: bool = Field(default=False, description="contact sync is set up: birthday, job title, postal address")
    unknown_properties: Literal["refuse", "ignore"] = Field(
        default="refuse", description="reaction to a property nobody knows"
    )
    readonly_properties: Literal["refuse", "ignore"] = Field(
        default="refuse", description="reaction to add_time, update_time and the like where they cannot be set"
    )
    overlooked: list[str] = Field(
        default=[],
        description="properties that are ignored where they would be refused, path.property such as deals.add_time",
    )
    refusal_status: Literal["400", "422"] = Field(default="400", description="status of a refused body")
    add_time_form: Literal["rfc3339", "both"] = Field(
        default="rfc3339", description="accepted forms of add_time of persons and organizations; both: a blank too"
    )
    name_parts: Literal["refuse", "accept"] = Field(
        default="refuse", description="reaction to first_name and last_name in the place of a person's name"
    )
    inactive_owner: Literal["refuse", "accept"] = Field(
        default="refuse", description="reaction to a deactivated user as the owner of something new"
    )
    empty_custom_fields: Literal["clear", "keep"] = Field(
        default="clear", description="effect of an empty custom_fields object in an update of an organization"
    )
    custom_fields_update: Literal["merge", "replace"] = Field(
        default="merge", description="what an update does with custom fields that it does not name"
    )
    second_delete: Literal["404", "410"] = Field(
        default="404", description="status of deleting what is already deleted"
    )
    deleted_read: Literal["record", "404"] = Field(
        default="record", description="reading a deleted record by id: the record marked deleted, or 404"
    )
    deleted_links: Literal["keep", "hide"] = Field(
        default="keep", description="what records show of a person, organization or deal that was deleted"
    )
    undelete: bool = Field(default=False, description="is_deleted false in an update brings a deleted deal back")
    page_over_limit: Literal["refuse", "clamp"] = Field(
        default="refuse", description="reaction to a too large page size"
    )
    due_time: Literal["short", "long", "both"] = Field(
        default="both", description="accepted form of due_time and duration: HH:MM, HH:MM:SS or both"
    )
    activity_type: Literal["optional", "required"] = Field(
        default="optional", description="whether an activity needs subject and type"
    )
    deal_contact: Literal["optional", "required"] = Field(
        default="optional", description="whether a deal needs a person or an organization"
    )
    activity_note: Literal["html", "text"] = Field(
        default="html", description="notes of activities are cleaned as HTML"
    )
    null_style: Literal["null", "absent"] = Field(default="null", description="empty attributes are null or left out")
    relationship_pages: Literal["plain", "nested"] = Field(
        default="plain", description="where lists of organization relationships say that there is more"
    )
    list_lag: float = Field(default=0, ge=0, description="simulated seconds until a new record shows in lists")
    cursor_lifetime: float = Field(default=0, ge=0, description="simulated seconds a cursor is good for; 0: for ever")
    builtin_options: Literal["refuse", "accept"] = Field(
        default="refuse", description="adding options to built-in fields such as labels"
    )
    new_pipeline_stages: Literal["none", "defaults"] = Field(default="none", description="stages of a new pipeline")
    pipeline_with_deals: Literal["delete", "refuse"] = Field(
        default="delete", description="deleting a pipeline or stage that has deals"
    )
    field_rights: Literal["admin", "everybody"] = Field(default="admin", description="who can create and change fields")
    deal_cap: Literal["refuse", "waiting_list"] = Field(
        default="refuse", description="what becomes of a deal that is refused at the cap of the plan"
    )
    most_channels: int = Field(
        default=0, ge=0, description="e-mail addresses or phone numbers of a person; 0: any number"
    )
    most_notes: int = Field(default=0, ge=0, description="notes of one deal; 0: any number")
    most_activity_types: int = Field(default=0, ge=0, description="activity types of the company; 0: any number")
    largest_file: int = Field(default=0, ge=0, description="bytes of a file; 0: any size")
    search_lag: float = Field(default=5, ge=0, description="simulated seconds until a write shows in searches")
    daily_headers: bool = Field(default=True, description="send the undocumented headers about the daily token budget")
    burst_headers: bool = Field(default=True, description="send the headers about the window of two seconds")
    reset_unit: Literal["seconds", "milliseconds"] = Field(
        default="seconds", description="unit of the header that says when the window ends"
    )
    searches_count_twice: bool = Field(
        default=False, description="searches take a place in the general window as well as in their own"
    )
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
    refresh_rotation: bool = Field(default=False, description="every use of the refresh token gives another one")

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        return {**PRESETS.get(given.get("unproven", "strict"), {}), **given} if isinstance(given, dict) else given

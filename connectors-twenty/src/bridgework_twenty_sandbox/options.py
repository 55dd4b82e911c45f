"""What can be chosen about the simulated workspace. Unproven facts about the real system are switches here."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    limits: Literal["shipped", "lifted"] = Field(
        default="shipped", description="rate limits of the workspace: as shipped, or switched off"
    )
    per_minute: int = Field(
        default=100, ge=1, description="calls per minute of the whole workspace (50 and 100 are published)"
    )
    metadata_shape: Literal["new", "legacy"] = Field(
        default="new", description="reply shape of REST metadata, which differs between workspaces"
    )
    restore_routes: Literal["first", "later", "none"] = Field(
        default="first",
        description="REST routes of restoring: those of 2.21 (many only), those of later versions (one and many), none",
    )
    max_batch: int = Field(default=200, ge=1, description="records in one batch; 60 is documented, 200 is enforced")
    api_key: str = Field(default="", description="key of the migration; made up when empty")
    key_name: str = Field(default="migration-engine", description="name of that key, shown as the author of records")
    key_days: float = Field(default=365, gt=0, description="days until that key expires")
    owner_email: str = Field(default="owner@practice.example", description="e-mail address of the workspace owner")
    members: list[str] = Field(
        default=[
            "Front Desk <front.desk@practice.example>",
            "Treatment Coordinator <coordinator@practice.example>",
            "Hygiene Team <hygiene@practice.example>",
        ],
        description='workspace members besides the owner: "First Last <mail>"',
    )
    demo_rows: bool = Field(default=True, description="the demo people, companies and opportunities of a new workspace")
    timeline_lag: float = Field(
        default=0, ge=0, description="simulated seconds after which timeline activities of a write can be read"
    )

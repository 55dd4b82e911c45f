"""Fields every account has. Codes of the v2 interface; the labels are those of the simulated company."""

from collections.abc import Mapping

Builtin = tuple[str, str, str, tuple[str, ...]]
"""Code, name, type, option labels."""

_COMMON: tuple[Builtin, ...] = (
    ("id", "ID", "int", ()),
    ("owner_id", "Owner", "user", ()),
    ("add_time", "Created", "date", ()),
    ("update_time", "Update time", "date", ()),
    ("visible_to", "Visible to", "visible_to", ()),
)

_CONTACT_LABELS = ("Customer", "Hot lead", "Warm lead", "Cold lead")

BUILTIN_FIELDS: Mapping[str, tuple[Builtin, ...]] = {
    "person": (
        ("name", "Name", "varchar", ()),
        ("label_ids", "Labels", "set", _CONTACT_LABELS),
        ("phones", "Phone", "phone", ()),
        ("emails", "Email", "varchar", ()),
        ("org_id", "Organization", "org", ()),
        *_COMMON,
    ),
    "organization": (
        ("name", "Name", "varchar", ()),
        ("label_ids", "Labels", "set", _CONTACT_LABELS),
        ("address", "Address", "address", ()),
        ("website", "Website", "varchar", ()),
        ("linkedin", "LinkedIn profile", "varchar", ()),
        ("industry", "Industry", "enum", ("Healthcare", "Insurance", "Other")),
        ("annual_revenue", "Annual revenue", "double", ()),
        ("employee_count", "Number of employees", "double", ()),
        *_COMMON,
    ),
    "deal": (
        ("title", "Title", "varchar", ()),
        ("label_ids", "Labels", "set", ("Hot", "Warm", "Cold")),
        ("value", "Value", "monetary", ()),
        ("person_id", "Contact person", "people", ()),
        ("org_id", "Organization", "org", ()),
        ("pipeline_id", "Pipeline", "double", ()),
        ("stage_id", "Stage", "stage", ()),
        ("status", "Status", "status", ()),
        ("probability", "Probability", "int", ()),
        ("lost_reason", "Lost reason", "varchar_options", ()),
        ("expected_close_date", "Expected close date", "date", ()),
        ("won_time", "Won time", "date", ()),
        ("lost_time", "Lost time", "date", ()),
        ("close_time", "Deal closed on", "date", ()),
        ("stage_change_time", "Last stage change", "date", ()),
        *_COMMON,
    ),
    "activity": (
        ("subject", "Subject", "varchar", ()),
        ("type", "Type", "varchar", ()),
        ("due_date", "Due date", "date", ()),
        ("due_time", "Due time", "time", ()),
        ("duration", "Duration", "time", ()),
        ("done", "Done", "boolean", ()),
        ("priority", "Priority", "enum", ("High", "Medium", "Low")),
        ("outcome", "Outcome", "enum", ("Reached", "No answer")),
        ("note", "Note", "text", ()),
        ("public_description", "Public description", "text", ()),
        ("location", "Location", "address", ()),
        ("deal_id", "Deal", "deal", ()),
        ("lead_id", "Lead", "lead", ()),
        ("person_id", "Contact person", "people", ()),
        ("org_id", "Organization", "org", ()),
        *_COMMON[:-1],
    ),
}

NOTE_FIELDS: tuple[Builtin, ...] = (
    ("content", "Content", "text", ()),
    ("user_id", "Author", "user", ()),
    ("person_id", "Person", "people", ()),
    ("org_id", "Organization", "org", ()),
    ("deal_id", "Deal", "deal", ()),
    ("add_time", "Add time", "date", ()),
    ("update_time", "Update time", "date", ()),
)

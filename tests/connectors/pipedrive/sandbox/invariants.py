"""What holds in a simulated account whatever was sent to it: checks of its dump and of what its lists say."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from .account import Account, Record

Rows = dict[str, list[Record]]

REFERENCES: dict[str, dict[str, str]] = {
    "persons": {"org_id": "organizations", "owner_id": "users"},
    "organizations": {"owner_id": "users"},
    "deals": {"person_id": "persons", "org_id": "organizations", "owner_id": "users", "stage_id": "stages"},
    "leads": {"person_id": "persons", "organization_id": "organizations", "owner_id": "users"},
    "activities": {"person_id": "persons", "org_id": "organizations", "deal_id": "deals", "owner_id": "users"},
    "notes": {"person_id": "persons", "org_id": "organizations", "deal_id": "deals", "user_id": "users"},
    "files": {"person_id": "persons", "org_id": "organizations", "deal_id": "deals", "activity_id": "activities"},
    "relationships": {"rel_owner_org_id": "organizations", "rel_linked_org_id": "organizations"},
    "stages": {"pipeline_id": "pipelines"},
}
CARRIERS = {"persons": "person", "organizations": "organization", "deals": "deal", "leads": "deal"}
"""Tables with custom fields, and the object whose fields they are."""

Check = Callable[[Rows, Record], Iterator[str]]


def broken(state: Record) -> list[str]:
    """Everything in a dump that must not be. The texts name table, id and rule, never a value."""
    rows: Rows = state["objects"]
    checks: tuple[Check, ...] = (ids, references, fields, values, deals, activities, schema, channels, meters)
    return list(chain.from_iterable(check(rows, state) for check in checks))


def living(row: Record) -> bool:
    return not row.get("is_deleted") and row.get("active_flag") is not False


def ids(rows: Rows, state: Record) -> Iterator[str]:
    """Unique, ascending, and never beyond the counter."""
    for table, found in rows.items():
        given = [row["id"] for row in found]
        if given != sorted(set(given)) or (given and given[-1] >= state["counters"][table]):
            yield f"{table}: ids are not unique, ascending and counted"
        for key in ("uuid", "field_code"):
            known = [(row.get("object"), row[key]) for row in found if key in row]
            if len(known) != len(set(known)):
                yield f"{table}: {key} is not unique"


def references(rows: Rows, state: Record) -> Iterator[str]:
    """Everything points to something that is or was there; what is never purged must still be there."""
    kept = {table: {row["id"] for row in rows[table]} for table in ("users", "stages", "pipelines")}
    for table, links in REFERENCES.items():
        for row in rows[table]:
            for attribute, target in links.items():
                wanted = row.get(attribute)
                there = wanted is None or (
                    wanted in kept[target] if target in kept else 0 < wanted < state["counters"][target]
                )
                if not there:
                    yield f"{table} {row['id']}: {attribute} points to nothing"
    leads = {row["uuid"] for row in rows["leads"]}
    labels = {row["uuid"] for row in rows["lead_labels"]}
    for row in rows["leads"]:
        if set(row["label_ids"]) - labels:
            yield f"leads {row['id']}: a label does not exist"
    for table in ("activities", "notes", "files"):
        for row in rows[table]:
            if row.get("lead_id") is not None and row["lead_id"] not in leads:
                yield f"{table} {row['id']}: the lead does not exist"


def fields(rows: Rows, state: Record) -> Iterator[str]:
    options = [option["id"] for row in rows["fields"] for option in row["options"] or ()]
    if len(options) != len(set(options)):
        yield "fields: option ids are not unique"
    for row in rows["fields"]:
        chooses = row["field_type"] in ("enum", "set")
        if chooses != (row["options"] is not None):
            yield f"fields {row['id']}: options do not go with the type"
        if row["is_custom_field"] and len(row["field_code"]) != 40:
            yield f"fields {row['id']}: no key of a custom field"


def values(rows: Rows, state: Record) -> Iterator[str]:
    """Custom values belong to living fields, choices to their options."""
    for table, name in CARRIERS.items():
        known = {
            row["field_code"]: row
            for row in rows["fields"]
            if row["object"] == name and row["is_custom_field"] and not row["deleted"]
        }
        for row in rows[table]:
            for key, value in (row.get("custom_fields") or {}).items():
                if key not in known:
                    yield f"{table} {row['id']}: a value of no field"
                elif known[key]["options"] is not None and value is not None:
                    chosen = value if isinstance(value, list) else [value]
                    if not chosen or set(chosen) - {option["id"] for option in known[key]["options"]}:
                        yield f"{table} {row['id']}: a choice that is no option"


def deals(rows: Rows, state: Record) -> Iterator[str]:
    stages = {row["id"]: row["pipeline_id"] for row in rows["stages"]}
    for row in rows["deals"]:
        wanted = {"open": set(), "won": {"won_time", "close_time"}, "lost": {"lost_time", "close_time"}}[row["status"]]
        if {name for name in ("won_time", "lost_time", "close_time") if row[name]} != wanted:
            yield f"deals {row['id']}: times do not go with the status"
        if row["lost_reason"] and row["status"] != "lost":
            yield f"deals {row['id']}: a reason without a loss"
        if stages.get(row["stage_id"]) != row["pipeline_id"]:
            yield f"deals {row['id']}: the stage is of another pipeline"
        if bool(row["archive_time"]) != row["is_archived"]:
            yield f"deals {row['id']}: archived without a time"


def activities(rows: Rows, state: Record) -> Iterator[str]:
    types = {row["key_string"] for row in rows["activity_types"]}
    for row in rows["activities"]:
        primary = [entry["person_id"] for entry in row["participants"] if entry["primary"]]
        if primary != ([] if row["person_id"] is None else [row["person_id"]]) or (row["participants"] and not primary):
            yield f"activities {row['id']}: person_id is not the primary participant"
        if row["type"] not in types:
            yield f"activities {row['id']}: of no type"
        if sum(row[name] is not None for name in ("deal_id", "lead_id", "project_id")) > 1:
            yield f"activities {row['id']}: has two parents"
        if bool(row["marked_as_done_time"]) != row["done"]:
            yield f"activities {row['id']}: done without a time"


def schema(rows: Rows, state: Record) -> Iterator[str]:
    """Orders and keys; a deleted pipeline takes its stages along."""
    deleted = {row["id"] for row in rows["pipelines"] if row["is_deleted"]}
    for row in rows["stages"]:
        if row["pipeline_id"] in deleted and not row["is_deleted"]:
            yield f"stages {row['id']}: lives on in a deleted pipeline"
    keys = {
        "pipelines": [row["order_nr"] for row in rows["pipelines"]],
        "stages": [(row["pipeline_id"], row["order_nr"]) for row in rows["stages"]],
        "activity_types": [row["key_string"] for row in rows["activity_types"]],
    }
    for table, found in keys.items():
        if len(found) != len(set(found)):
            yield f"{table}: an order or key stands twice"
    for row in rows["relationships"]:
        if row["rel_owner_org_id"] == row["rel_linked_org_id"]:
            yield f"relationships {row['id']}: of an organization with itself"


def channels(rows: Rows, state: Record) -> Iterator[str]:
    for row in rows["persons"]:
        for name in ("emails", "phones"):
            if sum(entry["primary"] for entry in row[name]) != min(1, len(row[name])):
                yield f"persons {row['id']}: {name} have not exactly one primary"


def meters(rows: Rows, state: Record) -> Iterator[str]:
    if not 0 <= state["meters"]["tokens_used"] <= state["meters"]["tokens_per_day"]:
        yield "meters: more was used than there is"


# ------------------------------------------------------------------------------------------ what the interface says

LISTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("persons", "/api/v2/persons", {}),
    ("organizations", "/api/v2/organizations", {}),
    ("activities", "/api/v2/activities", {}),
    ("pipelines", "/api/v2/pipelines", {}),
    ("stages", "/api/v2/stages", {}),
    ("notes", "/api/v1/notes", {}),
    ("files", "/api/v1/files", {"limit": 100}),
)


def disagreements(account: Account) -> list[str]:
    """Where lists and counts of the interface differ from the dump."""
    rows: Rows = account.controls.state()["objects"]
    found = [
        f"{table}: the list does not show what lives"
        for table, path, query in LISTS
        if sorted(walked(account, path, query)) != [row["id"] for row in rows[table] if living(row)]
    ]
    kept = Counter((row["is_archived"], living(row)) for row in rows["deals"])
    for path, status, wanted in (
        ("deals", {}, kept[False, True]),
        ("deals", {"status": "deleted"}, kept[False, False]),
        ("deals/archived", {}, kept[True, True]),
    ):
        if len(walked(account, f"/api/v2/{path}", status)) != wanted:
            found.append(f"{path} {status}: not as many as live")
    return found + counts(account, rows)


def walked(account: Account, path: str, query: Record) -> list[int]:
    """Ids of a whole list, in small pages."""
    asked = {"limit": 50, **query}
    seen: list[int] = []
    while True:
        body = account.http.get(path, params=asked).json()
        seen += [row["id"] for row in body["data"]]
        more = body["additional_data"]
        if more.get("next_cursor"):
            asked["cursor"] = more["next_cursor"]
        elif more.get("pagination", {}).get("more_items_in_collection"):
            asked["start"] = more["pagination"]["next_start"]
        else:
            return seen


def counts(account: Account, rows: Rows) -> list[str]:
    wanted = {"activities_count": "activities", "notes_count": "notes", "files_count": "files"}
    shown = account.get("persons", limit=500, include_fields=",".join(wanted))
    return [
        f"persons {person['id']}: {name} is wrong"
        for person in shown
        for name, table in wanted.items()
        if person[name] != sum(living(row) for row in rows[table] if row["person_id"] == person["id"])
    ]

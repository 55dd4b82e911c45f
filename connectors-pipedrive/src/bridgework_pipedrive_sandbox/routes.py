"""Which handler answers which operation."""

from functools import partial

from bridgework_pipedrive_sandbox import (
    activitytypes,
    fields,
    files,
    leadlabels,
    leads,
    legacy,
    merging,
    notes,
    pipelines,
    records,
    relationships,
    searching,
    users,
)
from bridgework_pipedrive_sandbox.activities import ACTIVITY
from bridgework_pipedrive_sandbox.call import Handler
from bridgework_pipedrive_sandbox.contacts import ORGANIZATION, PERSON
from bridgework_pipedrive_sandbox.deals import DEAL
from bridgework_pipedrive_sandbox.pipelines import PIPELINE, STAGE
from bridgework_pipedrive_sandbox.records import Kind

KINDS: tuple[Kind, ...] = (PERSON, ORGANIZATION, DEAL, ACTIVITY, PIPELINE, STAGE)

_V1: dict[str, Handler] = {
    "v1 GET /users": users.read_list,
    "v1 GET /users/me": users.me,
    "v1 GET /users/find": users.find,
    "v1 GET /users/{id}": users.read_one,
    "v1 GET /notes": notes.read_list,
    "v1 POST /notes": notes.create,
    "v1 GET /notes/{id}": notes.read_one,
    "v1 PUT /notes/{id}": notes.update,
    "v1 DELETE /notes/{id}": notes.delete,
    "v1 GET /noteFields": notes.read_fields,
    "v1 GET /files": files.read_list,
    "v1 POST /files": files.create,
    "v1 GET /files/{id}": files.read_one,
    "v1 PUT /files/{id}": files.update,
    "v1 DELETE /files/{id}": files.delete,
    "v1 GET /files/{id}/download": files.download,
    "v1 GET /persons/{id}/files": files.of_parent("person_id"),
    "v1 GET /organizations/{id}/files": files.of_parent("org_id"),
    "v1 GET /deals/{id}/files": files.of_parent("deal_id"),
    "v1 GET /activityTypes": activitytypes.read_list,
    "v1 POST /activityTypes": activitytypes.create,
    "v1 PUT /activityTypes/{id}": activitytypes.update,
    "v1 DELETE /activityTypes/{id}": activitytypes.delete,
    "v1 GET /organizationRelationships": relationships.read_list,
    "v1 POST /organizationRelationships": relationships.create,
    "v1 GET /organizationRelationships/{id}": relationships.read_one,
    "v1 PUT /organizationRelationships/{id}": relationships.update,
    "v1 DELETE /organizationRelationships/{id}": relationships.delete,
    "v1 GET /leads": leads.read_list,
    "v1 GET /leads/archived": leads.read_archived,
    "v1 GET /leadLabels": leadlabels.read_list,
    "v1 POST /leadLabels": leadlabels.create,
    "v1 PATCH /leadLabels/{id}": leadlabels.update,
    "v1 DELETE /leadLabels/{id}": leadlabels.delete,
    "v1 POST /leads": leads.create,
    "v1 GET /leads/{id}": leads.read_one,
    "v1 PATCH /leads/{id}": leads.update,
    "v1 DELETE /leads/{id}": leads.delete,
}

_V2: dict[str, Handler] = {
    "v2 POST /pipelines": pipelines.create_pipeline,
    "v2 DELETE /pipelines/{id}": pipelines.delete_pipeline,
    "v2 DELETE /stages/{id}": pipelines.delete_stage,
    "v2 GET /deals/archived": partial(records.read_list, DEAL),
    "v2 GET /persons/search": searching.search("person"),
    "v2 GET /organizations/search": searching.search("organization"),
    "v2 GET /deals/search": searching.search("deal"),
    "v2 GET /leads/search": searching.search("lead"),
    "v2 GET /itemSearch": searching.search_items,
    "v2 GET /itemSearch/field": searching.search_field,
}


def handlers() -> dict[str, Handler]:
    """Handlers by operation key, such as ``v2 GET /persons``."""
    found: dict[str, Handler] = {}
    for kind in KINDS:
        found |= _of_kind(kind)
        found |= legacy.handlers(kind)
    for object_name in ("person", "organization", "deal", "activity"):
        found |= fields.handlers(object_name)
    return {**found, **merging.handlers(), **_V1, **_V2}


def _of_kind(kind: Kind) -> dict[str, Handler]:
    path = f"/{kind.table}"
    return {
        f"v2 GET {path}": partial(records.read_list, kind),
        f"v2 POST {path}": partial(records.create, kind),
        f"v2 GET {path}/{{id}}": partial(records.read_one, kind),
        f"v2 PATCH {path}/{{id}}": partial(records.update, kind),
        f"v2 DELETE {path}/{{id}}": partial(records.delete, kind),
    }

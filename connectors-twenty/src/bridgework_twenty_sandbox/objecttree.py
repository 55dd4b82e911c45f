"""The error trees about a whole object: it would have brought, or has, many other things with it."""

from collections.abc import Iterable
from hashlib import sha256

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.kinds import capital
from bridgework_twenty_sandbox.naming import name_problems, not_available, problem
from bridgework_twenty_sandbox.standard import new_id
from bridgework_twenty_sandbox.trees import Invalid, entry

TARGETED = ("timelineActivity", "attachment", "noteTarget", "taskTarget")
"""Objects that get a relation to every custom object, in this order."""

NEW_FIELDS = (
    "name",
    "id",
    "createdAt",
    "createdBy",
    "deletedAt",
    "position",
    "updatedAt",
    "updatedBy",
    "searchVector",
    "timelineActivities",
    "attachments",
    "noteTargets",
    "taskTargets",
)
_VIEWS = 2
_VIEW_FIELDS = 9


def object_refused(
    singular: str, plural: str, problems: list[Record], targets: list[Record], taken: set[str], application: str
) -> Invalid:
    """The object, and everything that would have been made with it. ``taken``: targets that have such a field."""
    own, fields = new_id(), {name: new_id() for name in NEW_FIELDS}
    missing = problem(
        "OBJECT_METADATA_NOT_FOUND", "Object metadata not found", "Field to create related object not found"
    )
    listed = [
        entry(
            "fieldMetadata",
            "create",
            [missing],
            universalIdentifier=universal,
            name=name,
            objectMetadataUniversalIdentifier=own,
        )
        for name, universal in fields.items()
    ]
    listed += [_target(f"target{capital(singular)}", target, taken, application) for target in targets]
    views = [new_id() for _ in range(_VIEWS)]
    nowhere = problem("INVALID_VIEW_DATA", "Object metadata not found")
    return Invalid(
        "Multiple validation errors occurred while creating object",
        {
            "fieldMetadata": listed,
            "objectMetadata": [
                entry(
                    "objectMetadata",
                    "create",
                    problems,
                    universalIdentifier=own,
                    namePlural=plural,
                    nameSingular=singular,
                )
            ],
            "view": [entry("view", "create", [nowhere], universalIdentifier=view) for view in views],
            "viewField": _view_fields(views[0], list(fields.values())),
            "index": list(_indexes(singular, bool(taken))),
            "searchFieldMetadata": [_search_field(own)],
        },
    )


def _target(name: str, target: Record, taken: set[str], application: str) -> Record:
    universal = new_id()
    problems = list(name_problems(name, "INVALID_FIELD_INPUT"))
    exists = target["nameSingular"] in taken
    if exists:
        problems = [
            problem(
                "FIELD_ALREADY_EXISTS",
                "Field with same universal identifier already exists in object",
                "Field already exists",
            ),
            not_available(name),
        ]
    problems.append(
        problem(
            "OBJECT_METADATA_NOT_FOUND",
            "Relation target object metadata not found",
            "Object targeted by the relation not found",
        )
    )
    if exists:
        message = (
            f'Cannot create fieldMetadata: universalIdentifier "{universal}" already exists in fieldMetadata maps '
            f'from application "{application}"'
        )
        problems.append({"code": "ENTITY_ALREADY_EXISTS", "message": message})
    return entry(
        "fieldMetadata",
        "create",
        problems,
        universalIdentifier=universal,
        name=name,
        objectMetadataUniversalIdentifier=target["universalIdentifier"],
    )


def _view_fields(view: str, fields: list[str]) -> list[Record]:
    lost = [
        problem("INVALID_VIEW_DATA", "Field metadata not found"),
        problem("INVALID_VIEW_DATA", "View not found"),
    ]
    return [
        entry(
            "viewField",
            "create",
            lost,
            universalIdentifier=new_id(),
            viewUniversalIdentifier=view,
            fieldMetadataUniversalIdentifier=fields[place],
        )
        for place in range(_VIEW_FIELDS)
    ]


def index_name(table: str, column: str) -> str:
    return "IDX_" + sha256(f"{table}{column}".encode()).hexdigest()[:27]


def _indexes(singular: str, exists: bool) -> Iterable[Record]:
    no_object = problem(
        "INDEX_OBJECT_NOT_FOUND", "Could not find index related object metadata", "Index related object not found"
    )
    no_field = problem(
        "INDEX_FIELD_NOT_FOUND",
        "Could not find index field related field metadata",
        "Field referenced in index does not exist",
    )
    same = problem("INDEX_ALREADY_EXISTS", "Index with same name already exists")
    for target in TARGETED:
        name = index_name(target, f"target{capital(singular)}Id")
        yield entry("index", "create", [same if exists else no_field], universalIdentifier=new_id(), name=name)
    own = [no_object, same, no_field] if exists else [no_object, no_field]
    yield entry("index", "create", own, universalIdentifier=new_id(), name=index_name(f"_{singular}", "searchVector"))


def _search_field(own: str) -> Record:
    return entry(
        "searchFieldMetadata",
        "create",
        [
            problem("FIELD_METADATA_NOT_FOUND", "Field metadata not found"),
            problem(
                "TS_VECTOR_FIELD_METADATA_NOT_FOUND",
                "TS_VECTOR field metadata not found",
                "Search vector field not found",
            ),
            problem("OBJECT_METADATA_NOT_FOUND", "Object metadata not found"),
        ],
        universalIdentifier=new_id(),
        objectMetadataUniversalIdentifier=own,
    )


def standard_object_kept(meta: Record, fields: list[Record]) -> Invalid:
    """Deleting a standard object."""
    system = problem("FIELD_MUTATION_NOT_ALLOWED", "System fields cannot be deleted")
    label = problem("FIELD_MUTATION_NOT_ALLOWED", "Cannot delete, please update the label identifier field first")
    return Invalid(
        "Multiple validation errors occurred while deleting object",
        {
            "fieldMetadata": [
                entry(
                    "fieldMetadata",
                    "delete",
                    [label if field["id"] == meta["labelIdentifierFieldMetadataId"] else system],
                    universalIdentifier=field["universalIdentifier"],
                    name=field["name"],
                    objectMetadataUniversalIdentifier=meta["universalIdentifier"],
                )
                for field in fields
            ],
            "objectMetadata": [
                entry(
                    "objectMetadata",
                    "delete",
                    [problem("INVALID_OBJECT_INPUT", "Standard objects cannot be deleted")],
                    universalIdentifier=meta["universalIdentifier"],
                    namePlural=meta["namePlural"],
                    nameSingular=meta["nameSingular"],
                )
            ],
        },
    )

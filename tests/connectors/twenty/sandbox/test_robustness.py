"""Whatever arrives is answered; nothing breaks the simulator, and nothing breaks what it stores."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridgework_twenty_sandbox.comparing import OPERATORS
from bridgework_twenty_sandbox.fieldtypes import PARTS, TYPES

from .practice import Practice, Record, only

RELAXED = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
IDS = [f"5c000000-0000-4000-8000-00000000000{number}" for number in range(6)]
PLURALS = ["people", "companies", "notes", "noteTargets", "attachments", "opportunities", "visits"]
NAMES = [
    *["id", "createdAt", "updatedAt", "deletedAt", "createdBy", "position", "searchVector", "name", "emails", "phones"],
    *["linkedinLink", "domainName", "address", "annualRevenue", "companyId", "company", "stage", "amount", "closeDate"],
    *["title", "bodyV2", "noteId", "targetPersonId", "file", "fileCategory", "noteTargets", "surprise", "choice"],
    *["several", "day", "raw", "labels", "flag", "count", "key", "person", "personId"],
]
WORDS = [
    *[
        "",
        "a",
        "NULL",
        "A",
        "first",
        "last",
        "2024-01-01",
        "03/02/2025",
        "https://X.example/",
        "Ana@X.example",
        "[]",
        "{}",
    ],
    *["+34 612345678", "\x00", "😀", "null", "%", *IDS],
]
INSIDE = sorted({part for parts in PARTS.values() for part in parts})
KEYS = [*INSIDE, "connect", "where", "fileId", "label", "number", "url"]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
bodies = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)


def calm(answer: httpx.Response) -> bool:
    """Nothing but the refusals that the real server gives with 500."""
    if answer.status_code < 500:
        return True
    known = ("Data validation error.", "Migration action", "Must provide operation name")
    return answer.status_code == 500 and any(text in answer.text for text in known)


@pytest.fixture
def lively(practice: Practice) -> Practice:
    """A workspace with a custom object that has a field of every kind, and one of everything else."""
    owner = practice.object("visit", "visits")["id"]
    options = [{"label": value, "value": value, "color": "red", "position": n} for n, value in enumerate("AB")]
    for kind, name in (
        ("DATE", "day"),
        ("RAW_JSON", "raw"),
        ("ARRAY", "labels"),
        ("BOOLEAN", "flag"),
        ("NUMBER", "count"),
    ):
        practice.field(owner, kind, name)
    practice.field(owner, "TEXT", "key", isUnique=True)
    practice.field(owner, "SELECT", "choice", options=options)
    practice.field(owner, "MULTI_SELECT", "several", options=options)
    person = practice.metadata("person")["id"]
    payload = {"type": "MANY_TO_ONE", "targetObjectMetadataId": person, "targetFieldLabel": "Visits"}
    practice.field(owner, "RELATION", "person", relationCreationPayload=payload)
    for plural in PLURALS:
        practice.make(plural, id=IDS[0])
    return practice


def test_any_body_is_answered(lively: Practice) -> None:
    @RELAXED
    @given(st.sampled_from(PLURALS), bodies | values, st.sampled_from(["true", "false"]))
    def answered(plural: str, body: Any, upsert: str) -> None:
        assert calm(lively.rest("POST", plural, body, upsert=upsert))
        assert calm(lively.rest("PATCH", f"{plural}/{IDS[0]}", body))
        assert calm(lively.rest("POST", f"batch/{plural}", [body, body], upsert=upsert))

    answered()


def test_any_bytes_are_answered(lively: Practice) -> None:
    @RELAXED
    @given(st.sampled_from(["/rest/people", "/graphql", "/metadata", "/rest/metadata/fields"]), st.binary(max_size=30))
    def answered(path: str, content: bytes) -> None:
        for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
            assert calm(lively.http.post(path, content=content, headers={"content-type": kind}))

    answered()


def test_any_filter_order_and_cursor_is_answered(lively: Practice) -> None:
    fields = st.sampled_from(
        [*NAMES, "name.firstName", "emails.primaryEmail", "createdBy.source", "amount.amountMicros"]
    )
    predicates = st.builds("{}[{}]:{}".format, fields, st.sampled_from([*OPERATORS, "zz"]), st.sampled_from(WORDS))
    groups = st.recursive(
        predicates, lambda inner: st.builds("{}({},{})".format, st.sampled_from(["and", "or", "not"]), inner, inner)
    )
    orders = st.builds("{}[{}]".format, fields, st.sampled_from(["AscNullsFirst", "DescNullsLast", "up", ""]))
    cursors = st.sampled_from(["x", "", "e30=", "W10=", "eyJpZCI6IjUifQ==", "eyJpZCI6NX0=", "eyJpZCI6eyJhIjoxfX0="])

    @RELAXED
    @given(st.sampled_from(PLURALS), groups | st.text(max_size=10), orders | st.text(max_size=6), cursors)
    def answered(plural: str, wanted: str, order: str, cursor: str) -> None:
        for query in ({"filter": wanted}, {"order_by": order, "depth": "1"}, {"starting_after": cursor}):
            assert calm(lively.rest("GET", plural, **query))
        assert calm(lively.rest("GET", plural, filter=wanted, order_by=order, ending_before=cursor, limit=cursor))

    answered()


def test_any_metadata_is_answered(lively: Practice) -> None:
    owner, person = lively.metadata("visit"), lively.metadata("person")["id"]
    field = next(each["id"] for each in owner["fields"] if each["name"] == "choice")
    payloads = st.fixed_dictionaries(
        {
            "type": st.sampled_from(["MANY_TO_ONE", "ONE_TO_MANY", "x"]),
            "targetObjectMetadataId": st.sampled_from([person, owner["id"], "x"]) | scalars,
            "targetFieldLabel": st.sampled_from(["Some list", "", "Visits"]) | scalars,
        }
    )
    known = st.fixed_dictionaries(
        {"objectMetadataId": st.just(owner["id"])},
        optional={
            "type": st.sampled_from(TYPES) | scalars,
            "name": st.sampled_from(["fresh", "name", "type", "x" * 70]) | scalars,
            "label": st.just("Label") | scalars,
            "options": st.lists(st.fixed_dictionaries({"label": scalars, "value": scalars}) | scalars, max_size=2),
            "defaultValue": values,
            "settings": values,
            "isUnique": st.booleans(),
            "isNullable": st.booleans(),
            "isActive": st.booleans(),
            "relationCreationPayload": payloads | scalars,
            "morphRelationsCreationPayload": st.lists(payloads, max_size=2) | scalars,
        },
    )

    @RELAXED
    @given(known | values)
    def answered(body: Any) -> None:
        for method, path in (
            ("POST", "fields"),
            ("PATCH", f"fields/{field}"),
            ("POST", "objects"),
            ("PATCH", f"objects/{owner['id']}"),
        ):
            assert calm(lively.rest(method, f"metadata/{path}", body))
        assert lively.rest("GET", lively.controls.state()["metadata"]["objects"][0]["namePlural"]).status_code == 200

    answered()


def test_any_graphql_is_answered(lively: Practice) -> None:
    roots = st.sampled_from(
        ["people", "person", "createPerson", "createVisits", "updateNotes", "destroyPeople", "nope"]
    )
    arguments = st.dictionaries(
        st.sampled_from(["data", "filter", "id", "first", "last", "after", "before", "orderBy", "upsert"]),
        bodies | values,
        max_size=4,
    )
    selections = st.sampled_from(
        [
            "",
            "{id}",
            "{edges{node{id company{name people{edges{node{id}}}}}}pageInfo{endCursor}totalCount}",
            "{...F}",
            "{id ...on Person{jobTitle}__typename}",
        ]
    )

    @RELAXED
    @given(st.sampled_from(["query", "mutation"]), roots, arguments, selections)
    def answered(kind: str, root: str, given: Record, selection: str) -> None:
        declared = ",".join(f"${name}:X" for name in given)
        passed = ",".join(f"{name}:${name}" for name in given)
        text = f"{kind}{f'({declared})' if given else ''}{{{root}{f'({passed})' if given else ''}{selection}}}"
        body = {"query": text, "variables": given}
        assert calm(lively.http.post("/graphql", json=body))
        assert calm(lively.http.post("/metadata", json=body))

    answered()


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["create", "upsert", "batch", "change", "soft", "destroy", "restore", "all"]),
        st.sampled_from(["people", "companies", "notes", "noteTargets"]),
        st.sampled_from(IDS),
        st.fixed_dictionaries(
            {},
            optional={
                "emails": st.sampled_from(["", "a@x.example", "b@x.example"]).map(lambda each: {"primaryEmail": each}),
                "companyId": st.sampled_from(IDS[:3]),
                "noteId": st.sampled_from(IDS[:3]),
                "targetPersonId": st.sampled_from(IDS[:3]),
                "position": st.sampled_from([-5, 0, 2.5, "first", "last"]),
            },
        ),
    ),
    max_size=25,
)


def _carry_out(practice: Practice, verb: str, plural: str, record: str, sent: Record) -> httpx.Response:
    match verb:
        case "create" | "upsert":
            return practice.rest("POST", plural, {"id": record, **sent}, upsert=str(verb == "upsert").lower())
        case "batch":
            return practice.rest("POST", f"batch/{plural}", [{"id": record}, sent, {"id": IDS[5]}])
        case "change":
            return practice.rest("PATCH", f"{plural}/{record}", sent)
        case "restore":
            return practice.rest("PATCH", f"restore/{plural}", filter=f"id[eq]:{record}")
        case "all":
            return practice.rest("PATCH", plural, sent, filter="id[is]:NOT_NULL")
    return practice.rest("DELETE", f"{plural}/{record}", soft_delete=str(verb == "soft").lower())


def test_what_is_stored_stays_in_order_whatever_is_done(practice: Practice) -> None:
    """Unique values are unique, relations lead somewhere, counts and pages agree with the rows."""

    @RELAXED
    @given(OPERATIONS)
    def in_order(operations: list[tuple[str, str, str, Record]]) -> None:
        for operation in operations:
            assert _carry_out(practice, *operation).status_code < 500
        stored = practice.controls.state()["objects"]
        ids = {name: {row["id"] for row in rows} for name, rows in stored.items()}
        addresses = [row["emails"]["primaryEmail"] for row in stored["person"] if row["emails"]["primaryEmail"]]
        assert len(addresses) == len(set(addresses))
        assert {row["companyId"] for row in stored["person"]} <= {*ids["company"], None}
        assert {row["noteId"] for row in stored["noteTarget"]} <= {*ids["note"], None}
        for singular, plural in (("person", "people"), ("company", "companies"), ("noteTarget", "noteTargets")):
            assert all(str(UUID(row["id"])) == row["id"] for row in stored[singular])
            live = [row["id"] for row in stored[singular] if row["deletedAt"] is None]
            assert practice.count(plural) == len(live)
            assert [row["id"] for row in only(practice.rest("GET", plural, limit=200))] == sorted(live)
        for person in stored["person"]:
            found = practice.found(
                "people", f"and(id[eq]:{person['id']},or(deletedAt[is]:NULL,deletedAt[is]:NOT_NULL))"
            )
            assert [row["updatedAt"] for row in found] == [person["updatedAt"]]

    in_order()

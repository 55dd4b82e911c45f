"""Where the real server is known to differ from its own OpenAPI documents. Reviewed by hand.

"recorded": seen in ``data/exchanges-2.21.0.json.gz``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

STATUSES: dict[tuple[str, int], str] = {
    ("core", 403): "a missing or a revoked key; recorded",
    ("core", 404): "no such record; recorded",
    ("core", 429): "over the limit; recorded",
    ("core", 500): "too large a body, a NUL byte; recorded",
    ("core", 200): "groupBy and duplicates answer 200; recorded",
    ("core", 201): "duplicates are described as 201 or not at all; recorded",
    ("metadata", 403): "a missing or a revoked key, a standard field, a role without the right; recorded",
    ("metadata", 404): "no such object or field; recorded",
    ("metadata", 500): "a migration of the database that failed; recorded",
}
"""Statuses that the documents leave out."""


@dataclass(frozen=True)
class Attribute:
    """Attributes (a pattern on dotted paths) of routes (a pattern on templates) that differ from the documents."""

    document: str
    template: str
    attribute: str
    source: str

    def fits(self, document: str, template: str, attribute: str) -> bool:
        return (
            document == self.document
            and re.search(self.template, template) is not None
            and re.fullmatch(self.attribute, attribute) is not None
        )


ATTRIBUTES = [
    Attribute("core", "", r".*\.searchVector", "every record has it; recorded"),
    Attribute("core", "", r".*\.(createdBy|updatedBy)\.context", "actors have a fourth part; recorded"),
    Attribute("core", "", r"(data\.)?pageInfo\.hasPreviousPage", "recorded"),
    Attribute("core", "", r"code", "some refusals carry a code; recorded"),
    Attribute("core", "", r"message", "what is malformed has one message, not a list; recorded"),
    Attribute("core", "", r"messages", "the 401 of the documents has one message, the real one a list; recorded"),
    Attribute("metadata", "", r"messages", "the 401 of the documents has one message, the real one a list; recorded"),
    Attribute("core", "", r"data\.delete\w+\.\w+", "a soft delete answers the whole record; recorded"),
    Attribute("core", "/merge$", r"data\.merge\w+", "named after one record, not after many; recorded"),
    Attribute(
        "core",
        "",
        r"data\.(\w+\.)+"
        r"(target(Visit|Stay|ToothVisit|Appointment|ChartEntry|RecallItem|TreatmentPlan)(Id)?"
        r"|visits|toothVisits|aboutVisits|dentalVisits|about|extra|lastVisitId)",
        "what custom objects and fields of the exchanges and tests add; recorded",
    ),
]


@dataclass(frozen=True)
class Body:
    """Whole answers that have another form than the documents say."""

    fits: Callable[[str, str, str, int, Any], bool]
    source: str


BODIES = [
    Body(
        lambda document, method, template, status, body: template.startswith("/open-api/"),
        "the document itself, which describes itself only in outline",
    ),
    Body(
        lambda document, method, template, status, body: template.endswith("/groupBy") and isinstance(body, list),
        "a bare list; recorded",
    ),
    Body(
        lambda document, method, template, status, body: document == "metadata" and status in (200, 201),
        "the newer reply shape is bare, and both shapes have more properties; recorded",
    ),
    Body(
        lambda document, method, template, status, body: (
            document == "metadata"
            and status == 400
            and body.get("error") in ("METADATA_VALIDATION_ERROR", "Bad Request")
        ),
        "trees of errors and lists of messages; recorded",
    ),
]

"""The error trees of the metadata interface (reference, section 8.6)."""

from collections.abc import Iterable
from typing import Any

from bridgework_twenty_sandbox.answers import Record, Refused, Reply
from bridgework_twenty_sandbox.naming import problem
from bridgework_twenty_sandbox.standard import new_id

_PLURALS = {"view": "views", "viewField": "viewFields", "index": "indices"}


class Invalid(Refused):
    """A change of the metadata that is refused with a tree: entries by kind of thing."""

    def __init__(self, message: str, errors: dict[str, list[Record]], friendly: str = "Many validation errors") -> None:
        super().__init__(message, friendly=friendly)
        self.errors = {name: entries for name, entries in errors.items() if entries}
        counts = {name: len(entries) for name, entries in self.errors.items()}
        self.summary = {"totalErrors": sum(counts.values()), **counts}

    def rest(self) -> Reply:
        body = {
            "statusCode": 400,
            "error": "METADATA_VALIDATION_ERROR",
            "message": self.message,
            "errors": self.errors,
            "summary": self.summary,
            "userFriendlyMessage": self.friendly,
        }
        return Reply(body, 400)

    def graphql(self) -> Record:
        counted = ", ".join(
            f"{len(entries)} {_PLURALS.get(name, name) if len(entries) > 1 else name}"
            for name, entries in self.errors.items()
        )
        return {
            "message": self.message,
            "extensions": {
                "code": "METADATA_VALIDATION_FAILED",
                "errors": self.errors,
                "summary": self.summary,
                "userFriendlyMessage": self.friendly,
                "message": f"Validation failed for {counted}",
            },
        }


def entry(metadata: str, verb: str, errors: Iterable[Record], **about: Any) -> Record:
    return {
        "status": "fail",
        "errors": list(errors),
        "flatEntityMinimalInformation": about,
        "metadataName": metadata,
        "type": verb,
    }


def early(message: str, metadata: str, verb: str, error: Record) -> Invalid:
    """What is refused before anything is planned has a simpler entry."""
    one = {"errors": [error], "type": verb, "metadataName": metadata, "flatEntityMinimalInformation": {"id": ""}}
    return Invalid(message, {metadata: [one]}, error["userFriendlyMessage"])


def field_refused(owner: Record, name: str, problems: list[Record], universal: str) -> Invalid:
    """The field, and the two view columns that would have shown it."""
    about = {
        "universalIdentifier": universal,
        "name": name,
        "objectMetadataUniversalIdentifier": owner["universalIdentifier"],
    }
    lost = problem("INVALID_VIEW_DATA", "Field metadata not found")
    views = [
        entry(
            "viewField",
            "create",
            [lost],
            universalIdentifier=new_id(),
            viewUniversalIdentifier=new_id(),
            fieldMetadataUniversalIdentifier=universal,
        )
        for _ in range(2)
    ]
    return Invalid(
        "Multiple validation errors occurred while creating fields",
        {"fieldMetadata": [entry("fieldMetadata", "create", problems, **about)], "viewField": views},
    )

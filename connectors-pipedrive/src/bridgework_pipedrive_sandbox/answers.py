"""Forms of answers and refusals."""

from dataclasses import dataclass, field
from typing import Any

from bridgework_pipedrive_sandbox.operations import Version

Record = dict[str, Any]

SCHEMA = "ERR_SCHEMA_VALIDATION_FAILED"
BAD_REQUEST = "ERR_BAD_REQUEST"


@dataclass
class Reply:
    """An answer: a JSON body, or bytes with their type (downloads)."""

    body: Any
    status: int = 200
    content: bytes | None = None
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The request is answered with an error and changes nothing."""

    def __init__(self, status: int, error: str, code: str | None = None, info: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.code = code
        self.info = info

    def body(self, version: Version) -> Record:
        """The error form of the version that was called."""
        if version == "v2":
            plain: Record = {"success": False, "error": self.error}
            return {**plain, "code": self.code} if self.code else plain
        body: Record = {
            "success": False,
            "error": self.error,
            "error_info": self.info,
            "data": None,
            "additional_data": None,
        }
        # v1 knows codes for the caps of the plan only
        return {**body, "code": self.code} if self.code and self.status == 403 else body


def data(value: Any, status: int = 200) -> Reply:
    return Reply({"success": True, "data": value}, status)


def listed(values: list[Any], **additional: Any) -> Reply:
    return Reply({"success": True, "data": values, "additional_data": additional})


def malformed(*problems: str) -> Refused:
    return Refused(400, "Validation failed: " + "; ".join(problems), SCHEMA)


def against_rule(error: str) -> Refused:
    return Refused(400, error, BAD_REQUEST)


def not_found(what: str = "Object") -> Refused:
    return Refused(404, f"{what} not found", info="Object was not found.")


def forbidden(error: str, code: str | None = None) -> Refused:
    return Refused(403, error, code)

"""Answers, and the two forms of a refusal: REST and GraphQL."""

from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]

SOMETHING = "An error occurred."


@dataclass
class Reply:
    """A JSON body, or bytes with their type."""

    body: Any
    status: int = 200
    content: bytes | None = None
    media_type: str = "application/json; charset=utf-8"


class Refused(Exception):
    """The request is answered with an error and changes nothing.

    ``status``, ``error`` and ``code`` make the REST form; ``graphql_code``, ``sub_code`` and ``friendly`` the GraphQL
    form. ``body`` (JSON) or ``text`` replaces the REST form where the real server answers something else.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        error: str = "BadRequestException",
        code: str | None = None,
        graphql_code: str = "BAD_USER_INPUT",
        sub_code: str | None = None,
        friendly: Any = SOMETHING,
        body: Any = None,
        text: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.error = error
        self.code = code
        self.graphql_code = graphql_code
        self.sub_code = sub_code
        self.friendly = friendly
        self.body = body
        self.text = text

    def rest(self) -> Reply:
        if self.text is not None:
            return Reply(None, self.status, self.text.encode(), "text/html; charset=utf-8")
        if self.body is not None:
            return Reply(self.body, self.status)
        body: Record = {"statusCode": self.status, "error": self.error, "messages": [self.message]}
        if self.code:
            body["code"] = self.code
        return Reply(body, self.status)

    def graphql(self) -> Record:
        sub_code = {} if self.sub_code is None else {"subCode": self.sub_code}
        return {
            "message": self.message,
            "extensions": {**sub_code, "userFriendlyMessage": self.friendly, "code": self.graphql_code},
        }


def bad(message: str, friendly: str = SOMETHING) -> Refused:
    """A value or a name that the record engine refuses."""
    return Refused(message, sub_code="INVALID_ARGS_DATA", friendly=friendly)


def unreadable(message: str) -> Refused:
    """A path or a query string that cannot be read. Costs no token."""
    return Refused(message)


def coded(message: str, code: str) -> Refused:
    return Refused(message, error="Error", code=code, sub_code=code, friendly=message)


def type_error(message: str) -> Refused:
    return Refused(message, error="TypeError", graphql_code="INTERNAL_SERVER_ERROR")


def database(message: str, friendly: str = SOMETHING) -> Refused:
    """The text of the database, passed on."""
    return Refused(message, friendly=friendly)


def duplicate() -> Refused:
    return Refused(
        "A duplicate entry was detected", friendly="This record already exists. Please check your data and try again."
    )


def not_found() -> Refused:
    return Refused(
        "Record not found",
        status=404,
        error="NotFoundException",
        graphql_code="NOT_FOUND",
        sub_code="RECORD_NOT_FOUND",
        friendly="This record does not exist or has been deleted.",
    )


def no_permission(status: int = 400) -> Refused:
    """Core REST answers 400, REST metadata 403."""
    return Refused(
        "Entity performing the request does not have permission",
        status=status,
        error="Error",
        code="PERMISSION_DENIED",
        graphql_code="FORBIDDEN",
        sub_code="PERMISSION_DENIED",
        friendly="User does not have permission.",
    )


def over_limit(tokens: int, window_ms: int) -> Refused:
    return Refused(
        f"Limit reached ({tokens} tokens per {window_ms} ms)",
        status=429,
        error="HttpException",
        sub_code="LIMIT_REACHED",
        friendly="Rate limit reached. Please try again later.",
    )


def data_error() -> Refused:
    """What the database refuses to store, such as a NUL byte."""
    return Refused(
        "Data validation error.",
        status=500,
        error="InternalServerErrorException",
        graphql_code="INTERNAL_SERVER_ERROR",
    )


def no_route(method: str, path: str) -> Refused:
    body = {"message": f"Cannot {method} {path}", "error": "Not Found", "statusCode": 404}
    return Refused(str(body["message"]), status=404, body=body)

"""One request as the handlers see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, malformed
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.operations import Operation


@dataclass(frozen=True)
class Upload:
    """The file part of a multipart body."""

    filename: str
    content: bytes


@dataclass
class Call:
    """``variable``: the segment of the path that differs (an id or a field code), ``form``: a form's fields."""

    company: Company
    operation: Operation
    variable: str
    query: Mapping[str, str]
    raw: bytes
    content_type: str
    user: Record
    form: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    @property
    def body(self) -> Any:
        """The JSON body. Raises :class:`Refused` when it is none."""
        if not self.content_type.startswith("application/json"):
            raise malformed("body: must be sent as application/json")
        try:
            return orjson.loads(self.raw)
        except orjson.JSONDecodeError:
            raise malformed("body: is not valid JSON") from None

    @property
    def object_body(self) -> Record:
        body = self.body
        if not isinstance(body, dict):
            raise malformed("body: must be an object")
        return {name: value for name, value in body.items() if not self._overlooks(name)}

    def _overlooks(self, name: str) -> bool:
        path = self.operation.template.strip("/").partition("/")[0]
        return f"{path}.{name}" in self.company.options.overlooked

    @property
    def id(self) -> int:
        """The id in the path."""
        if not self.variable.isascii() or not self.variable.isdigit():
            raise malformed("id: must be an integer")
        return int(self.variable)

    def number(self, name: str, default: int | None = None) -> int | None:
        """A whole number from the query."""
        if name not in self.query:
            return default
        try:
            return int(self.query[name])
        except ValueError:
            raise malformed(f"{name}: must be an integer") from None

    def flag(self, name: str) -> bool | None:
        value = self.query.get(name)
        if value is None:
            return None
        if value not in ("true", "false", "1", "0"):
            raise malformed(f"{name}: must be a boolean")
        return value in ("true", "1")

    def page_size(self, most: int) -> int:
        limit = self.number("limit", 100)
        assert limit is not None
        if limit < 1:
            raise malformed("limit: must be at least 1")
        if limit > most:
            if self.company.options.page_over_limit == "refuse":
                raise malformed(f"limit: must be at most {most}")
            return most
        return limit

    def only_known_query(self) -> None:
        """v2 refuses what it does not know; v1 overlooks it."""
        if self.operation.version == "v1":
            return
        unknown = [name for name in self.query if name not in self.operation.query]
        if unknown:
            raise malformed(*(f"{name}: Parameter '{name}' is not allowed for this request" for name in unknown))

    def only_admin(self) -> None:
        if not self.user["admin"]:
            raise Refused(403, "This action requires administrator rights", info="Missing permission.")


Handler = Callable[[Call], Reply]

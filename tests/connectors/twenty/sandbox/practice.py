"""A simulated workspace as these tests see it: plain HTTP against a real socket."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from bridgework.sandbox import Running

from ..openapi import Watcher

Record = dict[str, Any]


@dataclass
class Practice:
    """``http`` carries the key of the migration; ``controls`` reach behind the interface."""

    controls: Running
    http: httpx.Client
    watcher: Watcher | None = None

    def rest(self, method: str, path: str, body: Any = None, key: str | None = None, **query: Any) -> httpx.Response:
        headers = {} if key is None else {"authorization": f"Bearer {self.controls.env[key]}"}
        sent = {} if body is None else {"json": body}
        return self.http.request(method, f"/rest/{path}", params=query or None, headers=headers, **sent)

    def graphql(self, query: str, path: str = "/graphql", key: str | None = None, **variables: Any) -> Record:
        headers = {} if key is None else {"authorization": f"Bearer {self.controls.env[key]}"}
        answer = self.http.post(path, json={"query": query, "variables": variables}, headers=headers)
        assert answer.status_code == 200, answer.text
        made: Record = answer.json()
        return made

    def make(self, plural: str, **values: Any) -> Record:
        """Create a record and return it."""
        answer = self.rest("POST", plural, {"id": str(uuid4()), **values})
        assert answer.status_code == 201, answer.text
        return only(answer)

    @staticmethod
    def made_id(answer: httpx.Response) -> str:
        return str(only(answer)["id"])

    def batch(self, plural: str, *bodies: Record, **query: Any) -> list[Record]:
        answer = self.rest("POST", f"batch/{plural}", list(bodies), **query)
        assert answer.status_code == 201, answer.text
        made: list[Record] = only(answer)
        return made

    def change(self, plural: str, record_id: str, **values: Any) -> Record:
        answer = self.rest("PATCH", f"{plural}/{record_id}", values)
        assert answer.status_code == 200, answer.text
        return only(answer)

    def get(self, plural: str, record_id: str, **query: Any) -> Record:
        answer = self.rest("GET", f"{plural}/{record_id}", **query)
        assert answer.status_code == 200, answer.text
        return only(answer)

    def found(self, plural: str, wanted: str, **query: Any) -> list[Record]:
        answer = self.rest("GET", plural, filter=wanted, **query)
        assert answer.status_code == 200, answer.text
        rows: list[Record] = only(answer)
        return rows

    def count(self, plural: str, wanted: str | None = None) -> int:
        query = {} if wanted is None else {"filter": wanted}
        answer = self.rest("GET", plural, limit=0, **query)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["totalCount"])

    def object(self, singular: str, plural: str, **more: Any) -> Record:
        """Create a custom object."""
        label = singular.title()
        body = {"nameSingular": singular, "namePlural": plural, "labelSingular": label, "labelPlural": f"{label}s"}
        answer = self.rest("POST", "metadata/objects", {**body, **more})
        assert answer.status_code == 201, answer.text
        made: Record = answer.json()
        return made

    def field(self, owner: str, kind: str, name: str, **more: Any) -> Record:
        """Create a field of the object with this id."""
        body = {"objectMetadataId": owner, "type": kind, "name": name, "label": name.title(), **more}
        answer = self.rest("POST", "metadata/fields", body)
        assert answer.status_code == 201, answer.text
        made: Record = answer.json()
        return made

    def metadata(self, singular: str) -> Record:
        listed = self.rest("GET", "metadata/objects", limit=100).json()["data"]
        return next(each for each in listed if each["nameSingular"] == singular)

    def stored(self, singular: str) -> list[Record]:
        rows: list[Record] = self.controls.state()["objects"][singular]
        return rows

    def later(self, seconds: float) -> None:
        self.controls.advance(seconds)


def only(answer: httpx.Response) -> Any:
    """What stands under the one name below ``data``."""
    (value,) = answer.json()["data"].values()
    return value


def refusal(answer: httpx.Response, status: int = 400, code: str | None = None) -> str:
    """The message of a refusal, after its status and code were checked."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["statusCode"] == status
    assert body.get("code") == code, body
    (message,) = body["messages"]
    return str(message)


def problems(answer: httpx.Response) -> list[tuple[str, str]]:
    """Code and message of what is wrong in a tree of metadata errors, without what only follows from it."""
    assert answer.status_code == 400, answer.text
    tree = answer.json()["errors"]
    follow_ups = ("OBJECT_METADATA_NOT_FOUND", "INVALID_VIEW_DATA", "INDEX_FIELD_NOT_FOUND", "INDEX_OBJECT_NOT_FOUND")
    return [
        (error["code"], error["message"])
        for kind in ("objectMetadata", "fieldMetadata")
        for entry in tree.get(kind, [])
        for error in entry["errors"]
        if error["code"] not in follow_ups
    ]

"""A simulated account as these tests see it: plain HTTP against a real socket."""

from dataclasses import dataclass
from typing import Any

import httpx

from bridgework.sandbox import Running

Record = dict[str, Any]


@dataclass
class Account:
    """``http`` carries the token; ``controls`` reach behind the interface."""

    controls: Running
    http: httpx.Client

    def v2(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self._send(method, f"/api/v2/{path}", body, query)

    def v1(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self._send(method, f"/api/v1/{path}", body, query)

    def _send(self, method: str, path: str, body: Any, query: dict[str, Any]) -> httpx.Response:
        sent = {} if body is None else {"json": body}
        return self.http.request(method, path, params=query or None, **sent)

    def make(self, path: str, **body: Any) -> Record:
        """Create a v2 record and return it."""
        answer = self.v2("POST", path, body)
        assert answer.status_code == 200, answer.text
        made: Record = answer.json()["data"]
        return made

    def make_v1(self, path: str, **body: Any) -> Record:
        answer = self.v1("POST", path, body)
        assert answer.status_code in (200, 201), answer.text
        made: Record = answer.json()["data"]
        return made

    def field(self, of: str, field_type: str, *labels: str, name: str = "Wanted") -> Record:
        options = {"options": [{"label": label} for label in labels]} if labels else {}
        return self.make(f"{of}Fields", field_name=name, field_type=field_type, **options)

    def get(self, path: str, **query: Any) -> Record:
        answer = self.v2("GET", path, **query)
        assert answer.status_code == 200, answer.text
        found: Record = answer.json()["data"]
        return found

    def ids(self, path: str, **query: Any) -> list[int]:
        return [record["id"] for record in self.get(path, **query)]

    def stored(self, table: str) -> list[Record]:
        rows: list[Record] = self.controls.state()["objects"][table]
        return rows

    def later(self, seconds: float) -> None:
        self.controls.advance(seconds)


def refusal(answer: httpx.Response, status: int = 400, code: str | None = None) -> str:
    """The error text of a refusal, after its status and code were checked."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["success"] is False
    if code is not None:
        assert body["code"] == code
    return str(body["error"])


SCHEMA = "ERR_SCHEMA_VALIDATION_FAILED"
RULE = "ERR_BAD_REQUEST"

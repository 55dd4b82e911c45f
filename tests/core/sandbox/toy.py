"""The smallest simulator: a list of texts behind one path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bridgework.sandbox import Canned, CommandRefused, SimulatedClock


class Options(BaseModel):
    secret: str = "s3cret"


class Toy:
    """POST adds the body, GET shows all."""

    name: ClassVar[str] = "toy"
    Options: ClassVar[type[BaseModel]] = Options
    horizon: ClassVar[int] = 7
    canned: ClassVar[Mapping[str, Canned]] = {"status_503": Canned(503, "closed for repair")}

    def __init__(self, options: Any, clock: SimulatedClock, state: Path | None = None) -> None:
        self.clock = clock
        self.items: list[str] = []
        self.closed = False
        self._secret = options.secret

    @property
    def app(self) -> ASGIApp:
        return self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            self.items.append((await Request(scope, receive).body()).decode())
        body = orjson.dumps(self.items)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def environment(self) -> dict[str, str]:
        return {"TOY_SECRET": self._secret}

    def settings(self, base_url: str) -> list[str]:
        return [f"destination.door={base_url}/door"]

    def state(self) -> dict[str, Any]:
        return {"items": self.items}

    def edit(self, object_name: str, record_id: str, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        place = self._place(object_name, record_id)
        if action == "merge":
            lost, place = place, self._place(object_name, str(fields["into"]))
            self.items[place] = self.items[lost] + self.items[place]
            self.items[lost] = ""
        else:
            self.items[place] = "" if action == "delete" else str(fields["text"])
        return {"text": self.items[place]}

    def _place(self, object_name: str, record_id: str) -> int:
        if object_name != "item" or not record_id.isdigit() or int(record_id) >= len(self.items):
            raise CommandRefused("no such item")
        return int(record_id)

    def command(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {"did": name, **arguments}

    def close(self) -> None:
        self.closed = True

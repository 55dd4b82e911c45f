"""The control endpoints under ``/__sandbox__/``: look inside, break, edit, skip time."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bridgework.sandbox.contract import CommandRefused, Sandbox
from bridgework.sandbox.faults import Fault, FaultPlan
from bridgework.sandbox.wire import CONTROL

TOKEN_HEADER = "x-sandbox-token"  # noqa: S105 - the name of a header
_FAULTS = TypeAdapter(list[Fault])

Handler = Callable[[Request], Awaitable[Any]]


class Edit(BaseModel):
    """What a person does behind the migration's back: the arguments of :meth:`Sandbox.edit`."""

    model_config = ConfigDict(extra="forbid")

    object: str
    id: str | int
    action: str = "edit"
    fields: dict[str, Any] = Field(default_factory=dict)


class _Advance(BaseModel):
    model_config = ConfigDict(extra="forbid")

    advance: float = Field(ge=0)


def control_app(sandbox: Sandbox, token: str, faults: FaultPlan) -> Starlette:
    """The control application. Everything but the identity question needs the token of this start."""
    controls = _Controls(sandbox, token, faults)
    guarded = controls.guarded
    return Starlette(
        routes=[
            Route(f"{CONTROL}/", controls.identity, methods=["GET"]),
            Route(f"{CONTROL}/state", guarded(controls.state), methods=["GET"]),
            Route(f"{CONTROL}/faults", guarded(controls.show_faults), methods=["GET"]),
            Route(f"{CONTROL}/faults", guarded(controls.add_faults), methods=["POST"]),
            Route(f"{CONTROL}/faults", guarded(controls.clear_faults), methods=["DELETE"]),
            Route(f"{CONTROL}/clock", guarded(controls.clock), methods=["GET"]),
            Route(f"{CONTROL}/clock", guarded(controls.advance), methods=["POST"]),
            Route(f"{CONTROL}/edit", guarded(controls.edit), methods=["POST"]),
            Route(f"{CONTROL}/command/{{name}}", guarded(controls.command), methods=["POST"]),
        ]
    )


class _Controls:
    """What the control endpoints do."""

    def __init__(self, sandbox: Sandbox, token: str, faults: FaultPlan) -> None:
        self._sandbox = sandbox
        self._token = token
        self._faults = faults

    def _knows(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), self._token.encode())

    def guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a handler: 403 without the token, 422 for what is refused."""

        async def endpoint(request: Request) -> Response:
            if not self._knows(request):
                return _json({"error": f"header {TOKEN_HEADER} is missing or wrong"}, 403)
            try:
                return _json(await handler(request))
            except CommandRefused as refused:
                return _json({"error": str(refused)}, 422)
            except ValidationError as wrong:
                shown = wrong.errors(include_url=False, include_context=False, include_input=False)
                return _json({"error": shown}, 422)

        return endpoint

    async def identity(self, request: Request) -> Response:
        return _json({"sandbox": self._sandbox.name, "valid": self._knows(request)})

    async def state(self, _: Request) -> Any:
        return self._sandbox.state()

    async def show_faults(self, _: Request) -> Any:
        return self._faults.show()

    async def add_faults(self, request: Request) -> Any:
        self._faults.add(_FAULTS.validate_json(await request.body()))
        return self._faults.show()

    async def clear_faults(self, _: Request) -> Any:
        self._faults.clear()
        return []

    async def clock(self, _: Request) -> Any:
        return {"now": self._sandbox.clock.now().isoformat(), "speed": self._sandbox.clock.speed}

    async def advance(self, request: Request) -> Any:
        self._sandbox.clock.advance(_Advance.model_validate_json(await request.body()).advance)
        return await self.clock(request)

    async def edit(self, request: Request) -> Any:
        wanted = Edit.model_validate_json(await request.body())
        return self._sandbox.edit(wanted.object, str(wanted.id), wanted.action, wanted.fields)

    async def command(self, request: Request) -> Any:
        arguments = TypeAdapter(dict[str, Any]).validate_json(await request.body() or b"{}")
        return self._sandbox.command(request.path_params["name"], arguments)


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")

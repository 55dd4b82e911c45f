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

    def knows(request: Request) -> bool:
        return hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), token.encode())

    def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if not knows(request):
                return _json({"error": f"header {TOKEN_HEADER} is missing or wrong"}, 403)
            try:
                return _json(await handler(request))
            except CommandRefused as refused:
                return _json({"error": str(refused)}, 422)
            except ValidationError as wrong:
                return _json(
                    {"error": wrong.errors(include_url=False, include_context=False, include_input=False)}, 422
                )

        return endpoint

    async def identity(request: Request) -> Response:
        return _json({"sandbox": sandbox.name, "valid": knows(request)})

    async def state(_: Request) -> Any:
        return sandbox.state()

    async def show_faults(_: Request) -> Any:
        return faults.show()

    async def add_faults(request: Request) -> Any:
        faults.add(_FAULTS.validate_json(await request.body()))
        return faults.show()

    async def clear_faults(_: Request) -> Any:
        faults.clear()
        return []

    async def clock(_: Request) -> Any:
        return {"now": sandbox.clock.now().isoformat(), "speed": sandbox.clock.speed}

    async def advance(request: Request) -> Any:
        sandbox.clock.advance(_Advance.model_validate_json(await request.body()).advance)
        return await clock(request)

    async def edit(request: Request) -> Any:
        wanted = Edit.model_validate_json(await request.body())
        return sandbox.edit(wanted.object, str(wanted.id), wanted.action, wanted.fields)

    async def command(request: Request) -> Any:
        arguments = TypeAdapter(dict[str, Any]).validate_json(await request.body() or b"{}")
        return sandbox.command(request.path_params["name"], arguments)

    return Starlette(
        routes=[
            Route(f"{CONTROL}/", identity, methods=["GET"]),
            Route(f"{CONTROL}/state", guarded(state), methods=["GET"]),
            Route(f"{CONTROL}/faults", guarded(show_faults), methods=["GET"]),
            Route(f"{CONTROL}/faults", guarded(add_faults), methods=["POST"]),
            Route(f"{CONTROL}/faults", guarded(clear_faults), methods=["DELETE"]),
            Route(f"{CONTROL}/clock", guarded(clock), methods=["GET"]),
            Route(f"{CONTROL}/clock", guarded(advance), methods=["POST"]),
            Route(f"{CONTROL}/edit", guarded(edit), methods=["POST"]),
            Route(f"{CONTROL}/command/{{name}}", guarded(command), methods=["POST"]),
        ]
    )


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")

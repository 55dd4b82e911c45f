"""The HTTP side: bodies, keys, dispatch, forms of answers."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from bridgework_twenty_sandbox import bodies, files, openapi, timeline
from bridgework_twenty_sandbox.answers import Refused, Reply, no_route
from bridgework_twenty_sandbox.coregraphql import CoreGraphQL
from bridgework_twenty_sandbox.metadatagraphql import MetadataGraphQL
from bridgework_twenty_sandbox.metadatarest import MetadataRest
from bridgework_twenty_sandbox.rest import CoreRest
from bridgework_twenty_sandbox.workspace import Workspace

_HEALTHY = {"status": "ok", "info": {}, "error": {}, "details": {}}


class Application:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._core = CoreRest(workspace)
        self._metadata = MetadataRest(workspace)
        self._core_graphql = CoreGraphQL(workspace)
        self._metadata_graphql = MetadataGraphQL(workspace)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            # the body is read before anything is decided: what follows runs without a break, as one step
            body = await bodies.read(request)
            reply = self._answer(request, body)
        except Refused as refused:
            reply = refused.rest()
        self._workspace.save()
        content = orjson.dumps(reply.body) if reply.content is None else reply.content
        headers = {"content-type": reply.media_type, "content-length": str(len(content))}
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, request: Request, body: bodies.Body) -> Reply:
        timeline.write_due(self._workspace)
        path, method = request.scope["path"], request.method
        base_url = str(request.base_url).rstrip("/")
        if path == "/healthz" and method == "GET":
            return Reply(_HEALTHY)
        if path.startswith(files.PATH) and method == "GET":
            return files.download(self._workspace, path.removeprefix(files.PATH), request.query_params.get("token", ""))
        if path == "/graphql" and method == "POST":
            return self._core_graphql.answer(request.headers.get("authorization"), body, base_url)
        if path == "/metadata" and method == "POST":
            return self._metadata_graphql.answer(request.headers.get("authorization"), body, base_url)
        if not path.startswith("/rest/"):
            raise no_route(method, path)
        return self._rest(request, method, path, body.value, base_url)

    def _rest(self, request: Request, method: str, path: str, body: Any, base_url: str) -> Reply:
        workspace = self._workspace
        header = request.headers.get("authorization")
        key = workspace.keys.identify(header, workspace.now().timestamp())
        query = dict(request.query_params)
        if path.startswith("/rest/metadata/"):
            return self._metadata.answer(key, method, path, query, body)
        if path.startswith("/rest/open-api/") and method == "GET":
            return openapi.document(workspace, path.removeprefix("/rest/open-api/"), base_url)
        return self._core.answer(key, method, path, query, body, base_url)

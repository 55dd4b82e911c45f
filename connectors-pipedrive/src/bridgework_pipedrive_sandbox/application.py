"""The HTTP side: authorization, limits, dispatch, forms of bodies and answers."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from bridgework_pipedrive_sandbox import oauth
from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, not_found
from bridgework_pipedrive_sandbox.call import Call, Handler, Upload
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.operations import Operations, version_of
from bridgework_pipedrive_sandbox.routes import handlers


@dataclass(frozen=True)
class Credential:
    """Who calls: the token as the limits count it, and its user."""

    key: str
    user: Record
    oauth: bool


class Application:
    def __init__(self, company: Company) -> None:
        self._company = company
        self._operations = Operations(legacy=company.options.v1_legacy)
        self._handlers: Mapping[str, Handler] = handlers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        reply = await self._answer(request)
        self._company.save()
        content = orjson.dumps(reply.body) if reply.content is None else reply.content
        headers = {
            "content-type": reply.media_type,
            "content-length": str(len(content)),
            "x-correlation-id": secrets.token_hex(16),
            **reply.headers,
        }
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    async def _answer(self, request: Request) -> Reply:
        path, method = request.scope["path"], request.method
        if self._company.options.oauth and (granted := await self._oauth(request)):
            return granted
        credential = self._credential(request)
        if credential is None:
            return _unauthorized()
        found = self._operations.find(path)
        if found is None:
            return _error(not_found("Endpoint"), path)
        by_method, variable = found
        operation = by_method.get(method)
        if operation is None or operation.key not in self._handlers:
            return _error(Refused(405, "Method not allowed", info=""), path)
        # the body is read before anything is decided: what follows runs without a break, as one step
        body = await request.body()
        form, upload = await _form(request)
        call = Call(
            company=self._company,
            operation=operation,
            variable=variable or "",
            query=dict(request.query_params),
            raw=body,
            content_type=request.headers.get("content-type", ""),
            user=credential.user,
            form=form,
            upload=upload,
        )
        return self._limited(call, credential)

    def _credential(self, request: Request) -> Credential | None:
        """The header is the only carrier of the API token: the query parameter of old times is not looked at."""
        token = request.headers.get("x-api-token", "")
        if token and hmac.compare_digest(token.encode(), self._company.api_token.encode()):
            return Credential("api-token", self._company.owner(), oauth=False)
        kind, _, bearer = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._company.oauth.valid(bearer, self._company.now().timestamp()):
            return Credential("oauth-app", self._company.owner(), oauth=True)
        return None

    async def _oauth(self, request: Request) -> Reply | None:
        """The answer of the OAuth server; None for what is not its business."""
        company, path = self._company, request.scope["path"]
        now = company.now().timestamp()
        if path == oauth.AUTHORIZE and request.method == "GET":
            return company.oauth.authorize(request.query_params, now)
        if path == oauth.PATH + "/":
            return oauth.redirect(oauth.PATH)  # which turns a POST into a GET and loses the body
        if path != oauth.PATH or request.method != "POST":
            return None
        form, _ = await _form(request)
        base_url = str(request.base_url).rstrip("/")
        authorization = request.headers.get("authorization", "")
        return company.oauth.grant(authorization, form, base_url, now, rotates=company.options.refresh_rotation)

    def _limited(self, call: Call, credential: Credential) -> Reply:
        company, operation = self._company, call.operation
        company.purge()
        now = company.now()
        user = str(credential.user["id"])
        reply = company.meters.refusal(operation, credential.key, user, credential.oauth, now)
        if reply is None:
            reply = self._handled(call)
            if reply.status >= 400 and not company.options.failed_cost:
                company.meters.give_back(operation.cost)
        if reply.content is None or reply.status == 200:
            reply.headers |= company.meters.headers(operation, credential.key, user, credential.oauth, now)
        return reply

    def _handled(self, call: Call) -> Reply:
        try:
            call.only_known_query()
            return self._handlers[call.operation.key](call)
        except Refused as refused:
            wrong_body = refused.status == 400 and call.operation.method != "GET"
            status = int(call.company.options.refusal_status) if wrong_body else refused.status
            return Reply(refused.body(call.operation.version), status)


async def _form(request: Request) -> tuple[dict[str, str], Upload | None]:
    """Fields and file of a form body; nothing for other bodies and for forms that cannot be read."""
    kind = _media_type(request.headers.get("content-type", ""))
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)), None
    if kind != "multipart/form-data":
        return {}, None
    fields: dict[str, str] = {}
    upload = None
    try:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    if name == "file":
                        upload = Upload(value.filename or "", await value.read())
                else:
                    fields[name] = value
    except MultiPartException:
        return {}, None
    return fields, upload


def _media_type(header: str) -> str:
    message = Message()
    message["content-type"] = header
    return message.get_content_type() if header else ""


def _unauthorized() -> Reply:
    body = {
        "success": False,
        "error": "unauthorized access",
        "errorCode": 401,
        "error_info": "Please check the developer documentation.",
    }
    return Reply(body, 401, headers={"x-401-by-gw": "true"})


def _error(refused: Refused, path: str) -> Reply:
    return Reply(refused.body(version_of(path)), refused.status)

"""The workspace itself: its id, its name and the version of its data model, which rises with every change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridgework.errors import AccessDenied
from bridgework_twenty import refusals
from bridgework_twenty.limits import errors
from bridgework_twenty.uploading import METADATA

if TYPE_CHECKING:
    from bridgework.client import ApiClient

_QUERY = "query { currentWorkspace { id displayName metadataVersion } }"
_OK = 200
_NOT_ACCEPTED = ("UNAUTHENTICATED", "FORBIDDEN_EXCEPTION", "FORBIDDEN")  # wrong, revoked, none


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a workspace says about itself."""

    id: str
    name: str
    version: str


def workspace(api: ApiClient) -> Workspace:
    """One request that costs nothing. AccessDenied if the key is not accepted, StopRun if there is no usable answer."""
    answer = api.query(METADATA, json={"query": _QUERY}, accept=(_OK, 400, 403))
    body = answer.refusal
    if refusals.code(answer) in _NOT_ACCEPTED:
        raise AccessDenied("Twenty does not accept the API key.", next_step=NEW_KEY)
    data = body.get("data") if isinstance(body, dict) and not errors(body) else None
    found = data.get("currentWorkspace") if isinstance(data, dict) else None
    if not isinstance(found, dict) or not found.get("id"):
        raise refusals.read_refused(answer, "the workspace of the key")
    return Workspace(str(found["id"]), str(found.get("displayName") or ""), str(found.get("metadataVersion") or ""))


NEW_KEY = "make a new API key in Twenty (Settings, API & Webhooks) and set it where destination.api_key points"

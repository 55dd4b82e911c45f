"""API keys: what a token says about itself, and what its role may do."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from bridgework_twenty_sandbox.answers import Record, Refused
from bridgework_twenty_sandbox.standard import new_id


@dataclass(frozen=True)
class Role:
    """Switches of a role (reference, section 2)."""

    id: str
    label: str
    can_update: bool = True
    can_soft_delete: bool = True
    can_destroy: bool = True
    can_change_settings: bool = True


ADMIN = Role("20202020-0000-4000-8000-00000000ad01", "Admin")
LIMITED = Role("20202020-0000-4000-8000-00000000ad02", "Limited", True, False, False, False)
READ_ONLY = Role("20202020-0000-4000-8000-00000000ad03", "Read only", False, False, False, False)
ROLES = {role.id: role for role in (ADMIN, LIMITED, READ_ONLY)}


@dataclass(frozen=True)
class Key:
    """``expires`` and ``issued`` in seconds since 1970."""

    id: str
    name: str
    token: str
    role: str
    issued: int
    expires: int
    revoked: bool = False

    @property
    def rights(self) -> Role:
        return ROLES[self.role]

    @property
    def author(self) -> Record:
        """The actor of what is written with this key."""
        return {"source": "API", "workspaceMemberId": None, "name": self.name, "context": {}}


def new_key(name: str, role: Role, workspace: str, issued: int, expires: int, token: str = "") -> Key:
    key_id = new_id()
    made = token or _token(
        {"sub": workspace, "type": "API_KEY", "workspaceId": workspace, "iat": issued, "exp": expires, "jti": key_id}
    )
    return Key(key_id, name, made, role.id, issued, expires)


def _token(claims: Mapping[str, Any]) -> str:
    """The form of the real keys. The signature is random: the simulator knows its keys by heart."""
    parts = (orjson.dumps({"alg": "ES256", "typ": "JWT"}), orjson.dumps(claims), secrets.token_bytes(64))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


class KeyRing:
    def __init__(self, keys: list[Key]) -> None:
        self.keys = keys

    def named(self, name: str) -> Key:
        return next(key for key in self.keys if key.name == name)

    def identify(self, header: str | None, now: float) -> Key:
        """The key of an Authorization header. Raises Refused in the four forms of section 2.

        What an expired key gets was not observed; it is taken to be an invalid token.
        """
        kind, _, token = (header or "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise forbidden("Missing authentication token")
        found = [key for key in self.keys if hmac.compare_digest(key.token.encode(), token.strip().encode())]
        if not found or found[0].expires <= now:
            raise _invalid("Token has expired." if found else "Token invalid.")
        if found[0].revoked:
            raise forbidden("This API Key is revoked")
        return found[0]

    def change(self, name: str, **values: Any) -> Key:
        key = self.named(name)
        changed = replace(key, **values)
        self.keys[self.keys.index(key)] = changed
        return changed

    def dump(self) -> list[Record]:
        return [asdict(key) for key in self.keys]


def _invalid(message: str) -> Refused:
    return Refused(
        message,
        status=401,
        error="UNAUTHENTICATED",
        graphql_code="UNAUTHENTICATED",
        sub_code="UNAUTHENTICATED",
        friendly={"id": "z+7x/s", "message": "You must be authenticated to perform this action."},
        body={"statusCode": 401, "messages": [message], "error": "UNAUTHENTICATED"},
    )


def forbidden(message: str) -> Refused:
    return Refused(
        message,
        status=403,
        error="FORBIDDEN_EXCEPTION",
        graphql_code="FORBIDDEN",
        sub_code="FORBIDDEN_EXCEPTION",
        friendly={"id": "q5OVn+", "message": "You do not have permission to perform this action."},
        body={"statusCode": 403, "messages": [message], "error": "FORBIDDEN_EXCEPTION"},
    )

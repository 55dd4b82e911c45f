"""An OAuth app that the account owner can install: consent, authorization codes, access tokens, refresh tokens."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode, urlsplit

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply

AUTHORIZE = "/oauth/authorize"
PATH = "/oauth/token"
LIFETIME_S = 3600
CODE_LIFETIME_S = 300
REFRESH_LIFETIME_S = 60 * 86_400
"""Without use; every use starts it anew."""
SCOPES = (
    "base contacts:full deals:full activities:full leads:full users:read search:read deal-fields:full "
    "contact-fields:full admin"
)


@dataclass
class OAuthApp:
    """Client data and tokens; times in simulated seconds. ``codes``: redirect address and end of each code."""

    client_id: str = field(default_factory=lambda: secrets.token_hex(8))
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20))
    refresh_token: str = field(default_factory=lambda: secrets.token_hex(20))
    refresh_until: float = 0.0
    access: dict[str, float] = field(default_factory=dict)
    codes: dict[str, tuple[str, float]] = field(default_factory=dict)

    def valid(self, token: str, now: float) -> bool:
        return self.access.get(token, 0.0) > now

    def expire_access(self) -> None:
        self.access = {}

    def revoke(self) -> None:
        """The owner removes the app: all its tokens end, and the next consent begins with a new refresh token."""
        self.access, self.codes = {}, {}
        self.refresh_token, self.refresh_until = secrets.token_hex(20), 0.0

    def authorize(self, query: Mapping[str, str], now: float) -> Reply:
        """The owner consents at once: back to the app's address with a code of five minutes."""
        back = urlsplit(query.get("redirect_uri", ""))
        if query.get("client_id") != self.client_id or back.scheme not in ("http", "https"):
            return _refused(400, "invalid_request")
        code = secrets.token_hex(20)
        self.codes[code] = (query["redirect_uri"], now + CODE_LIFETIME_S)
        answer = {"code": code} | {name: query[name] for name in ("state",) if name in query}
        joined = "&" if back.query else "?"
        return redirect(query["redirect_uri"] + joined + urlencode(answer))

    def grant(self, authorization: str, form: Mapping[str, str], base_url: str, now: float, *, rotates: bool) -> Reply:
        """Answer a token request. ``rotates``: every use gives another refresh token and ends the former one."""
        if not self._is_client(authorization):
            return _refused(401, "invalid_client")
        try:
            self._check(form, now)
        except Refused as refused:
            return _refused(refused.status, refused.error)
        token = secrets.token_hex(20)
        self.access = {known: until for known, until in self.access.items() if until > now} | {token: now + LIFETIME_S}
        self.refresh_until = now + REFRESH_LIFETIME_S
        if rotates:
            self.refresh_token = secrets.token_hex(20)
        return Reply(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": LIFETIME_S,
                "refresh_token": self.refresh_token,
                "scope": SCOPES,
                "api_domain": base_url,
            }
        )

    def _check(self, form: Mapping[str, str], now: float) -> None:
        kind = form.get("grant_type")
        if kind == "refresh_token":
            given = form.get("refresh_token", "").encode()
            if not hmac.compare_digest(given, self.refresh_token.encode()) or now >= self.refresh_until:
                raise Refused(400, "invalid_grant")
        elif kind == "authorization_code":
            # a code is used up by the first attempt, whatever becomes of it
            address, until = self.codes.pop(form.get("code", ""), ("", 0.0))
            if now >= until or form.get("redirect_uri") != address:
                raise Refused(400, "invalid_grant")
        else:
            raise Refused(400, "unsupported_grant_type")

    def _is_client(self, authorization: str) -> bool:
        kind, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        wanted = f"{self.client_id}:{self.client_secret}".encode()
        return kind.lower() == "basic" and hmac.compare_digest(given, wanted)

    def dump(self) -> Record:
        return asdict(self)


def redirect(location: str) -> Reply:
    return Reply(None, 302, b"", "text/html; charset=UTF-8", {"location": location})


def _refused(status: int, error: str) -> Reply:
    return Reply({"success": False, "error": error}, status)

"""The token endpoint of an OAuth app that the account owner has installed."""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass, field

from bridgework_pipedrive_sandbox.answers import Record, Reply

PATH = "/oauth/token"
LIFETIME_S = 3600
SCOPES = "base contacts:full deals:full activities:full leads:full users:read search:read admin"


@dataclass
class OAuthApp:
    """Client data and tokens. Access tokens live an hour; the refresh token stays the same."""

    client_id: str = field(default_factory=lambda: secrets.token_hex(8))
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20))
    refresh_token: str = field(default_factory=lambda: secrets.token_hex(20))
    access: dict[str, float] = field(default_factory=dict)

    def valid(self, token: str, now: float) -> bool:
        return self.access.get(token, 0.0) > now

    def grant(self, authorization: str, form: Record, base_url: str, now: float) -> Reply:
        """Answer a token request; ``now`` in simulated seconds."""
        if not self._is_client(authorization):
            return Reply({"success": False, "error": "invalid_client"}, 401)
        if form.get("grant_type") != "refresh_token":
            return Reply({"success": False, "error": "unsupported_grant_type"}, 400)
        if not hmac.compare_digest(str(form.get("refresh_token", "")).encode(), self.refresh_token.encode()):
            return Reply({"success": False, "error": "invalid_grant"}, 400)
        token = secrets.token_hex(20)
        self.access = {known: until for known, until in self.access.items() if until > now} | {token: now + LIFETIME_S}
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

    def _is_client(self, authorization: str) -> bool:
        kind, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        wanted = f"{self.client_id}:{self.client_secret}".encode()
        return kind.lower() == "basic" and hmac.compare_digest(given, wanted)

    def dump(self) -> Record:
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "access": self.access,
        }

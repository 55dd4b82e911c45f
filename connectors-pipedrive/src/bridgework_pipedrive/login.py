"""How we show who we are: an API token in a header, or an OAuth app whose access tokens last an hour.

Source: Pipedrive's page on OAuth authorization. The address of the token endpoint has no slash at its end: there it
redirects, and the form is lost.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import SecretStr

from bridgework.model import Check, SignedIn, SignIn
from bridgework_pipedrive.settings import Settings

OAUTH_SERVER = "https://oauth.pipedrive.com"
PATH = "/oauth/token"
REFRESH_DAYS = 60  # without use; every use starts them anew
SCOPES = (
    "base", "contacts:full", "deals:full", "activities:full", "users:read", "search:read", "deal-fields:full",
    "contact-fields:full", "admin",
)  # fmt: skip


def headers(settings: Settings) -> Mapping[str, str]:
    """The headers that carry an API token; none with OAuth."""
    return {"x-api-token": settings.api_token.get_secret_value()} if settings.api_token else {}


def sign_in(settings: Settings) -> SignIn | None:
    """Where access tokens come from; None with an API token. A simulator is its own OAuth server."""
    if not settings.oauth:
        return None
    server = settings.base_url if settings.on_this_machine else OAUTH_SERVER
    pair = f"{_text(settings.oauth_client_id)}:{_text(settings.oauth_client_secret)}"
    return SignIn(
        url=f"{server}{PATH}",
        form={"grant_type": "refresh_token", "refresh_token": _text(settings.oauth_refresh_token)},
        headers={"authorization": f"Basic {b64encode(pair.encode()).decode()}"},
        hosts=("pipedrive.com",),
        shows=("scope", "api_domain"),
    )


def described(signed_in: SignedIn | None) -> str:
    """The kind of login and how long it lasts, in words. `signed_in` is None with an API token."""
    if signed_in is None:
        return "API token, good until it is made anew"
    access = f"access token until {signed_in.until:%Y-%m-%d %H:%M} UTC" if signed_in.until else "access token"
    refresh = signed_in.since + timedelta(days=REFRESH_DAYS)
    return f"OAuth, {access}, renewed by itself; refresh token until {refresh:%Y-%m-%d} unless it is used before"


def checks(signed_in: SignedIn, settings: Settings) -> Iterator[Check]:
    """What the answer of the token endpoint tells: the scopes of the consent, the address it is for."""
    if scope := signed_in.shown.get("scope"):
        granted = set(scope.replace(",", " ").split())
        missing = ", ".join(each for each in SCOPES if each not in granted)
        add = "add the scopes to the app, let an administrator consent again and set the new refresh token"
        yield Check(
            name="scopes",
            ok=not missing,
            detail=f"the consent lacks {missing}" if missing else "the consent has all that is needed",
            next_step=add if missing else "",
        )
    theirs, ours = (_host(each) for each in (signed_in.shown.get("api_domain", ""), settings.base_url))
    if theirs and theirs != ours and ours != "api.pipedrive.com" and not settings.on_this_machine:
        yield Check(
            name="address",
            ok=False,
            detail="the consent is for a company at another address than destination.base_url",
            next_step="set destination.base_url to the address of the company that gave its consent",
        )


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""

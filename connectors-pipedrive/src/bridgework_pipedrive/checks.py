"""Whether token, rights and settings are good enough for a migration: one request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bridgework.errors import AccessDenied
from bridgework.model import Check
from bridgework_pipedrive import login
from bridgework_pipedrive.limits import PLANS, TOKENS_PER_SEAT
from bridgework_pipedrive.refusals import data
from bridgework_pipedrive.settings import Settings

if TYPE_CHECKING:
    from bridgework.client import ApiClient

ME = "/api/v1/users/me"


def user_of_token(api: ApiClient) -> Mapping[str, Any]:
    """The user the token belongs to, with company and rights. AccessDenied if the token is not accepted."""
    found: Mapping[str, Any] = data(api.get(ME), "the user of the token")
    return found


def run(api: ApiClient, settings: Settings) -> Iterator[Check]:
    """The lines of `bridgework check` for this account."""
    try:
        me = user_of_token(api)
    except AccessDenied as denied:
        yield _refused(denied, settings)
        return
    active = me.get("active_flag") is True
    yield Check(
        name="token",
        ok=active,
        detail=f"accepted ({login.described(api.signed_in)})" if active else "its user is deactivated",
        next_step="" if active else "use the token of an active administrator",
    )
    if api.signed_in is not None:
        yield from login.checks(api.signed_in, settings)
    yield _rights(me)
    yield _company(me, settings)
    yield _currency(me, settings)
    yield Check(name="visibility", ok=True, detail=f"migrated records will be visible to {settings.audience}")
    yield _allowance(settings)


def _refused(denied: AccessDenied, settings: Settings) -> Check:
    if settings.oauth:
        return Check(name="token", ok=False, detail=denied.message.rstrip("."), next_step=denied.next_step)
    return Check(
        name="token",
        ok=False,
        detail="Pipedrive does not accept the API token",
        next_step="copy the token again: Pipedrive, Personal preferences, API",
    )


def _rights(me: Mapping[str, Any]) -> Check:
    admin = {str(each.get("app")) for each in me.get("access") or () if each.get("admin") is True}
    ok = bool(admin & {"global", "sales", "account_settings"})
    return Check(
        name="rights",
        ok=ok,
        detail="the user is an administrator" if ok else "pipelines, stages and activity types need an administrator",
        next_step="" if ok else "use the token of a user with deals admin and account settings access",
    )


def _company(me: Mapping[str, Any], settings: Settings) -> Check:
    host = urlsplit(settings.base_url).hostname or ""
    domain = str(me.get("company_domain") or "")
    ok = not host.endswith(".pipedrive.com") or host.split(".")[0] in (domain, "api")
    return Check(
        name="company",
        ok=ok,
        detail=f"company {me.get('company_id')}" + ("" if ok else ", which lives at another address"),
        next_step="" if ok else "set destination.base_url to the address of the account",
    )


def _currency(me: Mapping[str, Any], settings: Settings) -> Check:
    own = str(me.get("default_currency") or "")
    same = not settings.default_currency or settings.default_currency == own
    return Check(
        name="currency",
        ok=True,
        detail=f"default currency of the user is {own or 'unknown'}"
        + ("" if same else f"; amounts without a currency are sent in {settings.default_currency}"),
    )


def _allowance(settings: Settings) -> Check:
    tokens = TOKENS_PER_SEAT * PLANS[settings.plan].multiplier * settings.seats
    cap = ", at most 10,000 POST and PUT requests" if settings.posts_are_capped else ""
    return Check(
        name="plan",
        ok=True,
        detail=f"as declared: {PLANS[settings.plan].label}, {settings.seats} seats, {tokens:,} tokens a day{cap}",
    )

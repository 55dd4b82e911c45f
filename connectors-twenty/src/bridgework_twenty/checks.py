"""Whether key, rights and settings are good enough for a migration: a handful of reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bridgework.errors import AccessDenied
from bridgework.model import Check
from bridgework_twenty import keys, refusals
from bridgework_twenty.catalogue import Catalogue, Kind
from bridgework_twenty.limits import PLANS
from bridgework_twenty.restoring import rest_route
from bridgework_twenty.settings import Settings
from bridgework_twenty.workspace import NEW_KEY, Workspace, workspace

if TYPE_CHECKING:
    from bridgework.client import Answer, ApiClient

_SOON = timedelta(days=7)  # a migration with its delta and a look back takes days
_DEMO = "createdBy.source[eq]:SYSTEM"
_ADDRESS = "emails.primaryEmail[is]:NOT_NULL"
_WITH_DEMO = ("person", "company", "opportunity")


def run(api: ApiClient, catalogue: Catalogue, settings: Settings) -> Iterator[Check]:
    """The lines of `bridgework check` for this workspace."""
    facts = keys.facts(settings.api_key.get_secret_value())
    if (expiry := _expiry(facts)) is not None:
        yield expiry
        if not expiry.ok and facts.expires is not None and facts.expires <= datetime.now(UTC):
            return
    try:
        found = workspace(api)
    except AccessDenied:
        yield Check(name="key", ok=False, detail="Twenty does not accept the API key", next_step=NEW_KEY)
        return
    yield _key(found, facts)
    yield from _rights(api, catalogue)
    yield _way_back(api)
    yield _plan(settings)


def _expiry(facts: keys.KeyFacts) -> Check | None:
    if facts.expires is None:
        return None
    left = facts.expires - datetime.now(UTC)
    day = f"{facts.expires:%Y-%m-%d}"
    if left <= timedelta(0):
        return Check(name="expiry", ok=False, detail=f"the API key expired on {day}", next_step=NEW_KEY)
    if left <= _SOON:
        return Check(
            name="expiry",
            ok=False,
            detail=f"the API key expires on {day}, before a migration and its way back are over",
            next_step=NEW_KEY,
        )
    return Check(name="expiry", ok=True, detail=f"the API key is valid until {day}")


def _key(found: Workspace, facts: keys.KeyFacts) -> Check:
    fits = facts.workspace in ("", found.id)
    return Check(
        name="key",
        ok=fits,
        detail=f"accepted, workspace {found.id}, data model version {found.version or 'unknown'}"
        + ("" if fits else ", which is not the one it was made for"),
        next_step="" if fits else NEW_KEY,
    )


def _rights(api: ApiClient, catalogue: Catalogue) -> Iterator[Check]:
    """Reading only: that records may be created and removed shows the canary."""
    try:
        kinds = catalogue.kinds()
    except AccessDenied:
        yield Check(
            name="data model",
            ok=False,
            detail="the role of the API key may not read and change the data model",
            next_step="give the role the right to the data model (Settings, Roles), or use an administrator's key",
        )
        return
    yield Check(name="data model", ok=True, detail="may be read")
    yield _release(kinds.get("attachment"))
    for name in _WITH_DEMO:
        kind = kinds.get(name)
        if kind is not None:
            yield _records(api, kind)
    if (people := kinds.get("person")) is not None:
        yield from _addresses(api, people)


def _release(attachment: Kind | None) -> Check:
    """Files on attachments came with the releases this connector is for."""
    ok = attachment is not None and any(row["type"] == "FILES" for row in attachment.rows)
    return Check(
        name="release",
        ok=ok,
        detail="2.21 or later" if ok else "older than 2.21: attachments have no field for files",
        next_step="" if ok else "update the server",
    )


def _way_back(api: ApiClient) -> Check:
    """Which way back from the trash this release has."""
    route = rest_route(api)
    way = f"REST ({route.format('people')})" if route else "GraphQL"
    return Check(name="trash", ok=True, detail=f"rollback --undo brings records back by {way}")


def _records(api: ApiClient, kind: Kind) -> Check:
    answer = api.get(kind.path, {"limit": 0}, accept=(400, 403))
    total = _total(answer)
    if total is None:
        return Check(
            name=kind.plural,
            ok=False,
            detail=f"the role of the API key may not read {kind.plural} ({refusals.reason(answer)})",
            next_step="give the role the right to read and change all records (Settings, Roles)",
        )
    demo = _total(api.get(kind.path, {"limit": 0, "filter": _DEMO}, accept=(400, 403))) or 0
    others = total - demo
    said = f"{others} are there, and {demo} samples of a new workspace that are left alone"
    if others and kind.name == "person":
        said += "; they are linked only where the mapping says match"
    return Check(name=kind.plural, ok=True, detail=said)


def _addresses(api: ApiClient, people: Kind) -> Iterator[Check]:
    """People whose primary address a patient may bring too: a create is then refused, whether they are there or in
    the trash."""
    live = _total(api.get(people.path, {"limit": 0, "filter": f"{_ADDRESS},not({_DEMO})"}, accept=(400, 403)))
    gone = _total(api.get(people.path, {"limit": 0, "filter": f"{_ADDRESS},deletedAt[is]:NOT_NULL"}, accept=(400, 403)))
    if live or gone:
        yield Check(
            name="e-mail addresses",
            ok=True,
            detail=f"{live or 0} people that are there and {gone or 0} in the trash hold one; a patient with the same "
            "address is refused, unless it is this migration's own removed copy",
            next_step="look into the plan, which lists those whose address a patient brings",
        )


def _total(answer: Answer) -> int | None:
    body = answer.refusal
    found = body.get("totalCount") if isinstance(body, dict) and answer.ok else None
    return found if isinstance(found, int) else None


def _plan(settings: Settings) -> Check:
    label, calls = PLANS[settings.plan]
    calls = settings.calls_per_minute or calls
    return Check(
        name="plan", ok=True, detail=f"as declared: {label}, {calls} calls a minute, {settings.batch} records in each"
    )

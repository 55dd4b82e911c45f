"""What v1 objects have in common: times with a blank, overlooked surplus, a body that may be JSON only."""

from bridgework_pipedrive_sandbox.answers import Record, Refused
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.values import Wrong, instant, whole


def spaced(instant: str | None) -> str | None:
    """The v1 form of an instant: UTC, a blank, no zone."""
    return instant and instant.replace("T", " ").removesuffix("Z")


def milliseconds(instant: str) -> str:
    """The form of leads and their labels."""
    return instant.removesuffix("Z") + ".000Z"


def linked(company: Company, table: str, name: str, given: Record) -> int | None:
    """The id of a living row under ``name``; None when it is absent or null."""
    value = given.get(name)
    if value is None:
        return None
    try:
        row_id = whole(value)
    except Wrong as wrong:
        raise Refused(400, f"{name} {wrong}") from None
    if company.live(table, row_id) is None:
        raise Refused(400, f"{name}: the item was not found")
    return row_id


def lead_id(company: Company, given: Record) -> str | None:
    value = given.get("lead_id")
    if value is None:
        return None
    living = isinstance(value, str) and any(not lead["is_deleted"] for lead in company["leads"].having("uuid", value))
    if not living:
        raise Refused(400, "lead_id: the item was not found")
    return str(value)


def since_of(call: Call) -> str | None:
    """``updated_since``: whole seconds, as in v2."""
    if "updated_since" not in call.query:
        return None
    try:
        return str(instant(call.query["updated_since"]))
    except Wrong as wrong:
        raise Refused(400, f"updated_since {wrong}") from None


def refuse_unknown(company: Company, given: Record, known: frozenset[str]) -> None:
    """Strict by default, so that a slip is seen; the real v1 overlooks some surplus."""
    unknown = sorted(set(given) - known)
    if unknown and company.options.unknown_properties == "refuse":
        raise Refused(400, f"Parameter '{unknown[0]}' is not allowed for this request")

"""What a refused request means, said without any value: Pipedrive's error texts may echo what was sent.

Known forms: the reference's section on errors. There is no machine-readable error model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bridgework.errors import AccessDenied, BridgeworkError, InDoubt, StopRun
from bridgework.model import Because, Rejected
from bridgework_pipedrive.fields import KEY
from bridgework_pipedrive.objects import ObjectType

if TYPE_CHECKING:
    from bridgework.client import Answer

_CAP_CODE = re.compile(r"feature_capping", re.IGNORECASE)
_CAP_TEXT = re.compile(r"reached\b.{0,80}\blimit", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"[A-Za-z_]{3,60}")
_REASONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"not allowed for this request|unknown (field|key|property)|unrecognized", "it does not know this field"),
        (r"\brequired\b|must not be empty|cannot be empty", "a required value is missing"),
        (r"too long|at most|max(imum)? length|exceed", "a value is too long"),
        (r"date-?time|valid date|valid time", "a date or time is not of the form it takes"),
        (r"\boption", "a choice is not among the options of its field"),
        (r"not (be )?found|does not exist|no such", "something it refers to is not there"),
        (r"permission|not allowed|forbidden|rights|scope", "the user of the token lacks a right"),
        (r"valid|must be|expected|type", "a value is not of the type it takes"),
    )
)


def rejected(operation: int, answer: Answer, kind: ObjectType) -> Rejected:
    """The refusal of one record."""
    text, code = _text(answer), _code(answer)
    if is_cap(answer):
        return Rejected(operation, "a limit of the account's plan is reached", because=Because.LIMIT)
    known = next((reason for pattern, reason in _REASONS if pattern.search(text)), "")
    if answer.status == 404:
        known = "the record is not there any more"
    cause = f"HTTP {answer.status}{', ' + code if code else ''}"
    return Rejected(operation, f"{known or 'refused'} ({cause})", field=_field(text, kind))


def is_cap(answer: Answer) -> bool:
    """Whether a limit of the plan or a count limit is reached (403 with or without a code)."""
    return answer.status == 403 and bool(_CAP_CODE.search(_code(answer)) or _CAP_TEXT.search(_text(answer)))


def data(answer: Answer, what: str) -> Any:
    """The data of an answer. Raises AccessDenied or StopRun if there is none."""
    if answer.status == 403:
        raise AccessDenied(f"Pipedrive does not show {what} to the user of this token.", next_step="use an admin token")
    if not answer.ok or not isinstance(answer.json, dict):
        raise StopRun(
            f"Pipedrive did not give {what} (HTTP {answer.status}).",
            cause="destination",
            next_step="check destination.base_url, then run the same command again",
        )
    return answer.json.get("data")


def made(answer: Answer, operation: int | None, what: str) -> dict[str, Any]:
    """The data of an accepted write. An acceptance that names no record leaves everything open."""
    found = answer.json.get("data") if isinstance(answer.json, dict) else None
    if isinstance(found, dict) and answer.json.get("success") is not False and ("id" in found or "field_code" in found):
        return found
    raise InDoubt(f"Pipedrive accepted {what} without naming it.", operations=() if operation is None else (operation,))


def schema_refused(answer: Answer, what: str) -> BridgeworkError:
    """The error for a refused schema change."""
    if is_cap(answer):
        return AccessDenied(
            f"The plan of the account allows no more: {what} was refused.",
            next_step="drop optional fields from the mapping, or take a larger plan",
            cause="plan_limit",
        )
    if answer.status == 403:
        return AccessDenied(f"The user of the token may not create {what}.", next_step="use an administrator's token")
    code = _code(answer)
    return AccessDenied(
        f"Pipedrive refused to create {what} (HTTP {answer.status}{', ' + code if code else ''}).",
        next_step="create it by hand (bridgework schema --checklist) and run the stage again",
        cause="schema_refused",
    )


def _text(answer: Answer) -> str:
    found = answer.refusal if isinstance(answer.refusal, dict) else {}
    return f"{found.get('error') or ''} {found.get('error_info') or ''}"


def _code(answer: Answer) -> str:
    found = answer.refusal if isinstance(answer.refusal, dict) else {}
    code = str(found.get("code") or "")
    return code if _CODE.fullmatch(code) else ""


def _field(text: str, kind: ObjectType) -> str:
    if key := KEY.search(text):
        return key[0]
    for field in kind.built_in:
        if re.search(rf"\b{field.wire}\b", text):
            return field.key
    return ""

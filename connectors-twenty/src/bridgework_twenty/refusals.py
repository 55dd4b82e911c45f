"""What a refused request means, said without any value: Twenty's error texts may echo what was sent.

Known forms: reference on Twenty, sections 2, 8.6 and 11.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from bridgework.errors import AccessDenied, BridgeworkError, InDoubt, NotSent, StopRun
from bridgework.model import Because, Rejected
from bridgework_twenty.limits import errors

if TYPE_CHECKING:
    from bridgework.client import Answer

_CODE = re.compile(r"[A-Za-z_]{3,60}")
_MOST = re.compile(r"Maximum number of records to \w+ is (\d{1,6})")
_NAMED = re.compile(r'(?:field|have any) "([A-Za-z][A-Za-z0-9]{0,80})')
_FOLLOW_UPS = frozenset({"OBJECT_METADATA_NOT_FOUND", "INVALID_VIEW_DATA", "FIELD_METADATA_NOT_FOUND"})
DUPLICATE = "duplicate entry"
_FAULTS = re.compile(
    r"time[d]?[ -]?out|connection|deadlock|could not serialize|ECONN|EPIPE|socket hang up|too many clients|terminating"
    r"|out of (shared )?memory|canceling statement|(starting|shutting) (up|down)|lock not available"
    r"|internal server error",
    re.IGNORECASE,
)
_REASONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"duplicate entry|multiple records found with the same unique", "a unique value is taken by another record"),
        (r"doesn't have any", "the object does not know this field"),
        (r"foreign key", "a record it refers to is not there"),
        (r"valid values are", "a choice is not among the options of its field"),
        (r"phone|calling code|country code", "a telephone number is not one it takes"),
        (r"email", "an e-mail address is not one it takes"),
        (r"url", "a web address is not one it takes"),
        (r"file not found|already associated", "the uploaded file cannot be attached"),
        (r"null value|not.null", "a required value is missing"),
        (r"maximum number of records", "too many records in one request"),
        (r"invalid|must be|expected", "a value is not of the type it takes"),
    )
)


def rejected(operation: int, answer: Answer, known: Collection[str]) -> Rejected:
    """The refusal of one record, with the field if the text names one of those that are `known`."""
    named = set(_NAMED.findall(text(answer))) & {key.partition(".")[0] for key in known}
    return Rejected(operation, reason(answer), min(named, default=""), because(answer))


def reason(answer: Answer) -> str:
    """Why a request was refused, in words of ours."""
    said = text(answer)
    known = next((words for pattern, words in _REASONS if pattern.search(said)), "")
    if answer.status == 404:
        known = "the record is not there any more"
    if answer.status == 0:
        known = "a value cannot be written as JSON"
    found = code(answer)
    return f"{known or 'refused'} (HTTP {answer.status}{', ' + found if found else ''})"


def is_duplicate(answer: Answer) -> bool:
    """A unique value is taken; the server does not say which, nor by whom."""
    return DUPLICATE in text(answer).lower()


def most_records(answer: Answer) -> int | None:
    """How many records a request may hold, if the refusal says so."""
    found = _MOST.search(text(answer))
    return int(found[1]) if found and int(found[1]) > 0 else None


def too_large(answer: Answer) -> bool:
    """The body is larger than the server (500) or a proxy before it (413) takes."""
    return answer.status == 413 or (answer.status == 500 and answer.refusal == "request entity too large")


def because(answer: Answer) -> Because:
    """Unclear in no known words: the server reports faults of its own, which pass, as a 400, too."""
    if answer.status != 400 or code(answer) not in ("", "INTERNAL_SERVER_ERROR"):
        return Because.RECORD
    said = text(answer)
    known = not _FAULTS.search(said) and any(pattern.search(said) for pattern, _ in _REASONS)
    return Because.RECORD if known else Because.UNCLEAR


def denied(answer: Answer, operations: tuple[int, ...], what: str) -> BridgeworkError | None:
    """The error that ends the run if the key lacks a right: 403, 400 or a GraphQL error, all with one code."""
    if code(answer) not in ("PERMISSION_DENIED", "FORBIDDEN") and answer.status != 403:
        return None
    error = AccessDenied(
        f"The role of the API key does not allow {what} (HTTP {answer.status}, PERMISSION_DENIED).",
        next_step="give the key's role that right in Twenty (Settings, Roles), then run the same command again",
    )
    error.__cause__ = NotSent("Refused before anything was done.", operations=operations)
    return error


def read_refused(answer: Answer, what: str) -> BridgeworkError:
    """The error for a read that was refused."""
    if (error := denied(answer, (), f"reading {what}")) is not None:
        return error
    return StopRun(
        f"Twenty did not give {what} ({reason(answer)}).",
        cause="destination",
        next_step="check destination.base_url, then run the same command again",
    )


def unnamed(operations: tuple[int, ...]) -> InDoubt:
    """An acceptance that does not name the records leaves everything open."""
    return InDoubt("Twenty accepted records without naming them.", operations=operations)


def schema_refused(answer: Answer, what: str) -> BridgeworkError:
    """The error for a refused schema change, with the codes of its causes and not those of its follow-ups."""
    if (error := denied(answer, (), f"to create {what} (data model)")) is not None:
        return error
    causes = ", ".join(dict.fromkeys(_codes(answer.refusal))) or code(answer) or "no code"
    return AccessDenied(
        f"Twenty refused to create {what} (HTTP {answer.status}, {causes}).",
        next_step="create it by hand (bridgework schema --checklist) and run the stage again",
        cause="schema_refused",
    )


def code(answer: Answer) -> str:
    """The machine-readable code of a refusal, if it has one: at the root, or in the extensions of GraphQL."""
    body = answer.refusal
    found = body.get("code") if isinstance(body, dict) else None
    for each in errors(body):
        extensions = each.get("extensions")
        if isinstance(extensions, dict):
            found = extensions.get("subCode") or extensions.get("code") or found
    return str(found) if isinstance(found, str) and _CODE.fullmatch(found) else ""


def text(answer: Answer) -> str:
    """What a refusal says; never shown, only searched."""
    body = answer.refusal
    if not isinstance(body, dict):
        return body if isinstance(body, str) else ""
    said = [str(each.get("message") or "") for each in errors(body)]
    for name in ("messages", "message"):
        found = body.get(name)
        said += [str(each) for each in found] if isinstance(found, list) else [str(found or "")]
    return " ".join(said)


def _codes(body: Any) -> list[str]:
    tree = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(tree, Mapping):
        return []
    found = [
        str(error.get("code") or "")
        for entries in tree.values()
        for entry in (entries if isinstance(entries, list) else ())
        for error in (entry.get("errors") or ())
    ]
    return [each for each in found if _CODE.fullmatch(each) and each not in _FOLLOW_UPS]

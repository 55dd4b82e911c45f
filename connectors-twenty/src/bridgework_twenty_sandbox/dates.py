"""Forms of dates and instants that the server takes (reference, section 6)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_US = re.compile(r"(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{4})", re.ASCII)
_INSTANT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


def day(value: str) -> str | None:
    """``YYYY-MM-DD``; nothing for a form that is refused.

    Taken are ISO dates, the compact form, US order, and an instant in UTC whose time is cut off.
    """
    text = value
    if "T" in value and value.endswith("Z"):
        if instant(value) is None:
            return None
        text = value[:10]
    for form in (_DATE, _COMPACT):
        if found := form.fullmatch(text):
            return _day(*(int(part) for part in found.groups()))
    if found := _US.fullmatch(text):
        return _day(int(found["year"]), int(found["month"]), int(found["day"]))
    return None


def _day(year: int, month: int, number: int) -> str | None:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return None


def instant(value: str) -> str | None:
    """UTC with milliseconds and ``Z``; nothing for a form that is refused. Without a zone UTC is meant."""
    if found := _US.fullmatch(value):
        us = _day(int(found["year"]), int(found["month"]), int(found["day"]))
        return None if us is None else f"{us}T00:00:00.000Z"
    found = _INSTANT.fullmatch(value)
    if found is None:
        return None
    try:
        moment = datetime.combine(
            date.fromisoformat(found["date"]),
            datetime.min.time().replace(
                hour=int(found["hour"] or 0),
                minute=int(found["minute"] or 0),
                second=int(found["second"] or 0),
                microsecond=int((found["fraction"] or "0")[:3].ljust(3, "0")) * 1000,
            ),
            _zone(found["zone"]),
        )
        return written(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    assert text is not None
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def written(moment: datetime) -> str:
    """An instant in UTC as the server writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.").rjust(20, "0") + f"{moment.microsecond // 1000:03d}Z"

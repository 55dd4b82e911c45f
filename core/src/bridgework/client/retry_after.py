"""The Retry-After header: seconds or a date, and whatever else servers write there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the server asks to wait; None if it does not say so in a readable way.

    May be negative (a date in the past) or absurdly large; the gate decides what to make of it. A date is compared
    with the answer's own Date header where there is one, because the server's clock need not agree with ours.

    :param headers: names in lower case.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.lstrip("+-").isdecimal():
        return float(text) if len(text) < 20 else 1e18
    at = instant(text)
    if at is None:
        return None
    return (at - (instant(headers.get("date", "")) or now)).total_seconds()


def instant(text: str) -> datetime | None:
    """The instant a Date header names, in UTC; None if it names none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)

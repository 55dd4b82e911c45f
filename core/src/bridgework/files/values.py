"""From the text of a cell to a canonical value.

Every reader takes text, gives None for a blank or null marker, and raises `Unreadable` for what it cannot read. The
text of the error never quotes the value. Nothing is guessed: the order of a date is declared by the caller.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Final

# Beside the empty cell. In text these are taken as null only as written here: "None" can be a real word there.
_MARKERS: Final = frozenset({"NONE", "N/A", "-", "--", "NULL"})
_EMPTY_FORM = re.compile(r"[\s/.:_-]*$")  # "  /  /    "
_UNSET: Final = frozenset({"0001-01-01", "0000-00-00", "1900-01-01", "1900-01-00", "1899-12-30"})
_FIRST_YEAR: Final = "1000"  # an earlier one is a year of two digits that somebody padded: 0024
_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Final = {name: at for at, name in enumerate(_NAMES, 1)}
_NUMERIC_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})$")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})$")
_NAMED_DATE = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[A-Za-z]*[ -](\d{4}|\d{2})$")
_CLOCK = re.compile(r"[ T]+\d{1,2}:\d{2}.*$")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:([ap])\.?(?:m\.?)?)?$", re.IGNORECASE)
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$")
_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\Z", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?$|\d+(?:\.\d*)?$|\.\d+$")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)$")
_LONGEST = 60
# The currencies that write their amounts with a sign (Unicode CLDR, narrow symbols).
_SIGNS: Final = {
    "$": "ARS AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD USD XCD",
    "£": "EGP FKP GBP GIP LBP SHP SSP SYP",
    "€": "EUR",
}
_TRUE: Final = frozenset({"true", "yes", "y", "1", "x"})
_FALSE: Final = frozenset({"false", "no", "n", "0"})


class Unreadable(ValueError):
    """A value that cannot be read. `check` is the audit check it belongs to."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason)
        self.check = check
        self.reason = reason


class DateOrder(StrEnum):
    """How a column writes numeric dates. ISO dates and month names are read in any of them."""

    MDY = "mdy"
    DMY = "dmy"
    ISO = "iso"


class Century(StrEnum):
    """What a two-digit year means: a birth lies in the past, a service between 1970 and 2069."""

    BIRTH = "birth"
    SERVICE = "service"


def is_blank(text: str, *, word: bool = False) -> bool:
    """Whether a cell means "nothing there". `word`: the column holds words, so only exact markers count."""
    bare = text.strip()
    if not bare or bare in _MARKERS:
        return True
    return not word and (bare.upper() in _MARKERS or _EMPTY_FORM.match(bare) is not None)


def read_date(
    text: str, order: DateOrder, *, century: Century = Century.SERVICE, today: date | None = None
) -> str | None:
    """An ISO date. A time of day behind the date is dropped; `today` decides two-digit birth years.

    Unreadable: DAT-02 for an unset marker or an impossible date, DAT-01 for a date in another order than declared,
    DAT-03 for anything that is no date.
    """
    if len(text) == 10 and text[4] == text[7] == "-" and text not in _UNSET and text >= _FIRST_YEAR:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            pass  # the careful way finds the reason
    bare = _CLOCK.sub("", text.strip())
    if is_blank(bare):
        return None
    if bare in _UNSET:
        raise Unreadable("DAT-02", "holds a marker for an unset date")
    year, month, day = _parts(bare, order, century, today)
    if f"{year:04}-{month:02}-{day:02}" in _UNSET or year == 0:
        raise Unreadable("DAT-02", "holds a marker for an unset date")
    if f"{year:04}" < _FIRST_YEAR:
        raise Unreadable("DAT-02", "is a date in a year that was cut")
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        if order is not DateOrder.ISO and month > 12 and day <= 12:
            raise Unreadable("DAT-01", f"is a date in another order than {order.value}") from None
        raise Unreadable("DAT-02", "is a date that does not exist") from None


def _parts(text: str, order: DateOrder, century: Century, today: date | None) -> tuple[int, int, int]:
    if found := _ISO_DATE.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMERIC_DATE.match(text):
        if order is DateOrder.ISO:
            raise Unreadable("DAT-01", "is a date in another order than iso")
        first, second = int(found[1]), int(found[3])
        month, day = (first, second) if order is DateOrder.MDY else (second, first)
        year = found[4]
    elif (found := _NAMED_DATE.match(text)) and found[2].lower() in _MONTHS:
        month, day, year = _MONTHS[found[2].lower()], int(found[1]), found[3]
    else:
        raise Unreadable("DAT-03", "is not a date")
    return (int(year) if len(year) == 4 else _full_year(int(year), month, day, century, today)), month, day


def _full_year(year: int, month: int, day: int, century: Century, today: date | None) -> int:
    if century is Century.SERVICE:
        return 1900 + year if year >= 70 else 2000 + year
    now = today or datetime.now(UTC).date()
    return 2000 + year if (2000 + year, month, day) <= (now.year, now.month, now.day) else 1900 + year


def read_time(text: str) -> str | None:
    """A time of day, ``HH:MM:SS``; twelve-hour forms such as ``1:30p`` and ``01:30 PM`` too. Unreadable: DAT-03."""
    bare = text.strip()
    if is_blank(bare):
        return None
    found = _TIME.match(bare)
    if not found:
        raise Unreadable("DAT-03", "is not a time of day")
    hour, half = int(found[1]), (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        raise Unreadable("DAT-03", "is not a time of day")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found[2]), int(found[3] or 0)).isoformat()
    except ValueError:
        raise Unreadable("DAT-03", "is not a time of day") from None


def read_instant(text: str) -> str | None:
    """An RFC 3339 instant as UTC, ``2026-03-01T13:30:00Z``; a fraction of a second is kept.

    Unreadable: DAT-02 for an unset marker or an impossible date, DAT-03 for no instant or one without a zone.
    """
    if _UTC.match(text) and text[:10] not in _UNSET and text >= _FIRST_YEAR:
        try:
            datetime.fromisoformat(text)
            return text
        except ValueError:
            pass  # the careful way finds the reason
    bare = text.strip()
    if is_blank(bare, word=True):
        return None
    if bare[:10] in _UNSET:
        raise Unreadable("DAT-02", "holds a marker for an unset date")
    if _ISO_DATE.match(bare[:10]) and bare < _FIRST_YEAR:
        raise Unreadable("DAT-02", "is an instant in a year that was cut")
    try:
        moment = datetime.fromisoformat(bare)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except OverflowError:
        raise Unreadable("DAT-02", "is an instant outside the calendar") from None
    except ValueError:
        known = _ISO_DATE.match(bare[:10])
        raise Unreadable("DAT-02" if known else "DAT-03", "is not an instant") from None
    if moment.tzinfo is None:
        raise Unreadable("DAT-03", "is an instant without a zone")
    return moment.isoformat().replace("+00:00", "Z")


def read_local_instant(text: str) -> str | None:
    """A date and time without a zone, ``2026-03-01T13:30:00``. Unreadable as `read_instant`; a zone is refused."""
    bare = text.strip()
    if is_blank(bare):
        return None
    if bare[:10] in _UNSET:
        raise Unreadable("DAT-02", "holds a marker for an unset date")
    if not _LOCAL.match(bare):
        raise Unreadable("DAT-03", "is not a local date and time")
    if bare < _FIRST_YEAR:
        raise Unreadable("DAT-02", "is a date in a year that was cut")
    try:
        return datetime.fromisoformat(bare).isoformat()
    except ValueError:
        raise Unreadable("DAT-02", "is a date or time that does not exist") from None


def read_money(text: str, *, currency: str = "") -> str | None:
    """An amount as decimal text: ``1,234.50``, ``(125.00)``, ``125.00-``, ``125.00 CR``, with ``$``, ``£`` or ``€``.

    The decimal mark is the point; grouping must be by threes, so ``1.234,56`` is refused rather than guessed. With
    `currency`, three letters, only a sign that currency is written with is taken. Unreadable: DAT-03.
    """
    bare = text.strip()
    if is_blank(bare):
        return None
    negative, bare = _sign(bare)
    bare = bare.strip()
    if bare[:1] in _SIGNS:
        if currency and currency not in _SIGNS[bare[0]]:
            raise Unreadable("DAT-03", f"is an amount with {bare[0]}, which is no sign of {currency}")
        bare = bare[1:].strip()
    if len(bare) > _LONGEST or not bare.isascii() or not _GROUPED.match(bare):
        raise Unreadable("DAT-03", "is not an amount")
    amount = format(Decimal(bare.replace(",", "")), "f")
    return f"-{amount}" if negative and amount.strip("0.") else amount


def _sign(text: str) -> tuple[bool, str]:
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1]
    if len(text) > 1 and text[-2:].upper() in ("CR", "DR"):
        return text[-2:].upper() == "CR", text[:-2]
    for mark in ("-", "−"):
        if text.endswith(mark):
            return True, text[:-1]
        if text.startswith(mark):
            return True, text[1:]
        if text[:1] in _SIGNS and text[1:].startswith(mark):
            return True, text[0] + text[2:]
    return False, text


def read_decimal(text: str) -> str | None:
    """A number with a decimal point, as decimal text. Unreadable: DAT-03."""
    bare = text.strip()
    if is_blank(bare):
        return None
    if len(bare) > _LONGEST or not bare.isascii() or not _NUMBER.match(bare):
        raise Unreadable("DAT-03", "is not a number")
    return format(Decimal(bare), "f")


def read_integer(text: str) -> int | None:
    """A whole number of 64 bits; ``12.0`` is one. Unreadable: DAT-03."""
    number = read_decimal(text)
    if number is None:
        return None
    whole = Decimal(number)
    if whole != whole.to_integral_value() or abs(whole) >= 1 << 63:
        raise Unreadable("DAT-03", "is not a whole number of 64 bits")
    return int(whole)


def read_boolean(text: str) -> bool | None:
    """Yes or no: true/false, yes/no, y/n, 1/0, x. Unreadable: DAT-03."""
    bare = text.strip()
    if is_blank(bare):
        return None
    if bare.lower() in _TRUE:
        return True
    if bare.lower() in _FALSE:
        return False
    raise Unreadable("DAT-03", "is neither yes nor no")

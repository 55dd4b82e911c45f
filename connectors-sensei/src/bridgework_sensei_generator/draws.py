"""Seeded draws: one pseudo-random source per household, so that any household can be made again on its own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from bridgework_sensei_generator.names import AREA_CODES

Item = TypeVar("Item")

PRACTICE: Final = 0
HOUSEHOLD: Final = 1
NEWCOMERS: Final = 2
CHANGES: Final = 3


class Draw(random.Random):
    """A pseudo-random source with the draws that invented records need."""

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items, each equally likely."""
        return items[int(self.random() * len(items))]

    def chance(self, share: float) -> bool:
        """True in about ``share`` of the calls."""
        return self.random() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.random() * (high - low + 1))

    def key(self) -> str:
        """A new record id, written as a version 4 UUID."""
        digits = f"{self.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def draw(seed: int, stream: int, index: int = 0) -> Draw:
    """The source of one stream (practice, household, newcomers, changes) at one index."""
    return Draw((abs(seed) << 48) | (stream << 44) | index)


def phone_number(serial: int) -> str:
    """Ten digits, different for every serial; the first 400,000 use the exchange reserved for fiction."""
    area = AREA_CODES[serial % 40]
    line = (serial // 40) * 7919 % 10_000
    exchange = 555 + serial // 400_000
    return f"{area}{exchange}{line:04d}"


def utc(moment: datetime) -> str:
    """RFC 3339 in UTC, the form of every instant in the export."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def us_date(day: date) -> str:
    """MM/DD/YYYY, the form of every date in the reports."""
    return f"{day.month:02d}/{day.day:02d}/{day.year:04d}"


def weekday_on_or_before(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    late = day.weekday() - 4
    return day - timedelta(days=late) if late > 0 else day


def months_later(day: date, months: int) -> date:
    """The same day some months on, or that month's last day."""
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    month += 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def luhn_digit(digits: str) -> int:
    """The check digit that completes ``digits`` under the Luhn rule."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def npi(number: int) -> str:
    """A provider identifier of ten digits whose check digit is right under the prefix 80840."""
    body = f"1{number % 100_000_000:08d}"
    return body + str(luhn_digit("80840" + body))

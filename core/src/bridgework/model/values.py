"""The values of records.

They cross the border between the core and the plugins in one plain form, the *canonical form*, which is JSON:

==============  ===================================================================================
text, long      str
number          int, or a decimal number as text: ``"12.50"`` (never a float)
money           ``{"amount": "12.50", "currency": "USD"}``; a source's money is a decimal as text
yes/no          bool
date            ``"2026-03-01"``
time            ``"13:30:00"``
instant         ``"2026-03-01T13:30:00Z"`` (UTC)
local instant   ``"2026-03-01T13:30:00"`` (source only; its zone stands in another field)
choice          the option's label in a mapped body; the destination's own key of it in a resolved body
choices         list of the same
contacts        ``[{"value": "ana@example.org", "label": "work", "primary": true}, …]`` (e-mails, phones)
address         ``{"value": "1 Main St, Denver", "street": …, "city": …, "state": …, "postal_code": …, "country": …}``;
                ``street`` is whole, and ``street2``, if there, the second line that ``street`` ends with
reference       the destination's id of the record, as text, in a resolved body
==============  ===================================================================================

Absent, ``None`` and the empty string mean the same: nothing there. `bridgework.canonical` spells numbers, amounts and
dates in this form.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

Value = Any  # canonical form, see above
Body = dict[str, Value]


class FieldType(StrEnum):
    """Types of source and destination fields."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    INSTANT = "instant"
    LOCAL_INSTANT = "local_instant"
    CHOICE = "choice"
    CHOICES = "choices"
    EMAILS = "emails"
    PHONES = "phones"
    PHONE = "phone"
    ADDRESS = "address"
    REFERENCE = "reference"
    OWNER = "owner"
    HTML = "html"
    DATA = "data"  # nested object or list, kept as it is

"""E-mail addresses, telephone numbers and postal addresses made comparable, and what is wrong with them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from bridgework.model import Value
from bridgework_dental.names import joined

_MAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_NOBODY: Final = frozenset(
    {"none", "na", "n/a", "no", "noemail", "nomail", "noreply", "nil", "null", "test", "unknown", "decline", "declined",
     "refused", "xxx", "asdf", "email", "donotemail"}
)  # fmt: skip
_NOWHERE: Final = frozenset({"none.com", "na.com", "no.com", "noemail.com", "nomail.com", "test.com", "email.invalid"})
_NOT_DIGIT: Final = re.compile(r"\D+")
_EXTENSION: Final = re.compile(r"(?:x|ext\.?|#)\s*\d+\s*$", re.IGNORECASE)
# E-mail domains that many people share and that therefore never are a practice's own.
PUBLIC_DOMAINS: Final = frozenset(
    {"gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "icloud.com", "msn.com", "comcast.net",
     "live.com", "me.com", "att.net", "verizon.net", "sbcglobal.net", "googlemail.com", "proton.me"}
)  # fmt: skip


def emails(value: Value) -> list[str]:
    """Addresses of a field: a text, or a list of contacts."""
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    if isinstance(value, list):
        found = [item.get("value") if isinstance(item, dict) else item for item in value]
        return [item.strip() for item in found if isinstance(item, str) and item.strip()]
    return []


def mail_fault(address: str, own_domains: frozenset[str]) -> str:
    """What is wrong with an address, in words without it; empty if nothing is."""
    if not _MAIL.fullmatch(address):
        return "not an e-mail address"
    local, _, domain = address.lower().rpartition("@")
    if local in _NOBODY or domain in _NOWHERE:
        return "placeholder"
    if domain in own_domains:
        return "the practice's own address"
    return ""


def mail_key(address: str) -> str:
    """The comparable form of an address that somebody can read, else empty."""
    lowered = address.strip().lower()
    return lowered if not mail_fault(lowered, frozenset()) else ""


def numbers(value: Value) -> list[str]:
    """Telephone numbers of a field as typed: a text, a list of texts, or a list of contacts."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        found = [item.get("value") or item.get("number") if isinstance(item, dict) else item for item in value]
        return [str(item) for item in found if item]
    return []


@lru_cache(maxsize=100_000)
def phone_key(number: str) -> str:
    """The last ten digits without extension, empty if there are fewer than seven or they are all the same."""
    digits = _NOT_DIGIT.sub("", _EXTENSION.sub("", number))[-10:]
    return digits if len(digits) >= 7 and len(set(digits)) > 1 else ""


def address_key(value: Value) -> str:
    """House number, street and postal code without blanks and case; empty if there is no street."""
    if isinstance(value, str):
        return joined(value)
    if not isinstance(value, dict):
        return ""
    street = value.get("street") or value.get("line1") or value.get("value")
    postal = value.get("postal_code") or value.get("postalCode") or value.get("city") or ""
    return f"{joined(str(street))}/{joined(str(postal))}" if street else ""

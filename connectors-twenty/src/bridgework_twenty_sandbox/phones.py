"""Telephone numbers are parsed on writing and kept as national number, country and calling code."""

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers

from bridgework_twenty_sandbox.answers import Refused, coded

_START = re.compile(r"[+0-9]")
_END = re.compile(r"[^0-9()\[\]\-.~/\u2010-\u2015\u2060 \u00a0+]")
_LEAST_DIGITS = 2


def parsed(number: str, country: str, calling: str) -> Mapping[str, str]:
    """``number``, ``countryCode`` and ``callingCode`` as stored. Raises Refused.

    The server's library cuts the text at the first character that cannot belong to a number, so letters and extensions
    are lost without a word; it does not check the length.
    """
    if country and country not in phonenumbers.SUPPORTED_REGIONS:
        raise coded(f"Invalid country code {country}", "INVALID_PHONE_COUNTRY_CODE")
    if calling and not _regions(calling):
        raise coded(f"Invalid calling code {calling}", "INVALID_PHONE_CALLING_CODE")
    if country and calling and country not in _regions(calling):
        raise coded(
            "Provided country code and calling code are conflicting", "CONFLICTING_PHONE_CALLING_CODE_AND_COUNTRY_CODE"
        )
    region = country or (_regions(calling)[0] if calling else None)
    found = _read(number, region)
    inferred = phonenumbers.region_code_for_number(found) or ""
    found_calling = f"+{found.country_code}"
    if country and inferred and inferred != country:
        raise coded("Provided and inferred country code are conflicting", "CONFLICTING_PHONE_COUNTRY_CODE")
    if calling and found_calling != calling:
        raise coded("Provided and inferred calling code are conflicting", "CONFLICTING_PHONE_CALLING_CODE")
    return {
        "number": phonenumbers.national_significant_number(found),
        "callingCode": found_calling,
        "countryCode": inferred or country,
    }


def _regions(calling: str) -> tuple[str, ...]:
    digits = calling.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 3:
        return ()
    return phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits), ())


def _read(number: str, region: str | None) -> Any:
    start = _START.search(number)
    if start is None:
        raise _invalid(number)
    text = number[start.start() :]
    end = _END.search(text)
    text = text[: end.start()] if end else text
    if sum(character.isdigit() for character in text) < _LEAST_DIGITS:
        raise _invalid(number)
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise _invalid(number) from None


def _invalid(number: str) -> Refused:
    return coded(f"Provided phone number is invalid {number}", "INVALID_PHONE_NUMBER")

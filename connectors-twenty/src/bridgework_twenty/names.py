"""API names out of labels: the form the server takes, its reserved words, and names that are taken.

Rules: reference on Twenty, 8.3 and 8.4. The same label gives the same name in every run.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection

LONGEST = 63
_LOW_COMMA = "\N{SINGLE LOW-9 QUOTATION MARK}"
_WORD = re.compile(r"[A-Za-z0-9]+")
_RESERVED_WORDS = """
plan plans role roles job jobs user users workspace workspaces event events field fields link links currency currencies
fullNames address addresses type types object objects index relation relations aggregate search searches featureFlag
featureFlags appToken appTokens keyValuePair keyValuePairs pageLayout pageLayouts pageLayoutTab pageLayoutTabs
pageLayoutWidget pageLayoutWidgets userWorkspace userWorkspaces userWorkspaceRole userWorkspaceRoles twoFactorMethod
twoFactorMethods approvedAccessDomain approvedAccessDomains billingCustomer billingCustomers billingEntitlement
billingEntitlements billingMeter billingMeters billingProduct billingProducts billingSubscription billingSubscriptions
billingSubscriptionItem billingSubscriptionItems
"""
_RESERVED = frozenset(word.lower() for word in _RESERVED_WORDS.split())
_COLOR_NAMES = """
blue green orange purple red turquoise yellow pink gray sky lime amber crimson jade iris plum brown gold mint violet
"""
_COLORS = tuple(_COLOR_NAMES.split())


def field_name(label: str, taken: Collection[str] = ()) -> str:
    """The API name of a field: ``Date of birth`` gives ``dateOfBirth``; a reserved one gets ``Field`` behind it.

    `taken` are names and columns of the object; a name that is taken gets a number behind it.
    """
    return _free(_camel(label, "custom"), "Field", taken)


def object_names(name: str, label_plural: str) -> tuple[str, str]:
    """The API names of an object, one and many. They must differ whatever the case."""
    singular = _free(_camel(name, "record"), "Record", ())
    plural = _free(_camel(label_plural, f"{singular}s"), "Records", ())
    if plural.lower() == singular.lower():
        plural = _cut(singular, "Records") + "Records"
    return singular, plural


def option_value(label: str, taken: Collection[str] = ()) -> str:
    """The value of an option: ``Not yet (new)`` gives ``NOT_YET_NEW``; one that is taken gets a number behind it."""
    plain = "_".join(_WORD.findall(_ascii(label))).upper() or "OPTION"
    plain = plain if plain[0].isalpha() else f"N_{plain}"
    value, number = plain[:LONGEST].rstrip("_"), 1
    while value in taken:
        number += 1
        value = f"{plain[: LONGEST - len(str(number)) - 1].rstrip('_')}_{number}"
    return value


def option_label(label: str) -> str:
    """The label the server takes: no comma, no blanks around, 63 characters.

    Two labels stay two: a comma becomes the low quotation mark that looks like one; a label that is too long ends in an
    ellipsis and a short hash of the whole.
    """
    plain = " ".join(label.replace(",", _LOW_COMMA).split())
    if len(plain) <= LONGEST:
        return plain
    end = f"… {hashlib.sha256(plain.encode()).hexdigest()[:6]}"
    return plain[: LONGEST - len(end)].rstrip() + end


def color(position: int) -> str:
    """A colour for the option at that place."""
    return _COLORS[position % len(_COLORS)]


def shown(label: str) -> str:
    """A label of a field or object as the server takes it."""
    return " ".join(label.split())[:LONGEST]


def _camel(text: str, otherwise: str) -> str:
    words = _WORD.findall(_ascii(text))
    if not words:
        return otherwise
    first, *rest = words
    name = first[:1].lower() + first[1:] if not first.isupper() else first.lower()
    name += "".join(word[:1].upper() + word[1:] for word in rest)
    return (name if name[0].isalpha() else f"n{name}")[:LONGEST]


def _free(name: str, suffix: str, taken: Collection[str]) -> str:
    used = {each.lower() for each in taken}
    if name.lower() in _RESERVED:
        name = _cut(name, suffix) + suffix
    found, number = name, 1
    while found.lower() in used or f"{found}Id".lower() in used:
        number += 1
        found = _cut(name, str(number)) + str(number)
    return found


def _cut(name: str, suffix: str) -> str:
    return name[: LONGEST - len(suffix)]


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()

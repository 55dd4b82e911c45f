"""The members of the workspace. They cannot be made through the API: people are invited first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridgework.model import Owner
from bridgework_twenty.catalogue import Catalogue
from bridgework_twenty.objects import MEMBER
from bridgework_twenty.reading import rows

if TYPE_CHECKING:
    from bridgework.client import ApiClient


def members(api: ApiClient, catalogue: Catalogue) -> list[Owner]:
    """Every member with name and e-mail; those who left are not listed any more."""
    found = []
    for row in rows(api, catalogue.kind(MEMBER)):
        name = row.get("name") or {}
        shown = " ".join(filter(None, (name.get("firstName"), name.get("lastName"))))
        found.append(Owner(id=str(row["id"]), name=shown, email=str(row.get("userEmail") or "")))
    return found

"""The workspace's own schema, read once and again after every change, in both shapes of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any

from bridgework.errors import SchemaDrift
from bridgework_twenty.fields import Field, Row, fields
from bridgework_twenty.objects import GIVEN, MARKER, MEMBER, STANDARD, Standard
from bridgework_twenty.refusals import read_refused

if TYPE_CHECKING:
    from bridgework.client import Answer, ApiClient

OBJECTS = "/rest/metadata/objects"
FIELDS = "/rest/metadata/fields"
_PAGE = 100  # the most that was tried; more are paged


@dataclass(frozen=True, slots=True)
class Kind:
    """One object of the workspace. `rows` are its fields as the metadata has them."""

    id: str
    name: str
    plural: str
    label: str
    custom: bool
    active: bool
    rows: tuple[Row, ...]
    fields: Mapping[str, Field]
    standard: Standard | None

    @property
    def path(self) -> str:
        return f"/rest/{self.plural}"

    @property
    def marker(self) -> str:
        """The key of the text field that carries our identity, empty if the object has none."""
        found = (each.target for each in self.fields.values() if each.kind == "TEXT")
        return next((target.key for target in found if target.custom and target.label == MARKER), "")

    @property
    def taken(self) -> set[str]:
        """Names no new field may have: fields, join columns and columns of composites."""
        names = {str(row["name"]) for row in self.rows}
        columns = {each.wire for each in self.fields.values()}
        return names | columns | {f"{each.wire}{each.part[:1].upper()}{each.part[1:]}" for each in self.fields.values()}


class Catalogue:
    """Objects by name. Used by several threads; the metadata is read once all the same, which costs no call."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._kinds: dict[str, Kind] | None = None
        self._lock = RLock()

    def forget(self) -> None:
        """Read everything anew when it is asked for next."""
        with self._lock:
            self._kinds = None

    def kinds(self) -> Mapping[str, Kind]:
        """Every object of the workspace."""
        with self._lock:
            if self._kinds is None:
                rows = list(self._rows())
                ours = _application(rows)
                self._kinds = {kind.name: kind for kind in (_kind(row, ours) for row in rows)}
            return self._kinds

    def kind(self, name: str) -> Kind:
        """An object. SchemaDrift if the workspace has none of that name."""
        found = self.kinds().get(name)
        if found is None:
            raise SchemaDrift(
                f"The workspace has no object {name}.", next_step="bridgework schema --apply, then run it again"
            )
        return found

    def fillable(self) -> list[Kind]:
        """The objects a migration can fill: the standard ones we know and those that people made."""
        return [each for each in self.kinds().values() if each.active and (each.standard or each.custom)]

    def _rows(self) -> Iterator[dict[str, Any]]:
        def following(answer: Answer) -> Mapping[str, Any] | None:
            page = (answer.json or {}).get("pageInfo") or {}
            cursor = page.get("endCursor")
            return {"starting_after": cursor} if page.get("hasNextPage") and cursor else None

        for answer in self._pages(following):
            yield from listed(answer.json, "objects")

    def _pages(self, following: Any) -> Iterator[Answer]:
        first = self._api.get(OBJECTS, params={"limit": _PAGE}, accept=(400, 403))
        if not first.ok:
            raise read_refused(first, "the data model")
        yield first
        more = following(first)
        if more:
            yield from self._api.pages(OBJECTS, {"limit": _PAGE, **more}, following)


def listed(body: Any, name: str) -> list[dict[str, Any]]:
    """The rows of a list, in the newer shape (`data` is the list) or the older one (`data` holds it by name)."""
    data = body.get("data") if isinstance(body, dict) else None
    rows = data.get(name) if isinstance(data, dict) else data
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def single(body: Any) -> dict[str, Any] | None:
    """The one thing of an answer: bare in the newer shape, below `data` and a name in the older one."""
    if not isinstance(body, dict):
        return None
    data = body.get("data")
    if isinstance(data, dict) and len(data) == 1:
        body = next(iter(data.values()))
    return body if isinstance(body, dict) and body.get("id") else None


def _application(rows: list[dict[str, Any]]) -> str:
    """The application that the standard objects belong to; what people made belongs to another one."""
    return next((str(row.get("applicationId")) for row in rows if row.get("nameSingular") in ("person", "company")), "")


def _custom(row: Row, standard_application: str) -> bool:
    if isinstance(said := row.get("isCustom"), bool):
        return said
    return str(row.get("applicationId")) != standard_application


def _kind(row: dict[str, Any], application: str) -> Kind:
    name = str(row["nameSingular"])
    custom = _custom(row, application) and row.get("isSystem") is not True
    standard = None if custom else STANDARD.get(name)
    rows = tuple(each for each in row.get("fields") or () if isinstance(each, dict))
    found = [
        field
        for each in rows
        if name != MEMBER
        for field in fields(each, standard, _custom(each, application) and not _of_the_object(each, custom))
    ]
    return Kind(
        id=str(row["id"]),
        name=name,
        plural=str(row["namePlural"]),
        label=str(row.get("labelSingular") or name),
        custom=custom,
        active=row.get("isActive") is not False,
        rows=rows,
        fields={each.target.key: each for each in found},
        standard=standard,
    )


def _of_the_object(row: Row, custom: bool) -> bool:
    """The fields every object gets when it is made: built in, though they belong to the practice's application."""
    return custom and row["name"] in GIVEN

"""The simulated company: its tables, its people, its fields, its time."""

import secrets
import uuid
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridgework.sandbox import SimulatedClock, StateFile
from bridgework_pipedrive_sandbox.answers import Record
from bridgework_pipedrive_sandbox.fresh import fill_fresh
from bridgework_pipedrive_sandbox.meters import Meters
from bridgework_pipedrive_sandbox.oauth import REFRESH_LIFETIME_S, OAuthApp
from bridgework_pipedrive_sandbox.options import Options
from bridgework_pipedrive_sandbox.plans import PLANS, PlanLimits
from bridgework_pipedrive_sandbox.searchindex import SearchIndex
from bridgework_pipedrive_sandbox.tables import Table, is_deleted

TABLES: Mapping[str, tuple[str, ...]] = {
    "users": (),
    "fields": (),
    "pipelines": (),
    "stages": ("pipeline_id",),
    "activity_types": (),
    "persons": ("org_id", "owner_id"),
    "organizations": ("owner_id",),
    "deals": ("person_id", "org_id", "owner_id", "stage_id"),
    "leads": ("uuid", "person_id", "organization_id"),
    "activities": ("person_id", "org_id", "deal_id", "lead_id", "owner_id"),
    "notes": ("person_id", "org_id", "deal_id", "lead_id"),
    "files": ("person_id", "org_id", "deal_id", "lead_id", "activity_id"),
    "lead_labels": ("uuid",),
    "relationships": ("rel_owner_org_id", "rel_linked_org_id"),
}
"""Tables and the attributes they can be looked up by."""

_SOFT_DELETED_DAYS = 30
_PURGED = ("persons", "organizations", "deals", "activities", "files")
"""Objects that are removed for good after that time."""

_FILE_CONTENT = "file_content"


class Company:
    """Everything the simulated account stores. ``state`` makes it survive a restart, ids and clock included."""

    def __init__(self, options: Options, clock: SimulatedClock, state: Path | None) -> None:
        self.options = options
        self.clock = clock
        self.plan: PlanLimits = PLANS[options.plan]
        self.contents: dict[int, bytes] = {}
        self.tables = {name: Table(name, self._changed, indexed) for name, indexed in TABLES.items()}
        self.search = SearchIndex()
        self.waiting: list[Record] = []
        """Deals that were refused at the cap and wait for somebody to import them."""
        self._born: dict[tuple[str, int], float] = {}
        self.meters = Meters(options, self.plan)
        self.next_option_id = 1
        self._fields: dict[str, dict[str, Record]] = {}
        self._custom: dict[str, dict[str, Record]] = {}
        self._purges: deque[tuple[float, str, int]] = deque()
        self._file = StateFile(state) if state else None
        if not self._load():
            self._begin()
        self.save()

    def _begin(self) -> None:
        self.id = 1_000_000 + secrets.randbelow(9_000_000)
        self.domain = f"sandbox-{secrets.token_hex(3)}"
        self.api_token = self.options.api_token or secrets.token_hex(20)
        self.oauth = OAuthApp(refresh_until=self.now().timestamp() + REFRESH_LIFETIME_S)
        fill_fresh(self)

    # time

    def now(self) -> datetime:
        return self.clock.now()

    def stamp(self) -> str:
        """Now, as v2 writes instants: RFC 3339, UTC, whole seconds."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    # access

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    def live(self, table: str, row_id: int) -> Record | None:
        """The row, unless it is missing or deleted."""
        row = self.tables[table].get(row_id)
        return None if row is None or is_deleted(row) else row

    def owner(self) -> Record:
        """The account owner, to whom the API token belongs."""
        return next(iter(self["users"]))

    def fields(self, object_name: str) -> dict[str, Record]:
        """Active fields of an object by code, built-in ones first."""
        if object_name not in self._fields:
            self._fields[object_name] = {
                field["field_code"]: field
                for field in self["fields"].ascending()
                if field["object"] == object_name and not field["deleted"]
            }
        return self._fields[object_name]

    def custom_keys(self, object_name: str) -> dict[str, Record]:
        if object_name not in self._custom:
            self._custom[object_name] = {
                code: field for code, field in self.fields(object_name).items() if field["is_custom_field"]
            }
        return self._custom[object_name]

    def new_options(self, labels: list[str]) -> list[Record]:
        """Options with fresh ids; ids are unique in the whole company."""
        options = [{"id": self.next_option_id + position, "label": label} for position, label in enumerate(labels)]
        self.next_option_id += len(options)
        return options

    def is_listed(self, table: str, row_id: int) -> bool:
        """Whether a row has been there for long enough to show in lists."""
        return self._born.get((table, row_id), 0.0) + self.options.list_lag <= self.now().timestamp()

    def shows_link(self, table: str, row_id: int | None) -> bool:
        """Whether a record shows what it points to, which may be deleted."""
        return row_id is None or self.options.deleted_links == "keep" or self.live(table, row_id) is not None

    # change

    def delete_softly(self, table: str, row: Record, **marks: object) -> None:
        """Mark a row deleted; the main objects are gone for good 30 simulated days later."""
        deleted = {**row, **(marks or {"is_deleted": True}), "update_time": self.stamp()}
        self[table].put(deleted)
        if table in _PURGED:
            self._purges.append((_end(deleted), table, row["id"]))

    def purge(self) -> None:
        """Remove what has been deleted for 30 days."""
        now = self.now().timestamp()
        while self._purges and self._purges[0][0] <= now:
            _, table, row_id = self._purges.popleft()
            row = self[table].get(row_id)
            # a record that came back and was deleted again has its thirty days anew
            if row is not None and is_deleted(row) and _end(row) <= now:
                self[table].remove(row_id)
                if table == "files":
                    self.contents.pop(row_id, None)
                    self._forget_content(row_id)

    def keep_content(self, file_id: int, content: bytes) -> None:
        self.contents[file_id] = content
        if self._file:
            self._file.put(_FILE_CONTENT, str(file_id), content)

    def _forget_content(self, file_id: int) -> None:
        if self._file:
            self._file.remove(_FILE_CONTENT, str(file_id))

    def _changed(self, table: str, row_id: int, row: Record | None) -> None:
        if table == "fields":
            self._fields.clear()
            self._custom.clear()
        if self.options.list_lag and row is not None:
            self._born.setdefault((table, row_id), self.now().timestamp())
        self.search.changed(table, row_id, row, self.now().timestamp() + self.options.search_lag)
        if self._file is None:
            return
        if row is None:
            self._file.remove(table, str(row_id))
        else:
            self._file.put(table, str(row_id), row)

    # persistence

    def save(self) -> None:
        """Make everything up to now survive the end of the process."""
        if self._file is None:
            return
        self._file.put(
            "company",
            "company",
            {
                "id": self.id,
                "domain": self.domain,
                "api_token": self.api_token,
                "oauth": self.oauth.dump(),
                "now": self.now().isoformat(),
                "next_ids": {name: table.next_id for name, table in self.tables.items()},
                "next_option_id": self.next_option_id,
                "meters": self.meters.dump(),
            },
        )
        self._file.commit()

    def _load(self) -> bool:
        kept = dict(self._file.values("company")) if self._file else {}
        if self._file is None or not kept:
            return False
        company: Record = kept["company"]
        self.id, self.domain = company["id"], company["domain"]
        self.api_token = self.options.api_token or company["api_token"]
        behind = (datetime.fromisoformat(company["now"]) - self.now()).total_seconds()
        self.clock.advance(max(0.0, behind))
        self.oauth = OAuthApp(**company["oauth"])
        self.next_option_id = company["next_option_id"]
        self.meters.restore(company["meters"])
        for name, table in self.tables.items():
            rows: list[Record] = [row for _, row in self._file.values(name)]
            table.load(rows)
            table.next_id = company["next_ids"].get(name, 1)  # a file from before the table was there
            self.search.load(name, table.ascending())
        self.contents = {int(key): content for key, content in self._file.blobs(_FILE_CONTENT)}
        self._schedule_purges()
        return True

    def _schedule_purges(self) -> None:
        due = [(_end(row), name, row["id"]) for name in _PURGED for row in self[name] if is_deleted(row)]
        self._purges = deque(sorted(due))

    def close(self) -> None:
        if self._file:
            self.save()
            self._file.close()
            self._file = None


def new_uuid() -> str:
    return str(uuid.uuid4())


def _end(deleted: Record) -> float:
    """When a deleted row is gone for good, in simulated seconds; its ``update_time`` says since when it is deleted."""
    since = datetime.fromisoformat(deleted["update_time"]).astimezone(UTC)
    return (since + timedelta(days=_SOFT_DELETED_DAYS)).timestamp()

"""The simulated workspace: its metadata, its rows, its keys, its time."""

import secrets
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bridgework.sandbox import SimulatedClock, StateFile
from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.dates import written
from bridgework_twenty_sandbox.fieldtypes import RELATIONS, column_of
from bridgework_twenty_sandbox.fresh import fill_fresh
from bridgework_twenty_sandbox.keys import ADMIN, LIMITED, Key, KeyRing, new_key
from bridgework_twenty_sandbox.kinds import Kind, ManySide, compiled
from bridgework_twenty_sandbox.limits import Limits
from bridgework_twenty_sandbox.options import Options
from bridgework_twenty_sandbox.standard import new_id
from bridgework_twenty_sandbox.table import Table


class Workspace:
    """Everything that is stored. ``state`` makes it survive a restart, ids, keys and clock included.

    ``objects`` and ``fields`` are metadata by id; keys that begin with an underscore are not shown. ``kinds`` and
    ``tables`` follow them, by object id. ``events`` are timeline activities that are not written yet.
    """

    def __init__(self, options: Options, clock: SimulatedClock, state: Path | None) -> None:
        self.options = options
        self.clock = clock
        self.objects: dict[str, Record] = {}
        self.fields: dict[str, Record] = {}
        self.kinds: dict[str, Kind] = {}
        self.tables: dict[str, Table] = {}
        self.by_singular: dict[str, Kind] = {}
        self.by_plural: dict[str, Kind] = {}
        self.uploads: dict[str, Record] = {}
        self.contents: dict[str, bytes] = {}
        self.events: deque[Record] = deque()
        self.limits = Limits(options.per_minute, options.limits == "lifted", self.now_ms())
        self._places = 0
        self._file = StateFile(state) if state else None
        if not self._load():
            self._begin()
        self.save()

    def _begin(self) -> None:
        self.id = new_id()
        self.secret = secrets.token_hex(32)
        self.metadata_version = 1
        issued = int(self.now().timestamp())
        expires = issued + int(self.options.key_days * 86_400)
        own = new_key(self.options.key_name, ADMIN, self.id, issued, expires, self.options.api_key)
        limited = new_key("limited", LIMITED, self.id, issued, expires)
        revoked = new_key("revoked", ADMIN, self.id, issued, expires)
        self.keys = KeyRing([own, limited, revoked])
        self.keys.change("revoked", revoked=True)
        fill_fresh(self)

    @property
    def own_key(self) -> Key:
        return self.keys.keys[0]

    # ------------------------------------------------------------ time

    def now(self) -> datetime:
        return self.clock.now()

    def now_ms(self) -> int:
        return int(self.clock.monotonic() * 1000)

    def stamp(self) -> str:
        """Now, as the server writes instants: UTC, milliseconds."""
        return written(self.now())

    # ------------------------------------------------------------ metadata

    @property
    def schema_name(self) -> str:
        """The name of the database schema, which shows in some messages."""
        digits, number = "0123456789abcdefghijklmnopqrstuvwxyz", int(self.id.replace("-", ""), 16)
        text = ""
        while number:
            number, digit = divmod(number, 36)
            text = digits[digit] + text
        return f"workspace_{text}"

    def fields_of(self, object_id: str) -> Iterator[Record]:
        return (each for each in self.fields.values() if each["objectMetadataId"] == object_id)

    def put_object(self, meta: Record) -> None:
        self.objects[meta["id"]] = meta
        self._keep("object", meta["id"], meta)

    def put_field(self, meta: Record) -> None:
        """``_place`` keeps the order of creation over a restart."""
        if "_place" not in meta:
            meta = {**meta, "_place": self._places}
            self._places += 1
        self.fields[meta["id"]] = meta
        self._keep("field", meta["id"], meta)

    def drop_field(self, field_id: str) -> None:
        del self.fields[field_id]
        self._keep("field", field_id, None)

    def drop_object(self, object_id: str) -> None:
        table = self.tables.pop(object_id)
        for row in list(table):
            self._changed(object_id, row["id"], None)
        del self.objects[object_id]
        self._keep("object", object_id, None)

    def compile(self) -> None:
        """Make kinds and tables follow the metadata. Call after every change of them."""
        fields: dict[str, list[Record]] = {object_id: [] for object_id in self.objects}
        for each in self.fields.values():
            fields[each["objectMetadataId"]].append(each)
        self.kinds = {
            object_id: compiled(meta, fields[object_id], self._many_sides(fields[object_id]))
            for object_id, meta in self.objects.items()
        }
        self.by_singular = {kind.singular: kind for kind in self.kinds.values()}
        self.by_plural = {kind.plural: kind for kind in self.kinds.values()}
        for object_id, kind in self.kinds.items():
            table = self.tables.get(object_id) or Table(kind, self._changed)
            table.reshape(kind)
            self.tables[object_id] = table

    def _many_sides(self, fields: list[Record]) -> Iterator[ManySide]:
        for each in fields:
            if each["type"] in RELATIONS and each["settings"]["relationType"] == "ONE_TO_MANY":
                one = self.fields[each["_inverse"]]
                column = column_of(one)
                assert column is not None
                yield ManySide(each["name"], one["objectMetadataId"], column)

    def table(self, singular: str) -> Table:
        return self.tables[self.by_singular[singular].id]

    # ------------------------------------------------------------ persistence

    def _changed(self, object_id: str, row_id: str, row: Record | None) -> None:
        self._keep("row", f"{object_id}/{row_id}", row)

    def keep_upload(self, upload: Record, content: bytes | None = None) -> None:
        self.uploads[upload["id"]] = upload
        self._keep("upload", upload["id"], upload)
        if content is not None:
            self.contents[upload["id"]] = content
            if self._file:
                self._file.put("content", upload["id"], content)

    def _keep(self, kind: str, key: str, value: Record | None) -> None:
        if self._file is None:
            return
        if value is None:
            self._file.remove(kind, key)
        else:
            self._file.put(kind, key, value)

    def save(self) -> None:
        """Make everything up to now survive the end of the process."""
        if self._file is None:
            return
        self._file.put(
            "workspace",
            "workspace",
            {
                "id": self.id,
                "secret": self.secret,
                "metadata_version": self.metadata_version,
                "keys": self.keys.dump(),
                "now": self.now().isoformat(),
                "limits": self.limits.dump(self.now_ms()),
                "events": list(self.events),
            },
        )
        self._file.commit()

    def _load(self) -> bool:
        kept = dict(self._file.values("workspace")) if self._file else {}
        if self._file is None or not kept:
            return False
        own: Record = kept["workspace"]
        self.id, self.secret, self.metadata_version = own["id"], own["secret"], own["metadata_version"]
        self.keys = KeyRing([Key(**key) for key in own["keys"]])
        if self.options.api_key:
            self.keys.change(self.own_key.name, token=self.options.api_key)
        behind = (datetime.fromisoformat(own["now"]) - self.now()).total_seconds()
        self.clock.advance(max(0.0, behind))
        self.limits.restore(own["limits"], self.now_ms())
        self.events = deque(own["events"])
        self.objects = dict(self._file.values("object"))
        fields: list[Record] = [value for _, value in self._file.values("field")]
        self.fields = {each["id"]: each for each in sorted(fields, key=lambda each: int(each["_place"]))}
        self._places = 1 + max(int(each["_place"]) for each in fields)
        self.compile()
        rows: dict[str, list[Record]] = {}
        for key, row in self._file.values("row"):
            rows.setdefault(key.partition("/")[0], []).append(row)
        for object_id, listed in rows.items():
            self.tables[object_id].load(listed)
        self.uploads = dict(self._file.values("upload"))
        self.contents = dict(self._file.blobs("content"))
        return True

    def close(self) -> None:
        if self._file:
            self.save()
            self._file.close()
            self._file = None

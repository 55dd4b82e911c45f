"""What Twenty can do as a destination. Figures: reference on Twenty, sections 1, 4, 9 and 10."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bridgework.model import Ability, Capabilities, Identity, ObjectCapability
from bridgework_twenty.fields import CREATABLE
from bridgework_twenty.limits import CALLS, PACE, PLANS, tier
from bridgework_twenty.objects import MARKER, STANDARD
from bridgework_twenty.reading import NAMED
from bridgework_twenty.settings import LARGEST_BATCH, Settings

_BATCH = 60
_FILE_BYTES = 10_000_000  # one multipart request; larger ones need a direct upload, which is not built
_ONE = {CALLS: 1, PACE: 1}
_IDENTITY = Identity(kind="client-id", where=MARKER)  # the id is ours; the field says it in words
_LINK_IDENTITY = Identity(kind="client-id", where="id of the record")
_CASCADES: Mapping[str, tuple[str, ...]] = {"note": ("noteTarget",), "task": ("taskTarget",)}


def _object(name: str, *, records: bool = True) -> ObjectCapability:
    return ObjectCapability(
        name=name,
        identity=_IDENTITY if records else _LINK_IDENTITY,
        batch_size=_BATCH,
        records_per_request=1 if name == "attachment" else _BATCH,
        created_at="createdAt",
        recoverable=timedelta(days=14),
        cascades_to=_CASCADES.get(name, ()),
        restore=Ability.SUPPORTED,
        upload=name == "attachment",
        update=Ability.SUPPORTED,
    )


def _costs() -> dict[tuple[str, str], Mapping[str, int]]:
    """One call for each request, whatever its size; schema and uploads of files are free."""
    verbs = ("create", "update", "delete", "restore", "read", "scan", "upload")
    costs: dict[tuple[str, str], Mapping[str, int]] = {("*", verb): _ONE for verb in verbs}
    return {**costs, ("owners", "read"): _ONE, ("schema", "create"): {}, ("schema", "delete"): {}}


CAPABILITIES = Capabilities(
    objects=tuple(_object(each.name, records=each.records) for each in STANDARD.values()),
    new_objects=_object("*"),
    canary=("task", {"title": "Bridgework permission check"}),
    field_types=CREATABLE,
    tiers=tuple(tier(name) for name in PLANS if name != "self-hosted"),
    max_file_bytes=_FILE_BYTES,
    field_name_length=63,
    option_length=63,
    short_text_length=None,
    reserved_labels=frozenset({MARKER}),
    costs=_costs(),
    read_batch=NAMED,
)


def capabilities(settings: Settings) -> Capabilities:
    """The same with the batch and the trash as the settings have them."""
    trash = timedelta(days=settings.trash_days)

    def as_set(each: ObjectCapability) -> ObjectCapability:
        together = 1 if each.upload else settings.batch
        return replace(each, batch_size=settings.batch, records_per_request=together, recoverable=trash)

    assert CAPABILITIES.new_objects is not None and settings.batch <= LARGEST_BATCH
    return replace(
        CAPABILITIES,
        objects=tuple(map(as_set, CAPABILITIES.objects)),
        new_objects=as_set(CAPABILITIES.new_objects),
    )

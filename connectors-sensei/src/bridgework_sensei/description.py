"""What an export says about itself, in the core's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridgework.model import FieldType, SourceDescription, SourceField, SourceObject
from bridgework_sensei.concepts import FIELDS, OBJECTS, SENSITIVE
from bridgework_sensei.export import Export
from bridgework_sensei.manifest import ExportedFile
from bridgework_sensei.objects import BY_NAME, LAYOUTS, OPTIONS, Layout


def describe(export: Export, figures: Mapping[str, str]) -> SourceDescription:
    """Objects of the format in its order (absent ones say so), then what the format does not know.

    `figures` are the control figures of `Export.verify`; they become facts.
    """
    manifest = export.manifest
    file = manifest.file
    objects = [_known(export, layout) for layout in LAYOUTS]
    unknown = [entry for entry in file.files if entry.object not in BY_NAME]
    objects += [_unknown(export, entry) for entry in unknown]
    objects += list(_only_omitted(export, {each.name for each in objects}))
    facts = {"mode": file.mode, "practice_name": file.practice.name, "tooth_numbering": file.practice.toothNumbering}
    if file.since:
        facts["since"] = file.since
    return SourceDescription(
        objects=tuple(objects),
        generated_at=manifest.generated_at,
        time_zone=file.practice.timeZone,
        complete=file.mode == "full",
        fingerprint=manifest.fingerprint,
        warnings=tuple(_warnings(export, unknown, figures)),
        facts={**facts, **figures},
    )


def _known(export: Export, layout: Layout) -> SourceObject:
    entry = export.manifest.entry(layout.name)
    source = "patients" if layout.nested_in else layout.name
    present = layout.format == "manifest" or export.manifest.entry(source) is not None
    return SourceObject(
        name=layout.name,
        label=layout.label,
        key=layout.key,
        fields=tuple(_fields(export, layout)),
        references=layout.references,
        concept=OBJECTS[layout.name],
        nested_in=layout.nested_in,
        merged_into=layout.merged_into,
        deleted=layout.deleted,
        rows=1 if layout.format == "manifest" else entry.rows if entry else None,
        absent="" if present else _absent(export, layout),
        file="manifest.json" if layout.format == "manifest" else entry.path if entry else "",
        format=entry.format if entry else "",
        sha256=entry.sha256.lower() if entry else "",
    )


def _absent(export: Export, layout: Layout) -> str:
    reason = next((each.reason for each in export.manifest.file.omitted if each.object == layout.name), "")
    said = f"not in export ({reason})" if reason else "not in export"
    return f"{said}: {layout.how_to_get}"


def _fields(export: Export, layout: Layout) -> Iterator[SourceField]:
    concepts = FIELDS[layout.name]
    sensitive = SENSITIVE.get(layout.name, {})
    for name, kind in export.field_types(layout).items():
        yield SourceField(
            name=name,
            type=kind,
            label=label_of(name),
            concept=concepts.get(name, ""),
            nullable=name not in layout.required and name not in layout.key,
            options=OPTIONS.get((layout.name, name), ()),
            sensitivity=sensitive.get(name, ""),
        )
    for own in export.custom_fields:
        if own.object == layout.name:
            yield own.field()


def label_of(name: str) -> str:
    """Words for a camelCase name or path: ``procedures.code`` becomes "Procedures code". Headings stay as they are."""
    if not name[:1].islower():
        return name
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name.replace(".", " "))
    return words[:1].upper() + words[1:]


def _unknown(export: Export, entry: ExportedFile) -> SourceObject:
    fields: tuple[SourceField, ...] = ()
    if entry.format == "csv":
        columns = export.report(entry).columns
        fields = tuple(SourceField(name=column, type=FieldType.TEXT, label=column) for column in columns)
    return SourceObject(
        name=entry.object,
        label=label_of(entry.object),
        key=("line",) if entry.format == "csv" else ("id",),  # nothing says which columns would name a row
        fields=fields,
        rows=entry.rows,
        file=entry.path,
        format=entry.format,
        sha256=entry.sha256.lower(),
    )


def _only_omitted(export: Export, named: set[str]) -> Iterator[SourceObject]:
    for each in export.manifest.file.omitted:
        if each.object and each.object not in named:
            named.add(each.object)
            reason = f" ({each.reason})" if each.reason else ""
            yield SourceObject(
                name=each.object,
                label=label_of(each.object),
                absent=f"not in export{reason}: ask the Sensei service team whether it can be exported",
            )


def _warnings(export: Export, unknown: list[ExportedFile], figures: Mapping[str, str]) -> Iterator[str]:
    for entry in unknown:
        yield f"{entry.path} holds an object that sensei-export 1.0 does not know: {entry.object}; its rows are kept."
    for entry in export.manifest.file.files:
        if entry.format != "csv":
            continue
        table = export.report(entry)
        if table.encoding.name == "windows-1252":
            yield f"{entry.path} is read as Windows-1252."
        layout = BY_NAME.get(entry.object)
        missing = [column for column in layout.fields if column not in table.columns] if layout else []
        if missing:
            yield f"{entry.path} has no column {', '.join(missing)}."
        printed = figures.get(f"count.{entry.object}")
        if printed is not None and int(printed) != entry.rows:
            yield f"{entry.path} prints {printed} rows below its {entry.rows} rows."
    for own in export.custom_fields:
        if export.manifest.entry(own.object) is None:
            yield f"fieldDefinitions names fields of {own.object}, which is not in the export."
            return

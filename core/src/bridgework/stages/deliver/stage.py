"""deliver: the package the practice keeps, made from the journal and the staged data alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bridgework import reports
from bridgework.conservation import conservation
from bridgework.errors import StopRun, UsageError
from bridgework.journal import Head
from bridgework.migration import Migration
from bridgework.results import Result
from bridgework.stages.deliver.archive import write_archive
from bridgework.stages.deliver.auditlog import write_audit_log
from bridgework.stages.deliver.exports import write_attachments, write_exports, write_not_loaded
from bridgework.stages.deliver.fieldlog import write_field_log
from bridgework.stages.deliver.guide import write_guide
from bridgework.stages.deliver.labels import labels_of
from bridgework.stages.deliver.package import SHAREABLE, Package, remove_folder
from bridgework.stages.deliver.summary import open_window, summary
from bridgework.stages.deliver.wayback import write_way_back
from bridgework.stages.survey import fingerprint


def deliver(migration: Migration, *, accept_open_window: bool = False) -> Result:
    """Make package/ anew. UsageError while the delta window is open (unless accepted), or while anything is pending or
    in doubt; StopRun if the journal's chain is broken. Dead letters are listed, not refused."""
    _check_state(migration, accept_open_window)
    _check_chain(migration)
    package = Package(migration.project.package)
    try:
        data = _fill(migration, package, accepted=accept_open_window)
        package.publish()
    except BaseException:
        remove_folder(package.folder)
        raise
    manifest = next(each for each in package.files if each.file == "manifest.json")
    migration.journal.event("delivered", manifest=manifest.sha256, files=len(package.files))
    return migration.finished(
        "deliver",
        data={**data, "package": [each.as_json() for each in package.files]},
        differences=bool(data["warnings"] or data["not_loaded"]),
        next_="bridgework reconcile" if unproven(data["warnings"]) else "bridgework purge",
    )


def unproven(warnings: Sequence[str]) -> bool:
    """Whether the package says of itself that the present state was not reconciled."""
    return any("run bridgework reconcile" in each for each in warnings)


# ------------------------------------------------------------------------------------------ may it be delivered


def _check_state(migration: Migration, accept_open_window: bool) -> None:
    if migration.journal.last_event("loaded") is None:
        raise UsageError("Nothing was loaded yet.", next_step="bridgework load")
    surveyed = migration.journal.last_event("surveyed")
    if surveyed is None or surveyed.payload["fingerprint"] != fingerprint(migration):
        raise UsageError("The mapping or the extract changed since the last load.", next_step="bridgework load")
    counts = migration.journal.counts().values()
    for state, sentence in (("pending", "are not loaded yet"), ("in_doubt", "are in doubt"), ("undone", "were undone")):
        if number := sum(states.get(state, 0) for states in counts):
            refused = any(states.get("rejected", 0) for states in counts)  # what waits for a refused one waits for ever
            step = "bridgework failures" if refused else "bridgework load"
            raise UsageError(f"{number} records {sentence}.", next_step=step, cause="pending")
    if next(migration.journal.in_doubt(), None) is not None:
        raise UsageError("An operation is in doubt.", next_step="bridgework load", cause="pending")
    objects, _ = conservation(migration)
    if number := sum(states.get("pending", 0) for states in objects.values()):
        raise UsageError(f"{number} rows have no fate yet.", next_step="bridgework plan", cause="pending")
    since = open_window(migration)
    if since is not None and not accept_open_window:
        raise UsageError(
            f"The delta window is open since {since:%Y-%m-%d %H:%M} UTC: what changed in the source is missing.",
            next_step="bridgework delta, or: bridgework deliver --accept-open-window",
            cause="window_open",
        )


def _check_chain(migration: Migration) -> None:
    anchors = [Head(event.payload["seq"], event.payload["hash"]) for event in migration.journal.events("anchor")]
    verified = migration.journal.verify(anchors)
    if not verified.ok:
        raise StopRun(
            f"The journal is not whole: row {verified.seq} is {verified.problem}.",
            cause="journal_broken",
            next_step="bridgework log --verify",
        )


# ------------------------------------------------------------------------------------------ the package


def _fill(migration: Migration, package: Package, *, accepted: bool) -> dict[str, Any]:
    migration.progress.start("deliver", None)
    labels = labels_of(migration.journal)
    head = write_audit_log(migration, package, labels)
    migration.journal.event("anchor", seq=head.seq, hash=head.hash)
    write_field_log(migration, package, labels)
    rejected = write_not_loaded(migration, package)
    archived = write_archive(migration, package)
    exported = write_exports(migration, package)
    attachments = write_attachments(migration, package)
    write_guide(migration, package, labels, _left_out(migration))
    back = write_way_back(migration, package)
    data = {
        **summary(migration),
        "way_back": back,
        "head": f"{head.seq}:{head.hash}",
        "archive": [{"object": each.object, "rows": each.rows, "fields": each.partly} for each in archived],
        "exports": exported,
        "attachments": attachments,
        "not_loaded": rejected,
    }
    data["dates"]["delivered"] = migration.clock.now().isoformat()
    if accepted and (since := open_window(migration)) is not None:
        data["warnings"].append(f"Delivered with the delta window open since {since:%Y-%m-%d %H:%M} UTC.")
    _write_summary(migration, package, data)
    _write_manifest(migration, package, data)
    return data


def _left_out(migration: Migration) -> list[tuple[str, str]]:
    """Optional fields the account has no room for: wanted, but neither in the first picture nor in a receipt."""
    picture = migration.journal.last_event("schema_picture")
    if picture is None:
        return []
    there = {(each.object, each.name) for each in migration.journal.receipts() if each.kind == "field"}
    for name, fields in picture.payload["picture"].items():
        there |= {(name, label) for label, _ in fields.values()} | {(name, key) for key in fields}
    wanted = migration.plan.wanted_fields()
    return [
        (each.object, each.label)
        for each in wanted
        if each.optional is not None and (each.object, each.label) not in there
    ]


def _write_summary(migration: Migration, package: Package, data: dict[str, Any]) -> None:
    objects, rules = conservation(migration)
    page = {
        **data,
        "format": 1,
        "migration": migration.project.id,
        "stage": "deliver",
        "state": "done",
        "objects": objects,
        "rules": rules,
        "package": [each.as_json() for each in package.files],
    }
    package.text("summary.html", reports.html(page), "What was moved, the proof, what stayed behind", SHAREABLE)
    reports.summary_pdf(package.folder / "summary.pdf", page)
    package.adopt("summary.pdf", "The same on paper, to be signed", SHAREABLE)


def _write_manifest(migration: Migration, package: Package, data: dict[str, Any]) -> None:
    manifest = {
        "format": 1,
        "migration": migration.project.id,
        "delivered": data["dates"]["delivered"],
        "head": data["head"],
        "files": [each.as_json() for each in package.files],
    }
    package.json("manifest.json", manifest, "Every file of the package with its hash", SHAREABLE)

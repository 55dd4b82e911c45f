"""check: settings, credentials, rights and plan, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from bridgework.errors import UsageError
from bridgework.migration import Migration
from bridgework.model import Check, Verb
from bridgework.results import Result, failure
from bridgework.stages.load.answers import Job
from bridgework.stages.load.writing import Writer
from bridgework.stages.owners import fallback_user


def check(migration: Migration, *, canary: bool = False) -> Result:
    """Ask source and destination who they are and whether they are good enough; `canary` also writes a record."""
    source = migration.hooks.describe_source()
    rows = sum(each.rows or 0 for each in source.objects)
    lines = [
        Check(
            name="source",
            ok=True,
            detail=f"{len(source.objects)} objects, {rows} rows, made {source.generated_at:%Y-%m-%d %H:%M} UTC",
        ),
        *_in_the_open(migration),
        *migration.hooks.check_destination(),
    ]
    questions = {"account": _account, "owners": _owners, **({"canary": _canary} if canary else {})}
    for name, ask in questions.items():
        try:
            lines.append(ask(migration))
        except UsageError as error:
            lines.append(Check(name=name, ok=False, detail=error.message, next_step=error.next_step))
            return replace(failure("check", migration.project.id, error), data=_shown(migration, lines))
    failed = [line for line in lines if not line.ok]
    return migration.finished(
        "check",
        data=_shown(migration, lines),
        differences=bool(failed),
        next_=failed[0].next_step if failed and failed[0].next_step else "bridgework extract",
        report="",
    )


def _shown(migration: Migration, lines: Sequence[Check]) -> dict[str, Any]:
    """The lines so far: those before a refusal say what is good enough, and often why the rest is not."""
    return {"checks": [asdict(line) for line in lines], "sandbox": migration.sandbox}


def _in_the_open(migration: Migration) -> Iterator[Check]:
    """Where records travel unencrypted, because a setting allows it."""
    for host in dict.fromkeys(each.readable_at for each in migration.clients if each.readable_at):
        yield Check(
            name="encryption",
            ok=True,
            detail=f"none: records and credentials travel to {host} as plain http, readable on the way",
            next_step="put a proxy with TLS in front of the server and give its https address",
        )


def _account(migration: Migration) -> Check:
    """Which account it is, as its schema says."""
    schema = migration.schema
    return Check(name="account", ok=True, detail=f"{schema.account_label} ({schema.account})")


def _owners(migration: Migration) -> Check:
    """Who may own records."""
    users = migration.hooks.list_owners()
    active = sum(1 for user in users if user.active)
    fallback = fallback_user(migration, users)
    return Check(
        name="owners",
        ok=fallback is not None,
        detail=f"{active} active users; " + ("a fallback owner is set" if fallback else "no fallback owner is set"),
        next_step="" if fallback else "set fallback under [owners] in migration.toml",
    )


def _canary(migration: Migration) -> Check:
    """Create one record and delete it again, through the journal like every other write."""
    if migration.capabilities.canary is None:
        return Check(name="canary", ok=True, detail="the connector names no record for it")
    object_name, body = migration.capabilities.canary
    writer, key = Writer(migration), migration.clock.now().isoformat()
    names: dict[str, Any] = {
        "stage": "check",
        "rule": "canary",
        "object_name": object_name,
        "key": key,
        "mapped_hash": "",
    }
    create = migration.intent(verb=Verb.CREATE, generation=1, **names)
    [made] = writer.send([Job(create, body, sent=body)])
    if made.outcome.state != "done":
        return Check(
            name="canary",
            ok=False,
            detail=f"creating was refused: {made.outcome.reason}",
            next_step="ask for the right to create records",
        )
    delete = migration.intent(verb=Verb.DELETE, generation=1, target_id=made.outcome.id, **names)
    [gone] = writer.send([Job(delete, {})])
    if gone.outcome.state not in ("undone", "already_gone"):
        return Check(
            name="canary",
            ok=False,
            detail="a record was created but could not be deleted",
            next_step="ask for the right to delete records",
        )
    return Check(name="canary", ok=True, detail=f"one {object_name} was created and deleted")

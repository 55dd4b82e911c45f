"""check: settings, credentials, rights and plan, without writing anything."""

from __future__ import annotations

from dataclasses import asdict

from bridgework.migration import Migration
from bridgework.model import Check
from bridgework.results import Result
from bridgework.stages.owners import fallback_user


def check(migration: Migration) -> Result:
    """Ask source and destination who they are and whether they are good enough."""
    source = migration.hooks.describe_source()
    rows = sum(each.rows or 0 for each in source.objects)
    lines = [
        Check(
            name="source",
            ok=True,
            detail=f"{len(source.objects)} objects, {rows} rows, made {source.generated_at:%Y-%m-%d %H:%M} UTC",
        ),
        *migration.hooks.check_destination(),
    ]
    schema = migration.schema
    lines.append(Check(name="account", ok=True, detail=f"{schema.account_label} ({schema.account})"))
    users = migration.hooks.list_owners()
    active = sum(1 for user in users if user.active)
    fallback = fallback_user(migration, users)
    lines.append(
        Check(
            name="owners",
            ok=fallback is not None,
            detail=f"{active} active users; " + ("a fallback owner is set" if fallback else "no fallback owner is set"),
            next_step="" if fallback else "set fallback under [owners] in migration.toml",
        )
    )
    failed = [line for line in lines if not line.ok]
    return migration.finished(
        "check",
        data={"checks": [asdict(line) for line in lines], "sandbox": migration.sandbox},
        differences=bool(failed),
        next_=failed[0].next_step if failed and failed[0].next_step else "bridgework extract",
        report="",
    )

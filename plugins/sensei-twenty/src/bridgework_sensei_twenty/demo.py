"""What `bridgework demo` runs on: a generated export, a workspace whose owner is the fallback, answered findings."""

from __future__ import annotations

from pathlib import Path

from bridgework.model import Demo


def make(folder: Path, patients: int, seed: int) -> Demo:
    """Generate the export into `folder`, its truth beside it."""
    from bridgework_sensei_generator import generate, team

    truth = generate(folder, patients=patients, seed=seed)
    members = [member for member in team(seed) if member.email and member.active]
    return Demo(
        settings={
            "migration.currency": "USD",
            "source.path": str(folder.resolve()),
            "destination.batch": "200",
            "owners.fallback": str(members[0].email),
        },
        sandbox={
            "members": tuple(f"{member.first} {member.last} <{member.email}>" for member in members),
        },
        decisions=truth.decisions,
    )

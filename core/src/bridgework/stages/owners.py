"""owners: which user owns the records of each responsible person; a person decides, the file is what is approved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridgework.errors import BadInput, UsageError
from bridgework.gates import Gate, content_hash
from bridgework.migration import Migration
from bridgework.model import Owner, OwnerMatch, Person
from bridgework.project import write_private
from bridgework.results import Result
from bridgework.stages.audit.spreadsheet import csv_text, read_csv

_NO_USER = "no active user of the destination has that e-mail"
COLUMNS = ("value", "name", "email", "records", "outcome", "user", "fallback", "note")
MATCHED, UNMATCHED, INACTIVE, AMBIGUOUS = "matched", "unmatched", "inactive", "ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRow:
    """One distinct value that reaches an owner rule. `user` is the e-mail of the user who will own its records."""

    value: str
    name: str
    email: str
    records: int
    outcome: str
    user: str
    fallback: bool
    note: str
    line: int = 0  # of owners.csv, for a row that was read from there


def owners(migration: Migration) -> Result:
    """Match, keep choices people wrote into owners.csv, write the file anew, and say what each decision affects."""
    users = migration.hooks.list_owners()
    fallback = fallback_user(migration, users)
    rows = match(migration, users, fallback)
    kept = {row.value: row for row in read_rows(migration)} if migration.project.owners_file.exists() else {}
    rows = [_chosen(row, kept.get(row.value), users) for row in rows]
    write_rows(migration, rows)
    outcomes = Counter(row.outcome for row in rows)
    records: Counter[str] = Counter()
    for row in rows:
        records["fallback" if row.fallback else "own user"] += row.records
    without = [row for row in rows if not row.user]
    gate = owners_gate(migration)
    return migration.finished(
        "owners",
        data={
            "outcomes": {name: outcomes.get(name, 0) for name in (MATCHED, UNMATCHED, INACTIVE, AMBIGUOUS)},
            "records": dict(records),
            "users": len(users),
            "without_owner": len(without),
            "values": [
                {
                    "value": migration.keyed_hash("owner", row.value),
                    "records": row.records,
                    "outcome": row.outcome,
                    "fallback": row.fallback,
                }
                for row in rows
            ],
            "file": str(migration.project.owners_file.relative_to(migration.project.folder)),
            "blocked": list(gate.blocked),
        },
        differences=bool(without) or outcomes[MATCHED] < len(rows),
        next_=gate.next_step,
    )


def match(migration: Migration, users: Sequence[Owner], fallback: Owner | None) -> list[OwnerRow]:
    """One row per distinct value, most records first."""
    counted = migration.plan.owner_people(migration.staging)
    people = [person for person, _ in counted if person.value]
    matches: dict[str, OwnerMatch] = {}
    for found in migration.hooks.match_owners(people, users):
        if found.owner_id or found.value not in matches:
            matches[found.value] = found
    by_id = {user.id: user for user in users}
    inactive = {user.email.casefold() for user in users if not user.active and user.email}
    rows = [
        _row(person, records, matches.get(person.value), by_id, inactive, fallback)
        if person.value
        else _nobody(records, fallback)
        for person, records in counted
    ]
    return sorted(rows, key=lambda row: (-row.records, row.value))


def _row(
    person: Person,
    records: int,
    found: OwnerMatch | None,
    users: dict[str, Owner],
    inactive: set[str],
    fallback: Owner | None,
) -> OwnerRow:
    user, outcome, note = "", UNMATCHED, "no user with that e-mail" if person.email else "no e-mail known"
    if found is not None and found.owner_id in users:
        user, outcome, note = users[found.owner_id].email, MATCHED, found.reason
    elif found is not None and found.ambiguous:
        outcome, note = AMBIGUOUS, f"{len(found.ambiguous)} users fit"
    elif person.email.casefold() in inactive:
        outcome, note = INACTIVE, "the user is deactivated"
    elif not person.key:
        note = "a name in text that fits no team member, or several"
    taken = not user and fallback is not None
    return OwnerRow(
        value=person.value,
        name=person.name,
        email=person.email,
        records=records,
        outcome=outcome,
        user=user or (fallback.email if fallback else ""),
        fallback=taken,
        note=note,
    )


def _nobody(records: int, fallback: Owner | None) -> OwnerRow:
    return OwnerRow(
        value="",
        name="",
        email="",
        records=records,
        outcome=UNMATCHED,
        user=fallback.email if fallback else "",
        fallback=fallback is not None,
        note="nobody is named",
    )


def _chosen(row: OwnerRow, kept: OwnerRow | None, users: Sequence[Owner]) -> OwnerRow:
    """A choice a person wrote into the file stays, as long as its user is active."""
    if kept is None or kept.user == row.user or not kept.user:
        return row
    if kept.user.casefold() not in {user.email.casefold() for user in users if user.active}:
        raise BadInput(
            f"owners.csv, line {kept.line}, column user: {_NO_USER}.",
            next_step="write the e-mail of an active user there, or empty the cell",
        )
    return OwnerRow(
        value=row.value,
        name=row.name,
        email=row.email,
        records=row.records,
        outcome=row.outcome,
        user=kept.user,
        fallback=False,
        note="chosen by hand",
    )


def fallback_user(migration: Migration, users: Sequence[Owner]) -> Owner | None:
    """The active user of the setting owners.fallback; None if it is not set, UsageError if there is no such user."""
    wanted = migration.project.file.owners.fallback.strip().casefold()
    if not wanted:
        return None
    for user in users:
        if user.active and user.email.casefold() == wanted:
            return user
    raise UsageError(
        "owners.fallback names no active user of the destination.",
        next_step="correct owners.fallback in migration.toml",
    )


def owner_ids(migration: Migration) -> dict[str, str]:
    """From the approved file: owner value to user id, empty where nobody owns the records."""
    users = {user.email.casefold(): user.id for user in migration.hooks.list_owners() if user.active}
    return {row.value: users.get(row.user.casefold(), "") for row in read_rows(migration)}


def owners_gate(migration: Migration) -> Gate:
    """The owners gate: the content of owners.csv, without the counts, which every new row changes."""
    if not migration.project.owners_file.exists():
        return Gate("owners", "", "no owners yet", ("run bridgework owners first.",), unblock="bridgework owners")
    rows = read_rows(migration)
    active = {user.email.casefold() for user in migration.hooks.list_owners() if user.active}
    without = sum(1 for row in rows if not row.user)
    unknown = [row.line for row in rows if row.user and row.user.casefold() not in active]
    blocked: list[str] = []
    if without:
        blocked.append(f"{without} values have no user; set owners.fallback or fill the column user.")
    if unknown:
        blocked.append(f"owners.csv, line {unknown[0]}, column user: {_NO_USER}.")
    content = sorted([row.value, row.user] for row in rows)
    return Gate(
        "owners",
        content_hash(content),
        f"{len(rows)} people",
        tuple(blocked),
        unblock="set owners.fallback, or fill the column user of private/owners.csv, then: bridgework owners",
        shown="private/owners.csv",
    )


def read_rows(migration: Migration) -> list[OwnerRow]:
    """owners.csv as it is now. BadInput names file, line and reason."""
    rows = []
    for line in read_csv(migration.project.owners_file, COLUMNS):
        try:
            rows.append(replace(_parse(line.cells), line=line.number))
        except ValueError:
            raise BadInput(
                f"owners.csv, line {line.number}: column records must be a number, column fallback yes or no.",
                next_step="correct the line, or delete the file and run: bridgework owners",
            ) from None
    return rows


def _parse(cells: dict[str, str]) -> OwnerRow:
    if cells["fallback"] not in ("yes", "no"):
        raise ValueError
    return OwnerRow(
        value=cells["value"],
        name=cells["name"],
        email=cells["email"],
        records=int(cells["records"]),
        outcome=cells["outcome"],
        user=cells["user"].strip(),
        fallback=cells["fallback"] == "yes",
        note=cells["note"],
    )


def write_rows(migration: Migration, rows: Sequence[OwnerRow]) -> None:
    """Write owners.csv, 0600, safe to open in a spreadsheet."""
    cells = [
        (
            *(row.value, row.name, row.email, str(row.records), row.outcome, row.user),
            "yes" if row.fallback else "no",
            row.note,
        )
        for row in rows
    ]
    write_private(migration.project.owners_file, csv_text(COLUMNS, cells).encode("utf-8-sig"))

"""What the pair brings only when a migration asks for it."""

from __future__ import annotations

import pytest

from .conftest import MakeBench
from .exports import LATER, entry, little_practice

pytestmark = pytest.mark.slow


def test_ledger_statements_and_whom_somebody_is_responsible_for_come_on_request(make_bench: MakeBench) -> None:
    export = little_practice(3)
    export.add("responsibleParties", {"id": "rp-1", "patientId": "pat-1", "firstName": "Ana", "lastName": "Ruiza"})
    for child in ("pat-2", "pat-3"):
        export.row("patients", child)["responsibleParties"] = [{"id": "rp-1", "relationship": "Mother"}]
    export.rows["transactions"].pop()
    wanted = {"migration.options.ledger.pdf": "true", "migration.options.guardian_of": "true"}
    bench = make_bench(export, settings=wanted)
    before = bench.account.content()
    bench.loaded()
    account = bench.account
    people = {row["id"]: row["name"] for row in account.rows("persons")}
    files = account.rows("files")
    assert sorted(people[row["person_id"]] for row in files) == ["Ana Ruiza", "Ana Ruizb"]
    assert {row["name"].partition(" [")[0] for row in files} == {"Ledger statement"}
    assert all(row["file_name"].endswith(".pdf") and row["file_size"] > 1000 for row in files)
    mother = account.named("persons", "Ana Ruiza")
    assert account.custom("person", mother)["Guardian of"] == "Ana Ruizb; Ana Ruizc"
    assert bench.call("reconcile")["differences"] == []

    export.add("transactions", entry(90, "1001", "Ruiza, Ana", "Payment", "(12.00)"))
    export.generated_at = LATER
    export.write(bench.folder.parent / "migration-export")
    assert bench.call("delta")["outcomes"]["ledger-statements"] == {"unchanged": 2}
    bench.call("rollback")
    bench.call("rollback", "--schema")
    assert bench.account.content() == before

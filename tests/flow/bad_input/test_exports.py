"""Exports that are missing, damaged or not what they say: refused by `extract`, nothing staged, the right one works."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..bench import APPROVER, Bench
from ..conftest import MakeBench
from ..exports import entry, little_practice
from .refusals import intact, refused, rewritten, toml

Damage = Callable[[Path], None]


@pytest.fixture
def export(bench: Bench) -> Iterator[Path]:
    """The export's folder, put back afterwards; then the correct run succeeds."""
    folder, kept = bench.folder.parent / "export", bench.folder.parent / "kept"
    shutil.copytree(folder, kept)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
    kept.rename(folder)
    bench.call("extract")
    intact(bench)


def _replaced(name: str, old: bytes, new: bytes) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / name
        assert old in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(old, new, 1))

    return damage


def _cut(name: str, size: int) -> Damage:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-size]) and None


def _manifest(**change: object) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))

    return damage


def _row_too_many(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    next(each for each in manifest["files"] if each["object"] == "patients")["rows"] += 1
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("damage", "cause", "said"),
    [
        (lambda folder: shutil.rmtree(folder), "bad_input", "There is no folder or zip file at"),
        (lambda folder: (folder / "manifest.json").unlink(), "missing_file", "There is no manifest.json in"),
        (lambda folder: (folder / "patients.ndjson").unlink(), "bad_input", "patients.ndjson is missing"),
        (_replaced("manifest.json", b"{", b"{{"), "bad_input", "manifest.json is not valid JSON"),
        (_manifest(formatVersion="9.1"), "bad_input", "is of version 9.1 of sensei-export"),
        (_manifest(generatedAt="soon"), "bad_input", "generatedAt: is not an instant"),
        (_replaced("patients.ndjson", b'"id"', b'"id",'), "changed", "its content hash differs"),
        (_replaced("patients.ndjson", b"Ana", b"Eva"), "changed", "its content hash differs"),
        (_cut("patients.ndjson", 20), "incomplete", "ends in the middle of a record"),
        (_cut("transaction_list.csv", 70), "changed", "transaction_list.csv is not the file"),
        (_row_too_many, "incomplete", "patients.ndjson has 4 rows where manifest.json says 5"),
    ],
)  # fmt: skip
def test_an_export_that_is_not_whole_is_refused(
    bench: Bench, export: Path, damage: Damage, cause: str, said: str
) -> None:
    damage(export)
    refused(bench.folder, "extract", cause=cause, said=[said])
    refused(bench.folder, "check", cause=cause, said=[said])


def test_a_file_that_is_a_link_is_not_followed(bench: Bench, export: Path) -> None:
    secret = export.parent / "elsewhere"
    secret.write_bytes((export / "patients.ndjson").read_bytes())
    (export / "patients.ndjson").unlink()
    (export / "patients.ndjson").symlink_to(secret)
    refused(bench.folder, "extract", cause="unsafe_name", said=["contains a link"])


def test_a_damaged_row_in_a_file_that_is_what_it_says_is_a_finding_and_the_others_go_on(
    bench: Bench, export: Path
) -> None:
    path = export / "patients.ndjson"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-1], b'{"id": "pat-x", oops\n']))
    manifest = json.loads((export / "manifest.json").read_text())
    entry = next(each for each in manifest["files"] if each["object"] == "patients")
    entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (export / "manifest.json").write_text(json.dumps(manifest))
    bench.call("extract")
    found = bench.call("audit", code=1)
    damaged = [each for each in found["findings"] if each["object"] == "patients" and each["check"] == "ROW-01"]
    assert damaged, {each["check"] for each in found["findings"]}


def test_documents_that_are_not_there_as_listed_are_findings_and_hold_up_nothing(make_bench: MakeBench) -> None:
    export = little_practice(1).document("doc-1", "pat-1", "documents/whole.pdf", b"%PDF-1.4")
    export.document("doc-2", "pat-1", "documents/12:30.pdf", b"%PDF-1.4")
    export.document("doc-3", "pat-1", "documents/changed.pdf", b"%PDF-1.4").files["documents/changed.pdf"] += b" "
    export.document("doc-4", "pat-1", "../../etc/passwd", b"").files.pop("../../etc/passwd")
    bench = make_bench(export)
    bench.call("extract")
    found = [each for each in bench.call("audit", code=1)["findings"] if each["check"] == "DOC-01"]
    assert len(found) == 3
    answer = bench.call("migrate", "--approve-as", APPROVER, "--size", "1", code=(0, 1))
    assert answer["objects"]["documents"] == {"extracted": 4, "loaded": 1, "archived": 3}
    assert [row["name"].split()[0] for row in bench.account.rows("files")] == ["whole"]


def test_amounts_that_are_missing_or_of_another_currency_are_findings_and_no_sums(make_bench: MakeBench) -> None:
    export = little_practice(1)
    for number, amount in enumerate(("€5.00", "", "$7.00"), 8):
        export.add("transactions", entry(number, "1001", "Ruiza, Ana", "Charge", amount))
    export.row("treatmentPlans", "plan-1")["totalFee"] = "£1,250.00"
    bench = make_bench(export)
    bench.call("extract")
    found = bench.call("audit", code=1)["findings"]
    assert {(each["check"], each["object"], each["field"]) for each in found} >= {
        ("DAT-03", "transactions", "Amount"),
        ("MIS-00", "transactions", "Amount"),
        ("DAT-03", "treatmentPlans", "totalFee"),
    }
    bench.call("migrate", "--approve-as", APPROVER, "--size", "1", code=(0, 1))
    [person] = bench.account.rows("persons")
    assert bench.account.custom("person", person)["Outstanding balance"] == (119.0, "USD")
    [deal] = bench.account.rows("deals")
    assert not deal["value"]


# ------------------------------------------------------------------------------------------ zip files


def _zip(folder: Path, path: Path, **more: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                archive.write(each, each.relative_to(folder).as_posix())
        for name, data in more.items():
            archive.writestr(name, data)


def _with_path(bench: Bench, path: Path) -> tuple[str, str]:
    return f'path = "{bench.folder.parent / "export"}"', f'path = "{path}"'


@pytest.mark.parametrize("name", ["../../climbs.txt", "/absolute.txt", "C:\\windows.txt", "a/../../b.txt", "aux.txt"])
def test_a_zip_file_with_a_name_that_leads_outside_is_refused(
    bench: Bench, export: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "export.zip"
    _zip(export, path, **{name: b"x"})
    with rewritten(toml(bench), _with_path(bench, path)):
        refused(bench.folder, "extract", cause="unsafe_name", said=["The export names a file that"])
    assert not (tmp_path.parent / "climbs.txt").exists()


def test_a_zip_bomb_is_refused_before_it_unfolds(bench: Bench, export: Path, tmp_path: Path) -> None:
    bomb = b'{"id": "pat-9", "firstName": "' + b"A" * (20 << 20) + b'"}\n'
    manifest = json.loads((export / "manifest.json").read_text())
    entry = next(each for each in manifest["files"] if each["object"] == "patients")
    entry |= {"rows": 1, "sha256": hashlib.sha256(bomb).hexdigest()}
    (export / "manifest.json").write_text(json.dumps(manifest))
    (export / "patients.ndjson").unlink()
    path = tmp_path / "export.zip"
    _zip(export, path, **{"patients.ndjson": bomb})
    with rewritten(toml(bench), _with_path(bench, path)):
        refused(bench.folder, "extract", cause="too_large", said=["unpacks to more than 100 times its size"])


def test_a_file_that_is_no_zip_is_refused(bench: Bench, export: Path, tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_bytes(b"PK\x03\x04 not really")
    with rewritten(toml(bench), _with_path(bench, tmp_path / "export.zip")):
        refused(bench.folder, "extract", cause="bad_input", said=["neither a folder nor a readable zip file"])


def test_a_zip_file_that_was_cut_is_refused(bench: Bench, export: Path, tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.write(export / "manifest.json", "manifest.json")
    (tmp_path / "export.zip").write_bytes(whole.getvalue()[:-30])
    with rewritten(toml(bench), _with_path(bench, tmp_path / "export.zip")):
        refused(bench.folder, "extract", cause="bad_input", then="again")


# ------------------------------------------------------------------------------------------ too early, too late


@pytest.mark.parametrize(
    ("command", "said", "then"),
    [
        ("audit", "Nothing is staged", "bridgework extract"),
        ("plan", "Nothing is staged", "bridgework extract"),
        ("schema", "Nothing is staged", "bridgework extract"),
        ("owners", "Nothing is staged", "bridgework extract"),
        ("sample", "Nothing is staged", "bridgework extract"),
        ("load", "Nothing is staged", "bridgework extract"),
        ("forecast", "Nothing is staged", "bridgework extract"),
        ("delta", "Nothing was loaded yet", "bridgework load"),
        ("diff", "Nothing", "bridgework"),
        ("deliver", "Nothing", "bridgework"),
        ("replay", "Nothing", "bridgework"),
    ],
)
def test_a_stage_that_comes_too_early_names_the_one_before_it(
    bench: Bench, tmp_path: Path, command: str, said: str, then: str
) -> None:
    records = bench.folder / "records.db"
    with _away(records, tmp_path):
        refused(bench.folder, command, said=[said], then=then)


class _away:
    """Files of a store, elsewhere while the block runs."""

    def __init__(self, path: Path, place: Path) -> None:
        self._paths = [path.with_name(path.name + side) for side in ("", "-wal", "-shm")]
        self._place = place

    def __enter__(self) -> None:
        for path in self._paths:
            if path.exists():
                path.rename(self._place / path.name)

    def __exit__(self, *_: object) -> None:
        for path in self._paths:
            path.unlink(missing_ok=True)
            if (self._place / path.name).exists():
                (self._place / path.name).rename(path)

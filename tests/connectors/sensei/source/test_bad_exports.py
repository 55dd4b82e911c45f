"""Exports that are missing, damaged, unsafe or not what they say stop with one clear sentence and a next step."""

from __future__ import annotations

import hashlib
import json

import pytest

from bridgework.errors import BadInput, SettingsError
from bridgework.settings import connector_settings
from bridgework_sensei import SenseiSettings

from .exports import Exporter, a_patient, a_transaction, extracted, problems, source


def refused(exporter_or_path, tmp_path, **settings) -> BadInput:
    path = exporter_or_path.folder(tmp_path / "export") if isinstance(exporter_or_path, Exporter) else exporter_or_path
    with pytest.raises(BadInput) as caught:
        source(path, **settings).describe_source()
    message = caught.value.message
    assert message.endswith(".")
    assert "\n" not in message
    assert caught.value.next_step
    return caught.value


def exporter() -> Exporter:
    return Exporter().rows("patients", a_patient(1), a_patient(2)).report("transactions", a_transaction())


def test_there_is_nothing_at_the_path(tmp_path):
    assert "no folder or zip file" in refused(tmp_path / "nowhere", tmp_path).message


def test_the_manifest_is_missing(tmp_path):
    assert "There is no manifest.json in" in refused(tmp_path, tmp_path).message


def test_a_listed_file_is_missing(tmp_path):
    export = exporter()
    del export.files["patients.ndjson"]
    assert "patients.ndjson is missing" in refused(export, tmp_path).message


@pytest.mark.parametrize("path", ["patients.ndjson", "transaction_list.csv"])
def test_a_file_was_changed(tmp_path, path):
    export = exporter()
    export.files[path] = export.files[path].replace(b"Ana", b"Eva")
    message = refused(export, tmp_path).message
    assert message == f"{path} is not the file that manifest.json lists: its content hash differs."


@pytest.mark.parametrize("place", [0, 1])
def test_the_number_of_rows_disagrees(tmp_path, place):
    export = exporter()
    export.entries[place]["rows"] += 1
    error = refused(export, tmp_path)
    assert f"{export.entries[place]['path']} has" in error.message
    assert f"where manifest.json says {export.entries[place]['rows']}" in error.message
    assert error.cause == "incomplete"


def test_a_file_was_cut_in_the_middle_of_a_record(tmp_path):
    content = (json.dumps(a_patient(1)) + "\n" + json.dumps(a_patient(2))[:50]).encode()
    error = refused(Exporter().raw("patients", "patients.ndjson", content, 2), tmp_path)
    assert error.message == "patients.ndjson is incomplete: it ends in the middle of a record."
    assert error.cause == "incomplete"


def test_a_file_that_changes_after_it_was_proved_is_noticed(tmp_path):
    export = exporter()
    sensei = source(export.folder(tmp_path / "export"))
    sensei.describe_source()
    (tmp_path / "export" / "patients.ndjson").write_bytes(json.dumps(a_patient(1)).encode() + b"\n")
    with pytest.raises(BadInput, match=r"patients\.ndjson has 1 rows where manifest\.json says 2"):
        extracted(sensei, "patients")


def an_entry(**values):
    return {"object": "patients", "path": "p", "format": "csv", "rows": 1, "sha256": "0" * 64, **values}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"format": "other-export"}, "format"),
        ({"formatVersion": 1}, "formatVersion"),
        ({"mode": "partial"}, "mode"),
        ({"generatedAt": "yesterday"}, "generatedAt: is not an instant"),
        ({"generatedAt": "2026-11-01T18:00:00"}, "generatedAt: has no zone"),
        ({"since": "last week"}, "since: is not an instant"),
        ({"practice": {"tenantId": "t", "name": "n", "timeZone": "Mars/Olympus"}}, "practice.timeZone"),
        ({"practice": {"tenantId": "t", "name": "n", "timeZone": "../../etc/passwd"}}, "practice.timeZone"),
        ({"practice": {"name": "n", "timeZone": "UTC"}}, "practice.tenantId"),
        ({"files": [an_entry(format="xml")]}, "files.0.format"),
        ({"files": [an_entry(rows=-1)]}, "files.0.rows"),
        ({"files": [an_entry(sha256="abc")]}, "files.0.sha256"),
        ({"files": {}}, "files"),
    ],
)
def test_the_manifest_names_what_is_wrong_in_it(tmp_path, change, named):
    manifest = {**json.loads(exporter().manifest()), **change}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    message = refused(tmp_path, tmp_path).message
    assert message.startswith("manifest.json is not as sensei-export 1.0 says: ")
    assert named in message


def test_a_format_of_another_time_is_named_by_its_version(tmp_path):
    for version, shown in (("2.0", "version 2.0"), ("Ana\u2028" * 9, "another version")):
        manifest = {**json.loads(exporter().manifest()), "formatVersion": version}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        assert f"is of {shown} of sensei-export" in refused(tmp_path, tmp_path).message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "is not valid JSON"),
        (b'{"format":"sensei-export","format":"x"}', "names one key twice"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[]", "the file"),
        (b"[" * 100_000, "nested deeper"),
    ],
)
def test_a_manifest_that_cannot_be_read(tmp_path, content, reason):
    (tmp_path / "manifest.json").write_bytes(content)
    assert reason in refused(tmp_path, tmp_path).message


def test_an_object_or_a_file_is_listed_twice(tmp_path):
    export = exporter()
    export.entries.append({**export.entries[0], "path": "other.ndjson"})
    assert "lists the object patients twice" in refused(export, tmp_path).message
    export = exporter()
    export.entries.append({**export.entries[0], "object": "payers"})
    assert "lists the file patients.ndjson twice" in refused(export, tmp_path).message


@pytest.mark.parametrize("path", ["../patients.ndjson", "/etc/passwd", "C:\\patients.ndjson", "aux.ndjson"])
def test_the_manifest_names_a_file_outside(tmp_path, path):
    export = exporter()
    export.entries[0]["path"] = path
    error = refused(export, tmp_path)
    assert error.cause == "unsafe_name"
    assert path not in error.message


def test_a_listed_file_is_a_link(tmp_path):
    folder = exporter().folder(tmp_path / "export")
    (folder / "patients.ndjson").rename(tmp_path / "elsewhere")
    (folder / "patients.ndjson").symlink_to(tmp_path / "elsewhere")
    assert "link" in refused(folder, tmp_path).message


def test_a_record_object_comes_as_csv(tmp_path):
    export = Exporter().raw("patients", "patients.csv", b"id,name\n1,Ana\n", 1)
    assert "is csv where sensei-export 1.0 has ndjson for patients" in refused(export, tmp_path).message


def test_a_report_lacks_a_column_it_cannot_do_without(tmp_path):
    content = b"Patient,Patient ID,Due Date,Recare Cycle,Last Visit,Provider\nA,1,,,,\n"
    export = Exporter().raw("recare", "recare_list.csv", content, 1)
    assert refused(export, tmp_path).message == "recare_list.csv has no column Recare Type."


def test_a_report_lacks_a_column_it_can_do_without(tmp_path):
    content = b"Patient,Patient ID,Due Date,Recare Cycle,Recare Type\nA,1,,,Prophy\n"
    export = Exporter().raw("recare", "recare_list.csv", content, 1)
    description = source(export.folder(tmp_path / "export")).describe_source()
    assert description.warnings == ("recare_list.csv has no column Last Visit, Provider.",)


def test_a_report_has_no_heading(tmp_path):
    export = Exporter().raw("recare", "recare_list.csv", b"A,1,x\nB,2,y\n", 2)
    assert "recare_list.csv has no heading row" in refused(export, tmp_path).message


def test_a_report_is_not_in_the_encoding_it_declares(tmp_path):
    content = "Patient,Patient ID,Due Date,Recare Cycle,Last Visit,Provider,Recare Type\nPeña,1,,,,,Prophy\n"
    export = Exporter().raw("recare", "recare_list.csv", content.encode("cp1252"), 1, encoding="utf-8-sig")
    error = refused(export, tmp_path)
    assert "line 2, byte 3. It looks like Windows-1252." in error.message
    assert "windows-1252" in error.next_step
    (row,) = extracted(source(tmp_path / "export", encoding="windows-1252"), "recare")
    assert row.values["Patient"] == "Peña"


def test_no_refusal_quotes_a_record(tmp_path):
    secret = "Zebulon"
    content = json.dumps(a_patient(1, firstName=secret)).encode()
    for broken, rows in ((content[:-5], 1), (content + b"\n", 2), (content + b"\n", 1)):
        export = Exporter().raw("patients", "patients.ndjson", broken, rows)
        export.entries[0]["sha256"] = "0" * 64
        assert secret not in refused(export, tmp_path).message


def test_settings_are_checked(tmp_path):
    for data in ({}, {"path": str(tmp_path), "pathh": "x"}, {"path": str(tmp_path), "encoding": "klingon"}):
        with pytest.raises(SettingsError):
            connector_settings(SenseiSettings, data, where="source")


# ------------------------------------------------------------------------------------------ documents


def test_a_patient_file_is_opened_by_its_path(tmp_path):
    export = exporter()
    export.files["documents/ab/consent.pdf"] = b"%PDF-1.4"
    for path in (export.folder(tmp_path / "export"), export.zip(tmp_path / "export.zip")):
        found = source(path).open_file("documents/ab/consent.pdf")
        assert (found.name, found.size, found.sha256) == ("consent.pdf", 8, "")
        with found.stream as stream:
            assert stream.read() == b"%PDF-1.4"


def test_a_patient_file_that_is_absent_is_none(tmp_path):
    sensei = source(exporter().folder(tmp_path / "export"))
    assert sensei.open_file("documents/none.pdf") is None
    assert sensei.open_file("documents") is None


@pytest.mark.parametrize(
    ("path", "sha256", "state"),
    [
        ("documents/a.pdf", hashlib.sha256(b"%PDF-1.4").hexdigest().upper(), None),
        ("documents/a.pdf", "", None),
        ("documents/a.pdf", "ab" * 32, "changed"),
        ("documents/none.pdf", "", "missing"),
        ("../../.ssh/id", "", "missing"),
        ("documents/12:30.pdf", "", "missing"),
        ("", "", "missing"),
    ],
)
def test_a_patient_file_that_is_not_there_as_listed_is_told_with_its_row(tmp_path, path, sha256, state):
    export = exporter().rows("documents", json.dumps({"id": "d", "patientId": "p", "path": path, "sha256": sha256}))
    export.files["documents/a.pdf"] = b"%PDF-1.4"
    (row,) = extracted(source(export.folder(tmp_path / "export")), "documents")
    assert row.values.get("fileState") == state
    assert problems(row) == ([("path", "DOC-01")] if state else [])


@pytest.mark.parametrize("ref", ["../../.ssh/id", "/etc/passwd", "CON", "a.pdf\x00.exe", "", "n" * 300, "C:\\a.pdf"])
def test_a_patient_file_outside_the_export_is_refused(tmp_path, ref):
    sensei = source(exporter().folder(tmp_path / "export"))
    with pytest.raises(BadInput) as caught:
        sensei.open_file(ref)
    assert caught.value.cause == "unsafe_name"

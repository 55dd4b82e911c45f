"""Folders and zips: what is unsafe, damaged or too large is refused in a sentence before it can do harm."""

import hashlib
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from bridgework.errors import BadInput
from bridgework.files import Archive, Limits, safe_name


def zipped(path: Path, files: dict[str, bytes], **options) -> Path:
    with zipfile.ZipFile(path, "w", **({"compression": zipfile.ZIP_DEFLATED} | options)) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def foldered(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


FILES = {"manifest.json": b"{}", "documents/a.pdf": b"%PDF"}


@pytest.mark.parametrize("make", [foldered, zipped])
def test_folder_and_zip_show_the_same_files(tmp_path, make):
    with Archive.at(make(tmp_path / "export", FILES)) as archive:
        assert sorted(archive.names()) == ["documents/a.pdf", "manifest.json"]
        assert archive.size("documents/a.pdf") == 4
        assert archive.size("documents") is None
        assert archive.size("absent.txt") is None
        assert "manifest.json" in archive
        with archive.open("documents\\a.pdf") as stream:
            assert stream.read() == b"%PDF"
        assert archive.sha256("documents/a.pdf") == hashlib.sha256(b"%PDF").hexdigest()


@pytest.mark.parametrize("make", [foldered, zipped])
def test_names_can_be_relative_to_a_folder_inside(tmp_path, make):
    with Archive.at(make(tmp_path / "export", {"July/manifest.json": b"{}", "notes.txt": b""})) as archive:
        inside = archive.inside("July")
        assert list(inside.names()) == ["manifest.json"]
        with inside.open("manifest.json") as stream:
            assert stream.read() == b"{}"


@pytest.mark.parametrize("make", [foldered, zipped])
def test_a_file_that_is_missing_is_named(tmp_path, make):
    with (
        Archive.at(make(tmp_path / "export", FILES)) as archive,
        pytest.raises(BadInput, match=r"patients\.ndjson is missing") as caught,
    ):
        archive.open("patients.ndjson")
    assert caught.value.next_step


def test_a_path_without_anything_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no folder or zip file"):
        Archive.at(tmp_path / "nowhere")


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "export.zip").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(BadInput, match="neither a folder nor a readable zip"):
        Archive.at(tmp_path / "export.zip")


UNSAFE = [
    "../../outside.txt",
    "documents/../../outside.txt",
    "..\\outside.txt",
    "/etc/passwd",
    "\\\\server\\share",
    "C:\\x.txt",
    "C:x.txt",
    "file.txt:stream",
    "aux.txt",
    "documents/CON",
    "com1.pdf",
    "trailing.",
    "trailing ",
    "folder./a.txt",
    "a\x00.exe",
    "new\nline.txt",
    "a//b.txt",
    "n" * 300,
]


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_name_is_refused(name):
    with pytest.raises(BadInput) as caught:
        safe_name(name)
    assert caught.value.cause == "unsafe_name"
    assert name not in str(caught.value)


@pytest.mark.parametrize("name", [each for each in UNSAFE if "//" not in each])
def test_a_zip_with_an_unsafe_name_is_refused_as_a_whole(tmp_path, name):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", b"{}")
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name  # past the cleaning that the constructor does
        archive.writestr(entry, b"x")
    with pytest.raises(BadInput):
        Archive.at(path)


@pytest.mark.parametrize("name", UNSAFE)
@pytest.mark.parametrize("make", [foldered, zipped])
def test_an_unsafe_name_is_never_looked_up(tmp_path, make, name):
    with Archive.at(make(tmp_path / "export", FILES)) as archive:
        with pytest.raises(BadInput):
            archive.size(name)
        with pytest.raises(BadInput):
            archive.open(name)


@pytest.mark.parametrize("twin", ["manifest.json", "MANIFEST.JSON", "./manifest.json"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_two_entries_of_one_name_is_refused(tmp_path, twin):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", b"{}")
        archive.writestr(twin, b"{}")
    with pytest.raises(BadInput, match="two entries of one name"):
        Archive.at(path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_zip_with_a_link_or_device_is_refused(tmp_path, kind):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, b"/etc/passwd")
    with pytest.raises(BadInput, match="link or a special file"):
        Archive.at(path)


def test_a_link_in_a_folder_is_refused_wherever_it_stands(tmp_path):
    outside = tmp_path / "outside"
    foldered(outside, {"secret.txt": b"x"})
    folder = foldered(tmp_path / "export", FILES)
    (folder / "linked.txt").symlink_to(outside / "secret.txt")
    (folder / "linked").symlink_to(outside)
    with Archive.at(folder) as archive:
        for name in ("linked.txt", "linked/secret.txt"):
            with pytest.raises(BadInput, match="link or a special file"):
                archive.open(name)


def test_a_pipe_in_a_folder_is_refused_and_not_waited_for(tmp_path):
    folder = foldered(tmp_path / "export", FILES)
    os.mkfifo(folder / "pipe")
    with Archive.at(folder) as archive, pytest.raises(BadInput, match="link or a special file"):
        archive.open("pipe")


def test_a_protected_zip_is_refused(tmp_path):
    path = zipped(tmp_path / "export.zip", FILES)
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = 0
        while (at := content.find(mark, at)) >= 0:
            content[at + offset] |= 1
            at += 4
    path.write_bytes(content)
    with pytest.raises(BadInput, match="password"):
        Archive.at(path)


def test_an_unusual_compression_is_refused(tmp_path):
    path = zipped(tmp_path / "export.zip", FILES, compression=zipfile.ZIP_LZMA)
    with pytest.raises(BadInput, match="unusual compression"):
        Archive.at(path)


def read_all(archive: Archive, name: str) -> None:
    with archive.open(name) as stream:
        while stream.read(1 << 16):
            pass


def test_a_zip_bomb_is_stopped_while_reading(tmp_path):
    path = zipped(tmp_path / "bomb.zip", {"manifest.json": b"0" * (20 << 20)})
    with Archive.at(path) as archive, pytest.raises(BadInput, match="more than 100 times") as caught:
        read_all(archive, "manifest.json")
    assert caught.value.cause == "too_large"


def test_a_small_repetitive_file_is_no_bomb(tmp_path):
    path = zipped(tmp_path / "export.zip", {"manifest.json": b"0" * 500_000})
    with Archive.at(path) as archive:
        read_all(archive, "manifest.json")


def test_the_size_that_counts_is_what_comes_out_not_what_the_header_says(tmp_path):
    path = zipped(tmp_path / "lying.zip", {"rows.ndjson": os.urandom(3 << 20)})
    content = bytearray(path.read_bytes())
    struct.pack_into("<L", content, content.find(b"PK\x01\x02") + 24, 1_000)
    path.write_bytes(content)
    with Archive.at(path) as archive, pytest.raises(BadInput, match=r"rows\.ndjson is damaged"):
        read_all(archive, "rows.ndjson")


def test_limits_hold_per_file_and_for_all_together(tmp_path):
    path = zipped(tmp_path / "export.zip", {"a": os.urandom(3000), "b": os.urandom(3000)})
    with Archive.at(path, Limits(entry=2000)) as archive, pytest.raises(BadInput, match="more than 2000 bytes"):
        read_all(archive, "a")
    with Archive.at(path, Limits(total=5000)) as archive:
        read_all(archive, "a")
        read_all(archive, "a")  # reading again costs nothing
        with pytest.raises(BadInput, match="brings the export to more than 5000 bytes"):
            read_all(archive, "b")


def test_too_many_entries_are_refused_before_the_directory_is_read(tmp_path, monkeypatch):
    path = zipped(tmp_path / "export.zip", {f"{number}": b"" for number in range(30)})
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(BadInput, match="more than 20 entries"):
        Archive.at(path, Limits(entries=20))


def test_a_directory_that_hides_its_number_of_entries_is_refused(tmp_path):
    path = zipped(tmp_path / "export.zip", {f"{number}": b"" for number in range(30)})
    content = bytearray(path.read_bytes())
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", content, end + 8, 1, 1)
    path.write_bytes(content)
    with pytest.raises(BadInput, match="more than 20 entries"):
        Archive.at(path, Limits(entries=20))


def test_a_damaged_entry_is_named(tmp_path):
    path = zipped(tmp_path / "export.zip", {"rows.ndjson": os.urandom(5000)})
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    with Archive.at(path) as archive, pytest.raises(BadInput, match=r"rows\.ndjson is damaged"):
        read_all(archive, "rows.ndjson")


def test_a_zip_in_a_zip_stays_a_plain_file(tmp_path):
    inner = zipped(tmp_path / "inner.zip", FILES)
    with Archive.at(zipped(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()})) as archive:
        assert list(archive.names()) == ["inner.zip"]

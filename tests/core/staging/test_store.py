"""Encrypted files: who may open them, and what happens when the disk does not play along."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from bridgework import store as store_module
from bridgework.errors import StoreFailure
from bridgework.store import Store, driver, open_store, pages

KEY = bytes(range(32))
SCHEMA = ("CREATE TABLE thing(number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",)


def opened(path: Path, **changes: Any) -> Store:
    values: dict[str, Any] = {"kind": "test", "migration": "m", "schema": SCHEMA, "version": 2, "create": True}
    key = changes.pop("key", KEY)
    return Store(path, key, **{**values, **changes})


def put(store: Store, *texts: str) -> None:
    with store.write("put") as connection:
        connection.executemany("INSERT INTO thing(text) VALUES(?)", [(text,) for text in texts])


def texts(store: Store) -> list[str]:
    with store.read() as connection:
        return [row[0] for row in connection.execute("SELECT text FROM thing ORDER BY number")]


def test_the_settings_that_survive_a_power_cut_are_on(tmp_path: Path) -> None:
    for read_only in (False, True):
        connection = open_store(tmp_path / "a.db", KEY, read_only=read_only)
        wanted = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "mmap_size": 0, "temp_store": 2}
        for name, value in wanted.items():
            row = connection.execute(f"PRAGMA {name}").fetchone()
            assert (row is None and value == 0) or row[0] == value, name
        assert connection.execute("PRAGMA busy_timeout").fetchone()[0] >= 1000
        connection.close()


def test_a_store_is_private_and_its_content_cannot_be_read_without_the_key(tmp_path: Path) -> None:
    path = tmp_path / "made" / "a.db"
    store = opened(path)
    put(store, "Ana Ruiz")
    found = sorted(path.parent.iterdir())
    assert [file.name for file in found] == ["a.db", "a.db-shm", "a.db-wal"]
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for file in found:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = file.read_bytes()
        assert b"Ana Ruiz" not in content and b"CREATE TABLE" not in content and not content.startswith(b"SQLite")
    store.close()
    assert b"Ana Ruiz" not in path.read_bytes()


@pytest.mark.parametrize("key", [bytes(32), KEY[:31], b""])
def test_a_wrong_key_is_refused(tmp_path: Path, key: bytes) -> None:
    opened(tmp_path / "a.db").close()
    before = (tmp_path / "a.db").read_bytes()
    with pytest.raises(StoreFailure) as caught:
        opened(tmp_path / "a.db", key=key)
    assert caught.value.next_step
    assert (tmp_path / "a.db").read_bytes() == before


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = opened(path)
    put(store, *(f"text {number}" for number in range(2_000)))
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(2 * 4096, len(content), 4096):
        content[page + 100] ^= 1
    path.write_bytes(content)
    store = opened(path)
    with pytest.raises(StoreFailure) as caught:
        texts(store)
    assert caught.value.next_step and "text" not in str(caught.value)
    store.close()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"migration": "other"}, "another migration"),
        ({"kind": "other"}, "not a other"),
        ({"version": 1}, "newer"),
        ({"version": 3}, "older"),
    ],
)
def test_a_file_that_does_not_belong_here_is_refused(tmp_path: Path, changes: dict[str, Any], word: str) -> None:
    """T13: written by a newer or an older program, of another migration, of another kind."""
    opened(tmp_path / "a.db").close()
    with pytest.raises(StoreFailure, match=word):
        opened(tmp_path / "a.db", **changes)


def test_a_missing_file_is_only_made_on_request(tmp_path: Path) -> None:
    for changes in ({"create": False}, {"read_only": True}):
        with pytest.raises(StoreFailure):
            opened(tmp_path / "a.db", **changes)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    with pytest.raises(StoreFailure):
        opened(tmp_path / "a.db", create=False)


def test_a_library_that_is_too_old_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "OLDEST_SQLITE", (9, 0, 0))
    with pytest.raises(StoreFailure, match="SQLite"):
        open_store(tmp_path / "a.db", KEY)


def test_a_store_opened_for_reading_cannot_be_written(tmp_path: Path) -> None:
    opened(tmp_path / "a.db").close()
    store = opened(tmp_path / "a.db", create=False, read_only=True)
    with pytest.raises(StoreFailure):
        put(store, "x")
    with store.read() as connection, pytest.raises(driver.OperationalError):
        connection.execute("INSERT INTO thing(text) VALUES('x')")
    store.close()


def test_a_write_that_raises_leaves_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path / "a.db")
    with pytest.raises(ZeroDivisionError), store.write("put") as connection:
        connection.execute("INSERT INTO thing(text) VALUES('x')")
        raise ZeroDivisionError
    assert texts(store) == []
    with pytest.raises(driver.IntegrityError):
        put(store, "a", "a")
    put(store, "b")
    assert texts(store) == ["b"]
    store.close()


def test_a_write_inside_a_write_is_refused(tmp_path: Path) -> None:
    store = opened(tmp_path / "a.db")
    with pytest.raises(RuntimeError), store.write("outer"), store.write("inner"):
        pass
    put(store, "a")
    store.close()


def test_a_full_disk_stops_all_further_writes_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = opened(path)
    put(store, "kept")
    store._writer.execute("PRAGMA max_page_count = 8")
    with pytest.raises(StoreFailure, match="space") as caught:
        put(store, *(f"{number:01000}" for number in range(100)))
    assert "disk space" in caught.value.next_step
    store._writer.execute("PRAGMA max_page_count = 100000")
    with pytest.raises(StoreFailure, match="no space is left"):  # the cause, also for who comes later
        put(store, "small")
    assert texts(store) == ["kept"]
    store.close()
    store = opened(path)
    put(store, "again")
    assert texts(store) == ["kept", "again"]
    store.close()


def test_two_readers_and_a_writer_work_side_by_side(tmp_path: Path) -> None:
    store = opened(tmp_path / "a.db")
    put(store, "a", "b")
    with store.read() as first, store.read() as second:
        assert first is not second
        cursor = first.execute("SELECT text FROM thing ORDER BY number")
        assert cursor.fetchone() == ("a",)
        put(store, "c")
        assert second.execute("SELECT count(*) FROM thing").fetchone() == (3,)
        assert cursor.fetchall() == [("b",)]
    assert texts(store) == ["a", "b", "c"]
    store.close()


def test_pages_give_every_row_once_and_see_rows_added_further_on(tmp_path: Path) -> None:
    store = opened(tmp_path / "a.db")
    put(store, *(f"{number:03}" for number in range(10)))
    statement = "SELECT text FROM thing WHERE text > ? ORDER BY text LIMIT ?"
    found = []
    for (text,) in pages(store, statement, ("",), (), size=3):
        if text == "004":
            put(store, "100")
        found.append(text)
    assert found == [f"{number:03}" for number in range(10)] + ["100"]
    store.close()


def test_a_copy_opens_with_its_key_only(tmp_path: Path) -> None:
    store = opened(tmp_path / "a.db")
    put(store, "a")
    store.close()
    shutil.copy(tmp_path / "a.db", tmp_path / "b.db")
    copy = opened(tmp_path / "b.db", create=False)
    assert texts(copy) == ["a"]
    copy.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = opened(tmp_path / "a.db")
    store.close()
    with pytest.raises(StoreFailure, match="closed"):
        texts(store)

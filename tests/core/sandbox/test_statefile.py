import subprocess
import sys
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bridgework.sandbox import StateFile

CHILD = """
import os, pathlib, sys
from bridgework.sandbox import StateFile
file = StateFile(pathlib.Path(sys.argv[1]))
file.put("person", "1", 1)
file.commit()
file.put("person", "2", 2)
os._exit(9)
"""
"""Ends without closing or flushing anything."""


def test_what_was_committed_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    file = StateFile(path)
    file.put("person", "1", {"name": "Ana"})
    file.put("person", "2", {"name": "Bea"})
    file.put("content", "1", b"\x00\xff")
    file.commit()
    file.put("person", "2", {"name": "Cyd"})
    file.remove("person", "1")
    file.close()
    again = StateFile(path)
    assert dict(again.values("person")) == {"2": {"name": "Cyd"}}
    assert dict(again.blobs("content")) == {"1": b"\x00\xff"}
    again.close()


def test_a_commit_survives_the_end_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    assert subprocess.run([sys.executable, "-c", CHILD, str(path)]).returncode == 9
    again = StateFile(path)
    assert dict(again.values("person")) == {"1": 1}
    again.close()


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.touch(0o644)
    StateFile(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


changes = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 9)), max_size=30)


@settings(deadline=None, max_examples=25)
@given(changes)
def test_the_file_is_a_dictionary_that_lasts(steps: list[tuple[str, int | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = StateFile(Path(folder) / "state.db")
        wanted: dict[str, int] = {}
        for key, value in steps:
            if value is None:
                wanted.pop(key, None)
                file.remove("x", key)
            else:
                wanted[key] = value
                file.put("x", key, value)
            if value == 0:
                file.commit()
        file.commit()
        assert dict(file.values("x")) == wanted
        file.close()

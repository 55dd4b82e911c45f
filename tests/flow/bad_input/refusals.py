"""What every refusal must look like: one sentence, the next step, the right code, nothing broken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from bridgework.cli import main

from ..bench import Answer, Bench

STATES = {1: {"differences"}, 2: {"failed"}, 3: {"stopped", "waiting"}, 4: {"failed"}}
KEYS = ("format", "migration", "stage", "state", "cause", "next", "until", "objects", "rules")


def invoke(folder: Path, *arguments: str, as_json: bool = True) -> Result:
    """A command in this process. AssertionError if it ends with anything but an exit code."""
    words = ["-C", str(folder), *(["--json"] if as_json else []), *arguments]
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def answer_of(result: Result) -> Answer:
    """The one JSON object on stdout."""
    answer: Answer = json.loads(result.stdout)
    return answer


def refused(
    folder: Path, *arguments: str, code: int = 2, cause: str = "", said: Sequence[str] = (), then: str = ""
) -> Answer:
    """Run a command that must end early. `said` stands in its sentence, `then` in its next step, also for people."""
    result = invoke(folder, *arguments)
    assert result.exit_code == code, result.output
    answer = answer_of(result)
    assert set(KEYS) <= answer.keys()
    assert answer["state"] in STATES[code]
    assert answer["cause"], answer
    assert not cause or answer["cause"] == cause, answer
    sentence(answer["message"])
    for text in said:
        assert text in answer["message"], answer["message"]
    assert answer["next"], "no next step"
    assert then in answer["next"], answer["next"]
    shown = invoke(folder, *arguments, as_json=False)
    assert shown.exit_code == code
    assert shown.stdout == ""
    read = _flat(shown.stderr).replace(_flat(f"-C {folder}"), "")
    for text in (answer["message"], then):
        assert _flat(text) in read, shown.stderr
    assert "Traceback" not in result.output + shown.output
    return answer


def sentence(text: str) -> None:
    """One sentence of a sensible length: it begins like one, ends like one, and holds no dump of anything."""
    assert 10 <= len(text) <= 400, text
    assert "\n" not in text
    assert text[-1] in ".!?", text
    first = text.split(" ")[0]
    assert not (first.isalpha() and first.islower()), text
    assert not re.search(r"Traceback|Error\(|<[a-z_.]+ object|\{'|Value error|Input should|pydantic|Errno", text), text


def intact(bench: Bench) -> None:
    """The journal's chain holds and the migration can be looked at."""
    verified = bench.call("log", "--verify")
    assert verified["verified"]["ok"] is True
    bench.call("status", code=(0, 1))


@contextmanager
def rewritten(path: Path, *changes: tuple[str, str]) -> Iterator[None]:
    """A text file with some of its text replaced, while the block runs."""
    before = path.read_bytes()
    text = before.decode()
    for old, new in changes:
        assert old in text, f"{old!r} is not in {path.name}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    try:
        yield
    finally:
        path.write_bytes(before)


@contextmanager
def content(path: Path, new: bytes | None) -> Iterator[None]:
    """A file with other content, or missing, while the block runs."""
    before = path.read_bytes() if path.exists() else None
    path.unlink(missing_ok=True)
    if new is not None:
        path.write_bytes(new)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)


def toml(bench: Bench) -> Path:
    """migration.toml of a bench."""
    return bench.folder / "migration.toml"


def _flat(text: Any) -> str:
    """Without what a terminal's width does to a text."""
    return re.sub(r"\s+", "", str(text)).casefold().rstrip(".")

"""A whole migration of canaries, with faults and refused records: which files, streams and processes sing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bridgework.cli import main
from bridgework.sandbox import SimulatedClock, running
from bridgework_pipedrive_sandbox import PipedriveSandbox

from ..bench import APPROVER, Bench
from ..conftest import USERS, init
from .canaries import Aviary, canaried, files_below, heard

pytestmark = pytest.mark.slow

TOKEN = "zq9999xv" + "0" * 32  # a canary of its own, of the length tokens have
SECRET_WORDS = (TOKEN, TOKEN.upper())


class Chatterbox:
    """Refuses one person until it is told to stop, and one activity for ever, and repeats in its refusals everything it
    was sent, as helpful services do.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.refused: dict[str, str] = {}
        self.refuses_people = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["path"].rpartition("/")[2] if scope["type"] == "http" and scope["method"] == "POST" else ""
        if kind not in ("persons", "activities"):
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        sent = json.loads(body)
        name = f"{sent.get('name')} {sent.get('subject')} {sent.get('due_date')}"
        if self.refused.setdefault(kind, name) == name and (kind != "persons" or self.refuses_people):
            said = f"The record {name} is not acceptable: {body.decode()}"
            heading = {"x-echo": name.encode("ascii", "replace").decode()}
            refusal = JSONResponse({"success": False, "error": said, "error_info": body.decode()}, 400, heading)
            await refusal(scope, receive, send)
            return

        async def again() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)


@dataclass
class Recorded:
    """The migration, and every word it said."""

    bench: Bench
    birds: Aviary
    outputs: dict[str, str] = field(default_factory=dict)
    cmdlines: dict[str, bytes] = field(default_factory=dict)
    temporary: Path = Path()

    def run(self, *words: str) -> None:
        """Run a command twice, for people and for programs."""
        for form in ([], ["--json"]):
            result = CliRunner().invoke(main, ["-C", str(self.bench.folder), *form, *words])
            assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
            name = " ".join((*form, *words))
            self.outputs[name] = self.outputs.get(name, "") + result.output

    def spawn(self, *words: str) -> None:
        """Run a command in a process of its own and note what the system shows of it."""
        process = subprocess.Popen(
            [sys.executable, "-m", "bridgework", "-C", str(self.bench.folder), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        shown = b""
        while b"bridgework" not in shown:  # until then it is the copy of this process
            shown = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        self.cmdlines[" ".join(words)] = shown
        output, _ = process.communicate(timeout=100)
        self.outputs["process " + " ".join(words)] = output.decode()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """All commands, in the order of a migration, with everything that goes wrong in one."""
    folder = tmp_path_factory.mktemp("leaks")
    temporary = folder / "temporary"
    temporary.mkdir()
    export, birds = canaried()
    source = export.write(folder / "export")
    options = PipedriveSandbox.Options(users=USERS, post_cap=False, api_token=TOKEN)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "TMPDIR": str(temporary),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PIPEDRIVE_API_TOKEN": TOKEN,
        }.items():
            patch.setenv(name, value)
        listening: list[Chatterbox] = []

        def wrap(app: ASGIApp) -> Chatterbox:
            listening.append(Chatterbox(app))
            return listening[0]

        with running(PipedriveSandbox(options, SimulatedClock(600.0), None), wrap=wrap) as sandbox:
            bench = init(folder / "migration", source, sandbox, {})
            recorded = Recorded(bench, birds, temporary=temporary)
            _everything(recorded, listening[0])
            yield recorded


def _everything(recorded: Recorded, chatterbox: Chatterbox) -> None:
    bench, run = recorded.bench, recorded.run
    for words in (["check"], ["extract"], ["audit"]):
        run(*words)
    bench.decide()
    _wrong_mapping(recorded)
    for words in (
        ["plan"], ["plan", "--test"], ["forecast"], ["approve", "mapping", "--by", APPROVER], ["schema"],
        ["schema", "--checklist"], ["approve", "schema", "--by", APPROVER], ["schema", "--apply"], ["owners"],
    ):  # fmt: skip
        run(*words)
    _wrong_owner(recorded)
    for words in (
        ["owners"], ["approve", "owners", "--by", APPROVER], ["sample", "--size", "3"], ["diff"],
        ["approve", "sample", "--by", APPROVER],
    ):  # fmt: skip
        run(*words)
    bench.running.faults(
        {"kind": "drop_after", "match": {"method": "POST", "path": "/api/", "nth": 2, "every": 5, "times": 3}},
        {"kind": "html_524", "match": {"method": "POST", "path": "/api/", "nth": 3, "every": 7, "times": 3}},
    )
    recorded.spawn("load")
    bench.running.clear_faults()
    for words in (["load"], ["failures"], ["status"], ["log"], ["log", "--verify"], ["reconcile"], ["deliver"]):
        run(*words)
    chatterbox.refuses_people = False
    for words in (
        ["replay"], ["delta"], ["migrate"], ["reconcile"], ["deliver"], ["rollback", "--preview"], ["rollback"],
        ["rollback", "--schema"], ["status"],
    ):  # fmt: skip
        run(*words)


def _wrong_mapping(recorded: Recorded) -> None:
    path = recorded.bench.folder / "mapping.yaml"
    path.write_text("rules:\n  patients:\n    fields:\n      name: {txt: '{firstName}'}\n")
    recorded.run("plan")
    path.unlink()


def _wrong_owner(recorded: Recorded) -> None:
    path = recorded.bench.folder / "private" / "owners.csv"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"ruby.lester@practice.example,no", b"zq8888xv@practice.example,no"))
    recorded.run("owners")
    path.write_bytes(before)


def test_the_canaries_were_there_to_be_heard(recorded: Recorded) -> None:
    assert len(recorded.birds.given) > 150
    assert heard((recorded.bench.folder / "private" / "checklist.csv").read_bytes())
    assert heard((recorded.bench.folder / "private" / "diff.xlsx").read_bytes())
    assert "refused" in recorded.outputs["failures"] or "rejected" in recorded.outputs["failures"]


def test_nothing_that_is_printed_holds_a_value_of_a_record(recorded: Recorded) -> None:
    assert {name: found for name, text in recorded.outputs.items() if (found := heard(text))} == {}


def test_no_shareable_report_holds_a_value_of_a_record(recorded: Recorded) -> None:
    files = list(files_below(recorded.bench.folder / "reports"))
    assert len(files) > 20
    assert {path.name: found for path in files if (found := heard(path.read_bytes()))} == {}


def test_no_shareable_file_of_the_package_holds_a_value_of_a_record(recorded: Recorded) -> None:
    package = recorded.bench.folder / "package"
    manifest = json.loads((package / "manifest.json").read_bytes())
    listed = {each["file"]: each["class"] for each in manifest["files"]}
    assert {"shareable", "private"} == set(listed.values())
    names = {path.relative_to(package).as_posix() for path in files_below(package)}
    shareable = names - {name for name, kind in listed.items() if kind == "private"}
    assert {name: found for name in shareable if (found := heard((package / name).read_bytes()))} == {}
    assert {name for name in shareable if heard(name)} == set()
    sealed = [name for name in names if name.startswith("archive/") and listed.get(name) == "private"]
    assert sealed
    assert {name: found for name in sealed if (found := heard((package / name).read_bytes()))} == {}


def test_everything_outside_private_and_package_is_silent_or_encrypted(recorded: Recorded) -> None:
    """T40."""
    folder = recorded.bench.folder
    for path in files_below(folder):
        if path.relative_to(folder).parts[0] not in ("private", "package"):
            assert heard(path.read_bytes()) == set(), path.name
    assert {"journal.db", "records.db", "migration.toml"} <= {path.name for path in folder.iterdir()}


def test_the_token_is_nowhere(recorded: Recorded) -> None:
    """T40: it left in a header of every request; headers of answers repeated values of records."""
    places = [*files_below(recorded.bench.folder), *files_below(recorded.bench.folder.parent / "config")]
    for path in places:
        content = path.read_bytes()
        if "config" in path.parts:
            assert heard(content) == set(), path
        assert not any(word.encode() in content for word in SECRET_WORDS), path
    for name, text in recorded.outputs.items():
        assert not any(word in text for word in SECRET_WORDS), name


def test_the_process_list_shows_neither_token_nor_records(recorded: Recorded) -> None:
    """T40."""
    assert recorded.cmdlines
    for name, line in recorded.cmdlines.items():
        assert b"bridgework" in line
        assert TOKEN.encode() not in line, name
        assert heard(line) == set(), name


def test_nothing_is_left_in_temporary_folders(recorded: Recorded) -> None:
    assert [path for path in files_below(recorded.temporary) if heard(path.read_bytes())] == []


def test_files_are_their_owners_alone(recorded: Recorded) -> None:
    folder = recorded.bench.folder
    for path in [folder, *folder.rglob("*"), *(folder.parent / "config").rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_the_export_itself_was_left_as_it_was(recorded: Recorded) -> None:
    source = recorded.bench.folder.parent / "export"
    assert not [path for path in files_below(source) if os.path.getmtime(path) > _written(source)]


def _written(source: Path) -> float:
    return os.path.getmtime(source / "manifest.json")

"""The guide for partners is run as it stands: its files, its commands, its promises."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import DOCS, blocks

pytestmark = pytest.mark.slow
ROOT = DOCS.parent
_SPEC = importlib.util.spec_from_file_location("check_wheels", ROOT / "tools" / "check_wheels.py")
assert _SPEC is not None and _SPEC.loader is not None
WHEELS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(WHEELS)
PAGES = ("partners/your-first-connector.md", "partners/writing-a-sandbox.md")
PEOPLE = """id,name,email,birthday,staff_id
1,Ana  Ruiz,ana@example.org,1990-05-01,7
2,Ben Ortiz,,1985-11-30,
3,Cleo Marsh,cleo@example.org,,7
"""
STAFF = "id,name,email\n7,Front desk,desk@acme.example\n"


@dataclass
class Guide:
    """What a reader of the guide has after typing it in."""

    python: str
    folder: Path
    environment: dict[str, str]

    def bridgework(self, *arguments: str, code: tuple[int, ...] = (0, 1)) -> dict[str, Any]:
        """Run a command; its JSON."""
        done = subprocess.run(
            [self.python, "-m", "bridgework", "--json", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode in code, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def pytest(self, folder: Path, *arguments: str) -> tuple[int, str]:
        """Run the tests of a package; the exit code and what was printed."""
        done = subprocess.run(
            [self.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=500,
        )
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def sandbox(self) -> Iterator[dict[str, Any]]:
        """Run the simulator of the guide; its first line."""
        process = subprocess.Popen(
            [self.python, "-m", "bridgework", "sandbox", "acme"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            announcement: dict[str, Any] = json.loads(process.stdout.readline())
            self.environment.update(announcement["env"])
            yield announcement
        finally:
            process.terminate()
            process.wait(60)
            assert process.stdout is not None
            process.stdout.close()


def write_files(folder: Path) -> None:
    """Write the files of the guide, as its reader would."""
    for page in PAGES:
        for block in blocks(DOCS / page):
            if block.title:
                path = folder / block.title
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, "utf-8")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a clean environment that holds the core and the guide's package, from wheels, and no more."""
    folder = tmp_path_factory.mktemp("partner")
    write_files(folder / "package")
    for package in (ROOT / "core", folder / "package"):
        WHEELS.build_wheel(package, folder / "wheels")
    interpreter: str = WHEELS.clean_environment(folder / "environment")
    WHEELS.install_wheels(interpreter, folder / "wheels")
    return interpreter


@pytest.fixture
def guide(tmp_path: Path, python: str) -> Guide:
    """The guide's package in a clean environment, and a folder of CSV files."""
    source = tmp_path / "rolodex"
    source.mkdir()
    (source / "people.csv").write_text(PEOPLE, "utf-8")
    (source / "staff.csv").write_text(STAFF, "utf-8")
    home = tmp_path / "home"
    home.mkdir()
    return Guide(
        python,
        tmp_path,
        {
            **os.environ,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        },
    )


def token_of(announcement: dict[str, Any]) -> str:
    """The token of this start of the simulator."""
    return next(item.partition("=")[2] for item in announcement["set"] if "sandbox_token" in item)


def stored(announcement: dict[str, Any]) -> dict[str, Any]:
    """What the simulator holds."""
    answer = httpx.get(
        f"{announcement['base_url']}/__sandbox__/state",
        headers={"x-sandbox-token": token_of(announcement)},
        trust_env=False,
    )
    found: dict[str, Any] = answer.json()
    return found


def started(guide: Guide, announcement: dict[str, Any]) -> str:
    """The guide's `init`, with a short horizon; the folder of the migration."""
    trial = str(guide.folder / "trial")
    settings = ["migration.currency=USD", f"source.path={guide.folder / 'rolodex'}"]
    settings += ["owners.fallback=desk@acme.example", *announcement["set"], "destination.horizon=0.2"]
    given = [part for item in settings for part in ("--set", item)]
    guide.bridgework("init", trial, "--source", "rolodex", "--destination", "acme", *given)
    return trial


def break_a_write(announcement: dict[str, Any]) -> None:
    """Ask the simulator for the fault that the guide shows: a write whose answer is lost."""
    [fault, _] = [each for each in blocks(DOCS / PAGES[1]) if each.language == "json"]
    control(announcement, "faults", fault.text).raise_for_status()


def control(announcement: dict[str, Any], path: str, content: str) -> httpx.Response:
    return httpx.post(
        f"{announcement['base_url']}/__sandbox__/{path}",
        headers={"x-sandbox-token": token_of(announcement)},
        content=content,
        trust_env=False,
    )


@pytest.mark.parametrize(
    ("kind", "name", "result"),
    [
        ("destination", "trial", "37 passed, 0 failed, 6 not applicable"),
        ("source", "card-box", "12 passed, 0 failed, 1 not applicable"),
        ("pair", "card-box-trial", "4 passed, 0 failed, 3 not applicable"),
    ],
)
def test_a_package_that_was_written_for_a_beginning_passes_its_kit_at_once(
    guide: Guide, python: str, kind: str, name: str, result: str
) -> None:
    folder, page = guide.folder / "package", guide.folder / "report.html"
    written = guide.bridgework("new", kind, name, "--into", str(folder))
    assert written["next"] == f'cd {folder} && pip install -e ".[test]" && pytest'
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(folder)]
    subprocess.run(install, check=True, capture_output=True, env=guide.environment)

    code, output = guide.pytest(folder, "--kit-report", str(page))

    assert code == 0, output
    assert f"{kind} {name}: {result}; the required part passed" in output
    assert page.read_text("utf-8").count('class="passed"') == int(result.split()[0])


def test_a_connector_that_is_broken_fails_its_kit_and_the_report_says_why(guide: Guide, python: str) -> None:
    folder, report = guide.folder / "package", guide.folder / "report.json"
    guide.bridgework("new", "destination", "spoilt", "--into", str(folder))
    connector = folder / "src" / "bridgework_spoilt" / "connector.py"
    connector.write_text(connector.read_text("utf-8").replace("MARKER: operation.marker}", 'MARKER: ""}'), "utf-8")
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(folder)]
    subprocess.run(install, check=True, capture_output=True, env=guide.environment)

    code, output = guide.pytest(folder, "--kit-report", str(report), "-k", "tells_rules_apart or declares")

    assert code == 1
    assert "find does not see a record of company that was written; it would be written again." in output
    [plugin] = json.loads(report.read_text("utf-8"))["plugins"]
    states = {each["name"]: each["state"] for each in plugin["tests"]}
    assert states == {
        "declares_what_it_has": "passed",
        "declares_its_horizon": "passed",
        "tells_rules_apart": "failed",
    }


def test_the_guides_connector_passes_the_conformance_kit(guide: Guide) -> None:
    folder = guide.folder / "package"
    write_files(folder)

    code, output = guide.pytest(folder)

    assert code == 0, output
    assert "destination acme: " in output
    assert "the required part passed" in output


def test_the_guide_migrates_everybody_once_though_an_answer_is_lost_and_takes_everything_out_again(
    guide: Guide,
) -> None:
    with guide.sandbox() as announcement:
        trial = started(guide, announcement)
        break_a_write(announcement)

        guide.bridgework("-C", trial, "migrate", "--approve-as", "Ana Ruiz <ana@example.org>")

        state = stored(announcement)
        [birthday] = [key for key, field in state["fields"].items() if field["label"] == "Birthday"]
        assert sorted(row["name"] for row in state["contacts"].values()) == ["Ana Ruiz", "Ben Ortiz", "Cleo Marsh"]
        people = {row["name"]: row for row in state["contacts"].values()}
        assert people["Ana Ruiz"][birthday] == "1990-05-01"
        assert people["Ana Ruiz"]["owner"] == "1"
        assert people["Ana Ruiz"]["external_id"].startswith("rolodex.contacts.1/")

        guide.bridgework("-C", trial, "rollback", "--schema")
        assert stored(announcement) == {"contacts": {}, "fields": {}}


def test_a_person_edits_as_the_guide_shows(guide: Guide) -> None:
    [_, edit] = [each for each in blocks(DOCS / PAGES[1]) if each.language == "json"]
    with guide.sandbox() as announcement:
        headers = {"x-acme-token": announcement["env"]["ACME_TOKEN"]}
        address = f"{announcement['base_url']}/contacts"
        made = httpx.post(address, headers=headers, json={"name": "Ana Ruiz"}, trust_env=False).json()

        changed = control(announcement, "edit", edit.text.replace('"7"', f'"{made["id"]}"')).json()

        assert changed["name"] == "Ana Maria Ruiz"
        assert changed["version"] > made["version"]

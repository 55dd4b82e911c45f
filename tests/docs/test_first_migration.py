"""The first migration of the operator's manual is run as it stands, against a served sandbox."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridgework.cli import main
from bridgework.sandbox import Running, SimulatedClock, running
from bridgework_pipedrive_sandbox import PipedriveSandbox
from bridgework_sensei_generator import generate, generate_delta

from .conftest import DOCS, blocks

pytestmark = pytest.mark.slow
PAGE = DOCS / "operators" / "first-migration.md"
PATIENTS = 12  # the page says 300


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """The sandbox of the page, faster; and a home of the test's own."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("BRIDGEWORK_MIGRATION", raising=False)
    monkeypatch.chdir(tmp_path)
    with running(PipedriveSandbox(PipedriveSandbox.Options(post_cap=False), SimulatedClock(600.0), None)) as made:
        yield made


def _commands(sandbox: Running) -> Iterator[list[str]]:
    """What the page tells people to type, the ellipses filled in."""
    given = " ".join(f"--set {shlex.quote(item)}" for item in sandbox.set)
    for block in blocks(PAGE):
        if (block.language, block.words) == ("sh", "run"):
            for line in block.text.splitlines():
                if line.startswith("bridgework "):
                    yield shlex.split(line.replace("--set …", given))[1:]


def _named_files() -> set[str]:
    """Files that the manual says a migration leaves behind."""
    text = "\n".join(page.read_text("utf-8") for page in PAGE.parent.glob("*.md"))
    return set(re.findall(r"\b((?:reports|private|package)/[\w-]+\.(?:html|json|csv|xlsx|pdf))", text))


def test_the_first_migration_of_the_manual_works_command_by_command(
    sandbox: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path / "practice", patients=PATIENTS, seed=1, blocking=False)
    for name, value in sandbox.env.items():
        monkeypatch.setenv(name, value)
    done = []
    for arguments in _commands(sandbox):
        stage = next(word for word in arguments if word not in ("-C", "rehearsal"))
        if stage == "delta":
            generate_delta(tmp_path / "practice", patients=PATIENTS, seed=1, mode="full", blocking=False)
        result = CliRunner().invoke(main, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in (0, 1), f"{' '.join(arguments)}: {result.exit_code}: {result.output[-2000:]}"
        done.append(stage)

    assert {"check", "load", "reconcile", "delta", "deliver", "rollback"} <= set(done)
    files = {str(path.relative_to(tmp_path / "rehearsal")) for path in (tmp_path / "rehearsal").rglob("*.*")}
    # Nothing is purged or brought back, and in a fresh account nobody holds anything.
    assert _named_files() - files == {
        "reports/purge-certificate.html",
        "reports/rollback-undo.html",
        "private/taken.csv",
    }
    named = re.findall(r"`([\w-]+\.(?:html|pdf|csv|ndjson|json|txt))`", (PAGE.parent / "deliver.md").read_text("utf-8"))
    assert set(named) - {Path(name).name for name in files if name.startswith("package/")} == set()

"""A package to begin with: small, tidy, under the name that was asked for, and never over something that is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridgework.cli import main
from bridgework.errors import UsageError
from bridgework.stages.new import new

ROOT = Path(__file__).resolve().parents[2]
KINDS = (("destination", "big-crm"), ("source", "card-box"), ("pair", "card-box"))


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_a_package_has_at_most_twelve_files_and_bears_its_name(tmp_path: Path, kind: str, name: str) -> None:
    written = new(kind, name, tmp_path / "package").data["files"]

    files = [path for path in (tmp_path / "package").rglob("*") if path.is_file()]
    assert len(files) == len(written) <= 12
    assert not any("acme" in f"{path}{path.read_text('utf-8')}".lower() for path in files)
    assert f'{name} = "bridgework_{name.replace("-", "_")}.' in (tmp_path / "package" / "pyproject.toml").read_text()


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_the_code_of_a_package_is_tidy(tmp_path: Path, kind: str, name: str) -> None:
    new(kind, name, tmp_path / "package")

    for command in (["check"], ["format", "--check"]):
        options = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), str(tmp_path)]
        ignored = ["--ignore", "I001", "--ignore", "S101"] if command == ["check"] else []
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *ignored, *options], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


def test_a_connector_that_is_useful_stays_under_150_lines(tmp_path: Path) -> None:
    new("destination", "trial", tmp_path / "package")

    [connector] = (tmp_path / "package").rglob("connector.py")
    assert len(connector.read_text("utf-8").splitlines()) < 150


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *[
            ("destination", name)
            for name in ("", "Acme", "a--b", "-a", "a-", "a_b", "9lives", "ä", "a b", "../a", "a/b")
        ],
        ("source", "x" * 41),
        ("source", "class"),
        ("pair", "trial"),
    ],
)
def test_a_bad_name_is_refused_in_one_sentence(tmp_path: Path, kind: str, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        new(kind, name, tmp_path / "package")

    assert "cannot name" in refused.value.message
    assert refused.value.next_step.startswith(f"bridgework new {kind} ")
    assert not (tmp_path / "package").exists()


def test_the_name_of_an_installed_plugin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="installed already"):
        new("destination", "pipedrive", tmp_path / "package")


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(UsageError, match="exists already"):
        new("destination", "trial", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_writes_below_the_present_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(main, ["new", "destination", "trial"])
    again = CliRunner().invoke(main, ["new", "destination", "trial"])

    assert (done.exit_code, again.exit_code) == (0, 2)
    assert (tmp_path / "bridgework-trial" / "pyproject.toml").is_file()
    assert "bridgework-trial exists already." in again.output

"""Build every wheel, install each beside core into a clean environment, and look whether its plugins are found.

    python tools/check_wheels.py core connectors-sensei …

Dependencies come from the environment this script runs in: the wheels are what is under test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(folders: list[str]) -> int:
    """Exit code 0 if every entry point of every package is listed by `bridgework connectors`."""
    with tempfile.TemporaryDirectory() as temporary:
        wheels = Path(temporary) / "wheels"
        for folder in folders:
            build_wheel(ROOT / folder, wheels)
        environment = Path(temporary) / "clean"
        python = clean_environment(environment)
        install_wheels(python, wheels)
        answer = subprocess.run(
            [str(environment / "bin" / "bridgework"), "--json", "connectors"],
            check=True,
            capture_output=True,
            text=True,
        )
        found = {(plugin["role"], plugin["name"]) for plugin in json.loads(answer.stdout)["plugins"]}
        wanted = {point for folder in folders for point in _entry_points(ROOT / folder)}
    missing = sorted(wanted - found)
    print(f"{len(folders)} wheels, {len(wanted)} plugins, missing: {missing or 'none'}")
    return 1 if missing else 0


def build_wheel(package: Path, wheels: Path) -> None:
    """Build the wheel of one package folder into another folder."""
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(package))


def install_wheels(python: str, wheels: Path) -> None:
    """Install every wheel of a folder, and nothing else."""
    install = (python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
    run(*install, *map(str, sorted(wheels.glob("*.whl"))))


def _entry_points(folder: Path) -> set[tuple[str, str]]:
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    groups = project.get("entry-points", {})
    return {
        (group.removeprefix("bridgework.").rstrip("s") if group != "bridgework.sandboxes" else "sandbox", name)
        for group, points in groups.items()
        if group.startswith("bridgework.")
        for name in points
    }


def clean_environment(folder: Path) -> str:
    """A virtual environment with this one's dependencies, and nothing of the workspace itself."""
    venv.create(folder, with_pip=True)
    [site] = (folder / "lib").glob("python*/site-packages")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        own = entry.name.lower().lstrip("_").startswith(("bridgework", "editable_"))
        if not own and not (site / entry.name).exists():
            (site / entry.name).symlink_to(entry)
    return str(folder / "bin" / "python")


def run(*arguments: str) -> None:
    """Run a command; SystemExit with its output if it fails."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

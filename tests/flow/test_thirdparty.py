"""A partner's package, written against the public names only, installed with the core into a clean environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = Path(__file__).parent / "thirdparty"
APPROVER = "Dana Weiss <dana@practice.example>"
CARDS = 25
POISON = "17"


@dataclass
class Club:
    """A trivial server: keeps members and fields, refuses a whole batch if one name in it is `Refused`."""

    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        match method, path.strip("/").split("/"):
            case "GET", ["club"]:
                return 200, {"id": "club-7", "name": "Rowing club"}
            case "GET", ["keepers"]:
                return 200, [{"id": "k1", "name": "Kim", "email": "kim@club.example"}]
            case "GET", ["fields"]:
                return 200, list(self.fields.values())
            case "POST", ["fields"]:
                key = f"f{len(self.fields) + 1}"
                self.fields[key] = {"key": key, **body}
                return 201, self.fields[key]
            case "DELETE", ["fields", key]:
                return (200, {}) if self.fields.pop(key, None) else (404, {})
            case "GET", ["members"]:
                return 200, list(self.members.values())
            case "POST", ["members", "find"]:
                return 200, [self.members[key] for key in body["ids"] if key in self.members]
            case "POST", ["members"]:
                return self._take(body)
            case "PATCH", ["members", key]:
                self.members[key] |= body | {"version": self.members[key]["version"] + 1}
                return 200, self.members[key]
            case "DELETE", ["members", key]:
                return (200, {}) if self.members.pop(key, None) else (404, {})
        return 404, {}

    def _take(self, rows: list[dict[str, Any]]) -> tuple[int, Any]:
        self.batches.append(len(rows))
        if any("Refused" in row["name"] or row["id"] in self.members for row in rows):
            return 400, {"error": "batch refused"}
        self.members |= {row["id"]: {**row, "version": 1} for row in rows}
        return 201, {}


@pytest.fixture
def club() -> Iterator[tuple[Club, str]]:
    """The club's server and its address."""
    club = Club()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            allowed = self.headers.get("authorization") == "Bearer s3cret"
            body = json.loads(content) if content else None
            status, answer = club.answer(self.command, self.path, body) if allowed else (401, {})
            reply = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield club, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Environment:
    """A clean environment: the core, the partner's package, and the libraries both need."""

    folder: Path

    @property
    def packages(self) -> Path:
        return next((self.folder / "lib").glob("python*")) / "site-packages"

    def install(self, project: Path, wheels: Path) -> None:
        """Build a wheel without any network, and install it."""
        options = ["--quiet", "--no-deps", "--no-index"]
        build = ["wheel", *options, "--no-build-isolation", "--wheel-dir", str(wheels), str(project)]
        subprocess.run([sys.executable, "-m", "pip", *build], check=True, capture_output=True)
        wheel = max(wheels.glob("*.whl"), key=lambda path: path.stat().st_mtime_ns)
        target = ["install", *options, "--target", str(self.packages), str(wheel)]
        subprocess.run([sys.executable, "-m", "pip", *target], check=True, capture_output=True)

    def run(self, *arguments: str, code: int | tuple[int, ...] = 0, **variables: str) -> dict[str, Any]:
        done = subprocess.run(
            [str(self.folder / "bin" / "python"), "-m", "bridgework", "--json", *arguments],
            env={**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode in ((code,) if isinstance(code, int) else code), done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Built once. Libraries are linked one by one: nothing of this workspace comes with them."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    environment = Environment(folder / "env")
    [here] = {Path(path) for path in sys.path if path.endswith("site-packages")}
    for each in here.iterdir():
        if not each.name.startswith(("bridgework", "_bridgework", "cardfile", "__pycache__")) and each.suffix != ".pth":
            (environment.packages / each.name).symlink_to(each)
    environment.install(ROOT / "core", folder / "wheels")
    environment.install(PACKAGE, folder / "wheels")
    return environment


@pytest.mark.slow
def test_a_partners_package_migrates_end_to_end_without_a_change_of_the_core(
    clean: Environment, club: tuple[Club, str], tmp_path: Path
) -> None:
    server, address = club
    lines = [f"{n},{'Refused' if str(n) == POISON else 'Ana'},Ruiz{n},2001-02-{n:02d},kim" for n in range(1, CARDS + 1)]
    (tmp_path / "cards.csv").write_text("\n".join(["card,first,last,joined,keeper", *lines]) + "\n", "utf-8")
    folder = str(tmp_path / "migration")
    secrets = {"ROSTER_TOKEN": "s3cret"}

    def run(*arguments: str, code: int | tuple[int, ...] = 0) -> dict[str, Any]:
        return clean.run("-C", folder, *arguments, code=code, **secrets)

    plugins = {(each["role"], each["name"], each["distribution"]) for each in clean.run("connectors")["plugins"]}
    assert plugins == {
        ("source", "cardfile", "cardfile-roster"),
        ("destination", "roster", "cardfile-roster"),
        ("pair", "cardfile-roster", "cardfile-roster"),
    }
    settings = {
        "migration.currency": "EUR",
        "source.path": str(tmp_path / "cards.csv"),
        "destination.base_url": address,
        "destination.token": "env:ROSTER_TOKEN",
        "owners.fallback": "kim@club.example",
    }
    given = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    clean.run("init", folder, "--source", "cardfile", "--destination", "roster", *given)
    run("check")
    run("extract")
    run("audit", code=(0, 1))
    run("plan", code=(0, 1))
    for gate, *stages in (
        ("mapping", "schema"),
        ("schema", "schema --apply", "owners"),
        ("owners", "sample --size 3", "diff"),
    ):
        run("approve", gate, "--by", APPROVER)
        for stage in stages:
            run(*stage.split(), code=(0, 1))
    run("approve", "sample", "--by", APPROVER)
    assert run("load", code=1)["rules"]["members"] == {"planned": CARDS, "created": CARDS - 1, "rejected": 1}
    assert {row["name"] for row in server.members.values()} == {
        f"Ana Ruiz{n}" for n in range(1, CARDS + 1) if str(n) != POISON
    }
    assert {row["owner"] for row in server.members.values()} == {"k1"}
    assert sorted(row["f1"] for row in server.members.values())[0] == "2001-02-01"
    assert max(server.batches) == 10, "whole batches, halved until the culprit stands alone"
    assert run("reconcile", code=1)["surplus"] == []
    run("rollback", "--schema")
    assert (server.members, server.fields) == ({}, {})

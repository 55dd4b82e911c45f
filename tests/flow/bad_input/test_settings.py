"""migration.toml, secrets, keys and stores that are not what they should be."""

from __future__ import annotations

import base64
import json
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridgework.cli import main

from ..bench import Bench
from .refusals import answer_of, content, intact, invoke, refused, rewritten, sentence, toml

SECRET = "cGxhaW4tdGV4dC1zZWNyZXQ"
TOKEN = '"env:PIPEDRIVE_API_TOKEN"'


@pytest.fixture(scope="module", autouse=True)
def afterwards(bench: Bench) -> Iterator[None]:
    """After all of it the next correct run succeeds."""
    yield
    bench.call("extract")
    intact(bench)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[run]\n", "[run]\nworker = 3\n", "run.worker: there is no such setting (did you mean workers?)"),
        ("[run]\n", "[owner]\nx = 1\n[run]\n", "owner: there is no such setting (did you mean owners?)"),
        ("[source]\n", '[source]\npaht = "x"\n', "source.paht: there is no such setting (did you mean path?)"),
        ("[run]\n", '[run]\nworkers = "many"\n', "run.workers: should be a valid integer"),
        ('currency = "USD"', 'currency = "usd"', "migration.currency: must be a three-letter currency code"),
        ('currency = "USD"', 'currency = "USD"\ncutover = 2026-01-01T00:00:00', "migration.cutover: must carry a zone"),
        ('source = "sensei"', 'source = "sensi"', "No source plugin is called sensi (installed: sensei)."),
        ('pair = ""', 'pair = "sensei-pipe"', "No pair plugin is called sensei-pipe (installed: sensei-pipedrive, "),
        ("[run]", "[run", "not valid TOML"),
        ('id = "', 'id = "X', "migration.id: "),
    ],
)
def test_a_wrong_setting_is_named_with_the_nearest_right_one(bench: Bench, old: str, new: str, said: str) -> None:
    with rewritten(toml(bench), (old, new)):
        refused(bench.folder, "status", said=[said], then="correct")


@pytest.mark.parametrize(
    ("new", "said", "then"),
    [
        (f'"{SECRET}"', "destination.api_token: secrets are given by reference", 'destination.api_token = "env:NAME"'),
        ('"env:NOWHERE"', "the environment variable NOWHERE is not set", "export NOWHERE="),
        ('"file:/nowhere/token"', "/nowhere/token cannot be read", "check the path"),
        ('"keyring:service/user"', "no keyring that can be read", "file:PATH"),
    ],
)
def test_a_secret_that_cannot_be_had_is_refused_without_showing_it(
    bench: Bench, new: str, said: str, then: str
) -> None:
    with rewritten(toml(bench), (TOKEN, new)):
        answer = refused(bench.folder, "check", cause="settings", said=[said], then=then)
    assert SECRET not in json.dumps(answer)


def test_a_secret_file_others_can_read_is_refused(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(SECRET)
    path.chmod(0o644)
    with rewritten(toml(bench), (TOKEN, f'"file:{path}"')):
        refused(bench.folder, "check", said=["is readable by others"], then=f"chmod 600 {path}")


def test_a_token_with_characters_no_header_may_hold_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPEDRIVE_API_TOKEN", f"{SECRET}\r\nx-other: 1")
    answer = refused(bench.folder, "check", cause="settings", said=["holds characters that no header may hold"])
    assert SECRET not in json.dumps(answer)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://account.pipedrive.com", "must be an https address"),
        ("ftp://account.pipedrive.com", "must be an https address"),
        ("file:///etc/passwd", "must be an https address"),
        ("https://somebody:word@account.pipedrive.com", "without path or credentials"),
        ("https://account.pipedrive.com/path", "without path or credentials"),
        ("https://169.254.169.254", "The address of the service is refused"),
        ("https://account.example.org", "The address of the service is refused"),
    ],
)
def test_an_address_that_is_no_account_is_refused(bench: Bench, url: str, said: str) -> None:
    only_of_a_sandbox = [(_line(bench, name), "") for name in ("speed", "sandbox_token", "horizon")]
    changes = [(bench.running.base_url, url), *only_of_a_sandbox]
    with rewritten(toml(bench), *changes):
        answer = refused(bench.folder, "check", cause="settings", said=[said])
    assert "somebody" not in json.dumps(answer)


def test_time_runs_faster_in_a_sandbox_only(bench: Bench) -> None:
    with rewritten(toml(bench), (_line(bench, "sandbox_token"), "")):
        refused(bench.folder, "check", said=["run.speed is for a sandbox"], then="remove run.speed")


def test_a_sandbox_that_was_started_anew_is_told_from_a_real_account(bench: Bench) -> None:
    with rewritten(toml(bench), (_line(bench, "sandbox_token"), 'sandbox_token = "of-yesterday"')):
        refused(bench.folder, "check", said=["does not know destination.sandbox_token"], then="printed")


def test_a_sandbox_that_is_gone_is_started_again(bench: Bench) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with rewritten(toml(bench), (bench.running.base_url, f"http://127.0.0.1:{port}")):
        refused(bench.folder, "check", code=3, cause="unreachable", said=["sandbox"], then="bridgework sandbox")


def test_a_folder_without_a_migration_says_how_to_make_one(tmp_path: Path) -> None:
    refused(tmp_path, "status", cause="settings", said=["There is no migration.toml in"], then="bridgework init")


def test_a_configuration_in_another_encoding_is_refused(bench: Bench) -> None:
    with content(toml(bench), toml(bench).read_text().encode("utf-16")):
        refused(bench.folder, "status", cause="settings", said=["not UTF-8"], then="correct migration.toml")


# ------------------------------------------------------------------------------------------ keys and stores


def _key_file(bench: Bench, home: Path) -> Path:
    [path] = (home / ".config" / "bridgework" / "keys").glob(f"{_id(bench)}.json")
    return path


def test_without_its_keys_a_migration_is_not_opened(bench: Bench, own_home: Path) -> None:
    with content(_key_file(bench, own_home), None):
        refused(bench.folder, "status", code=3, cause="store", said=["are not on this machine"], then="key file")


@pytest.mark.parametrize("broken", [b"{", b"[]", b"{}", b'{"journal": "!!", "records": "x", "hashing": "x"}', b""])
def test_damaged_keys_are_named(bench: Bench, own_home: Path, broken: bytes) -> None:
    with content(_key_file(bench, own_home), broken):
        refused(bench.folder, "status", code=3, cause="store", said=["cannot be read"], then="backup")


def test_a_wrong_key_opens_nothing_and_changes_nothing(bench: Bench, own_home: Path) -> None:
    """B45."""
    path, journal = _key_file(bench, own_home), bench.folder / "journal.db"
    before = journal.read_bytes()
    keys = {**json.loads(path.read_bytes()), "journal": base64.b64encode(bytes(32)).decode()}
    with content(path, json.dumps(keys).encode()):
        refused(bench.folder, "status", code=3, cause="store", said=["journal.db cannot be opened with this key"])
    assert journal.read_bytes() == before


@pytest.mark.parametrize("broken", [b"", b"no database at all" * 1000])
def test_a_damaged_journal_is_not_replaced(bench: Bench, broken: bytes) -> None:
    journal = bench.folder / "journal.db"
    with content(journal, broken):
        refused(bench.folder, "load", code=3, cause="store", said=["journal.db"])
        assert journal.read_bytes() == broken


def test_a_missing_journal_is_not_replaced_by_an_empty_one(bench: Bench) -> None:
    journal = bench.folder / "journal.db"
    with content(journal, None):
        refused(bench.folder, "load", code=3, cause="store", said=["journal.db is missing"], then="backup")
        assert not journal.exists()


def test_the_journal_of_another_migration_is_refused(bench: Bench, tmp_path: Path) -> None:
    """B45."""
    other = tmp_path / "other"
    words = ["--json", "init", str(other), "--source", "sensei", "--destination", "pipedrive"]
    assert CliRunner().invoke(main, [*words, "--set", "migration.currency=USD"]).exit_code == 0
    with content(bench.folder / "journal.db", (other / "journal.db").read_bytes()):
        refused(bench.folder, "status", code=3, cause="store", said=["journal.db"], then="this migration's")


# ------------------------------------------------------------------------------------------ init


@pytest.mark.parametrize(
    ("settings", "said", "then"),
    [
        ([f"destination.api_token={SECRET}"], "by reference, never as a value", "env:NAME"),
        (["destination.plann=lite"], "destination.plann: there is no such setting (did you mean plan?)", "connectors"),
        (["source.pth=x"], "source.pth: there is no such setting (did you mean path?)", "connectors sensei"),
        (["sorce.path=x"], "there is no such section", "source"),
        (["migration.id=abcdef"], "every migration gets an id of its own", "leave migration.id out"),
        (["run.workers=900"], "run.workers: should be less than or equal to 32", "correct"),
        (["nonsense"], "write it as section.key=value", "--help"),
    ],
)
def test_init_refuses_what_can_never_work_and_leaves_nothing(
    tmp_path: Path, settings: list[str], said: str, then: str
) -> None:
    folder = tmp_path / "new"
    words = ["--json", "init", str(folder), "--source", "sensei", "--destination", "pipedrive"]
    for item in ["migration.currency=USD", *settings]:
        words += ["--set", item]
    result = CliRunner().invoke(main, words)
    answer = answer_of(result)
    assert (result.exit_code, answer["state"]) == (2, "failed")
    sentence(answer["message"])
    assert said in answer["message"]
    assert then in answer["next"]
    assert SECRET not in result.output
    assert not folder.exists()


def test_init_says_what_is_still_to_be_filled_in(tmp_path: Path) -> None:
    words = ["--json", "init", str(tmp_path / "new"), "--source", "sensei", "--destination", "pipedrive"]
    answer = answer_of(CliRunner().invoke(main, [*words, "--set", "migration.currency=USD"]))
    assert {"source.path", "destination.api_token"} <= set(answer["missing"])
    assert "set source.path" in answer["next"]
    refused(tmp_path / "new", "check", cause="settings", said=["source.path: is missing"])


def test_a_migration_is_never_made_over_another(bench: Bench) -> None:
    words = ["--json", "init", str(bench.folder), "--source", "sensei", "--destination", "pipedrive"]
    result = CliRunner().invoke(main, [*words, "--set", "migration.currency=USD"])
    assert result.exit_code == 2
    assert answer_of(result)["next"] == f"bridgework -C {bench.folder} status"


def test_the_next_command_can_be_typed_as_it_stands_for_a_folder_with_blanks_in_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "Praxis Müller"
    words = ["--json", "init", str(folder), "--source", "sensei", "--destination", "pipedrive"]
    for item in ("migration.currency=USD", f"source.path={tmp_path}", "destination.api_token=env:TOKEN"):
        words += ["--set", item]
    for item in ("base_url=https://practice.pipedrive.com", "plan=premium", "visible_to=all"):
        words += ["--set", f"destination.{item}"]
    made, again = answer_of(CliRunner().invoke(main, words)), answer_of(CliRunner().invoke(main, words))
    assert shlex.split(made["next"]) == ["bridgework", "-C", str(folder), "check"]
    assert shlex.split(again["next"]) == ["bridgework", "-C", str(folder), "status"]


def test_a_relative_path_that_leads_somewhere_from_here_means_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "export").mkdir()
    monkeypatch.chdir(tmp_path)
    words = ["--json", "init", "new", "--source", "sensei", "--destination", "pipedrive"]
    for item in ("migration.currency=USD", "source.path=export"):
        words += ["--set", item]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert f'path = "{tmp_path / "export"}"' in (tmp_path / "new" / "migration.toml").read_text()


# ------------------------------------------------------------------------------------------ the command line itself


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "{taken}"], "--port: {taken} is taken or may not be used"),
        (["--port", "99999999"], "99999999 is not in the range 0<=x<=65535"),
        (["--state", "{folder}/none/state.db"], "--state: {folder}/none/state.db cannot be opened"),
        (["--state", "{folder}/other.db"], "--state: {folder}/other.db is not a file that a simulator has written"),
        (["--members", "nobody"], "members: not of the form"),
        (["--per-minute", "many"], "is not a valid integer"),
    ],
)
def test_a_simulator_that_cannot_be_started_says_why(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "other.db").write_text("no database, but long enough to be looked at as one\n" * 40, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        places = {"folder": tmp_path, "taken": listening.getsockname()[1]}
        result = CliRunner().invoke(main, ["sandbox", "twenty", *(word.format_map(places) for word in words)])
    assert result.exit_code == 2, result.output
    assert said.format_map(places) in result.output
    assert result.stdout == ""


def test_a_terminal_without_our_signs_gets_plain_ones(tmp_path: Path) -> None:
    shown = CliRunner(charset="ascii").invoke(main, ["-C", str(tmp_path / "Müller"), "status"])
    assert shown.exit_code == 2
    assert "x " in shown.output and "-> Run: bridgework init" in shown.output
    assert "M\\xfcller" in shown.output
    assert "\\u2192" not in shown.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["load", "--nope"], "No such option '--nope'"),
        (["approve", "mapping"], "Missing option '--by'"),
        (["approve", "nothing", "--by", "x"], "'nothing' is not one of"),
        (["audit", "--decide", "/"], "is a directory"),
        ([], "Missing command"),
    ],
)
def test_a_mistyped_command_is_one_json_object_too(bench: Bench, words: list[str], said: str) -> None:
    result = invoke(bench.folder, *words)
    answer = answer_of(result)
    assert (result.exit_code, answer["state"], answer["cause"]) == (2, "failed", "usage")
    assert said in answer["message"]
    assert answer["next"] == "bridgework --help"
    shown = invoke(bench.folder, *words, as_json=False)
    assert shown.exit_code == 2
    assert "Usage" in shown.stderr


def test_a_question_that_is_not_answered_with_yes_does_nothing(bench: Bench) -> None:
    result = CliRunner().invoke(main, ["-C", str(bench.folder), "--json", "check", "--canary"], input="n\n")
    answer = answer_of(result)
    assert (result.exit_code, answer["state"]) == (2, "failed")
    assert "nothing was done" in answer["message"]


def _line(bench: Bench, key: str) -> str:
    return next(line for line in toml(bench).read_text().splitlines() if line.startswith(f"{key} = "))


def _id(bench: Bench) -> str:
    return _line(bench, "id").split('"')[1]

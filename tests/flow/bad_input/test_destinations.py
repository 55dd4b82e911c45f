"""Destinations that refuse, answer nonsense, are too small or somebody else."""

from __future__ import annotations

import http.server
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ..bench import APPROVER, Bench
from ..conftest import MakeBench
from ..exports import little_practice
from ..practice import practice
from .refusals import intact, invoke, refused, rewritten, toml

JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html"}
LOGIN = "<html><body>Please log in, Ana</body></html>"


@pytest.fixture(scope="module")
def ready(bench: Bench) -> Iterator[Bench]:
    """Everything up to the load; afterwards a load is complete."""
    bench.ready_to_load()
    yield bench
    bench.running.clear_faults()
    answer = bench.call("load")
    assert answer["outcomes"]["patients"] == {"created": 2, "unchanged": 2}
    intact(bench)


def test_a_token_that_is_refused_shows_before_every_row_is_mapped(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.audited()
    answers(bench, 401, JSON, "{}")
    refused(bench.folder, "plan", cause="access_denied", then="token")
    bench.running.clear_faults()
    assert bench.call("status")["objects"]["patients"] == {"extracted": 2, "pending": 2}


@pytest.fixture(autouse=True)
def no_faults_left(bench: Bench) -> Iterator[None]:
    yield
    bench.running.clear_faults()


def answers(
    bench: Bench, status: int, headers: dict[str, str], body: str, *, path: str = "/api/", **match: Any
) -> None:
    """From now on the destination answers this."""
    bench.running.faults(
        {
            "kind": "answer",
            "match": {"path": path, "times": None, **match},
            "status": status,
            "headers": headers,
            "body": body,
        }
    )


STAGES = (("check",), ("plan",), ("owners",), ("sample",), ("load",), ("migrate",), ("rollback", "--preview"))


@pytest.mark.parametrize("stage", STAGES, ids=" ".join)
def test_a_token_the_account_does_not_know_is_the_operators_to_correct(
    ready: Bench, stage: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPEDRIVE_API_TOKEN", "0123456789abcdef-of-somebody")
    answer = refused(
        ready.folder, *stage, cause="access_denied", said=["does not accept the token (401)"], then="token"
    )
    assert "of-somebody" not in json.dumps(answer)


@pytest.mark.parametrize("stage", ["check", "plan", "load"])
def test_a_right_to_read_fields_that_is_missing_is_named(ready: Bench, stage: str) -> None:
    answers(ready, 403, JSON, '{"success": false, "error": "forbidden"}', path="[fF]ields")
    refused(ready.folder, stage, cause="access_denied", said=["does not let this token read"], then="missing right")


def test_a_token_without_the_rights_of_an_administrator_fails_the_check(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(1), admin=False)
    answer = bench.call("check", code=1)
    failed = [each for each in answer["checks"] if not each["ok"]]
    assert failed
    assert "admin" in json.dumps(failed)
    assert all(each["next_step"] for each in failed)
    bench.audited()
    bench.call("plan")
    bench.approve("mapping")
    bench.approve("schema")
    refused(bench.folder, "schema", "--apply", cause="access_denied", said=["may not create the field"])
    intact(bench)


@pytest.mark.slow
@pytest.mark.parametrize(("body", "headers"), [(LOGIN, HTML), ("", JSON), ("[1, 2", JSON), ('{"data": NaN}', JSON)])
def test_an_answer_that_is_none_is_an_error_for_reads(ready: Bench, body: str, headers: dict[str, str]) -> None:
    answers(ready, 200, headers, body)
    answer = refused(ready.folder, "load", code=3, cause="unreachable", said=["no usable answer"], then="same command")
    assert "Ana" not in json.dumps(answer)


def test_a_guard_in_front_of_the_account_stops_the_run(ready: Bench) -> None:
    answers(ready, 403, HTML, LOGIN)
    refused(ready.folder, "load", code=3, cause="throttled", said=["blocks this token"], then="later")


def test_an_account_that_is_closed_stops_the_run(ready: Bench) -> None:
    answers(ready, 402, JSON, '{"success": false}')
    refused(ready.folder, "load", code=3, cause="account_closed", said=["closed or unpaid (402)"], then="owner")


def test_a_redirect_to_another_host_is_not_followed(ready: Bench) -> None:
    answers(ready, 302, {"location": "https://collector.example/"}, "")
    refused(ready.folder, "check", code=3, cause="destination", said=["(HTTP 302)"], then="destination.base_url")


# ------------------------------------------------------------------------------------------ plans


LITE = {"destination.plan": "lite", "destination.visible_to": "3"}
LEAST_IMPORTANT = [
    "person.Original modified",
    "person.Subscriber relationship",
    "person.Plan name",
    "person.Last provider",
    "person.Recall type",
    "person.Total payments",
    "person.Guardian relationship",
    "person.SMS opt-out",
    "person.Preferred contact",
    "person.Gender",
    "person.Secondary carrier",
    "deal.Teeth",
    "deal.Presented on",
    "deal.Insurance estimate",
    "deal.Patient estimate",
    "organization.Tax ID",
    "organization.Organization phone",
]


@pytest.mark.slow
def test_a_small_plan_leaves_out_the_least_important_fields_and_loads_the_rest(make_bench: MakeBench) -> None:
    """B41: counted before the first field is made."""
    export = practice()
    del export.rows["fieldDefinitions"]
    export.row("patients", "pat-ana")["customFields"] = {}
    bench = make_bench(export, plan="lite", settings=LITE)
    bench.audited()
    bench.call("plan", code=(0, 1))
    tier = bench.report("plan")["tier"]
    assert tier["problems"] == []
    assert [f"{each['object']}.{each['field']}" for each in tier["left_out"]] == LEAST_IMPORTANT
    assert tier["custom_fields"] == {"limit": 30, "used": 0, "needed": 30 + len(LEAST_IMPORTANT)}
    bench.approve("mapping")
    bench.approve("schema")
    bench.call("schema", "--apply")
    bench.call("owners", code=(0, 1))
    bench.approve("owners")
    bench.call("sample", "--size", "2", code=(0, 1))
    bench.call("diff", code=(0, 1))
    bench.approve("sample")
    bench.call("load", code=(0, 1))
    assert len([field for field in bench.account.rows("fields") if field["is_custom_field"]]) == 30
    assert "rejected" not in bench.report("load")["rules"]["patients"]


def test_a_plan_without_room_for_what_cannot_be_left_out_closes_the_schema_gate(make_bench: MakeBench) -> None:
    """B41."""
    bench = make_bench(practice(), plan="lite", settings=LITE)
    bench.audited()
    answer = bench.call("plan", code=1)
    problem = "The lite plan has room for 30 custom fields, 0 are used, and 31 more cannot be left out."
    assert answer["tier"]["problems"] == [problem]
    assert "has not enough room" in " ".join(invoke(bench.folder, "plan", as_json=False).stderr.split())
    bench.approve("mapping")
    assert "larger plan" in bench.call("schema", code=1)["next"], "nobody is sent to a gate that is blocked"
    said = ["The schema gate", "31 more cannot be left out"]
    refused(
        bench.folder, "approve", "schema", "--by", APPROVER, cause="approval_missing", said=said, then="larger plan"
    )
    refused(bench.folder, "schema", "--apply", cause="approval_missing", said=said, then="larger plan")


# ------------------------------------------------------------------------------------------ addresses


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """An https server nobody vouches for: its address, and the requests that got through to it."""
    got: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    certificate, key = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


def _self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    return folder / "certificate.pem", folder / "key.pem"


def _at(bench: Bench, url: str) -> list[tuple[str, str]]:
    lines = toml(bench).read_text().splitlines()
    only_of_a_sandbox = [line for line in lines if line.startswith(("sandbox_token", "horizon", "speed"))]
    return [(bench.running.base_url, url), *((line, "") for line in only_of_a_sandbox)]


def test_a_server_that_cannot_prove_who_it_is_never_sees_the_token(
    ready: Bench, listener: tuple[str, list[str]]
) -> None:
    url, got = listener
    with rewritten(toml(ready), *_at(ready, url)):
        refused(ready.folder, "check", code=3, cause="untrusted", said=["certificate of localhost is not trusted"])
    assert got == []


@pytest.mark.slow
def test_an_address_where_nobody_listens_is_given_up_soon(ready: Bench) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with rewritten(toml(ready), *_at(ready, f"http://127.0.0.1:{port}")):
        answer = ready.call("check", code=3)
    assert (answer["state"], answer["cause"]) == ("stopped", "unreachable")
    assert "127.0.0.1 cannot be reached" in answer["message"]

"""A real server on a real socket that breaks in chosen ways; the same promises as on paper."""

from __future__ import annotations

import gzip
import io
import logging
import socket
import ssl
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, cycle
from pathlib import Path
from typing import Any

import pytest

from bridgework.client import ApiClient, unsent
from bridgework.errors import BridgeworkError, InDoubt, NotSent, StopRun
from bridgework.model import Operation

Make = Callable[..., ApiClient]
MakeOperation = Callable[..., Operation]
Behaviour = Callable[[socket.socket], Any]


def answer(
    body: bytes = b'{"id": 1}', status: str = "200 OK", headers: str = "", length: int | None = None
) -> Behaviour:
    declared = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\ncontent-length: {declared}\r\n{headers}\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def then_close(behaviour: Behaviour) -> Behaviour:
    def behave(connection: socket.socket) -> bool:
        behaviour(connection)
        return False

    return behave


def hang_up(_: socket.socket) -> bool:
    return False


def reset(connection: socket.socket) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    return False


def drip(head: bytes, more: bytes) -> Behaviour:
    """One byte at a time, without an end, until the client gives up."""

    def behave(connection: socket.socket) -> None:
        for byte in chain(head, cycle(more)):
            connection.sendall(bytes([byte]))
            connection.settimeout(0.02)
            with suppress(TimeoutError):
                connection.recv(1)

    return behave


def silent(connection: socket.socket) -> bool:
    connection.recv(1)  # until the client gives up
    return False


def bomb(size: int) -> bytes:
    return gzip.compress(b"[" + b" " * size + b"]")


SLOW = 1.0  # seconds of patience with a server that never ends; the others get more than a busy machine needs


def patience(fault: str) -> float:
    return SLOW if "at a time" in fault or fault == "says nothing" else 60.0


BIG = 8 * 1024 * 1024
FAULTS = {
    "hangs up without an answer": hang_up,
    "resets the connection": reset,
    "sends half an answer": then_close(answer(length=500)),
    "sends half a chunk": then_close(
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n50\r\n{")
    ),
    "says nothing": silent,
    "sends headers a byte at a time": drip(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "sends a body a byte at a time": drip(b"HTTP/1.1 200 OK\r\ncontent-length: 500000\r\n\r\n", b" "),
    "sends a login page": answer(b"<html>login</html>"),
    "sends nothing with 200": answer(b""),
    "sends an answer of many megabytes": answer(b"[" + b" " * BIG + b"]"),
    "sends a bomb": answer(bomb(BIG), headers="content-encoding: gzip\r\n"),
    "cuts off what is packed": answer(gzip.compress(b'{"id": 1}')[:-6], headers="content-encoding: gzip\r\n"),
    "damages what is packed": answer(b"\x1f\x8b\x08\x00 rubbish rubbish", headers="content-encoding: gzip\r\n"),
    "packs in a way nobody asked for": answer(b"\x00", headers="content-encoding: br\r\n"),
    "sends ten thousand headers": answer(headers="".join(f"x-{n}: {'y' * 20}\r\n" for n in range(10_000))),
    "speaks another language": then_close(lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.7\r\n\r\n")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_may_have_arrived_is_in_doubt(
    fault: str, make_client: Make, server: Any, operation: MakeOperation
) -> None:
    server.script = [FAULTS[fault]]
    client = make_client(base_url=server.url, timeout=patience(fault), max_body=1_000_000)
    with pytest.raises(InDoubt) as doubt:
        client.send("POST", "/persons", json={"name": "Ana"}, for_=[operation(3), operation(4)])
    assert doubt.value.operations == (3, 4)
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_that_breaks_is_repeated(fault: str, make_client: Make, server: Any) -> None:
    server.script = [FAULTS[fault], answer()]
    assert make_client(base_url=server.url, timeout=patience(fault), max_body=1_000_000).get("/persons/1").json == {
        "id": 1
    }
    assert len(server.requests) >= 2


def test_a_bomb_is_not_unpacked_further_than_the_cap(make_client: Make, server: Any) -> None:
    import tracemalloc

    server.script = [answer(bomb(50 * 1024 * 1024), headers="content-encoding: gzip\r\n"), answer()]
    client = make_client(base_url=server.url, max_body=1_000_000)
    tracemalloc.start()
    try:
        assert client.get("/persons").ok
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_packed_answers_are_unpacked(make_client: Make, server: Any) -> None:
    server.script = [answer(gzip.compress(b'{"id": 7}'), headers="Content-Encoding: gzip\r\n")]
    assert make_client(base_url=server.url).get("/persons/1").json == {"id": 7}


def test_a_service_that_is_not_there_was_not_sent_anything(make_client: Make, operation: MakeOperation) -> None:
    with socket.socket() as bound:  # nobody listens there, and nobody else can
        bound.bind(("127.0.0.1", 0))
        client = make_client(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}")
        with pytest.raises(NotSent) as event:
            client.send("POST", "/persons", json={}, for_=operation(1))
    assert event.value.operations == (1,)


def test_a_connection_the_server_closed_while_idle_is_not_used_for_a_write(
    make_client: Make, server: Any, operation: MakeOperation
) -> None:
    server.script = [then_close(answer())]
    client = make_client(base_url=server.url)
    for number in range(1, 6):
        assert client.send("POST", "/persons", json={}, for_=operation(number)).ok
        assert server.ended.acquire(timeout=60)
    assert len(server.requests) == 5


def test_a_redirect_to_another_host_takes_nothing_there(
    make_client: Make, server: Any, operation: MakeOperation
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        target = f"location: http://127.0.0.1:{other.getsockname()[1]}/\r\n"
        server.script = [answer(b"", status="307 Temporary Redirect", headers=target)]
        client = make_client(base_url=server.url, headers={"x-api-token": "s3cret"})
        assert client.send("POST", "/persons", json={}, for_=operation(1)).status == 307
        with pytest.raises(BlockingIOError):
            other.accept()


def test_proxies_of_the_environment_are_ignored(
    make_client: Make, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.script = [answer()]
    assert make_client(base_url=server.url).get("/persons").ok


def test_cookies_are_not_sent_back(make_client: Make, server: Any) -> None:
    server.script = [answer(headers="set-cookie: pin=1; path=/\r\n")]
    client = make_client(base_url=server.url)
    client.get("/a")
    client.get("/b")
    assert b"cookie" not in server.requests[1].lower()


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    make_client: Make, operation: MakeOperation, tmp_path: Path
) -> None:
    certificate = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_tls, args=(listener, context, seen), daemon=True)
        thread.start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(StopRun, match=r"certificate of 127\.0\.0\.1 is not trusted") as stopped:
            make_client(base_url=address).send("POST", "/persons", json={}, for_=operation(1))
        assert unsent(stopped.value) == (1,)
        assert seen == []
        trusting = make_client(base_url=address, ca_file=str(certificate))
        assert trusting.send("POST", "/persons", json={}, for_=operation(2)).ok
        trusting.close()
        thread.join(5)
    assert len(seen) == 1


def _serve_tls(listener: socket.socket, context: ssl.SSLContext, seen: list[bytes]) -> None:
    for _ in range(2):
        connection, _peer = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                seen.append(secure.recv(65536))
                answer()(secure)
                secure.recv(1)
        except OSError:
            connection.close()


def _self_signed(folder: Path) -> Path:
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path


def test_threads_share_one_client(make_client: Make, server: Any, operation: MakeOperation) -> None:
    server.script = [answer()]
    client = make_client(base_url=server.url, workers=4)
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 25):
                assert client.send("POST", "/persons", json={"n": number}, for_=operation(number)).ok
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(1, 201, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(server.requests) == 200
    assert client.counts.verdicts == {"accepted": 200}


def test_a_download_streams_into_its_file(make_client: Make, server: Any) -> None:
    content = bytes(range(256)) * 4000
    server.script = [answer(content)]
    sink = io.BytesIO()
    assert make_client(base_url=server.url, max_body=1000).download("/files/1/download", sink).ok
    assert sink.getvalue() == content


def test_neither_secret_nor_value_reaches_log_or_error_text(
    make_client: Make, server: Any, operation: MakeOperation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, name = "s3" + "cret", "Ana" + " Ruiz"
    server.script = [hang_up, then_close(lambda c: c.sendall(f"{name} is no HTTP\r\n\r\n".encode()))]
    client = make_client(base_url=server.url, headers={"x-api-token": secret})
    shown = []
    for attempt in (
        lambda: client.send("POST", "/persons", json={"name": name}, params={"q": name}, for_=operation(1)),
        lambda: client.get("/search", {"term": name}),
    ):
        with pytest.raises(BridgeworkError) as raised:
            attempt()
        shown += traceback.format_exception(raised.value)
    for text in [*shown, *caplog.messages]:
        assert secret not in text
        assert name.split()[1] not in text

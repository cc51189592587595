"""The HTTP sender against real servers on this machine."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from push.http.engine import RESPONSE_LIMIT, Engine, HttpRequest, engine_current
from tests.fakes.gateway import FakeGateway, Reply


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(connect_timeout=20, timeout=30)
    yield engine
    engine.close()


def request_to(fake: FakeGateway, token: str = "token", text: str = "") -> HttpRequest:
    body = json.dumps({"token": token, "options": {"text": text}}).encode()
    return HttpRequest(f"{fake.address}/push/apn/send", body, ("Content-Type: application/json",), public_only=False)


def unused_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def test_answers_come_in_the_order_of_the_requests(engine: Engine, fake_gateway: FakeGateway) -> None:
    for number in range(300):
        fake_gateway.script(f"t{number}", Reply(210 + number % 50))
    answers = engine.send([request_to(fake_gateway, f"t{number}") for number in range(300)])
    assert [answer.status for answer in answers] == [210 + number % 50 for number in range(300)]


def test_status_headers_and_body_are_told(engine: Engine, fake_gateway: FakeGateway) -> None:
    fake_gateway.script("token", Reply(429, {"Retry-After": "7"}, {"error": "slow down"}))
    [answer] = engine.send([request_to(fake_gateway)])
    assert answer.status == 429
    assert answer.headers["retry-after"] == "7"
    assert json.loads(answer.body) == {"error": "slow down"}
    assert answer.reached


def test_connections_are_kept_between_calls(engine: Engine, fake_gateway: FakeGateway) -> None:
    for _call in range(5):
        engine.send([request_to(fake_gateway)])
    assert len(fake_gateway.sockets) == 1


@pytest.mark.thorough
def test_requests_under_way_are_bounded(fake_gateway: FakeGateway) -> None:
    engine = Engine(concurrency=3)
    release = threading.Event()
    for number in range(8):
        fake_gateway.script(f"t{number}", Reply(hold=release))
    in_flight: list[int] = []

    def look() -> None:
        in_flight.append(len(fake_gateway.received))
        release.set()

    engine.send([request_to(fake_gateway, f"t{number}") for number in range(8)], heartbeat=look)
    engine.close()
    assert in_flight[0] == 3
    assert len(fake_gateway.accepted) == 8


def test_a_refused_connection_has_not_reached_anything(engine: Engine) -> None:
    [answer] = engine.send([HttpRequest(unused_address(), b"{}", public_only=False)])
    assert (answer.status, answer.reached) == (None, False)
    assert "connect" in answer.error


def test_an_unknown_host_has_not_reached_anything(engine: Engine) -> None:
    [answer] = engine.send([HttpRequest("http://nowhere.invalid/", b"{}", public_only=False)])
    assert (answer.status, answer.reached) == (None, False)


def test_a_connection_broken_off_may_have_reached_it(engine: Engine, fake_gateway: FakeGateway) -> None:
    fake_gateway.script("token", Reply(cut=True))
    [answer] = engine.send([request_to(fake_gateway)])
    assert (answer.status, answer.reached) == (None, True)


def test_over_http_1_as_well_the_end_of_a_kept_connection_costs_a_try_that_is_counted(
    engine: Engine, fake_gateway: FakeGateway
) -> None:
    engine.send([request_to(fake_gateway)])
    fake_gateway.script("token", Reply(cut=True))
    [answer] = engine.send([request_to(fake_gateway)])
    assert (answer.status, answer.tries, len(fake_gateway.received)) == (200, 2, 3)


@pytest.mark.thorough
def test_no_answer_in_time_may_have_reached_it(fake_gateway: FakeGateway) -> None:
    engine = Engine(timeout=1)
    fake_gateway.script("slow", Reply(hold=threading.Event()))
    slow, quick = engine.send([request_to(fake_gateway, "slow"), request_to(fake_gateway, "quick")])
    engine.close()
    assert (slow.status, slow.reached) == (None, True)
    assert quick.status == 200


def test_redirects_are_not_followed(engine: Engine, fake_gateway: FakeGateway) -> None:
    fake_gateway.script("token", Reply(307, {"Location": f"{fake_gateway.address}/push/apn/send"}))
    [answer] = engine.send([request_to(fake_gateway)])
    assert answer.status == 307
    assert len(fake_gateway.received) == 1


def test_an_endless_answer_is_cut_off_and_keeps_its_status(engine: Engine, fake_gateway: FakeGateway) -> None:
    fake_gateway.script("token", Reply(200, body="x" * (RESPONSE_LIMIT * 2)))
    [answer] = engine.send([request_to(fake_gateway)])
    assert answer.status == 200
    assert len(answer.body) <= RESPONSE_LIMIT


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"])
def test_other_protocols_are_refused(engine: Engine, address: str) -> None:
    [answer] = engine.send([HttpRequest(address, b"{}", public_only=False)])
    assert (answer.status, answer.reached) == (None, False)
    assert answer.body == b""


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("http://127.0.0.1:1/", b"{}", ("X-One: 1\r\nX-Two: 2",), public_only=False),
        HttpRequest("http://127.0.0.1:1/", b"{}", ("X-One: ü",), public_only=False),
        HttpRequest("http://127.0.0.1:1/ü", b"{}", public_only=False),
        HttpRequest("http://[nowhere", b"{}", public_only=False),
        HttpRequest("", b"{}", public_only=False),
    ],
)
def test_what_cannot_be_sent_is_answered_and_holds_up_no_other(
    engine: Engine, fake_gateway: FakeGateway, request_: HttpRequest
) -> None:
    unusable, good = engine.send([request_, request_to(fake_gateway)])
    assert (unusable.status, unusable.reached, good.status) == (None, False, 200)
    assert unusable.error


@pytest.mark.thorough
def test_a_failing_heartbeat_ends_the_call_and_the_engine_works_on(engine: Engine, fake_gateway: FakeGateway) -> None:
    fake_gateway.script("held", Reply(hold=threading.Event()))

    def fail() -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        engine.send([request_to(fake_gateway, "held")], heartbeat=fail)
    [answer] = engine.send([request_to(fake_gateway, "next")])
    assert answer.status == 200


def test_what_is_sent_is_not_told_by_its_representation() -> None:
    request = HttpRequest("http://127.0.0.1/", b"secret-token", ("Authorization: Bearer secret",), public_only=False)
    assert "secret" not in repr(request)


def test_each_thread_has_an_engine_of_its_own() -> None:
    engines: list[Engine] = [engine_current(), engine_current()]
    thread = threading.Thread(target=lambda: engines.append(engine_current()))
    thread.start()
    thread.join()
    assert engines[0] is engines[1]
    assert engines[2] is not engines[0]


# TLS.


def certificate_make(directory: Path) -> Path:
    """Write a certificate for 127.0.0.1 that vouches for itself, with its key, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fake gateway")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = directory / "certificate.pem"
    unprotected = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unprotected)
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return file


class Accepting(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return certificate_make(tmp_path)


def tls_server(certificate: Path, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Accepting)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.maximum_version = newest
    # Without this, the library itself would refuse to speak older versions, and so nothing would be shown.
    context.set_ciphers("ALL:@SECLEVEL=0")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@pytest.fixture
def secure_address(certificate: Path) -> Iterator[str]:
    server = tls_server(certificate)
    yield f"https://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_a_certificate_that_nobody_vouches_for_is_refused(engine: Engine, secure_address: str) -> None:
    [answer] = engine.send([HttpRequest(secure_address, b"{}", public_only=False)])
    assert (answer.status, answer.reached) == (None, False)
    assert "certificate" in answer.error.lower()


def test_a_certificate_that_is_vouched_for_is_accepted(secure_address: str, certificate: Path) -> None:
    engine = Engine(ca_file=str(certificate))
    [answer] = engine.send([HttpRequest(secure_address, b"{}", public_only=False)])
    engine.close()
    assert answer.status == 200


def test_a_certificate_for_another_name_is_refused(secure_address: str, certificate: Path) -> None:
    engine = Engine(ca_file=str(certificate))
    [answer] = engine.send([HttpRequest(secure_address.replace("127.0.0.1", "localhost"), b"{}", public_only=False)])
    engine.close()
    assert answer.status is None


@pytest.mark.parametrize(("newest", "status"), [(ssl.TLSVersion.TLSv1_2, 200), (ssl.TLSVersion.TLSv1_1, None)])
def test_tls_before_1_2_is_refused(certificate: Path, newest: ssl.TLSVersion, status: int | None) -> None:
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        server = tls_server(certificate, newest=newest)
    engine = Engine(ca_file=str(certificate))
    [answer] = engine.send([HttpRequest(f"https://127.0.0.1:{server.server_address[1]}/", b"{}", public_only=False)])
    engine.close()
    server.shutdown()
    server.server_close()
    assert answer.status == status

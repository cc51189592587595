"""The proxy and the authorities that the configuration names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from push.http.engine import Engine, engine_current
from push.http.exchanges import FORBIDDEN
from push.http.requests import HttpRequest, Lane
from tests.fakes.apple import FakeApple
from tests.fakes.gateway import FakeGateway
from workspace.outbound import ca_file_of_system


class Proxy:
    """An HTTP proxy that records the requests and connects to a given address."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listening.getsockname()[1]}"

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.asked.append(head.decode())
        host, _colon, port = head.split()[1].decode().rpartition(":")
        with client, socket.create_connection((host, int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=copy, args=(server, client), daemon=True)
            back.start()
            copy(client, server)
            back.join(5)


def copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


def test_pushes_go_through_the_configured_proxy(fake_apple: FakeApple, proxy: Proxy, settings: Any) -> None:
    settings.OUTBOUND_PROXY, settings.OUTBOUND_NO_PROXY = f"http://user:secret@{proxy.address}", []
    engine = Engine()
    [answer] = engine.send([HttpRequest(f"{fake_apple.address}/3/device/x", b"{}", public_only=False)])
    engine.close()
    assert answer.status == 400
    assert proxy.asked[0].startswith(f"CONNECT {fake_apple.address.removeprefix('https://')} ")
    assert "Proxy-Authorization: Basic" in proxy.asked[0]


def test_hosts_that_are_named_are_reached_without_it(fake_apple: FakeApple, proxy: Proxy, settings: Any) -> None:
    settings.OUTBOUND_PROXY, settings.OUTBOUND_NO_PROXY = f"http://{proxy.address}", ["localhost", "127.0.0.1"]
    engine = Engine()
    [answer] = engine.send([HttpRequest(f"{fake_apple.address}/3/device/x", b"{}", public_only=False)])
    engine.close()
    assert (answer.status, proxy.asked) == (400, [])


def test_a_proxy_of_the_environment_is_not_used(fake_gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    engine = Engine()
    [answer] = engine.send(
        [HttpRequest(f"{fake_gateway.address}/push/apn/send", b'{"token":"t","options":{}}', public_only=False)]
    )
    engine.close()
    assert answer.status == 200


def test_a_proxy_that_cannot_be_reached_has_sent_nothing(fake_apple: FakeApple, settings: Any) -> None:
    settings.OUTBOUND_PROXY, settings.OUTBOUND_NO_PROXY = "http://127.0.0.1:1", []
    engine = Engine()
    [answer] = engine.send([HttpRequest(f"{fake_apple.address}/3/device/x", b"{}", public_only=False)])
    engine.close()
    assert (answer.status, answer.reached) == (None, False)


def test_the_configured_authorities_are_trusted_besides_the_systems(
    fake_apple: FakeApple, authority_file: Path, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    extra = tmp_path / "extra.pem"
    extra.write_bytes(authority_file.read_bytes())
    settings.OUTBOUND_CA_FILE = str(extra)
    request = HttpRequest(f"{fake_apple.address}/3/device/x", b"{}", public_only=False)
    assert engine_current().send([request])[0].status == 400
    [trusted] = tmp_path.glob("outbound-ca-*.pem")
    assert Path(ca_file_of_system()).read_bytes() in trusted.read_bytes()
    settings.OUTBOUND_CA_FILE = ""
    [answer] = engine_current().send([request])
    assert (answer.status, answer.reached) == (None, False)


@pytest.mark.parametrize("lane", [Lane("default"), None], ids=["lane", "no lane"])
def test_only_public_addresses_are_connected_to_unless_told_otherwise(
    fake_apple: FakeApple, authority_file: Path, lane: Lane | None
) -> None:
    engine = Engine(ca_file=str(authority_file))
    [answer] = engine.send([HttpRequest(f"{fake_apple.address}/3/device/x", b"{}", lane=lane)])
    engine.close()
    assert (answer.status, answer.reached) == (None, False)
    assert fake_apple.connections == []


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/"],
)
def test_link_local_addresses_are_never_connected_to(address: str) -> None:
    engine = Engine(connect_timeout=1)
    [answer] = engine.send([HttpRequest(address, b"{}", public_only=False)])
    engine.close()
    assert (answer.status, answer.reached, answer.error) == (None, False, FORBIDDEN)

"""Checking and fetching pictures."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.pictures import gif, jpeg, png, webp
from workspace.errors import ApplicationError
from workspace.services.people import pictures
from workspace.services.people.pictures import MAX_BYTES, MAX_PIXELS, picture_check, picture_fetch


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (png(), "image/png"),
        (gif(), "image/gif"),
        (jpeg(MAX_PIXELS, 1), "image/jpeg"),
        *((webp(kind), "image/webp") for kind in (b"VP8X", b"VP8L", b"VP8 ")),
    ],
)
def test_pictures_are_recognized_by_their_content(content: bytes, content_type: str) -> None:
    assert picture_check(content).content_type == content_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        png()[:20],
        png() + b"\0" * MAX_BYTES,
        *(make(MAX_PIXELS + 1, 1) for make in (png, gif, jpeg)),
        webp(b"VP8L", 5000, 1),
        png(0, 1),
        b"\xff\xd8\xff\xe0\x00\x00",
        b"\xff\xd8\xff\xda\x00\x02",
        b"RIFF\0\0\0\0WEBPnone" + b"\0" * 20,
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ApplicationError, match="Invalid avatar content type"):
        picture_check(content)


class Handler(BaseHTTPRequestHandler):
    """Serves a picture, a redirect, a large file and an error."""

    def do_GET(self) -> None:
        answers: dict[str, tuple[int, dict[str, str], bytes]] = {
            "/picture": (200, {}, png()),
            "/moved": (302, {"Location": "/picture"}, b""),
            "/inside": (302, {"Location": "http://localhost.example:22/"}, b""),
            "/file": (302, {"Location": "file:///etc/passwd"}, b""),
            "/large": (200, {}, b"x" * (MAX_BYTES + 1)),
        }
        status, headers, body = answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def url(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def as_public(server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat this machine and the port of the server as part of the public internet."""
    monkeypatch.setattr(pictures, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(pictures, "PORTS", (server.server_port,))


def is_refused(url: str) -> bool:
    with pytest.raises(ApplicationError) as raised:
        picture_fetch(url)
    return raised.value.code == "error-avatar-invalid-url"


@pytest.mark.usefixtures("as_public")
@pytest.mark.parametrize("path", ["/picture", "/moved"])
def test_a_picture_is_fetched_also_after_a_redirect(url: str, path: str) -> None:
    assert picture_fetch(url + path) == png()


@pytest.mark.usefixtures("as_public")
@pytest.mark.parametrize("path", ["/missing", "/large", "/inside", "/file"])
def test_errors_and_large_files_are_refused(url: str, path: str) -> None:
    assert is_refused(url + path)


def test_hosts_of_the_private_network_are_refused(url: str) -> None:
    assert is_refused(f"{url}/picture")
    assert is_refused("http://169.254.169.254/latest/meta-data/")


@pytest.mark.usefixtures("as_public")
def test_other_ports_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PORTS", (80, 443))
    assert is_refused(f"{url}/picture")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "picture",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "http://user:word@example.org/",
        "http://a b/",
        "x" * 3000,
    ],
)
def test_malformed_addresses_are_refused(url: str) -> None:
    assert is_refused(url)


@pytest.mark.parametrize(("address", "is_accepted"), [("10.1.2.3", False), ("93.184.215.14", True)])
def test_a_proxy_does_not_reach_private_hosts(
    settings: Any, monkeypatch: pytest.MonkeyPatch, address: str, is_accepted: bool
) -> None:
    settings.OUTBOUND_PROXY = "http://proxy.example:3128"
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    assert pictures.is_fetchable("https://pictures.example/x.png") is is_accepted

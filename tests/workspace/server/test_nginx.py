"""The shipped proxy configuration in a real nginx, in front of a real installation."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.certificates import Authority
from tests.fakes.installation import Installation
from tests.fakes.servers import port_free
from tests.waiting import wait_until

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
CONFIGURATION = Path(__file__).resolve().parents[3] / "proxy" / "nginx.conf"
AROUND = """daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: nginx-light)"),
]


class Proxy:
    """nginx with the shipped configuration, except for ports, files and one timeout."""

    def __init__(self, folder: Path, site: Installation) -> None:
        self.site = site
        self.port = port_free()
        issued = Authority().server()
        (folder / "site.pem").write_text(issued.certificate)
        (folder / "site.key").write_text(issued.key)
        text = CONFIGURATION.read_text()
        for shipped, here in {
            "server 127.0.0.1:8000": f"server {site.url.removeprefix('http://')}",
            "listen 80;": f"listen {port_free()};",
            "listen 443 ssl;": f"listen {self.port} ssl;",
            "/etc/ssl/callboard.pem": str(folder / "site.pem"),
            "/etc/ssl/callboard.key": str(folder / "site.key"),
            "client_body_timeout 15s": "client_body_timeout 1s",
        }.items():
            assert shipped in text
            text = text.replace(shipped, here)
        (folder / "site.conf").write_text(text)
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
        assert NGINX
        command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        self._process = subprocess.Popen(command)
        wait_until(self.listens)

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with Installation("workspace,cloud") as site:
        started = Proxy(tmp_path_factory.mktemp("nginx"), site)
        yield started
        started.stop()


@pytest.fixture
def connection(proxy: Proxy) -> Iterator[http.client.HTTPSConnection]:
    context = ssl._create_unverified_context()
    with closing(http.client.HTTPSConnection("127.0.0.1", proxy.port, timeout=20, context=context)) as opened:
        yield opened


def test_pages_are_passed_on(connection: http.client.HTTPSConnection) -> None:
    connection.request("GET", "/sign-in/")
    with connection.getresponse() as response:
        assert response.status == 200


def test_a_stream_is_not_buffered(proxy: Proxy, connection: http.client.HTTPSConnection) -> None:
    cookies = proxy.site.browser("ana").cookies
    header = "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)
    connection.request("GET", "/events/", headers={"Cookie": header})
    response = connection.getresponse()
    # The stream stays open, so what arrives now was not buffered until its end.
    lines = [response.readline() for _line in range(3)]
    response.close()
    assert (response.status, lines[2]) == (200, b"event: hello\n")


def test_a_web_socket_is_passed_on(connection: http.client.HTTPSConnection) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    connection.request("GET", "/websocket", headers=headers)
    assert connection.getresponse().status == 101


def test_a_large_body_is_refused(connection: http.client.HTTPSConnection) -> None:
    connection.putrequest("POST", "/api/v1/login")
    connection.putheader("Content-Length", str(9_000_000))
    connection.endheaders()
    assert connection.getresponse().status == 413


def test_an_incomplete_body_is_aborted(connection: http.client.HTTPSConnection) -> None:
    connection.putrequest("POST", "/api/v1/login")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"{")
    with pytest.raises(ConnectionError):
        connection.getresponse()

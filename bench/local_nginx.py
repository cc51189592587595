"""An nginx on a free port that accepts every push, for the benchmarks."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from push.http.engine import Engine
from push.http.requests import HttpRequest
from tests.fakes.certificates import Authority
from tests.fakes.servers import port_free

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 100000000; http2_max_concurrent_streams 1000;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;
        location /3/device/ {{ add_header apns-id $http_apns_id; return 200; }}
        location /v1/ {{ default_type application/json; return 200 '{{"name":"projects/p/messages/1"}}'; }}
        location /token {{
            default_type application/json;
            return 200 '{{"access_token":"bench","expires_in":3599,"token_type":"Bearer"}}';
        }}
    }}
}}
"""


@contextmanager
def nginx(authority: Authority, folder: Path) -> Iterator[str]:
    """Start nginx with its files in the folder, and yield its URL; `authority` signs its certificate."""
    issued, port = authority.server(), port_free()
    trusted = folder / "authority.pem"
    trusted.write_text(authority.pem)
    (folder / "server.pem").write_text(issued.certificate + issued.key)
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(["nginx", "-c", str(configuration)], stderr=subprocess.DEVNULL)
    probe = Engine(ca_file=str(trusted))
    try:
        while (
            probe.send([HttpRequest(f"https://127.0.0.1:{port}/3/device/a", b"{}", public_only=False)])[0].status != 200
        ):
            assert process.poll() is None, (folder / "nginx.log").read_text()
            time.sleep(0.1)
        yield f"https://127.0.0.1:{port}"
    finally:
        probe.close()
        process.terminate()
        process.wait()

"""nginx and Caddy with the files of deploy/, except for ports, names, certificates and shorter timeouts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

from tests.deploy.files import DEPLOY
from tests.fakes.certificates import Authority
from tests.fakes.servers import port_free
from tests.waiting import wait_until

PROGRAMS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
# Seconds that a request body may take, instead of 15.
BODY_SECONDS = 1


def adapted(file: Path, changes: dict[str, str]) -> str:
    """Return the text of the file with the changes, each of which must apply."""
    text = file.read_text()
    for shipped, here in changes.items():
        assert shipped in text, f"{file.name} does not contain {shipped!r}."
        text = text.replace(shipped, here)
    return text


class Proxy(ABC):
    """A proxy in front of two upstreams: one at `port`, the other below /chat at `path_port`."""

    program = ""

    def __init__(self, folder: Path, *, port: int, path_port: int, upstream: str, path_upstream: str) -> None:
        self.folder = folder
        self.port, self.path_port, self.plain_port = port, path_port, port_free()
        self.upstream, self.path_upstream = upstream, path_upstream
        authority = Authority()
        issued = authority.server()
        self.authority, self.certificate, self.key = (folder / name for name in ("ca.pem", "site.pem", "site.key"))
        self.authority.write_text(authority.pem)
        self.certificate.write_text(issued.certificate)
        self.key.write_text(issued.key)
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        with (folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                self.command(), env=environment | self.variables(), stdout=output, stderr=output
            )
        wait_until(lambda: all(map(self._listens, (self.port, self.path_port, self.plain_port))))

    @abstractmethod
    def command(self) -> list[str]:
        """Write the configuration and return the command that starts the proxy."""

    def variables(self) -> dict[str, str]:
        """Return the environment variables that the configuration reads."""
        return {}

    def _listens(self, port: int) -> bool:
        assert self._process.poll() is None, self.log()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    def log(self) -> str:
        """Return everything that the proxy has logged."""
        return "".join(path.read_text() for path in self.folder.glob("*.log")) + (self.folder / "output").read_text()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            # Streams may still be open.
            self._process.kill()
            self._process.wait(60)


class Nginx(Proxy):
    program = "nginx"

    around = """daemon off;
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
    server {{
        listen {path_port} ssl;
        server_name localhost;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        include {folder}/subpath.conf;
    }}
}}
"""

    def command(self) -> list[str]:
        site = {
            "server 127.0.0.1:8000": f"server {self.upstream}",
            "listen 80;": f"listen {self.plain_port};",
            "listen [::]:80;": "",
            "listen 443 ssl;": f"listen {self.port} ssl;",
            "listen [::]:443 ssl;": "",
            "callboard.example": "localhost",
            "/etc/ssl/callboard.pem": str(self.certificate),
            "/etc/ssl/callboard.key": str(self.key),
            "/var/log/nginx/callboard.log": str(self.folder / "callboard.log"),
            "client_body_timeout 15s": f"client_body_timeout {BODY_SECONDS}s",
        }
        subpath = {
            "127.0.0.1:8000": self.path_upstream,
            "client_body_timeout 15s": f"client_body_timeout {BODY_SECONDS}s",
        }
        (self.folder / "site.conf").write_text(adapted(DEPLOY / "nginx" / "callboard.conf", site))
        (self.folder / "subpath.conf").write_text(adapted(DEPLOY / "nginx" / "subpath.conf", subpath))
        (self.folder / "nginx.conf").write_text(self.around.format_map(vars(self)))
        folder = str(self.folder)
        program = shutil.which(self.program, path=PROGRAMS)
        return [str(program), "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]


class Caddy(Proxy):
    program = "caddy"

    def command(self) -> list[str]:
        tls = f"tls {self.certificate} {self.key}"
        ports = f"http_port {self.plain_port}\n\thttps_port {self.port}\n\tskip_install_trust\n\tadmin off"
        site = adapted(
            DEPLOY / "caddy" / "Caddyfile",
            {
                "\tservers {": f"\t{ports}\n\tservers {{",
                "read_body 15s": f"read_body {BODY_SECONDS}s",
                "lb_try_duration 5s": "lb_try_duration 1s",
                "callboard.example} {": f"callboard.example}} {{\n\t{tls}",
            },
        )
        subpath = adapted(
            DEPLOY / "caddy" / "Caddyfile.subpath",
            {"example.org {": f"localhost:{self.path_port} {{\n\t{tls}", "127.0.0.1:8000": self.path_upstream},
        )
        (self.folder / "Caddyfile").write_text(site + subpath)
        program = shutil.which(self.program, path=PROGRAMS)
        return [str(program), "run", "--config", str(self.folder / "Caddyfile"), "--adapter", "caddyfile"]

    def variables(self) -> dict[str, str]:
        return {"SITE_HOST": "localhost", "UPSTREAM": self.upstream}

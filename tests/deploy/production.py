"""An installation in production behind a proxy: at its own host, and a second web server for a path of a host."""

from __future__ import annotations

import re
import secrets
from typing import Any

import requests

from tests.fakes.installation import BASE_DIR, PASSWORD, Installation
from tests.fakes.servers import port_free
from tests.waiting import wait_until

HOST = "localhost"
SITE_PATH = "/chat"


class ProductionSite(Installation):
    """Use as a context manager. The proxy must listen at `port`, and for the site with a path at `path_port`."""

    def __init__(self) -> None:
        self.port, self.path_port = port_free(), port_free()
        super().__init__(
            "workspace",
            MODE="production",
            SECRET_KEY=secrets.token_urlsafe(48),
            ENCRYPTION_KEY=secrets.token_urlsafe(48),
            ALLOWED_HOSTS=HOST,
        )
        self.environment["SITE_URL"] = self.address = f"https://{HOST}:{self.port}"
        self.path_address = f"https://{HOST}:{self.path_port}{SITE_PATH}"
        self.upstream = self.url.removeprefix("http://")
        self._path_server_port = str(port_free())
        self.path_upstream = f"127.0.0.1:{self._path_server_port}"

    def _start(self) -> None:
        self._prepare()
        people = f"from push.services.demo import demo_prepare; demo_prepare(site_url='{self.address}')"
        self.manage("shell", "-c", people)
        web = {"DJANGO_SETTINGS_MODULE": "workspace.config.web", "PYTHONPATH": str(BASE_DIR / "deploy")}
        command = ("-m", "callboard", "runweb")
        self.start(*command, **web)
        self.start(*command, **web, PORT=self._path_server_port, SITE_URL=self.path_address)
        wait_until(lambda: all(map(self._is_serving, (self.upstream, self.path_upstream))), seconds=60)

    @staticmethod
    def _is_serving(upstream: str) -> bool:
        headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
        try:
            return requests.get(f"http://{upstream}/sign-in/", headers=headers, timeout=30).status_code == 200
        except requests.ConnectionError:
            return False


def browser_at(address: str, username: str, certificate: str) -> requests.Session:
    """Sign in at the address, with the certificate authority in the file, and return the browser."""
    session = requests.Session()
    session.verify = certificate
    # Otherwise a certificate authority in the environment takes precedence.
    session.trust_env = False
    page = f"{address}/sign-in/"
    form = session.get(page, timeout=30).text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "username": username, "password": PASSWORD}
    answer = session.post(page, data=fields, headers={"Referer": page}, timeout=30)
    assert answer.status_code == 200
    assert answer.url != page
    return session


def api_at(address: str, username: str, certificate: str) -> dict[str, str]:
    """Sign in over the API at the address, and return the headers of the sign-in."""
    words: dict[str, Any] = {"user": username, "password": PASSWORD}
    answer = requests.post(f"{address}/api/v1/login", json=words, verify=certificate, timeout=30)
    data = answer.json()["data"]
    return {"X-Auth-Token": data["authToken"], "X-User-Id": data["userId"]}

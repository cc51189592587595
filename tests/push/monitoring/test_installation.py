"""Health and metrics of a real installation, with two web processes and a worker, and of one whose database hangs."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
import requests

from tests.fakes.installation import Installation
from tests.fakes.servers import port_free
from tests.metrics import PROMTOOL, TOKEN
from tests.waiting import wait_until

pytestmark = pytest.mark.processes

NO_PROMTOOL = "promtool is not installed (Debian: prometheus)"
PROTOCOL = ("--http", "workspace.server.protocol:BoundedProtocol")
DECIDED = "callboard_notifications_decided_total"


class Monitored(Installation):
    """An installation with metrics."""

    def __init__(self) -> None:
        self.metrics_port = str(port_free())
        super().__init__("workspace,cloud", METRICS_TOKEN=TOKEN, METRICS_PORT=self.metrics_port)

    def scrape(self, port: str = "") -> str:
        address = f"http://127.0.0.1:{port}" if port else self.url
        response = requests.get(f"{address}/metrics", auth=("prometheus", TOKEN), timeout=30)
        assert response.status_code == 200
        return response.text

    def value(self, start: str) -> float:
        """Return the sum of the series that start with this text."""
        lines = [line for line in self.scrape().splitlines() if line.startswith(start)]
        return sum(float(line.rpartition(" ")[2]) for line in lines)


@pytest.fixture(scope="module")
def installation() -> Iterator[Monitored]:
    with Monitored() as running:
        wait_until(lambda: running.get("/health/ready").status_code == 200, seconds=60)
        yield running


def second_web_process(installation: Monitored) -> tuple[subprocess.Popen[bytes], str]:
    port = str(port_free())
    web = {"DJANGO_SETTINGS_MODULE": "workspace.config.web"}
    process = installation.start("-m", "uvicorn", "workspace.config.asgi:application", "--port", port, *PROTOCOL, **web)
    wait_until(lambda: is_alive(port), seconds=60)
    return process, port


def is_alive(port: str) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_counts_of_all_processes_are_in_every_scrape_and_survive_them(installation: Monitored) -> None:
    ana = installation.sign_in("ana")
    message = {"channel": "#general", "text": "Is anybody here?"}
    assert installation.post("/api/v1/chat.postMessage", headers=ana, json=message).ok
    # The worker decides, and the web process is scraped.
    wait_until(lambda: installation.value(DECIDED) > 0)
    decided = installation.value(DECIDED)

    process, port = second_web_process(installation)
    unknown = 'callboard_http_requests_total{method="GET",route="/api/",status="404"}'
    before = installation.value(unknown)
    for _number in range(3):
        requests.get(f"http://127.0.0.1:{port}/api/v1/nothing", timeout=30)
    assert installation.value(unknown) == before + 3
    assert DECIDED in installation.scrape(port)

    installation.process_kill(process)
    assert installation.value(unknown) == before + 3
    assert installation.value(DECIDED) >= decided


def test_the_port_is_served_by_one_process_and_taken_over_by_another(installation: Monitored) -> None:
    assert DECIDED in installation.scrape(installation.metrics_port)
    address = f"http://127.0.0.1:{installation.metrics_port}"
    assert requests.get(f"{address}/metrics", timeout=30).status_code == 401
    assert requests.get(f"{address}/health/live", timeout=30).json() == {"status": "alive"}
    assert requests.get(f"{address}/sign-in/", timeout=30).status_code == 404
    installation.web_restart()
    wait_until(lambda: is_alive(installation.metrics_port))


@pytest.mark.skipif(PROMTOOL is None, reason=NO_PROMTOOL)
def test_promtool_accepts_a_scrape(installation: Monitored) -> None:
    assert PROMTOOL
    done = subprocess.run(
        [PROMTOOL, "check", "metrics"], input=installation.scrape(), capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(PROMTOOL is None, reason=NO_PROMTOOL)
def test_promtool_accepts_the_alert_rules() -> None:
    assert PROMTOOL
    done = subprocess.run(
        [PROMTOOL, "check", "rules", "deploy/prometheus/alerts.yml"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_a_worker_that_stops_makes_the_installation_unavailable(installation: Monitored) -> None:
    installation.worker_stop()
    wait_until(lambda: installation.get("/health/ready").status_code == 503)
    response = installation.get("/health/ready", headers={"Authorization": f"Bearer {TOKEN}"})
    failed = [check for check in response.json()["checks"] if check["status"] == "failed"]
    assert [(check["name"], check["advice"]) for check in failed] == [("worker", "Start “manage.py runworker”.")]
    assert installation.get("/health/ready?without=worker").status_code == 200


@pytest.fixture
def silent_database() -> Iterator[int]:
    """A server that accepts connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(200)
        yield listener.getsockname()[1]


def test_a_database_that_hangs_is_reported_in_time(silent_database: int) -> None:
    port = str(port_free())
    database = f"postgres://callboard@127.0.0.1:{silent_database}/callboard"
    environment = {"DJANGO_SETTINGS_MODULE": "workspace.config.web", "DATABASE_URL": database, "METRICS_TOKEN": TOKEN}
    hanging = Installation("workspace,cloud", **environment)
    try:
        hanging.start("-m", "uvicorn", "workspace.config.asgi:application", "--port", port, *PROTOCOL)
        wait_until(lambda: is_alive(port), seconds=60)
        address = f"http://127.0.0.1:{port}"
        for _probe in range(2):
            begun = time.monotonic()
            response = requests.get(f"{address}/health/ready", timeout=30)
            assert time.monotonic() - begun < 3
            statuses = {check["name"]: check["status"] for check in response.json()["checks"]}
            assert (response.status_code, statuses["database"], statuses["disk"]) == (503, "failed", "ok")
        begun = time.monotonic()
        text = requests.get(f"{address}/metrics", auth=("", TOKEN), timeout=30).text
        assert "callboard_database_up 0.0" in text
        assert time.monotonic() - begun < 5
    finally:
        hanging.__exit__(None, None, None)

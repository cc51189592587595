"""Mail servers and clouds that do not respond delay no push."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from cloud.models import CloudConnection
from preferences.models import SignInAlert
from preferences.waking import alerts_wake
from tests.factories import UserFactory
from tests.fakes.gateway import FakeGateway
from tests.push.worker.conftest import WorkerProcess
from tests.push.worker.storm import MEMBERS, Storm
from workspace.models import EmailAddress, MailKind
from workspace.services.people.requested_mails import mail_request

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

PEER_SECONDS = 60
StartWorker = Callable[..., WorkerProcess]


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """Accepts connections and sends nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=20) as server:
        server.settimeout(PEER_SECONDS)
        yield server


@pytest.fixture
def start_mailing_worker(start_worker: StartWorker, silent_server: socket.socket) -> Callable[[], WorkerProcess]:
    """Starts a worker whose mail server is the silent one."""
    address = f"smtp://127.0.0.1:{silent_server.getsockname()[1]}"
    return lambda: start_worker(EMAIL_URL=address, EMAIL_TIMEOUT=str(PEER_SECONDS))


def pushes_arrive_while_waiting(server: socket.socket, gateway: FakeGateway, storm: Storm) -> None:
    """Check that pushes arrive while the worker is connected to the silent server."""
    connection, _address = server.accept()
    begun = time.monotonic()
    storm.post(1)
    gateway.wait(lambda fake: len(fake.accepted) == MEMBERS)
    assert time.monotonic() - begun < PEER_SECONDS / 2
    connection.close()


def test_with_a_silent_mail_server_for_password_resets(
    start_mailing_worker: Callable[[], WorkerProcess], gateway: FakeGateway, silent_server: socket.socket
) -> None:
    storm = Storm(gateway)
    for number in range(6):
        EmailAddress.objects.create(user=UserFactory(), address=f"user{number}@example.org", verified=True)
    start_mailing_worker()
    for number in range(6):
        mail_request(kind=MailKind.RESET, reference=f"user{number}@example.org")
    pushes_arrive_while_waiting(silent_server, gateway, storm)


def test_with_a_silent_mail_server_for_sign_in_alerts(
    start_mailing_worker: Callable[[], WorkerProcess], gateway: FakeGateway, silent_server: socket.socket
) -> None:
    storm = Storm(gateway)
    for number in range(6):
        user = UserFactory()
        EmailAddress.objects.create(user=user, address=f"user{number}@example.org", verified=True)
        SignInAlert.objects.create(user=user, program="Firefox", at=timezone.now(), retry_at=timezone.now())
    start_mailing_worker()
    # More tasks than there are task processes.
    for _task in range(6):
        alerts_wake()
    pushes_arrive_while_waiting(silent_server, gateway, storm)


def test_with_a_silent_cloud(start_worker: StartWorker, gateway: FakeGateway, silent_server: socket.socket) -> None:
    storm = Storm(gateway)
    connection = CloudConnection.objects.get()
    connection.cloud_url = f"http://127.0.0.1:{silent_server.getsockname()[1]}"
    connection.client_id, connection.client_secret = "workspace", "secret"
    connection.next_sync_at = timezone.now()
    connection.save()
    start_worker(WORKERS="1")
    pushes_arrive_while_waiting(silent_server, gateway, storm)

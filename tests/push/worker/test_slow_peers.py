"""A mail server that does not respond delays no push."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.factories import UserFactory
from tests.fakes.gateway import FakeGateway
from tests.push.worker.conftest import WorkerProcess
from tests.push.worker.storm import MEMBERS, Storm
from workspace.models import EmailAddress
from workspace.waking import reset_mails_later

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

EMAIL_SECONDS = 60


@pytest.fixture
def silent_mail_server() -> Iterator[socket.socket]:
    """Accepts connections and never sends its greeting."""
    with socket.create_server(("127.0.0.1", 0), backlog=20) as server:
        yield server


def test_a_silent_mail_server_delays_no_push(
    start_worker: Callable[..., WorkerProcess], gateway: FakeGateway, silent_mail_server: socket.socket
) -> None:
    storm = Storm(gateway)
    for number in range(6):
        EmailAddress.objects.create(user=UserFactory(), address=f"user{number}@example.org", verified=True)
    port = silent_mail_server.getsockname()[1]
    start_worker(EMAIL_URL=f"smtp://127.0.0.1:{port}", EMAIL_TIMEOUT=str(EMAIL_SECONDS))
    for number in range(6):
        reset_mails_later(address=f"user{number}@example.org")
    # The worker is now connected to the mail server and waits for its greeting.
    silent_mail_server.settimeout(EMAIL_SECONDS)
    connection, _address = silent_mail_server.accept()
    begun = time.monotonic()
    storm.post(1)
    gateway.wait(lambda fake: len(fake.accepted) == MEMBERS)
    assert time.monotonic() - begun < EMAIL_SECONDS / 2
    connection.close()

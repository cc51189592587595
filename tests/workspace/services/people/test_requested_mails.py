"""E-mails that people wait for: none is lost with its task or worker, or because the mail server fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from tests.factories import EmailAddressFactory
from tests.logs import logged
from workspace.models import MailKind, RequestedMail
from workspace.services.people.requested_mails import LEASE, RETRIES, has_due_mails, mail_request
from workspace.tasks import requested_mail, requested_mails

pytestmark = pytest.mark.django_db

SEND = "django.core.mail.backends.locmem.EmailBackend.send_messages"


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> list[int]:
    """Return the keys of the e-mails whose tasks were queued. None of these tasks is run."""
    keys: list[int] = []
    monkeypatch.setattr("workspace.waking.transaction.on_commit", lambda queue: queue())
    monkeypatch.setattr("workspace.waking.async_task", lambda _path, key: keys.append(key))
    return keys


@pytest.fixture
def requested() -> RequestedMail:
    """Return the e-mail that somebody has requested to verify an address."""
    address = EmailAddressFactory(address="ana@example.org", verified=False)
    mail_request(kind=MailKind.VERIFICATION, reference=address.pk)
    return RequestedMail.objects.get()


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the mail server by one that refuses connections."""
    monkeypatch.setattr(SEND, refuse)


def refuse(*_arguments: object) -> int:
    raise ConnectionRefusedError("ana@example.org")


def test_it_is_sent_once(requested: RequestedMail, queued: list[int]) -> None:
    assert queued == [requested.pk]
    for _task in range(2):
        requested_mail(requested.pk)
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]
    assert not RequestedMail.objects.exists()


def test_an_e_mail_whose_task_is_lost_is_queued_again(requested: RequestedMail, queued: list[int]) -> None:
    assert has_due_mails()
    requested_mails()
    assert queued == [requested.pk] * 2


def test_an_e_mail_whose_worker_dies_is_sent_after_the_lease(
    requested: RequestedMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(SEND, die)
        with pytest.raises(SystemExit):
            requested_mail(requested.pk)
    requested_mail(requested.pk)
    assert not mail.outbox
    assert not has_due_mails()
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1), tick=False):
        assert has_due_mails()
        requested_mail(requested.pk)
    assert len(mail.outbox) == 1


def die(*_arguments: object) -> int:
    raise SystemExit


@pytest.mark.usefixtures("mail_server")
def test_a_refused_e_mail_is_tried_again_and_then_given_up(
    requested: RequestedMail, caplog: pytest.LogCaptureFixture
) -> None:
    at = timezone.now()
    for delay in (*RETRIES, timedelta(0)):
        with time_machine.travel(at, tick=False):
            assert has_due_mails()
            requested_mail(requested.pk)
            assert not has_due_mails()
        at += delay + timedelta(seconds=1)
    assert not RequestedMail.objects.exists()
    [given_up] = logged(caplog, "mail.given_up")
    assert (given_up["tries"], given_up["problem"]) == (5, "ConnectionRefusedError")
    assert "ana@example.org" not in caplog.text


def test_an_outdated_request_sends_nothing(requested: RequestedMail) -> None:
    EmailAddressFactory._meta.model.objects.update(verified=True)
    requested_mail(requested.pk)
    assert not mail.outbox
    assert not RequestedMail.objects.exists()

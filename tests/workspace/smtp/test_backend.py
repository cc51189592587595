"""E-mails are sent to the mail server in the settings."""

from __future__ import annotations

import smtplib
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, send_mail

from tests.fakes.certificates import Authority
from tests.fakes.smtp import FakeMailServer
from workspace.models import EmailSettings, KeptMail
from workspace.models.servers.mail import SETTINGS_BACKEND
from workspace.smtp.server import MailPlace, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_settings(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_STORAGE_BACKEND = SETTINGS_BACKEND, "workspace.mail.DatabaseBackend"


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> Authority:
    authority = Authority()
    settings.OUTBOUND_CA_FILE, settings.DATA_DIR = str(tmp_path / "ca.pem"), tmp_path
    Path(settings.OUTBOUND_CA_FILE).write_text(authority.pem)
    return authority


def configure(server: FakeMailServer, **values: Any) -> None:
    changes = {"host": "127.0.0.1", "port": server.port, "sender": "Chat <chat@example.org>", **values}
    EmailSettings._default_manager.update_or_create(pk=1, defaults=changes)


def test_without_a_mail_server_mails_are_stored_and_with_one_they_are_sent() -> None:
    send_mail("First", "Text", None, ["ana@example.org"])
    assert KeptMail.objects.get().subject == "First"
    with FakeMailServer() as server:
        configure(server, ignores_tls=True)
        send_mail("Second", "Text", None, ["ana@example.org"])
        EmailMessage("Third", "Text", "own@example.org", ["ana@example.org"]).send()
    assert [(mail.sender, mail.recipients) for mail in server.received] == [
        ("chat@example.org", ["ana@example.org"]),
        ("own@example.org", ["ana@example.org"]),
    ]
    assert "From: Chat <chat@example.org>" in server.received[0].content
    assert KeptMail.objects.count() == 1


@pytest.mark.parametrize("starts_with_tls", [False, True], ids=["STARTTLS", "TLS"])
def test_the_connection_is_encrypted_before_the_password_is_sent(authority: Authority, starts_with_tls: bool) -> None:
    tls = authority.server().server_context()
    with FakeMailServer({"chat": "open sesame"}, tls, starts_with_tls) as server:
        protocol = "smtps" if starts_with_tls else "smtp"
        configure(server, username="chat", password="open sesame", protocol=protocol)
        send_mail("Hello", "Text", None, ["ana@example.org"])
        configure(server, username="chat", password="wrong", protocol=protocol)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            send_mail("Hello", "Text", None, ["ana@example.org"])
    assert [(mail.is_encrypted, mail.username) for mail in server.received] == [(True, "chat")]


def test_a_server_without_a_trusted_certificate_or_starttls_gets_nothing(authority: Authority) -> None:
    with FakeMailServer(tls=Authority().server().server_context()) as server:
        configure(server)
        with pytest.raises(OSError, match="certificate verify failed"):
            send_mail("Hello", "Text", None, ["ana@example.org"])
    with FakeMailServer() as server:
        configure(server)
        with pytest.raises(smtplib.SMTPNotSupportedError):
            send_mail("Hello", "Text", None, ["ana@example.org"])
    assert not server.received


def test_link_local_hosts_are_never_connected_to() -> None:
    with FakeMailServer() as server:
        configure(server, host="169.254.169.254")
        with pytest.raises(ConnectionRefusedError):
            send_mail("Hello", "Text", None, ["ana@example.org"])


def test_the_environment_takes_precedence(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "mail.example"
    EmailSettings(host="other.example", sender="chat@example.org").save()
    server = mail_server()
    assert (server.place, server.host, server.sender) == (MailPlace.SERVER, "mail.example", settings.DEFAULT_FROM_EMAIL)

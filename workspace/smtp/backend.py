"""The mail backend that follows the settings."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.module_loading import import_string

from workspace.outbound import is_forbidden, outbound_current
from workspace.smtp.server import MailPlace, mail_server


def settings_backend(fail_silently: bool = False, **options: Any) -> BaseEmailBackend:
    """Return a connection to the mail server of the settings, or the store for e-mails without one.

    Django calls this for each connection, so a saved change applies to the next e-mail.
    """
    server = mail_server()
    if server.place is not MailPlace.SERVER:
        backend: BaseEmailBackend = import_string(settings.EMAIL_STORAGE_BACKEND)(fail_silently=fail_silently)
        return backend
    return SettingsEmailBackend(
        host=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.has_starttls,
        use_ssl=server.has_tls,
        fail_silently=fail_silently,
        sender=server.sender,
    )


class GuardedSmtp(smtplib.SMTP):
    """Connects to no address that requests to other servers never go to."""

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        problem: OSError = ConnectionRefusedError(f"{host} has no address that may be used")
        for *_kind, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            ip = str(address[0])
            if is_forbidden(ip):
                continue
            try:
                return socket.create_connection((ip, port), timeout)
            except OSError as error:
                problem = error
        raise problem


class GuardedSmtpTls(smtplib.SMTP_SSL, GuardedSmtp):
    """The same with TLS: SMTP_SSL encrypts the socket of the class above."""


class SettingsEmailBackend(EmailBackend):
    """Django's connection, with the installation's authorities and the sender of the settings."""

    def __init__(self, *, sender: str, **options: Any) -> None:
        super().__init__(**options)
        self.sender = sender

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return GuardedSmtpTls if self.use_ssl else GuardedSmtp

    def open(self) -> bool | None:
        """Connect; a connection that could not be encrypted or signed in to is closed."""
        try:
            return super().open()
        except OSError:
            with suppress(OSError):
                self.close()
            raise

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=outbound_current().ca_file)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            # Messages without a sender got this one when they were made.
            if message.from_email == settings.DEFAULT_FROM_EMAIL:
                message.from_email = self.sender
        return super().send_messages(email_messages) or 0

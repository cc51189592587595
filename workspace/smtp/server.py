"""Which mail server e-mails are sent to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings

from workspace.mail import DATABASE_BACKEND, FILE_BACKEND
from workspace.models import EmailSettings
from workspace.models.servers.mail import SETTINGS_BACKEND, MailProtocol

UNSENT_BACKENDS = {f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy")}


class MailPlace(StrEnum):
    """Where e-mails go."""

    SERVER = "server"
    DATABASE = "database"
    FILES = "files"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The effective configuration. Without a server, `place` is where e-mails are stored."""

    place: MailPlace
    by_environment: bool
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    has_tls: bool
    has_starttls: bool
    sender: str


def mail_server() -> MailServer:
    """Return the mail server of EMAIL_URL, or the one in the settings."""
    if settings.EMAIL_BACKEND != SETTINGS_BACKEND:
        return MailServer(
            place=place_of(settings.EMAIL_BACKEND),
            by_environment=True,
            host=settings.EMAIL_HOST,
            port=settings.EMAIL_PORT,
            username=settings.EMAIL_HOST_USER,
            password=settings.EMAIL_HOST_PASSWORD,
            has_tls=settings.EMAIL_USE_SSL,
            has_starttls=settings.EMAIL_USE_TLS,
            sender=settings.DEFAULT_FROM_EMAIL,
        )
    saved = EmailSettings.current()
    has_tls = saved.protocol == MailProtocol.SMTPS
    return MailServer(
        place=MailPlace.SERVER if saved.host else place_of(settings.EMAIL_STORAGE_BACKEND),
        by_environment=False,
        host=saved.host,
        port=saved.port,
        username=saved.username,
        password=saved.password,
        has_tls=has_tls,
        has_starttls=not has_tls and not saved.ignores_tls,
        sender=saved.sender or settings.DEFAULT_FROM_EMAIL,
    )


def place_of(backend: str) -> MailPlace:
    """Return where a mail backend takes e-mails."""
    if backend in UNSENT_BACKENDS:
        return MailPlace.NOWHERE
    return {DATABASE_BACKEND: MailPlace.DATABASE, FILE_BACKEND: MailPlace.FILES}.get(backend, MailPlace.SERVER)

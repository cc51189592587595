"""Sends the test mail of the set-up."""

from __future__ import annotations

import logging
import ssl
from smtplib import SMTPAuthenticationError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from push.services.setup.progress import state_change
from workspace.cache import call_count
from workspace.database.connections import connections_release
from workspace.errors import ApplicationError
from workspace.logs.events import LogEvent
from workspace.models import GeneralSettings, User
from workspace.smtp.server import mail_server

TEST_MAIL_FAILED = LogEvent(
    "mail.test_failed",
    "The test mail of the set-up could not be sent.",
    {"problem": "the kind of error"},
    logging.WARNING,
)

# Test mails of one administrator in this many seconds.
MAX_MAILS, IN_SECONDS = 10, 600


def own_test_mail(actor: User) -> str:
    """Send a test mail to the actor's own address and return it; see :func:`test_mail_send`.

    Raises `error-invalid-email` if the actor has none.
    """
    email = actor.emails.first()
    if email is None:
        raise ApplicationError("error-invalid-email", _("Your account has no e-mail address."))
    test_mail_send(actor=actor, address=email.address)
    return email.address


def test_mail_send(*, actor: User, address: str) -> None:
    """Send a test mail to the address now, through the configured mail server.

    Raises `error-invalid-email`, `error-too-many-requests`, and `error-mail-failed` with advice if the server cannot be
    reached or refuses the mail.
    """
    try:
        validate_email(address)
    except ValidationError as error:
        raise ApplicationError("error-invalid-email", " ".join(error.messages)) from error
    if call_count(f"setup-mail:{actor.pk}", seconds=IN_SECONDS) > MAX_MAILS:
        raise ApplicationError("error-too-many-requests", _("Too many test mails. Try again later."), status=429)
    name = GeneralSettings.current().site_name
    subject = _("Test mail of %(name)s") % {"name": " ".join(name.split())}
    text = _("The mail server of %(name)s works.\n\n%(url)s\n") % {"name": name, "url": settings.SITE_URL}
    connections_release()
    try:
        send_mail(subject, text, None, [address])
    except (OSError, SMTPException) as error:
        TEST_MAIL_FAILED.log(problem=type(error).__name__)
        raise ApplicationError("error-mail-failed", advice_for(error)) from error
    state_change(mailed=True)


def advice_for(error: Exception) -> str:
    """Return what an administrator should check after this error. It does not contain the password."""
    server = mail_server()
    values = {"host": server.host, "port": server.port, "sender": server.sender}
    if isinstance(error, SMTPAuthenticationError):
        return _("%(host)s refuses the user name or password.") % values
    if isinstance(error, SMTPSenderRefused):
        return _("%(host)s refuses the sender %(sender)s.") % values
    if isinstance(error, SMTPRecipientsRefused):
        return _("%(host)s refuses this recipient.") % values
    if isinstance(error, TimeoutError):
        return _("%(host)s does not respond on port %(port)s. Check the host, the port and the firewall.") % values
    if isinstance(error, SMTPException):
        return _("%(host)s refuses the mail. Check whether the port needs smtp or smtps.") % values
    if isinstance(error, ssl.SSLError):
        return _("%(host)s has no certificate that can be trusted, or needs another protocol on this port.") % values
    return _("%(host)s cannot be reached on port %(port)s: %(error)s") % {
        **values,
        "error": getattr(error, "strerror", None) or type(error).__name__,
    }

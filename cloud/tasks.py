"""Background tasks of the cloud, called by the worker. Tasks in the broker store this module's name."""

from __future__ import annotations

from cloud.services.registration_requests import confirmation_mail_send


def confirmation_mail(request_pk: int) -> None:
    """Send the e-mail that confirms a registration request."""
    confirmation_mail_send(request_pk=request_pk)

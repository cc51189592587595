"""The worker's entry point for the cloud's e-mails. Tasks in the broker name this function."""

from __future__ import annotations

from cloud.services.registration_requests import confirmation_mail_send


def confirmation_mail(request_pk: int) -> None:
    """Send the link that confirms a registration request."""
    confirmation_mail_send(request_pk=request_pk)

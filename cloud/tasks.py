"""Background tasks of the cloud, called by the worker. Tasks in the broker store this module's name."""

from __future__ import annotations

from cloud.services.registration_requests import confirmation_mail_send
from workspace.database.side_thread import on_side_thread


@on_side_thread
def confirmation_mail(request_pk: int) -> None:
    """Send the e-mail that confirms a registration request."""
    confirmation_mail_send(request_pk=request_pk)

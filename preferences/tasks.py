"""Background tasks of preferences, called by the worker. Tasks in the broker store the functions' names."""

from __future__ import annotations

from preferences.services.sign_ins import alerts_send, traits_prune
from workspace.database.side_thread import on_side_thread


@on_side_thread
def sign_in_alerts() -> None:
    """Send the waiting e-mails about sign-ins, and delete what has not been seen for long."""
    alerts_send()
    traits_prune()

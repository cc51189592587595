"""The worker's entry points."""

from __future__ import annotations


def sign_in_alerts() -> None:
    """Send the e-mails about sign-ins that wait, and forget what has not been seen for long."""
    from preferences.services.sign_ins import alerts_send, traits_prune

    alerts_send()
    traits_prune()

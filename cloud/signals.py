"""Signals that the cloud sends to other apps, inside the transaction of the change."""

from django.dispatch import Signal

# sender: CloudConnection, gateway_url: str (empty if the cloud did not send one)
workspace_connected = Signal()

# sender: CloudConnection. The cloud may accept pushes again that it refused before: it has received an agreement to its
# terms, or it responded normally after a problem.
workspace_admitted = Signal()

# sender: QuotaNotice, month: str such as "2026-11", percent: int (the highest threshold that was passed just now),
# used: int, limit: int | None
quota_passed = Signal()

"""Signals that preferences send to other apps, inside the transaction of the change."""

from django.dispatch import Signal

# sender: QuietHours, user: User | None (None: those of any user may have changed)
quiet_hours_changed = Signal()

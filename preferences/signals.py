"""What the rooms above may hear of; sent inside the transaction that makes it true."""

from django.dispatch import Signal

# sender: QuietHours, user: User | None (None: anybody's may have changed)
quiet_hours_changed = Signal()

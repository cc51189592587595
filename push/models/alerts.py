"""Problems of the installation that administrators were alerted to."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class InstallationAlert(models.Model):
    """A problem, by its key. The row stays when the problem is solved, so that it is not alerted to twice in a day."""

    key = models.CharField(max_length=255, unique=True)
    text = models.CharField(max_length=500)
    is_open = models.BooleanField(default=True)
    since = models.DateTimeField(default=timezone.now)
    # An alert about this occurrence was accepted, so its end is reported too.
    is_told = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    # When a worker last began to send something about it.
    tried_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.text

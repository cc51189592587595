"""Heartbeats of the workers."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A worker without a heartbeat for this long is considered dead.
ALIVE_FOR = timedelta(seconds=15)


class WorkerBeat(models.Model):
    """A worker process and its last heartbeat. A worker that shuts down cleanly deletes its row."""

    name = models.CharField(_("worker"), max_length=255, unique=True, help_text=_("Host and process."))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    beat_at = models.DateTimeField(_("last heartbeat"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name

"""Daily counts of notifications whose rows have been pruned, by outcome."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from push.models.queue import Channel, State
from workspace.permissions import declared, permission


class OutcomeCount(models.Model):
    """The number of pruned notifications of one channel that ended on a day (UTC) with the same state and reason."""

    day = models.DateField(_("day"))
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    count = models.PositiveBigIntegerField(_("notifications"), default=0)

    class Meta:
        verbose_name = _("past outcome")
        verbose_name_plural = _("past outcomes")
        ordering = ["-day", "channel", "state", "reason"]
        constraints = [models.UniqueConstraint(fields=["day", "channel", "state", "reason"], name="outcome_count_once")]
        permissions = declared(
            permission("view_statistics", "May read the workspace's statistics", checked_in="push.api.statistics"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.channel} {self.state} {self.reason}".strip()

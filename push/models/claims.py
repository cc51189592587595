"""Which worker sends which notifications: narrow tables, so that claiming rewrites no row of the queue.

No index here names a column that changes while a row exists.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from push.models.queue import IS_UNFINISHED, Notification
from workspace.models import User


class Lease(models.Model):
    """The time until which a worker owns the items that it claimed with `token`; running workers extend it."""

    token = models.CharField(_("token"), max_length=36, primary_key=True)
    until = models.DateTimeField(_("until"))

    class Meta:
        default_permissions = ()
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return self.token


class ClaimedItem(models.Model):
    """A notification that a worker has claimed. As long as a member has any, no other worker serves that member."""

    notification = models.OneToOneField(
        Notification, models.CASCADE, primary_key=True, related_name="claimed_item", db_constraint=False
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_constraint=False, verbose_name=_("user"))
    lease = models.ForeignKey(
        Lease,
        # Services delete the items before their lease; a cascade would take more queries.
        models.DO_NOTHING,
        related_name="items",
        db_constraint=False,
        db_index=False,
        verbose_name=_("lease"),
    )
    begun_at = models.DateTimeField(
        _("begun"), null=True, help_text=_("Empty: the worker has not started sending this item.")
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("claimed notification")
        verbose_name_plural = _("claimed notifications")
        # PostgreSQL would get a second index for LIKE with `db_index`.
        indexes = [models.Index(fields=["lease"], name="claimed_item_of_lease")]

    def __str__(self) -> str:
        return str(self.notification_id)


class LostItem(models.Model):
    """How often a worker died while it was sending a notification. Deleted when the notification ends or is retried."""

    notification = models.OneToOneField(
        Notification, models.CASCADE, primary_key=True, related_name="lost_item", db_constraint=False
    )
    times = models.PositiveSmallIntegerField(_("times"), default=0)

    class Meta:
        default_permissions = ()
        verbose_name = _("lost notification")
        verbose_name_plural = _("lost notifications")

    def __str__(self) -> str:
        return str(self.notification_id)


def is_waiting() -> models.Q:
    """Return the condition that an item is in the queue and no worker has begun to send it."""
    begun = ClaimedItem.objects.filter(notification=models.OuterRef("pk"), begun_at__isnull=False)
    return models.Q(IS_UNFINISHED, ~models.Exists(begun))

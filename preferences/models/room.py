"""A member's preferences for one room."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from preferences.models.choices import LEVEL_FIELDS, WANTS_ALL, level_field, sound_field
from workspace.models import Room, Subscription, User
from workspace.models.history import track_history


class RoomPreferences(models.Model):
    """The preferences of one subscription. Only members with custom settings have a row, which are few.

    The row repeats the room, so that a query finds a room's few rows without reading all of its subscriptions.
    """

    subscription = models.OneToOneField(
        Subscription, models.CASCADE, primary_key=True, related_name="preferences", verbose_name=_("subscription")
    )
    room = models.ForeignKey(Room, models.CASCADE, related_name="+", editable=False, db_index=False)
    desktop = level_field(_("desktop"))
    push = level_field(_("push"))
    email = level_field(_("e-mail"))
    notifications_disabled = models.BooleanField(_("no notifications"), default=False)
    group_mentions_muted = models.BooleanField(_("@all and @here muted"), default=False)
    unread_hidden = models.BooleanField(_("unread counter hidden"), default=False)
    mentions_hidden = models.BooleanField(_("mention badge hidden"), default=False)
    audio = level_field(_("sounds"))
    sound = sound_field(_("sound"))
    desktop_duration = models.PositiveSmallIntegerField(
        _("seconds that desktop notifications stay"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(3600)],
        help_text=_("Empty or 0: as long as the browser shows them."),
    )
    unread_alert = level_field(_("unread alert"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("room preferences")
        verbose_name_plural = _("room preferences")
        indexes = [
            models.Index(fields=["room", "push"], name="room_preferences_of_room"),
            models.Index(fields=["room"], condition=WANTS_ALL, name="room_preferences_all"),
        ]

    def __str__(self) -> str:
        return str(self.subscription)

    def save(self, *args: object, **kwargs: object) -> None:
        self.room_id = self.subscription.room_id
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class IgnoredSender(models.Model):
    """A sender whose messages a member ignores in one room."""

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="ignored_senders", verbose_name=_("subscription")
    )
    sender = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("sender"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("ignored sender")
        verbose_name_plural = _("ignored senders")
        constraints = [models.UniqueConstraint(fields=["subscription", "sender"], name="sender_ignored_once_per_room")]

    def __str__(self) -> str:
        return f"{self.subscription} ignores {self.sender}"


track_history(
    RoomPreferences,
    "room_id",
    *LEVEL_FIELDS,
    "notifications_disabled",
    "group_mentions_muted",
    user="subscription__user_id",
)
track_history(IgnoredSender, "sender_id", "subscription_id", user="subscription__user_id")

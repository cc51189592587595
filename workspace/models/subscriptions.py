"""The members of rooms."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models.accounts import User
from workspace.models.history import track_history
from workspace.models.rooms import Room
from workspace.permissions import LEADER, MODERATOR, OWNER


class Subscription(models.Model):
    """A user's membership in a room."""

    public_id = PublicIdField()
    room = models.ForeignKey(Room, models.CASCADE, related_name="subscriptions", verbose_name=_("room"))
    user = models.ForeignKey(User, models.PROTECT, related_name="subscriptions", verbose_name=_("user"))
    is_owner = models.BooleanField(_("owner"), default=False)
    is_moderator = models.BooleanField(_("moderator"), default=False)
    is_leader = models.BooleanField(_("leader"), default=False)
    is_muted = models.BooleanField(_("muted"), default=False, help_text=_("Can read, but not post."))
    is_unmuted = models.BooleanField(
        _("may post while read-only"), default=False, help_text=_("Can post although the room is read-only.")
    )
    is_open = models.BooleanField(_("shown in the list"), default=True)
    is_favorite = models.BooleanField(_("favorite"), default=False)
    unread = models.PositiveIntegerField(_("unread"), default=0)
    user_mentions = models.PositiveIntegerField(_("unread mentions"), default=0)
    group_mentions = models.PositiveIntegerField(_("unread group mentions"), default=0)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="subscription_once_per_room")]
        indexes = [
            models.Index(fields=["room"], condition=models.Q(is_muted=True), name="subscription_muted"),
            models.Index(fields=["room"], condition=models.Q(is_unmuted=True), name="subscription_unmuted"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"

    @property
    def roles(self) -> list[str]:
        """Return the member's roles in the room."""
        return roles_held(is_owner=self.is_owner, is_moderator=self.is_moderator, is_leader=self.is_leader)


def roles_held(*, is_owner: bool, is_moderator: bool, is_leader: bool) -> list[str]:
    """Return the roles of a member with these columns."""
    has_role = {OWNER: is_owner, MODERATOR: is_moderator, LEADER: is_leader}
    return [role for role in has_role if has_role[role]]


track_history(Subscription, "room_id", "public_id", since="joined_at")

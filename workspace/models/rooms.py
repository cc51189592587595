"""Rooms and their members."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models.accounts import User
from workspace.models.history import track_history
from workspace.permissions import ADMIN, USER, declared, permission


class RoomType(models.TextChoices):
    """The types of rooms, with the values that clients expect."""

    CHANNEL = "c", _("Channel")
    PRIVATE = "p", _("Private group")
    DIRECT = "d", _("Direct message")


class Room(models.Model):
    """A place where messages are posted."""

    public_id = PublicIdField(editable=True)
    type = models.CharField(_("type"), max_length=1, choices=RoomType.choices)
    name = models.CharField(
        _("name"),
        max_length=255,
        blank=True,
        validators=[
            RegexValidator(r"\A[0-9a-zA-Z_.-]*\Z", _("Use only letters, digits, dots, dashes and underscores."))
        ],
        help_text=_("Empty for a direct message."),
    )
    topic = models.CharField(_("topic"), max_length=255, blank=True)
    direct_key = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("Identifies the set of its members."),
    )
    creator = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("creator"))
    is_read_only = models.BooleanField(_("read-only"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    members_count = models.PositiveIntegerField(_("members"), default=0, editable=False)
    messages_count = models.PositiveIntegerField(_("messages"), default=0, editable=False)
    last_message_at = models.DateTimeField(_("last message"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=~models.Q(name=""),
                name="room_name_any_case",
                violation_error_message=_("A room with this name already exists."),
            ),
            models.CheckConstraint(
                condition=models.Q(type=RoomType.DIRECT, name="", direct_key__isnull=False)
                | (~models.Q(type=RoomType.DIRECT) & ~models.Q(name="") & models.Q(direct_key__isnull=True)),
                name="room_named_unless_direct",
            ),
        ]
        permissions = declared(
            permission("create_c", "May create channels", checked_in="workspace.services.rooms", roles=(ADMIN, USER)),
            permission(
                "create_p", "May create private groups", checked_in="workspace.services.rooms", roles=(ADMIN, USER)
            ),
            permission(
                "create_d", "May begin direct messages", checked_in="workspace.services.rooms", roles=(ADMIN, USER)
            ),
            permission(
                "view_d_room", "May view direct messages", checked_in="workspace.selectors.rooms", roles=(ADMIN, USER)
            ),
            permission(
                "view_c_room", "May view and join channels", checked_in="workspace.selectors.rooms", roles=(ADMIN, USER)
            ),
            permission(
                "view_joined_room",
                "May list the channels that they are in",
                checked_in="workspace.selectors.directory",
                roles=(ADMIN, USER),
            ),
            permission("leave_c", "May leave channels", checked_in="workspace.selectors.rooms", roles=(ADMIN, USER)),
            permission(
                "leave_p", "May leave private groups", checked_in="workspace.selectors.rooms", roles=(ADMIN, USER)
            ),
            permission(
                "add_user_to_joined_room",
                "May add people to rooms that they are in",
                checked_in="workspace.services.rooms",
                roles=(ADMIN, USER),
            ),
            permission(
                "add_user_to_any_c_room", "May add people to every channel", checked_in="workspace.services.rooms"
            ),
            permission("post_readonly", "May post in read-only rooms", checked_in="workspace.services.messages"),
            permission(
                "mention_all", "May mention @all", checked_in="workspace.services.messages", roles=(ADMIN, USER)
            ),
            permission(
                "mention_here", "May mention @here", checked_in="workspace.services.messages", roles=(ADMIN, USER)
            ),
            permission(
                "message_impersonate", "May post under another name", checked_in="workspace.api.messages.posting"
            ),
        )

    def __str__(self) -> str:
        return f"#{self.name}" if self.name else self.public_id

    @property
    def is_direct(self) -> bool:
        return self.type == RoomType.DIRECT


class Subscription(models.Model):
    """A user's membership in a room."""

    public_id = PublicIdField()
    room = models.ForeignKey(Room, models.CASCADE, related_name="subscriptions", verbose_name=_("room"))
    user = models.ForeignKey(User, models.PROTECT, related_name="subscriptions", verbose_name=_("user"))
    is_owner = models.BooleanField(_("owner"), default=False)
    is_muted = models.BooleanField(_("muted"), default=False, help_text=_("Can read, but not post."))
    is_open = models.BooleanField(_("shown in the list"), default=True)
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

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


track_history(Subscription, "room_id", "public_id", since="joined_at")

"""Rooms, their types, and the permissions for them."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models.accounts import User
from workspace.permissions import ADMIN, BOT, MODERATOR, OWNER, USER, declared, permission

# The id of the channel that clients expect in every workspace. New accounts join it.
DEFAULT_CHANNEL_ID = "GENERAL"


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
    topic = models.CharField(_("topic"), max_length=1000, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    announcement = models.TextField(_("announcement"), max_length=5000, blank=True)
    custom_fields: models.JSONField[Any, Any] = models.JSONField(_("custom fields"), default=dict, blank=True)
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
    allows_reactions = models.BooleanField(
        _("reactions while read-only"),
        default=False,
        help_text=_("Members can react to messages although it is read-only."),
    )
    is_default = models.BooleanField(_("default"), default=False, help_text=_("New accounts join it."))
    is_featured = models.BooleanField(_("featured"), default=False, help_text=_("Listed first in the directory."))
    join_code_digest = models.CharField(_("join code"), max_length=64, blank=True, editable=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    members_count = models.PositiveIntegerField(_("members"), default=0, editable=False)
    messages_count = models.PositiveIntegerField(_("messages"), default=0, editable=False)
    last_message_at = models.DateTimeField(_("last message"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    deleted_at = models.DateTimeField(
        _("deleted"), null=True, editable=False, help_text=_("Only its row remains, without members and texts.")
    )

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
                roles=(ADMIN, USER, OWNER, MODERATOR),
            ),
            permission(
                "add_user_to_any_c_room", "May add people to every channel", checked_in="workspace.services.rooms"
            ),
            permission(
                "post_readonly",
                "May post in read-only rooms",
                checked_in="workspace.services.messages",
                roles=(ADMIN, OWNER, MODERATOR),
            ),
            permission(
                "mention_all",
                "May mention @all",
                checked_in="workspace.services.messages",
                roles=(ADMIN, USER, OWNER, MODERATOR),
            ),
            permission(
                "mention_here",
                "May mention @here",
                checked_in="workspace.services.messages",
                roles=(ADMIN, USER, OWNER, MODERATOR),
            ),
            permission(
                "message_impersonate",
                "May post under another name",
                checked_in="workspace.api.messages.posting",
                roles=(ADMIN, BOT),
            ),
            permission(
                "remove_user",
                "May remove people from rooms",
                checked_in="workspace.services.room_changes.members",
                roles=(ADMIN, OWNER, MODERATOR),
            ),
            permission(
                "mute_user",
                "May mute people in rooms",
                checked_in="workspace.services.room_changes.members",
                roles=(ADMIN, OWNER, MODERATOR),
            ),
            permission(
                "add_all_to_room",
                "May add all accounts to a room",
                checked_in="workspace.services.room_changes.members",
            ),
            permission(
                "edit_room",
                "May change the name, texts and type of rooms",
                checked_in="workspace.services.room_changes.settings",
                roles=(ADMIN, OWNER, MODERATOR),
            ),
            permission(
                "set_readonly",
                "May make rooms read-only",
                checked_in="workspace.services.room_changes.settings",
                roles=(ADMIN, OWNER),
            ),
            permission(
                "set_react_when_readonly",
                "May allow reactions in read-only rooms",
                checked_in="workspace.services.room_changes.settings",
                roles=(ADMIN, OWNER),
            ),
            permission(
                "archive_room",
                "May archive rooms",
                checked_in="workspace.services.room_changes.state",
                roles=(ADMIN, OWNER),
            ),
            permission(
                "unarchive_room", "May reopen archived rooms", checked_in="workspace.services.room_changes.state"
            ),
            permission(
                "delete_c",
                "May delete channels",
                checked_in="workspace.services.room_changes.state",
                roles=(ADMIN, OWNER),
            ),
            permission(
                "delete_p",
                "May delete private groups",
                checked_in="workspace.services.room_changes.state",
                roles=(ADMIN, OWNER),
            ),
            permission("delete_d", "May delete direct messages", checked_in="workspace.services.room_changes.state"),
            permission("view_room_administration", "May list all rooms", checked_in="workspace.selectors.room_search"),
            permission(
                "view_outside_room",
                "May find people who share no room with them",
                checked_in="workspace.selectors.room_search",
                roles=(ADMIN, USER, OWNER, MODERATOR),
            ),
            permission(
                "join_without_join_code",
                "May join channels without their join codes",
                checked_in="workspace.selectors.rooms",
            ),
            permission(
                "set_owner",
                "May choose the owners of rooms",
                checked_in="workspace.services.room_changes.roles",
                roles=(ADMIN, OWNER),
            ),
            permission(
                "set_moderator",
                "May choose the moderators of rooms",
                checked_in="workspace.services.room_changes.roles",
                roles=(ADMIN, OWNER),
            ),
            permission(
                "set_leader",
                "May choose the leaders of rooms",
                checked_in="workspace.services.room_changes.roles",
                roles=(ADMIN, OWNER),
            ),
        )

    def __str__(self) -> str:
        return f"#{self.name}" if self.name else self.public_id

    @property
    def is_direct(self) -> bool:
        return self.type == RoomType.DIRECT

    @property
    def is_joined_by_new_accounts(self) -> bool:
        return is_joined_by_new_accounts(is_default=self.is_default, public_id=self.public_id)


def is_joined_by_new_accounts(*, is_default: bool, public_id: str) -> bool:
    """Return True if new accounts join a room with these columns."""
    return is_default or public_id == DEFAULT_CHANNEL_ID

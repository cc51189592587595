"""Messages, their mentions, and thread followers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PUBLIC_ID_LENGTH, PublicIdField
from workspace.models.accounts import User
from workspace.models.history import track_history
from workspace.models.rooms import Room
from workspace.permissions import declared, permission

ENCRYPTED = "e2e"


class SystemMessage(models.TextChoices):
    """System messages about a room, with the types that clients know.

    The text is a username, the new value, or empty. The sender is the user who made the change.
    """

    JOINED = "uj", _("Joined")
    LEFT = "ul", _("Left")
    ADDED = "au", _("Was added")
    REMOVED = "ru", _("Was removed")
    RENAMED = "r", _("Name changed")
    TOPIC_CHANGED = "room_changed_topic", _("Topic changed")
    DESCRIPTION_CHANGED = "room_changed_description", _("Description changed")
    ANNOUNCEMENT_CHANGED = "room_changed_announcement", _("Announcement changed")
    TYPE_CHANGED = "room_changed_privacy", _("Type changed")
    SET_READ_ONLY = "room-set-read-only", _("Set to read-only")
    SET_WRITABLE = "room-removed-read-only", _("No longer read-only")
    REACTIONS_ALLOWED = "room-allowed-reacting", _("Reactions allowed")
    REACTIONS_REFUSED = "room-disallowed-reacting", _("Reactions no longer allowed")
    ARCHIVED = "room-archived", _("Archived")
    REOPENED = "room-unarchived", _("Unarchived")
    MUTED = "user-muted", _("Was muted")
    UNMUTED = "user-unmuted", _("Was unmuted")
    ROLE_ADDED = "subscription-role-added", _("Role given")
    ROLE_REMOVED = "subscription-role-removed", _("Role withdrawn")
    PINNED = "message_pinned", _("Message pinned")
    PINNED_ENCRYPTED = "message_pinned_e2e", _("Encrypted message pinned")


class Message(models.Model):
    """A message in a room, written by a person or by the system."""

    public_id = PublicIdField()
    room = models.ForeignKey(Room, models.CASCADE, related_name="messages", verbose_name=_("room"))
    sender = models.ForeignKey(User, models.PROTECT, related_name="messages", verbose_name=_("sender"))
    text = models.TextField(_("text"), blank=True)
    type = models.CharField(
        _("type"),
        max_length=32,
        blank=True,
        help_text=_("Empty for a message by a person, e2e if it is encrypted, otherwise the type of a system message."),
    )
    role = models.CharField(
        _("role"), max_length=16, blank=True, help_text=_("The role that a system message is about.")
    )
    content = models.JSONField(_("encrypted content"), null=True, blank=True)
    attachments: models.JSONField[Any, Any] = models.JSONField(
        _("attachments"), default=list, blank=True, help_text=_("As the client sent them.")
    )
    alias = models.CharField(_("alias"), max_length=255, blank=True)
    # The database has a default for these columns, because an earlier version may write messages during an upgrade.
    avatar = models.CharField(_("picture"), max_length=1000, blank=True, default="", db_default="")
    emoji = models.CharField(_("emoji"), max_length=64, blank=True, default="", db_default="")
    # Not a foreign key: removing a webhook must not search all messages.
    integration_id = models.CharField(
        _("webhook"), max_length=PUBLIC_ID_LENGTH, blank=True, default="", db_default="", editable=False
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies", verbose_name=_("thread")
    )
    is_shown_in_room = models.BooleanField(
        _("also shown in the room"), default=False, help_text=_("A thread reply that is also shown in the room.")
    )
    mentions_all = models.BooleanField(_("mentions @all"), default=False)
    mentions_here = models.BooleanField(_("mentions @here"), default=False)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    accepted_at = models.DateTimeField(_("accepted"), default=timezone.now, editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    edited_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("edited by")
    )
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    reply_count = models.PositiveIntegerField(_("replies"), default=0, editable=False)
    last_reply_at = models.DateTimeField(_("last reply"), null=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    mentioned_users = models.ManyToManyField(User, through="Mention", related_name="mentioned_in")
    followers = models.ManyToManyField(User, through="ThreadFollower", related_name="followed_threads")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["room", "sent_at"], name="message_of_room_in_time"),
            models.Index(fields=["room", "updated_at"], name="message_of_room_changed"),
            models.Index(
                fields=["room", "last_reply_at"],
                condition=models.Q(last_reply_at__isnull=False),
                name="thread_of_room_in_time",
            ),
            models.Index(
                fields=["room", "deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="message_of_room_deleted",
            ),
        ]
        permissions = declared(
            # Who may read people's messages is a separate decision.
            permission(
                "view_message_text",
                "May read what messages say in the administration",
                checked_in="workspace.admin.messages",
                roles=(),
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_system(self) -> bool:
        """Return True for a system message."""
        return self.type not in {"", ENCRYPTED}

    @property
    def is_thread_reply(self) -> bool:
        """Return True if the message is shown in a thread only."""
        return self.parent_id is not None and not self.is_shown_in_room


class Mention(models.Model):
    """A user mentioned in a message by name, resolved when it was posted."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="mentions", verbose_name=_("message"))
    user = models.ForeignKey(User, models.CASCADE, related_name="mentions", verbose_name=_("user"))

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="mention_once_per_message")]

    def __str__(self) -> str:
        return f"@{self.user} in {self.message}"


class ThreadFollower(models.Model):
    """A user who is notified of new replies in a thread."""

    thread = models.ForeignKey(Message, models.CASCADE, related_name="thread_followers", verbose_name=_("thread"))
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    read_at = models.DateTimeField(
        _("read up to"), default=timezone.now, help_text=_("Replies that came later are unread.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("thread follower")
        verbose_name_plural = _("thread followers")
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="follower_once_per_thread")]

    def __str__(self) -> str:
        return f"{self.user} follows {self.thread}"


track_history(ThreadFollower, "thread_id")

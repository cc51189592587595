"""Sources of events, with the people and rooms that they know by ids of their own."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models.accounts import User
from workspace.models.messages import Message
from workspace.models.rooms import Room
from workspace.permissions import declared, permission
from workspace.setting_groups.secret_field import SecretField

# The longest id that a source may use for one of its people, rooms or messages.
EXTERNAL_ID_LENGTH = 200
PREFIX_LENGTH = 20
MAX_EVENTS_PER_MINUTE = 1_000_000


class EventKind(models.TextChoices):
    """What a source may report, with the last part of the endpoint's name."""

    MESSAGE = "message", _("Messages")
    READ = "read", _("Rooms that were read")
    PRESENCE = "presence", _("Presence")
    ROOM = "room", _("Rooms and their members")
    USER = "user", _("People")
    DELETE = "delete", _("Deletions")
    LINK = "link", _("Links to a person's preferences")


def id_secret_new() -> str:
    """Return a new secret from which the ids of a source's messages are derived."""
    return secrets.token_hex(16)


def all_kinds() -> str:
    """Return the default of `EventSource.kinds`: everything is allowed."""
    return " ".join(EventKind.values)


def origins_validate(text: str) -> None:
    """Raise ValidationError unless the text is a list of origins, such as `https://desk.example.org`."""
    for origin in text.split():
        parts = urlsplit(origin)
        is_origin = (
            parts.scheme in ("https", "http") and parts.hostname and origin == f"{parts.scheme}://{parts.netloc}"
        )
        if not is_origin or any(letter in origin for letter in ";,*'\"@"):
            message = _("“%(origin)s” is not an origin, such as https://desk.example.org.")
            raise ValidationError(message, params={"origin": origin})


class EventSource(models.Model):
    """Another application that reports what happens in it. Only digests of its keys are stored.

    It has people and rooms of its own, separate from those of the workspace and of other sources.
    """

    public_id = PublicIdField()
    name = models.CharField(_("name"), max_length=120)
    # Part of the usernames and room names that are made for it, so that they cannot be those of anybody else.
    prefix = models.CharField(max_length=PREFIX_LENGTH, unique=True, editable=False)
    is_enabled = models.BooleanField(_("enabled"), default=True, help_text=_("Otherwise its calls are refused."))
    kinds = models.CharField(_("allowed events"), max_length=200, default=all_kinds)
    events_per_minute = models.PositiveIntegerField(
        _("events per minute"),
        default=60_000,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_EVENTS_PER_MINUTE)],
        help_text=_("Further ones are answered with 429. Each event of a batch counts."),
    )
    stores_texts = models.BooleanField(
        _("store texts"),
        default=True,
        help_text=_("Otherwise texts are encrypted until the notifications are sent, and then deleted."),
    )
    creates_unknown = models.BooleanField(
        _("create unknown people and rooms"),
        default=True,
        help_text=_("Otherwise events about people and rooms that it has not reported before are refused."),
    )
    trusts_addresses = models.BooleanField(
        _("e-mail addresses are verified"),
        default=False,
        help_text=_("Notifications are sent to the reported addresses without asking their owners to confirm them."),
    )
    frame_origins = models.CharField(
        _("may embed preferences"),
        max_length=1000,
        blank=True,
        validators=[origins_validate],
        help_text=_(
            "Origins whose pages may show a person's preferences in a frame, such as https://desk.example.org. "
            "Separate several with spaces."
        ),
    )
    id_secret = models.CharField(max_length=32, default=id_secret_new, editable=False)
    key_digest = models.CharField(_("digest of the key"), max_length=64, unique=True, editable=False)
    key_end = models.CharField(_("end of the key"), max_length=4, editable=False)
    previous_key_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    previous_key_until = models.DateTimeField(
        _("previous key valid until"), null=True, editable=False, help_text=_("Empty: there is no previous key.")
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    last_called_at = models.DateTimeField(_("last call"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = declared(
            permission(
                "manage_event_sources",
                "May manage the sources of events",
                checked_in="workspace.selectors.events.sources",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def allows(self, kind: str) -> bool:
        """Return True if the source may report events of this kind."""
        return kind in self.kinds.split()


class SourcePerson(models.Model):
    """A person whom a source knows by an id of its own."""

    source = models.ForeignKey(EventSource, models.CASCADE, related_name="people", verbose_name=_("source"))
    external_id = models.CharField(_("id in the source"), max_length=EXTERNAL_ID_LENGTH)
    user = models.OneToOneField(User, models.CASCADE, related_name="source_person", verbose_name=_("account"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("person of a source")
        verbose_name_plural = _("people of sources")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="source_person_once")]

    def __str__(self) -> str:
        return self.external_id


class SourceRoom(models.Model):
    """A room that a source knows by an id of its own."""

    source = models.ForeignKey(EventSource, models.CASCADE, related_name="rooms", verbose_name=_("source"))
    external_id = models.CharField(_("id in the source"), max_length=EXTERNAL_ID_LENGTH)
    room = models.OneToOneField(Room, models.CASCADE, related_name="source_room", verbose_name=_("room"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("room of a source")
        verbose_name_plural = _("rooms of sources")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="source_room_once")]

    def __str__(self) -> str:
        return self.external_id


class TransientText(models.Model):
    """The text of a message whose source does not store texts: encrypted, and deleted once its notifications are sent.

    The text of the message itself is empty.
    """

    message = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="transient_text", verbose_name=_("message")
    )
    text = SecretField(_("text"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False, db_index=True)

    class Meta:
        verbose_name = _("text until it is sent")
        verbose_name_plural = _("texts until they are sent")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.message_id)

"""The settings at Administration > Workspace > Settings > Messages."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups import SettingsGroup, setting

MAX_MINUTES = 525_600


class ErasureType(models.TextChoices):
    """What happens to the messages of a deleted account, with the values that clients know."""

    DELETE = "Delete", _("Delete them")
    UNLINK = "Unlink", _("Keep them without the sender's name")
    KEEP = "Keep", _("Keep them with the sender's name")


class MessageSettings(SettingsGroup):
    """What users may do with their messages."""

    icon = "chat"

    allow_editing = setting(
        models.BooleanField(
            _("Allow editing"), default=True, help_text=_("Users may edit the messages that they have sent.")
        ),
        id="Message_AllowEditing",
        public=True,
    )
    edit_minutes = setting(
        models.PositiveIntegerField(
            _("Minutes until editing is blocked"),
            default=0,
            validators=[MaxValueValidator(MAX_MINUTES)],
            help_text=_("After this time, messages cannot be edited. 0: no limit."),
        ),
        id="Message_AllowEditing_BlockEditInMinutes",
        public=True,
        requires=("Message_AllowEditing",),
    )
    allow_deleting = setting(
        models.BooleanField(
            _("Allow deleting"), default=True, help_text=_("Users may delete the messages that they have sent.")
        ),
        id="Message_AllowDeleting",
        public=True,
    )
    delete_minutes = setting(
        models.PositiveIntegerField(
            _("Minutes until deleting is blocked"),
            default=0,
            validators=[MaxValueValidator(MAX_MINUTES)],
            help_text=_("After this time, messages cannot be deleted. 0: no limit."),
        ),
        id="Message_AllowDeleting_BlockDeleteInMinutes",
        public=True,
        requires=("Message_AllowDeleting",),
    )
    allow_pinning = setting(
        models.BooleanField(
            _("Allow pinning"), default=True, help_text=_("Users with the permission may pin messages in their rooms.")
        ),
        id="Message_AllowPinning",
        public=True,
    )
    allow_starring = setting(
        models.BooleanField(
            _("Allow starring"), default=True, help_text=_("Users may mark messages for themselves with a star.")
        ),
        id="Message_AllowStarring",
        public=True,
    )
    erasure_type = setting(
        models.CharField(
            _("Messages of deleted accounts"),
            max_length=8,
            choices=ErasureType.choices,
            default=ErasureType.DELETE,
            help_text=_("What happens to the messages of an account that is deleted."),
        ),
        id="Message_ErasureType",
        public=True,
    )

    shows_readers = setting(
        models.BooleanField(
            _("Show who has read messages in the administration"),
            default=True,
            help_text=_(
                "Users see under My Account when an administrator or moderator has read their messages without being a "
                "member of the room."
            ),
        ),
        id="Message_Show_Readers",
        public=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Messages")

"""The values of notification preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Level(models.TextChoices):
    """Which messages cause a notification. An empty text is stored for "default": the inherited level applies."""

    ALL = "all", _("All messages")
    MENTIONS = "mentions", _("Mentions")
    NOTHING = "nothing", _("Nothing")


# The columns with the levels of the channels.
LEVEL_FIELDS = ("desktop", "push", "email")
# Rows with "all messages" in some channel. There are few of them, and a partial index finds them quickly.
WANTS_ALL = models.Q(desktop=Level.ALL) | models.Q(push=Level.ALL) | models.Q(email=Level.ALL)


def level_field(verbose_name: str | _StrPromise, default: str = "") -> models.CharField[str, str]:
    """Return a model field for a channel's level; empty means the default."""
    return models.CharField(verbose_name=verbose_name, max_length=8, choices=Level.choices, blank=True, default=default)


def sound_field(verbose_name: str | _StrPromise) -> models.CharField[str, str]:
    """Return a model field for a sound; empty means the default."""
    return models.CharField(verbose_name=verbose_name, max_length=16, choices=Sound.choices, blank=True, default="")


class Sound(models.TextChoices):
    """The sounds that clients include, spelt as in the clients."""

    NONE = "none", _("None")
    BEEP = "beep", _("Beep")
    CHELLE = "chelle", _("Chelle")
    CHIME = "chime", _("Chime")
    DING = "ding", _("Ding")
    DOOR = "door", _("Door")
    DROPLET = "droplet", _("Droplet")
    HIGHBELL = "highbell", _("High bell")
    SEASONS = "seasons", _("Seasons")

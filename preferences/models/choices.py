"""What a notification preference can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Level(models.TextChoices):
    """Which messages bring a notification; stored as an empty text where the level below decides ("default")."""

    ALL = "all", _("All messages")
    MENTIONS = "mentions", _("Mentions")
    NOTHING = "nothing", _("Nothing")


# The columns with the level of each channel.
LEVEL_FIELDS = ("desktop", "push", "email")
# The few who want every message by some channel: an index of these names them, however many want something else.
WANTS_ALL = models.Q(desktop=Level.ALL) | models.Q(push=Level.ALL) | models.Q(email=Level.ALL)


def level_field(verbose_name: str | _StrPromise, default: str = "") -> models.CharField[str, str]:
    """Return a model field for one channel's level that may be left to the default."""
    return models.CharField(verbose_name=verbose_name, max_length=8, choices=Level.choices, blank=True, default=default)


def sound_field(verbose_name: str | _StrPromise) -> models.CharField[str, str]:
    """Return a model field for a sound that may be left to the default."""
    return models.CharField(verbose_name=verbose_name, max_length=16, choices=Sound.choices, blank=True, default="")


class Sound(models.TextChoices):
    """The sounds that every client brings along, spelt as clients know them."""

    NONE = "none", _("None")
    BEEP = "beep", _("Beep")
    CHELLE = "chelle", _("Chelle")
    CHIME = "chime", _("Chime")
    DING = "ding", _("Ding")
    DOOR = "door", _("Door")
    DROPLET = "droplet", _("Droplet")
    HIGHBELL = "highbell", _("High bell")
    SEASONS = "seasons", _("Seasons")

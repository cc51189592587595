"""A user's preferences for the whole account."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from preferences.highlights import FOLDED_LENGTH, WORD_LENGTH, fold
from preferences.models.choices import LEVEL_FIELDS, WANTS_ALL, level_field, sound_field
from workspace.models import User
from workspace.models.history import track_history


class AccountPreferences(models.Model):
    """The preferences of one account. Without a row, or for an empty field, the workspace's default applies."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="preferences", verbose_name=_("user")
    )
    desktop = level_field(_("desktop"))
    push = level_field(_("push"))
    email = level_field(_("e-mail"))
    always_display_mobile = models.BooleanField(_("always display mobile notifications"), null=True, blank=True)
    require_interaction = models.BooleanField(_("desktop notifications stay until clicked"), null=True, blank=True)
    login_detection_email = models.BooleanField(_("e-mail on new sign-ins"), null=True, blank=True)
    unread_alert = models.BooleanField(_("unread alert"), null=True, blank=True)
    auto_away = models.BooleanField(_("auto away"), null=True, blank=True)
    idle_limit = models.PositiveIntegerField(
        _("idle limit"), null=True, blank=True, validators=[MaxValueValidator(86_400)]
    )
    new_room_sound = sound_field(_("new room sound"))
    new_message_sound = sound_field(_("new message sound"))
    mute_focused = models.BooleanField(_("mute focused conversations"), null=True, blank=True)
    sound_volume = models.PositiveSmallIntegerField(
        _("notification sound volume"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    client_choices: models.JSONField[Any, Any] = models.JSONField(
        _("client preferences"), default=dict, blank=True, help_text=_("Used only by the user's clients.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("account preferences")
        verbose_name_plural = _("account preferences")
        indexes = [models.Index(fields=["user"], condition=WANTS_ALL, name="account_preferences_all")]

    def __str__(self) -> str:
        return str(self.user)


class HighlightWord(models.Model):
    """A word that notifies its owner wherever it occurs in a message."""

    user = models.ForeignKey(User, models.CASCADE, related_name="highlight_words", verbose_name=_("user"))
    word = models.CharField(_("word"), max_length=WORD_LENGTH)
    folded = models.CharField(max_length=FOLDED_LENGTH, editable=False, help_text=_("The form used for comparison."))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("highlight word")
        verbose_name_plural = _("highlight words")
        constraints = [models.UniqueConstraint(fields=["user", "folded"], name="highlight_word_once_per_user")]
        indexes = [models.Index(fields=["folded"], name="highlight_word_folded")]

    def __str__(self) -> str:
        return self.word

    def save(self, *args: object, **kwargs: object) -> None:
        self.folded = fold(self.word)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


track_history(AccountPreferences, *LEVEL_FIELDS)
track_history(HighlightWord, "folded")

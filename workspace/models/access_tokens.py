"""Personal access tokens, with which programs use the API on behalf of a user."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from workspace.models.accounts import User
from workspace.permissions import ADMIN, USER, declared, permission


class PersonalAccessToken(models.Model):
    """A sign-in that does not expire and survives a change of the password. Of the token, only a digest is stored."""

    auth_token = models.OneToOneField(
        AuthToken, models.CASCADE, primary_key=True, related_name="personal", verbose_name=_("token")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="access_tokens", db_index=False, verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=100)
    last_token_part = models.CharField(_("end of the token"), max_length=6)
    bypasses_two_factor = models.BooleanField(
        _("ignores second factors"), default=False, help_text=_("No second factor is required with this token.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("personal access token")
        verbose_name_plural = _("personal access tokens")
        ordering = ["created_at", "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="access_token_name_once")]
        permissions = declared(
            permission(
                "create_personal_access_tokens",
                "May create personal access tokens",
                checked_in="workspace.services.people.access_tokens",
                roles=(ADMIN, USER),
            ),
        )

    def __str__(self) -> str:
        return self.name

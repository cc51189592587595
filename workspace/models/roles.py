"""What roles have in addition to Django's groups."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RoleDetails(models.Model):
    """The description of a role, and whether it requires a second factor. Roles with a description are public."""

    role = models.OneToOneField(Group, models.CASCADE, primary_key=True, related_name="details", verbose_name=_("role"))
    description = models.CharField(_("description"), max_length=255, blank=True)
    requires_second_factor = models.BooleanField(
        _("requires a second factor"),
        default=False,
        db_default=False,
        help_text=_("Users with this role can do nothing else until they have set up a second factor."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("details of a role")
        verbose_name_plural = _("details of roles")
        default_permissions = ()

    def __str__(self) -> str:
        return self.description


class DeletedRole(models.Model):
    """The name of a deleted role, for clients that store the list of roles."""

    name = models.CharField(_("name"), max_length=150, unique=True)
    deleted_at = models.DateTimeField(_("deleted"), default=timezone.now)

    class Meta:
        verbose_name = _("deleted role")
        verbose_name_plural = _("deleted roles")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

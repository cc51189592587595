"""The Cloud Service Privacy Terms, and the agreements to them. Cloud and workspace each store their own record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cloud.models.registration import RegisteredWorkspace

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class Terms(models.Model):
    """One version of this cloud's terms. A published version is never changed; a new version replaces it."""

    version = models.PositiveIntegerField(_("version"), unique=True, editable=False)
    title = models.CharField(_("title"), max_length=255, default="Cloud Service Privacy Terms")
    text = models.TextField(_("text"), validators=[MaxLengthValidator(100_000)], help_text=_("Plain text or Markdown."))
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    required_from = models.DateTimeField(
        _("required from"),
        null=True,
        blank=True,
        help_text=_("Until then, workspaces that agreed to an earlier version can push."),
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.title}, {self.version}"


class TermsAgreement(models.Model):
    """A workspace's agreement to a version, recorded at the cloud."""

    workspace = models.ForeignKey(
        RegisteredWorkspace, models.CASCADE, related_name="agreements", verbose_name=_("workspace")
    )
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+", verbose_name=_("terms"))
    agreed_by = models.CharField(_("agreed by"), max_length=255)
    agreed_at = models.DateTimeField(_("agreed"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("agreement to terms")
        verbose_name_plural = _("agreements to terms")
        default_permissions = ("view",)
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "-id"], name="agreement_of_workspace")]

    def __str__(self) -> str:
        return f"{self.workspace}: {self.terms.version}"


class CloudTerms(models.Model):
    """A version of the cloud's terms, stored at this workspace so that it can be read without the cloud."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    title = models.CharField(_("title"), max_length=255)
    text = models.TextField(_("text"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        verbose_name = _("terms of the cloud")
        verbose_name_plural = _("terms of the cloud")
        default_permissions = ()
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.title}, {self.version}"


class TermsConsent(models.Model):
    """A user's agreement to a version of the cloud's terms, or its withdrawal, recorded at this workspace."""

    version = models.PositiveIntegerField(_("version"))
    is_withdrawal = models.BooleanField(_("withdrawn"), default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    actor_name = models.CharField(_("name at the time"), max_length=255, blank=True, default="")
    at = models.DateTimeField(_("when"), default=timezone.now)
    told_at = models.DateTimeField(_("reported to the cloud"), null=True)

    class Meta:
        verbose_name = _("agreement of this workspace")
        verbose_name_plural = _("agreements of this workspace")
        default_permissions = ("view",)
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.version}: {self.actor_name}"

    @classmethod
    def record(cls, actor: AbstractBaseUser | None, *, is_withdrawal: bool = False) -> TermsConsent:
        """Record that the actor (None: the system) agreed to the newest terms received here, or withdrew that.

        The worker reports it to the cloud. Version 0 stands for terms that have not been received from the cloud yet.
        """
        newest = CloudTerms.objects.first()
        return cls.objects.create(
            version=newest.version if newest else 0,
            is_withdrawal=is_withdrawal,
            actor_id=actor.pk if actor else None,
            actor_name=actor.get_username() if actor else "",
        )

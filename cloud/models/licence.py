"""Licences: the key with which the cloud signs them, and the licence installed in this workspace."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.setting_groups import SecretField


class SigningKey(models.Model):
    """The Ed25519 key pair with which this cloud signs licences. There is only one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    key_id = PublicIdField()
    private_key = SecretField(_("private key"))
    public_key = models.CharField(_("public key"), max_length=64)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="signing_key_single")]

    def __str__(self) -> str:
        return self.key_id


class LicenceSource(models.TextChoices):
    """How a licence was installed."""

    SYNC = "sync", _("Fetched from the cloud")
    PASTED = "pasted", _("Pasted")


class InstalledLicence(models.Model):
    """This workspace's signed licence. There is only one row. The token is verified each time the licence is used."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    token = models.TextField(_("licence"), validators=[MaxLengthValidator(8192)])
    source = models.CharField(_("source"), max_length=6, choices=LicenceSource.choices)
    installed_at = models.DateTimeField(_("installed"), default=timezone.now)

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="installed_licence_single")]

    def __str__(self) -> str:
        return str(self.get_source_display())

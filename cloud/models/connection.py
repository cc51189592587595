"""What a workspace keeps of its cloud: its registration there, and one that is under way."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.address_masks import address_mask
from workspace.http_addresses import HttpAddressField
from workspace.secret_addresses import SecretAddressField
from workspace.setting_groups import SecretField


class CloudConnection(models.Model):
    """This workspace's own registration with its cloud: a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    cloud_url = SecretAddressField(_("cloud"), blank=True, default="")
    # Where the cloud says that this workspace's pushes go; empty where the cloud is not known.
    gateway_url = SecretAddressField(_("gateway"), blank=True, default="")
    workspace_id = models.CharField(_("workspace id"), max_length=64)
    email = models.EmailField(_("registered by"), blank=True, default="")
    client_id = models.CharField(_("client id"), max_length=64, blank=True, default="")
    client_secret = SecretField(_("client secret"))
    access_token = SecretField(_("access token"))
    # None: the token holds until it is refused.
    access_token_ends_at = models.DateTimeField(_("access token ends"), null=True)
    access_token_renewed_at = models.DateTimeField(null=True, editable=False)
    # The cloud's key (base64url of the raw Ed25519 public key) that licences must be signed with.
    public_key = models.CharField(_("cloud's key"), max_length=64, blank=True, default="")
    connected_at = models.DateTimeField(_("connected"), default=timezone.now)
    last_contact_at = models.DateTimeField(_("last contact"), null=True)
    last_tried_at = models.DateTimeField(_("last try"), null=True)
    next_sync_at = models.DateTimeField(_("next contact"), default=timezone.now)
    # The code and sentence of what is wrong; empty when the last contact went well.
    problem = models.CharField(_("problem"), max_length=64, blank=True, default="")
    problem_text = models.CharField(max_length=500, blank=True, default="")
    # As told by the cloud: the terms that have to be agreed to, and the address that the registration belongs to.
    terms_required = models.PositiveIntegerField(_("terms that are required"), default=0)
    registered_url = HttpAddressField(_("registered address"), blank=True, default="")

    class Meta:
        verbose_name = _("cloud connection")
        verbose_name_plural = _("cloud connection")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="cloud_connection_single")]
        permissions = [
            ("manage_cloud", "May manage the connection with the cloud"),
            ("register_on_cloud", "May register the workspace with the cloud"),
        ]

    def __str__(self) -> str:
        return self.workspace_id


class PendingRegistration(models.Model):
    """A registration that was begun and waits: for the e-mail's confirmation, or for the cloud to answer."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    cloud_url = SecretAddressField(_("cloud"))
    email = models.EmailField(_("e-mail"), blank=True, default="")
    # What the cloud is asked with whether it was confirmed; or the registration token that is yet to be used.
    request_id = models.CharField(max_length=64, blank=True, default="")
    secret = SecretField(_("secret"))
    token = SecretField(_("registration token"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    expires_at = models.DateTimeField(_("ends"), null=True)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    # The code that the confirmation e-mail shows as well.
    code = models.CharField(_("code"), max_length=9, blank=True, default="")
    problem_text = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("registration under way")
        verbose_name_plural = _("registrations under way")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="pending_registration_single")]

    def __str__(self) -> str:
        return self.email or address_mask(self.cloud_url)

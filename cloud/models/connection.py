"""This workspace's registration with its cloud, and a registration in progress."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.address_masks import address_mask
from workspace.http_addresses import HttpAddressField
from workspace.permissions import declared, permission
from workspace.secret_addresses import SecretAddressField
from workspace.setting_groups import SecretField


class CloudConnection(models.Model):
    """This workspace's own registration with its cloud: a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    cloud_url = SecretAddressField(_("cloud"), blank=True, default="")
    # Where this workspace sends its pushes, as reported by the cloud; empty without a known cloud.
    gateway_url = SecretAddressField(_("gateway"), blank=True, default="")
    workspace_id = models.CharField(_("workspace id"), max_length=64)
    email = models.EmailField(_("registered by"), blank=True, default="")
    client_id = models.CharField(_("client id"), max_length=64, blank=True, default="")
    client_secret = SecretField(_("client secret"))
    access_token = SecretField(_("access token"))
    # None: the token has no known end; it is used until the cloud refuses it.
    access_token_ends_at = models.DateTimeField(_("access token expires"), null=True)
    access_token_renewed_at = models.DateTimeField(null=True, editable=False)
    # The cloud's public key (Ed25519, base64url); licences must be signed with it.
    public_key = models.CharField(_("cloud's public key"), max_length=64, blank=True, default="")
    connected_at = models.DateTimeField(_("connected"), default=timezone.now)
    last_contact_at = models.DateTimeField(_("last contact"), null=True)
    last_tried_at = models.DateTimeField(_("last try"), null=True)
    next_sync_at = models.DateTimeField(_("next contact"), default=timezone.now)
    # Error code and message of the last contact; empty if it succeeded.
    problem = models.CharField(_("problem"), max_length=64, blank=True, default="")
    problem_text = models.CharField(max_length=500, blank=True, default="")
    # Reported by the cloud: the version of the terms that is required, and the address that is registered.
    terms_required = models.PositiveIntegerField(_("required version of the terms"), default=0)
    registered_url = HttpAddressField(_("registered address"), blank=True, default="")

    class Meta:
        verbose_name = _("cloud connection")
        verbose_name_plural = _("cloud connection")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="cloud_connection_single")]
        permissions = declared(
            permission(
                "manage_cloud", "May manage the connection with the cloud", checked_in="cloud.pages.connectivity"
            ),
            permission(
                "register_on_cloud", "May register the workspace with the cloud", checked_in="cloud.pages.connectivity"
            ),
        )

    def __str__(self) -> str:
        return self.workspace_id


class PendingRegistration(models.Model):
    """A registration in progress. It waits for the e-mail to be confirmed, or for the cloud to be reachable."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    cloud_url = SecretAddressField(_("cloud"))
    email = models.EmailField(_("e-mail"), blank=True, default="")
    # Either the id and secret for asking the cloud about a confirmation, or the registration token to be used.
    request_id = models.CharField(max_length=64, blank=True, default="")
    secret = SecretField(_("secret"))
    token = SecretField(_("registration token"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    # The confirmation page shows the same code, so that the user can compare.
    code = models.CharField(_("code"), max_length=9, blank=True, default="")
    problem_text = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("registration in progress")
        verbose_name_plural = _("registrations in progress")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="pending_registration_single")]

    def __str__(self) -> str:
        return self.email or address_mask(self.cloud_url)

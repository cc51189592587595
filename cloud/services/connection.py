"""This workspace's connection with its cloud: establishing it, access tokens, and disconnecting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cloud.client import CloudError, cloud_post
from cloud.models import CloudConnection, CloudTerms, InstalledLicence, LicenceSource, OwnQuota, PendingRegistration
from cloud.services.licences import licence_cache_clear, licence_install
from cloud.services.wizard import wizard_set
from cloud.signals import workspace_connected
from workspace.errors import ApplicationError
from workspace.http_addresses import is_http_address
from workspace.models import GeneralSettings, User

# A token is renewed this long before it expires, and not again within seconds of the last renewal.
RENEW_BEFORE_END = timedelta(minutes=10)
RENEWED_RECENTLY = timedelta(seconds=5)
ADDRESS_LENGTH = 200


def self_description() -> dict[str, str]:
    """Return the fields with which this workspace identifies itself to the cloud."""
    general = GeneralSettings.stored()
    return {"uniqueId": general.unique_id, "siteUrl": settings.SITE_URL, "name": general.site_name}


@transaction.atomic
def connection_save(
    *,
    workspace_id: str,
    cloud_url: str = "",
    gateway_url: str = "",
    client_id: str = "",
    client_secret: str = "",
    access_token: str = "",
    access_token_ends_at: datetime | None = None,
    public_key: str = "",
    email: str = "",
) -> CloudConnection:
    """Store this workspace's registration with encrypted secrets, replacing any earlier one."""
    CloudConnection.objects.all().delete()
    PendingRegistration.objects.all().delete()
    return CloudConnection.objects.create(
        workspace_id=workspace_id,
        cloud_url=cloud_url,
        gateway_url=gateway_url,
        client_id=client_id,
        client_secret=client_secret,
        access_token=access_token,
        access_token_ends_at=access_token_ends_at,
        public_key=public_key,
        email=email,
    )


@transaction.atomic
def connection_establish(answer: dict[str, Any], *, cloud_url: str, actor: User | None = None) -> CloudConnection:
    """Store the registration that the cloud returned; raises `error-cloud-answer` if the response is incomplete."""
    parts = {name: answer.get(name) for name in ("workspaceId", "clientId", "clientSecret", "publicKey")}
    if not all(isinstance(value, str) and 0 < len(value) <= 128 for value in parts.values()):
        raise CloudError("error-cloud-answer", _("The cloud's response does not contain the workspace's credentials."))
    gateway_url = gateway_url_read(answer) or cloud_url
    connection = connection_save(
        workspace_id=str(parts["workspaceId"])[:64],
        cloud_url=cloud_url,
        gateway_url=gateway_url,
        client_id=str(parts["clientId"])[:64],
        client_secret=str(parts["clientSecret"]),
        public_key=str(parts["publicKey"])[:64],
        email=str(answer.get("email") or "")[:254],
    )
    wizard_set(Register_Server=True, actor=actor)
    workspace_connected.send(CloudConnection, gateway_url=gateway_url)
    # The registration changes settings that the cloud controls or that the licence unlocks.
    licence_cache_clear()
    return connection


def gateway_url_read(answer: dict[str, Any]) -> str:
    """Return the gateway URL from a cloud's response; empty if it is missing or invalid."""
    address = str(answer.get("gatewayUrl") or "")
    return address if len(address) <= ADDRESS_LENGTH and is_http_address(address) else ""


def access_token_current() -> str:
    """Return this workspace's access token, renewed if it expires soon; empty if none is available."""
    connection = CloudConnection.objects.first()
    if connection is None:
        return ""
    ends_at = connection.access_token_ends_at
    if connection.access_token and (ends_at is None or ends_at - RENEW_BEFORE_END > timezone.now()):
        return connection.access_token
    try:
        return access_token_renew()
    except CloudError:
        return connection.access_token


def access_token_renew(*, refused: str = "") -> str:
    """Fetch a new access token from the cloud, store it, and return it.

    `refused` is a token that the cloud rejected. A different token that was fetched within the last seconds is returned
    unchanged, so that parallel callers cause one request. Takes at most eight seconds. Raises CloudError if no token
    is available; the connection then stores the reason.
    """
    connection = CloudConnection.objects.first()
    if connection is None or not (connection.client_secret and connection.cloud_url):
        raise CloudError("error-not-connected", _("This workspace is not connected to a cloud."))
    now, renewed_at = timezone.now(), connection.access_token_renewed_at
    is_fresh = renewed_at is not None and now - RENEWED_RECENTLY < renewed_at <= now
    if is_fresh and connection.access_token and connection.access_token != refused:
        return connection.access_token
    try:
        answer = cloud_post(
            connection.cloud_url,
            "api/cloud/token",
            form={"grant_type": "client_credentials", "site_url": settings.SITE_URL},
            basic=(connection.client_id, connection.client_secret),
        )
        token, seconds = str(answer["access_token"]), int(answer["expires_in"])
    except (KeyError, TypeError, ValueError) as error:
        raise CloudError("error-cloud-answer", _("The cloud's response does not contain an access token.")) from error
    except CloudError as error:
        connection_problem_record(error)
        raise
    connection.access_token, connection.access_token_renewed_at = token, now
    connection.access_token_ends_at = now + timedelta(seconds=seconds)
    connection.last_contact_at = connection.last_tried_at = now
    connection.problem = connection.problem_text = ""
    connection.save(
        update_fields=[
            *("access_token", "access_token_renewed_at", "access_token_ends_at"),
            *("last_contact_at", "last_tried_at", "problem", "problem_text"),
        ]
    )
    return token


def connection_problem_record(error: CloudError) -> None:
    """Store the connection's problem, which the page Connectivity services shows."""
    registered = error.answer.get("details") or {}
    url = str(registered.get("registeredUrl") or "")[:200] if isinstance(registered, dict) else ""
    CloudConnection.objects.update(
        last_tried_at=timezone.now(), problem=error.code[:64], problem_text=error.message[:500], registered_url=url
    )


def unregistered_ensure() -> None:
    """Raise `error-already-registered` if this workspace is registered."""
    if CloudConnection.objects.exists():
        raise ApplicationError("error-already-registered", _("Workspace is already registered"))


def workspace_disconnect(*, actor: User | None = None) -> bool:
    """End the registration here and at the cloud, and return True if the cloud confirmed it.

    The workspace can no longer use the gateway and loses the licence that it fetched. A cloud that cannot be reached
    keeps the registration until an administrator removes it in the cloud's console.
    """
    connection = CloudConnection.objects.first()
    is_confirmed = False
    if connection and connection.cloud_url and connection.client_secret:
        try:
            credentials = (connection.client_id, connection.client_secret)
            cloud_post(connection.cloud_url, "api/cloud/disconnect", document={}, basic=credentials)
            is_confirmed = True
        except CloudError:
            is_confirmed = False
    connection_forget(actor=actor)
    return is_confirmed


@transaction.atomic
def connection_forget(*, actor: User | None = None) -> None:
    """Delete the registration, a registration in progress, and everything received from the cloud."""
    for model in (CloudConnection, PendingRegistration, OwnQuota, CloudTerms):
        model._default_manager.all().delete()
    InstalledLicence.objects.filter(source=LicenceSource.SYNC).delete()
    wizard_set(Register_Server=False, Cloud_Service_Agree_PrivacyTerms=False, actor=actor)
    transaction.on_commit(licence_cache_clear)


@transaction.atomic
def unique_id_reset(*, actor: User | None = None) -> str:
    """Turn a copied workspace into a new one with a unique id of its own, and return that id.

    The registration stays with the original, so the cloud is not contacted. The users' apps are unaffected: they
    identify a workspace by its address, not by this id.
    """
    connection_forget(actor=actor)
    InstalledLicence.objects.all().delete()
    general = GeneralSettings.stored()
    general.unique_id = GeneralSettings._meta.get_field("unique_id").get_default()
    general.save()
    return general.unique_id


def address_report() -> None:
    """Report this workspace's new address to the cloud, which moves the registration there; raises CloudError."""
    connection = CloudConnection.objects.first()
    if connection is None:
        raise CloudError("error-not-connected", _("This workspace is not connected to a cloud."))
    cloud_post(
        connection.cloud_url,
        "api/cloud/address",
        document={"siteUrl": settings.SITE_URL},
        basic=(connection.client_id, connection.client_secret),
    )
    CloudConnection.objects.update(problem="", problem_text="", registered_url="", next_sync_at=timezone.now())


def synced_licence_replace(token: Any) -> None:
    """Install the licence that the cloud sent; None removes one that the cloud sent earlier."""
    if isinstance(token, str) and token:
        licence_install(token=token, source=LicenceSource.SYNC)
    elif InstalledLicence.objects.filter(source=LicenceSource.SYNC).delete()[0]:
        licence_cache_clear()

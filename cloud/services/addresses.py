"""Detects that a registration is used from another address: the database was copied, or the workspace moved."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cloud.models import EventKind, RegisteredWorkspace
from cloud.services.audit import event_record
from cloud.services.registration import invalid
from workspace.errors import ApplicationError


def address_key(url: str) -> str:
    """Return host, port and path for comparing two URLs regardless of scheme; an invalid URL is returned whole."""
    try:
        parts = urlsplit(url.lower())
    except ValueError:
        return url.lower()
    return f"{parts.netloc}{parts.path}".rstrip("/")


def address_check(*, workspace: RegisteredWorkspace, site_url: str) -> None:
    """Raise `error-workspace-cloned` (409) if the request comes from an address other than the registered one.

    Two servers with one registration would push to the same devices and share one quota. The console shows the
    refusal. An administrator of the other server must either declare a move or turn the copy into a new workspace.
    """
    if not site_url or not workspace.site_url or address_key(site_url) == address_key(workspace.site_url):
        return
    if address_key(workspace.other_url) != address_key(site_url):
        with transaction.atomic():
            workspace.other_url, workspace.other_url_at = site_url[:200], timezone.now()
            workspace.save(update_fields=["other_url", "other_url_at"])
            event_record(EventKind.CLONE_SEEN, workspace=workspace, registered=workspace.site_url, seen=site_url)
    raise ApplicationError(
        "error-workspace-cloned",
        f"This registration belongs to the workspace at {workspace.site_url}",
        status=409,
        details={"registeredUrl": workspace.site_url},
    )


@transaction.atomic
def address_change(*, workspace: RegisteredWorkspace, site_url: str) -> None:
    """Move the registration to the workspace's new address; requests from the old address are refused from now on.

    Raises `invalid-params` for an invalid address.
    """
    before, workspace.site_url = workspace.site_url, site_url
    workspace.other_url, workspace.other_url_at = "", None
    try:
        workspace.full_clean()
    except ValidationError as error:
        raise invalid(error) from error
    workspace.save(update_fields=["site_url", "other_url", "other_url_at"])
    event_record(EventKind.ADDRESS_CHANGED, workspace=workspace, before=before, after=site_url)

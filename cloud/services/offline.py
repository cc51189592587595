"""Registration files for workspaces that cannot reach this cloud; an administrator copies them by hand."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from cloud.models import RegisteredWorkspace
from cloud.services.licences import licence_current, signing_key_ensure
from cloud.services.own_registration import blob_write
from cloud.services.registration import credentials_rotate
from workspace.models import User


@transaction.atomic
def registration_file(*, workspace: RegisteredWorkspace, ends_at: datetime, actor: User | None = None) -> str:
    """Return a registration file for the workspace, with a licence that expires at `ends_at` at the latest.

    It contains new credentials; the previous ones stop working.
    """
    credentials = credentials_rotate(workspace=workspace, actor=actor)
    return blob_write(
        {
            "workspaceId": workspace.public_id,
            "uniqueId": workspace.unique_id,
            "clientId": credentials.client_id,
            "clientSecret": credentials.client_secret,
            "publicKey": signing_key_ensure().public_key,
            "cloudUrl": settings.SITE_URL,
            "gatewayUrl": settings.SITE_URL,
            "email": workspace.email,
            "license": licence_current(workspace, ends_at=ends_at),
        }
    )

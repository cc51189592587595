"""The cloud's side of synchronization: records what a workspace reports and responds with its current state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from cloud.models import RegisteredWorkspace, Terms
from cloud.selectors.terms import terms_current, terms_required, version_agreed
from cloud.selectors.usage import usage_month
from cloud.services.licences import licence_current
from cloud.services.terms import agreement_record, agreement_withdraw


@transaction.atomic
def sync_respond(
    *, workspace: RegisteredWorkspace, name: str, consents: Sequence[dict[str, Any]], terms_known: int
) -> dict[str, Any]:
    """Record the workspace's name and consents, and return the response: terms, licence and usage.

    `terms_known` is the newest version of the terms that the workspace has; their text is sent only if it is newer.
    """
    if name and name != workspace.name:
        workspace.name = name
        workspace.save(update_fields=["name"])
    current = terms_current()
    for consent in consents:
        _consent_record(workspace, consent, current)
    return {
        "workspaceId": workspace.public_id,
        "gatewayUrl": settings.SITE_URL,
        "terms": {
            "required": terms_required(),
            "agreed": version_agreed(workspace),
            "current": _terms_as_json(current) if current and current.version > terms_known else None,
        },
        "license": licence_current(workspace),
        "usage": usage_month(workspace).as_json(),
    }


def _consent_record(workspace: RegisteredWorkspace, consent: dict[str, Any], current: Terms | None) -> None:
    if consent["withdrawn"]:
        agreement_withdraw(workspace=workspace)
        return
    version = consent["version"] or (current.version if current else 0)
    if version:
        agreement_record(
            workspace=workspace, version=version, agreed_by=consent["by"] or workspace.name, agreed_at=consent["at"]
        )


def _terms_as_json(terms: Terms) -> dict[str, Any]:
    return {"version": terms.version, "title": terms.title, "text": terms.text}

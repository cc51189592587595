"""Queries for incoming webhooks, and who may manage which."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from workspace.models import Integration, IntegrationCall, User
from workspace.permissions import BOT
from workspace.selectors.permissions import holders_of

MANAGE_ALL = "workspace.manage_incoming_integrations"
MANAGE_OWN = "workspace.manage_own_incoming_integrations"


class StopReason(models.TextChoices):
    """Why a webhook posts nothing."""

    DISABLED = "disabled", _("Disabled")
    ACCOUNT = "account", _("Account deactivated")
    CREATOR = "creator", _("Creator deactivated")
    PERMISSION = "permission", _("Creator lacks the permission")


def token_digest(token: str) -> str:
    """Return the digest under which a webhook's token is stored. A random token of 48 characters needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def integration_called(*, public_id: str, token: str) -> Integration | None:
    """Return the webhook with this id and token; None if either is wrong, without revealing which."""
    integration = with_creators(Integration.objects.all()).filter(public_id=public_id).first()
    stored = integration.token_digest if integration else token_digest("")
    is_right = constant_time_compare(stored, token_digest(token))
    return integration if is_right and token else None


def with_creators(integrations: QuerySet[Integration]) -> QuerySet[Integration]:
    """Load the webhooks with their accounts and creators, and with what `stop_reason` needs."""
    permitted = holders_of(MANAGE_ALL, MANAGE_OWN).filter(pk=OuterRef("created_by"))
    return integrations.select_related("user", "created_by").annotate(is_creator_permitted=Exists(permitted))


def stop_reason(integration: Integration) -> StopReason | None:
    """Return why a webhook that was loaded by `with_creators` posts nothing; None if it works.

    It works while its creator could create it again: nobody keeps a way to post after losing the right to it.
    """
    if not integration.is_enabled:
        return StopReason.DISABLED
    if not integration.user.is_active:
        return StopReason.ACCOUNT
    if not integration.created_by.is_active:
        return StopReason.CREATOR
    is_permitted: bool = integration.is_creator_permitted  # type: ignore[attr-defined]
    return None if is_permitted else StopReason.PERMISSION


def may_manage_any(user: User) -> bool:
    """Return True if the account may create incoming webhooks."""
    return user.has_perm(MANAGE_ALL) or user.has_perm(MANAGE_OWN)


def integrations_of(manager: User) -> QuerySet[Integration]:
    """Return the webhooks that the account may manage: all, its own, or none."""
    integrations = with_creators(Integration.objects.all())
    if manager.has_perm(MANAGE_ALL):
        return integrations
    return integrations.filter(created_by=manager) if manager.has_perm(MANAGE_OWN) else integrations.none()


def may_manage_integration(manager: User, integration: Integration) -> bool:
    """Return True if the account may manage this webhook."""
    return manager.has_perm(MANAGE_ALL) or (integration.created_by_id == manager.pk and manager.has_perm(MANAGE_OWN))


def calls_of(integration: Integration) -> QuerySet[IntegrationCall]:
    """Return the last calls of the webhook, the newest first."""
    return IntegrationCall.objects.filter(integration=integration).order_by("-pk")


def is_bot(user: User) -> bool:
    """Return True for the account of a program."""
    return user.groups.filter(name=BOT).exists()

"""Reads the terms and the agreements to them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from cloud.models import CloudConnection, CloudTerms, RegisteredWorkspace, Terms, TermsAgreement, TermsConsent


def terms_current() -> Terms | None:
    """Return this cloud's newest published terms."""
    return Terms.objects.exclude(published_at=None).first()


def terms_required(at: datetime | None = None) -> int:
    """Return the version that workspaces must have agreed to at a time (by default now); 0 if there are no terms."""
    is_required = Q(required_from=None) | Q(required_from__lte=at or timezone.now())
    newest = Terms.objects.exclude(published_at=None).filter(is_required).first()
    return newest.version if newest else 0


def version_agreed(workspace: RegisteredWorkspace) -> int:
    """Return the version of the workspace's last agreement; 0 if there is none or it was withdrawn."""
    last = TermsAgreement.objects.filter(workspace=workspace).select_related("terms").first()
    return last.terms.version if last and last.withdrawn_at is None else 0


def terms_agreed(workspace: RegisteredWorkspace) -> bool:
    """Return True if the workspace has agreed to the currently required version."""
    required = terms_required()
    return required == 0 or version_agreed(workspace) >= required


def own_terms() -> CloudTerms | None:
    """Return the newest terms that this workspace received from its cloud."""
    return CloudTerms.objects.first()


def own_consent() -> TermsConsent | None:
    """Return the last agreement of a user of this workspace; None if there is none or it was withdrawn."""
    last = TermsConsent.objects.select_related("actor").first()
    return last if last and not last.is_withdrawal else None


def own_consent_missing() -> bool:
    """Return True if the cloud requires a version of the terms to which nobody here has agreed."""
    connection = CloudConnection.objects.first()
    consent = own_consent()
    return bool(connection and connection.terms_required > (consent.version if consent else 0))

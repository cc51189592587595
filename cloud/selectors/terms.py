"""Which terms hold, and who agreed to them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from cloud.models import CloudConnection, CloudTerms, RegisteredWorkspace, Terms, TermsAgreement, TermsConsent


def terms_current() -> Terms | None:
    """Return this cloud's newest published terms."""
    return Terms.objects.exclude(published_at=None).first()


def terms_required(at: datetime | None = None) -> int:
    """Return the version that has to be agreed to at the moment (now); 0 while this cloud has no terms."""
    begun = Q(required_from=None) | Q(required_from__lte=at or timezone.now())
    newest = Terms.objects.exclude(published_at=None).filter(begun).first()
    return newest.version if newest else 0


def version_agreed(workspace: RegisteredWorkspace) -> int:
    """Return the version that the workspace agreed to last and did not withdraw from; 0 for none."""
    last = TermsAgreement.objects.filter(workspace=workspace).select_related("terms").first()
    return last.terms.version if last and last.withdrawn_at is None else 0


def terms_agreed(workspace: RegisteredWorkspace) -> bool:
    """Return whether the workspace agreed to what is required of it now."""
    required = terms_required()
    return required == 0 or version_agreed(workspace) >= required


def own_terms() -> CloudTerms | None:
    """Return the newest terms that this workspace was told by its cloud."""
    return CloudTerms.objects.first()


def own_consent() -> TermsConsent | None:
    """Return who of this workspace agreed to the terms last; None when nobody did, or it was withdrawn."""
    last = TermsConsent.objects.select_related("actor").first()
    return last if last and not last.is_withdrawal else None


def own_consent_missing() -> bool:
    """Return whether this workspace's cloud asks for agreement to terms that nobody here has agreed to."""
    connection = CloudConnection.objects.first()
    consent = own_consent()
    return bool(connection and connection.terms_required > (consent.version if consent else 0))

"""Publishes terms (at the cloud), and records agreements to them (at the cloud and at the workspace)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cloud.models import (
    CloudConnection,
    EventKind,
    RegisteredWorkspace,
    SetupWizardSettings,
    Terms,
    TermsAgreement,
    TermsConsent,
)
from cloud.services.audit import event_record
from cloud.services.wizard import wizard_set
from workspace.errors import ApplicationError
from workspace.models import User

FIRST_TERMS = """\
1. The gateway passes the push notifications of your workspace on to Apple and Google. For that, it receives each \
notification's device token, title and text; with "Hide message content", only an id.

2. It does not store them. It stores a fingerprint of each push for the retention time, so that a repeated push is not \
sent twice, and counts pushes by day, app, platform and outcome.

3. It stores your workspace's name, address, unique id and contact e-mail for as long as the workspace is registered.

4. Disconnecting ends all this; the counts stay.
"""


@transaction.atomic
def terms_publish(
    *, text: str, title: str = "", required_from: datetime | None = None, actor: User | None = None
) -> Terms:
    """Publish the next version. Every workspace must agree to it by `required_from` (by default at once)."""
    last = Terms.objects.aggregate(last=Max("version"))["last"] or 0
    terms = Terms(version=last + 1, text=text, published_at=timezone.now(), published_by=actor)
    terms.required_from = required_from
    if title:
        terms.title = title
    terms.full_clean()
    terms.save()
    event_record(EventKind.TERMS_PUBLISHED, actor=actor, version=terms.version)
    return terms


def terms_ensure() -> None:
    """Publish the default terms if this cloud has no terms."""
    if not Terms.objects.exists():
        terms_publish(text=FIRST_TERMS)


@transaction.atomic
def agreement_record(
    *, workspace: RegisteredWorkspace, version: int, agreed_by: str, agreed_at: datetime | None = None
) -> TermsAgreement:
    """Record at the cloud that the workspace agreed to a version; raises `error-terms-unknown` (404)."""
    terms = Terms.objects.exclude(published_at=None).filter(version=version).first()
    if terms is None:
        raise ApplicationError("error-terms-unknown", "There are no terms of this version", status=404)
    agreement = TermsAgreement.objects.create(
        workspace=workspace, terms=terms, agreed_by=agreed_by[:255], agreed_at=agreed_at or timezone.now()
    )
    event_record(EventKind.AGREED, workspace=workspace, version=version, by=agreed_by[:255])
    return agreement


@transaction.atomic
def agreement_withdraw(*, workspace: RegisteredWorkspace) -> None:
    """Record at the cloud that the workspace withdrew its agreement."""
    agreements = TermsAgreement.objects.filter(workspace=workspace, withdrawn_at=None)
    if agreements.update(withdrawn_at=timezone.now()):
        event_record(EventKind.WITHDRAWN, workspace=workspace)


@transaction.atomic
def terms_agree(*, actor: User | None) -> None:
    """Agree, on behalf of this workspace, to the newest terms received; the worker reports it to the cloud at once."""
    if SetupWizardSettings.stored().privacy_terms_agreed:
        TermsConsent.record(actor)
    else:
        wizard_set(Cloud_Service_Agree_PrivacyTerms=True, actor=actor)
    CloudConnection.objects.update(next_sync_at=timezone.now())


@transaction.atomic
def terms_withdraw(*, actor: User | None) -> None:
    """Withdraw this workspace's agreement; it no longer pushes through the gateway."""
    wizard_set(Cloud_Service_Agree_PrivacyTerms=False, actor=actor)
    CloudConnection.objects.update(next_sync_at=timezone.now())

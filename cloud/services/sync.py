"""What workspace and cloud tell each other whenever the workspace synchronizes: the workspace's end."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.client import CloudError, cloud_post
from cloud.models import CloudConnection, CloudTerms, OwnQuota, PendingRegistration, SetupWizardSettings, TermsConsent
from cloud.selectors.quota import STEPS, Quota, own_quota, steps_passed
from cloud.selectors.terms import own_consent
from cloud.selectors.usage import MonthUsage
from cloud.services.connection import (
    access_token_current,
    access_token_renew,
    connection_problem_record,
    gateway_url_read,
    self_description,
    synced_licence_replace,
)
from cloud.services.own_registration import poll_delay, registration_poll
from cloud.services.quota_notices import quota_notices_send
from cloud.services.wizard import wizard_set
from cloud.signals import workspace_admitted
from workspace.errors import ApplicationError

log = logging.getLogger(__name__)

SYNC_EVERY = timedelta(minutes=5)
# While a step of the quota that admins are told of comes near, at the earliest.
SYNC_SOONEST = timedelta(seconds=30)
RETRY_AFTER = timedelta(minutes=1)
CONSENTS_AT_ONCE = 100


def cloud_work() -> None:
    """Do what is due between this workspace and its cloud; what cannot be done is tried again later.

    Any number of workers may call this at once: one of them does it.
    """
    now = timezone.now()
    pending = PendingRegistration.objects.first()
    if pending and pending.next_try_at <= now:
        claimed = PendingRegistration.objects.filter(pk=pending.pk, next_try_at=pending.next_try_at)
        if claimed.update(next_try_at=now + poll_delay(pending)):
            run_and_log_errors(registration_poll)
    due = CloudConnection.objects.filter(next_sync_at__lte=timezone.now()).exclude(client_secret="")
    if due.update(next_sync_at=timezone.now() + RETRY_AFTER):
        run_and_log_errors(cloud_sync)
    quota_notices_send()


def run_and_log_errors(work: Any) -> None:
    """Do the work; what the cloud refuses is kept with the connection, and logged without what was sent."""
    try:
        work()
    except ApplicationError as error:
        log.warning("The cloud: %s", error.message or error.code)


def cloud_work_due() -> bool:
    """Return whether there is something to be done with the cloud now."""
    now = timezone.now()
    return (
        PendingRegistration.objects.filter(next_try_at__lte=now).exists()
        or CloudConnection.objects.filter(next_sync_at__lte=now).exclude(client_secret="").exists()
    )


def cloud_sync() -> None:
    """Tell the cloud who agreed to what, and take over its terms, licence and counts.

    Raises CloudError, with what is wrong kept in the connection.
    """
    connection = CloudConnection.objects.first()
    if connection is None:
        raise CloudError("error-not-connected", "This workspace is not connected to a cloud.")
    consents = list(TermsConsent.objects.filter(told_at=None).order_by("pk")[:CONSENTS_AT_ONCE])
    newest = CloudTerms.objects.first()
    document = {
        **self_description(),
        "termsKnown": newest.version if newest else 0,
        "consents": [consent_as_json(consent) for consent in consents],
    }
    answer = _ask(connection, document)
    try:
        sync_store(answer, consents)
    except (KeyError, TypeError, ValueError) as error:
        failure = CloudError("error-cloud-answer", "The cloud's answer could not be understood.")
        connection_problem_record(failure)
        raise failure from error


def consent_as_json(consent: TermsConsent) -> dict[str, Any]:
    """Return an agreement as the cloud is told it."""
    return {
        "version": consent.version,
        "withdrawn": consent.is_withdrawal,
        "by": consent.actor_name,
        "at": consent.at.isoformat(),
    }


def _ask(connection: CloudConnection, document: dict[str, Any]) -> dict[str, Any]:
    """Return the cloud's answer; a token that it refuses is renewed once."""
    token = access_token_current() or access_token_renew()
    try:
        try:
            return cloud_post(connection.cloud_url, "api/cloud/sync", document=document, token=token)
        except CloudError as error:
            if error.cloud_status != 401:
                raise
        token = access_token_renew(refused=token)
        return cloud_post(connection.cloud_url, "api/cloud/sync", document=document, token=token)
    except CloudError as error:
        connection_problem_record(error)
        raise


@transaction.atomic
def sync_store(answer: dict[str, Any], consents: list[TermsConsent]) -> None:
    """Keep what the cloud told; raises KeyError, TypeError or ValueError for what no cloud tells."""
    now = timezone.now()
    terms, usage = answer["terms"], answer["usage"]
    quota = MonthUsage.from_json(usage).quota
    is_admitted = bool(consents) or CloudConnection.objects.exclude(problem="").exists()
    TermsConsent.objects.filter(pk__in=[consent.pk for consent in consents]).update(told_at=now)
    if terms["current"]:
        told = {"title": str(terms["current"]["title"])[:255], "text": str(terms["current"]["text"])[:100_000]}
        CloudTerms.objects.get_or_create(version=int(terms["current"]["version"]), defaults=told)
    CloudConnection.objects.update(
        workspace_id=str(answer["workspaceId"])[:64],
        terms_required=int(terms["required"]),
        last_contact_at=now,
        last_tried_at=now,
        next_sync_at=now + sync_delay(quota, now),
        problem="",
        problem_text="",
        registered_url="",
        **({"gateway_url": gateway} if (gateway := gateway_url_read(answer)) else {}),
    )
    consent_reconcile(required=int(terms["required"]), agreed=int(terms["agreed"]))
    OwnQuota.objects.update_or_create(
        pk=1,
        defaults={"month": quota.month, "used": quota.used, "limit": quota.limit, "told_at": now, "usage": usage},
    )
    try:
        synced_licence_replace(answer.get("license"))
    except ApplicationError as error:
        # What community has goes on; the page tells that the licence does not hold.
        log.warning("The cloud's licence was not installed: %s", error.message)
    if is_admitted:
        workspace_admitted.send(CloudConnection)


def sync_delay(quota: Quota, now: datetime) -> timedelta:
    """Return how long to wait before the cloud is asked again, having been told this.

    Less where, at the per_minute since it told the last time, a step is reached earlier that admins are to be told of.
    """
    before = OwnQuota.objects.filter(month=quota.month).first()
    pushed = quota.used - before.used if before else 0
    to_steps = [quota.limit * step // 100 - quota.used for step in STEPS] if quota.limit is not None else []
    to_next = min((count for count in to_steps if count > 0), default=None)
    if before is None or pushed <= 0 or to_next is None:
        return SYNC_EVERY
    return min(SYNC_EVERY, max(SYNC_SOONEST, (now - before.told_at) * to_next / pushed))


def sync_soon(*, percent: int) -> None:
    """Let the worker ask the cloud early: its gateway says that so many percent of the month's quota are used.

    At once, or half a minute after it was asked last. Where the step that this passes is known, nothing changes.
    """
    known, connection = own_quota(), CloudConnection.objects.first()
    if connection is None or (known and steps_passed(known.percent or 0) >= steps_passed(percent)):
        return
    at = timezone.now()
    if connection.last_tried_at:
        at = max(at, connection.last_tried_at + SYNC_SOONEST)
    CloudConnection.objects.filter(next_sync_at__gt=at).update(next_sync_at=at)


def consent_reconcile(*, required: int, agreed: int) -> None:
    """Let the agreement of this workspace stand for what the cloud requires.

    An agreement made before the terms were told here is the cloud's to name; one to former terms holds no more, and is
    asked for again.
    """
    consent = own_consent()
    if consent and consent.version == 0 and agreed:
        TermsConsent.objects.filter(pk=consent.pk).update(version=agreed)
        consent.version = agreed
    outdated = required > (consent.version if consent else 0)
    if outdated and SetupWizardSettings.stored().privacy_terms_agreed:
        wizard_set(Cloud_Service_Agree_PrivacyTerms=False)

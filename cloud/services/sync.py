"""The workspace's side of synchronization: reports consents to the cloud, and stores its terms, licence and usage."""

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
from workspace.logs.events import LogEvent

SYNC_FAILED = LogEvent(
    "cloud.sync_failed",
    "The cloud did not do what the workspace asked for. It is asked again.",
    {"code": "the code of the error", "problem": "the error"},
    logging.WARNING,
)
LICENCE_REFUSED = LogEvent(
    "cloud.licence_refused",
    "The licence that the cloud sent is not valid.",
    {"problem": "the error"},
    logging.WARNING,
)

SYNC_EVERY = timedelta(minutes=5)
# The shortest interval, used when a quota threshold that admins are notified about is near.
SYNC_SOONEST = timedelta(seconds=30)
RETRY_AFTER = timedelta(minutes=1)
CONSENTS_AT_ONCE = 100


def cloud_work() -> None:
    """Continue a pending registration, synchronize if due, and send quota notices. Failures are retried later.

    Safe to call from several workers at once: only one of them does the work.
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
    """Run `work` and log an ApplicationError as a warning; the log contains nothing of what was sent."""
    try:
        work()
    except ApplicationError as error:
        SYNC_FAILED.log(code=error.code, problem=error.message)


def cloud_work_due() -> bool:
    """Return True if :func:`cloud_work` has something to do now."""
    now = timezone.now()
    return (
        PendingRegistration.objects.filter(next_try_at__lte=now).exists()
        or CloudConnection.objects.filter(next_sync_at__lte=now).exclude(client_secret="").exists()
    )


def cloud_sync() -> None:
    """Report consents to the cloud, and store the terms, licence and usage that it returns.

    Raises CloudError; the connection stores the problem.
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
    answer = _post_sync(connection, document)
    try:
        sync_store(answer, consents)
    except (KeyError, TypeError, ValueError) as error:
        failure = CloudError("error-cloud-answer", "The cloud's response could not be understood.")
        connection_problem_record(failure)
        raise failure from error


def consent_as_json(consent: TermsConsent) -> dict[str, Any]:
    """Return a consent in the format of the sync request."""
    return {
        "version": consent.version,
        "withdrawn": consent.is_withdrawal,
        "by": consent.actor_name,
        "at": consent.at.isoformat(),
    }


def _post_sync(connection: CloudConnection, document: dict[str, Any]) -> dict[str, Any]:
    """Return the cloud's response; if it refuses the access token, renew the token and try once more."""
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
    """Store the cloud's response; raises KeyError, TypeError or ValueError if it is malformed."""
    now = timezone.now()
    terms, usage = answer["terms"], answer["usage"]
    quota = MonthUsage.from_json(usage).quota
    is_admitted = bool(consents) or CloudConnection.objects.exclude(problem="").exists()
    TermsConsent.objects.filter(pk__in=[consent.pk for consent in consents]).update(told_at=now)
    if terms["current"]:
        texts = {"title": str(terms["current"]["title"])[:255], "text": str(terms["current"]["text"])[:100_000]}
        CloudTerms.objects.get_or_create(version=int(terms["current"]["version"]), defaults=texts)
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
        # The workspace continues with the community plan; the page Subscription shows that the licence is not valid.
        LICENCE_REFUSED.log(problem=error.message)
    if is_admitted:
        workspace_admitted.send(CloudConnection)


def sync_delay(quota: Quota, now: datetime) -> timedelta:
    """Return how long to wait before the next sync.

    Shorter if usage, at its pace since the previous sync, will pass a threshold that admins are notified about.
    """
    before = OwnQuota.objects.filter(month=quota.month).first()
    pushed = quota.used - before.used if before else 0
    to_steps = [quota.limit * step // 100 - quota.used for step in STEPS] if quota.limit is not None else []
    to_next = min((count for count in to_steps if count > 0), default=None)
    if before is None or pushed <= 0 or to_next is None:
        return SYNC_EVERY
    return min(SYNC_EVERY, max(SYNC_SOONEST, (now - before.told_at) * to_next / pushed))


def sync_soon(*, percent: int) -> None:
    """Have the worker synchronize early, because the gateway reports that `percent` of the month's quota are used.

    At once, but at least half a minute after the last try. Does nothing if the threshold is already known.
    """
    stored, connection = own_quota(), CloudConnection.objects.first()
    if connection is None or (stored and steps_passed(stored.percent or 0) >= steps_passed(percent)):
        return
    at = timezone.now()
    if connection.last_tried_at:
        at = max(at, connection.last_tried_at + SYNC_SOONEST)
    CloudConnection.objects.filter(next_sync_at__gt=at).update(next_sync_at=at)


def consent_reconcile(*, required: int, agreed: int) -> None:
    """Compare this workspace's consent with the version that the cloud requires.

    A consent from before the terms were received gets the version that the cloud recorded for it. If the consent is to
    an outdated version, the setting is switched off, so that an admin must agree again.
    """
    consent = own_consent()
    if consent and consent.version == 0 and agreed:
        TermsConsent.objects.filter(pk=consent.pk).update(version=agreed)
        consent.version = agreed
    outdated = required > (consent.version if consent else 0)
    if outdated and SetupWizardSettings.stored().privacy_terms_agreed:
        wizard_set(Cloud_Service_Agree_PrivacyTerms=False)

"""E-mails to the admins about the push quota: one per threshold (80, 95, 100 %) and month."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cloud.models import QuotaNotice
from cloud.selectors.quota import Quota, month_begins, month_next, own_quota, steps_passed
from cloud.signals import quota_passed
from workspace.logs.events import LogEvent
from workspace.models import EmailAddress, GeneralSettings, User
from workspace.selectors.localization import page_language
from workspace.selectors.permissions import users_with_permission
from workspace.services.account_mails import AUTOMATIC

NOTICE_NOT_SENT = LogEvent(
    "cloud.notice_not_sent",
    "The e-mail about the push quota could not be sent to the administrators. It is tried again.",
    level=logging.ERROR,
)

MANAGE_PERMISSION = "cloud.manage_cloud"
ADMINS_MAILED = 100


def quota_notices_send() -> None:
    """Send an e-mail to the admins if the usage has passed a threshold for the first time this month.

    If it passed several at once, only the highest is mailed. If the mail server fails, the next call tries again.
    """
    quota = own_quota()
    if quota is None or quota.percent is None:
        return
    passed = steps_passed(quota.percent)
    if not passed:
        return
    notice = quota_notices_create(quota, passed)
    if notice is not None:
        quota_notice_send(notice, quota)


@transaction.atomic
def quota_notices_create(quota: Quota, passed: list[int]) -> QuotaNotice | None:
    """Record the passed thresholds, and return the highest if it has not been mailed yet."""
    rows = [QuotaNotice(month=quota.month, percent=step) for step in passed]
    QuotaNotice.objects.bulk_create(rows, ignore_conflicts=True)
    unmailed = QuotaNotice.objects.select_for_update().filter(month=quota.month, percent=passed[-1], mailed_at=None)
    notice = unmailed.first()
    if notice is None:
        return None
    quota_passed.send(
        QuotaNotice, month=f"{quota.month:%Y-%m}", percent=notice.percent, used=quota.used, limit=quota.limit
    )
    QuotaNotice.objects.filter(month=quota.month, percent__in=passed, mailed_at=None).update(mailed_at=timezone.now())
    return notice


def quota_notice_send(notice: QuotaNotice, quota: Quota) -> None:
    """Send the e-mail to each admin separately; if that fails, mark the notice as not mailed."""
    try:
        get_connection().send_messages([quota_notice_email(email, notice, quota) for email in admin_emails()])
    except (OSError, ValueError):
        NOTICE_NOT_SENT.exception()
        QuotaNotice.objects.filter(pk=notice.pk).update(mailed_at=None)


def quota_notice_email(email: EmailAddress, notice: QuotaNotice, quota: Quota) -> EmailMessage:
    """Return the e-mail to one admin, in the admin's language."""
    site_name = " ".join(GeneralSettings.current().site_name.split())
    context = {
        "quota": quota,
        "notice": notice,
        "renewed_on": month_begins(month_next(quota.month)),
        "site_url": settings.SITE_URL,
    }
    with translation.override(page_language(email.user)):
        subject = _("[%(site)s] %(percent)d %% of this month's pushes are used")
        return EmailMessage(
            subject % {"site": site_name, "percent": notice.percent},
            render_to_string("cloud/mail/quota.txt", context),
            to=[email.address],
            headers=AUTOMATIC,
        )


def admin_emails() -> list[EmailAddress]:
    """Return the first verified address of each user who may manage the cloud connection."""
    staff = User.objects.filter(is_active=True, is_staff=True).values_list("pk", flat=True)[: ADMINS_MAILED * 10]
    admins = users_with_permission(MANAGE_PERMISSION, users=list(staff))
    rows = EmailAddress.objects.filter(user__in=admins, verified=True).select_related("user").order_by("user", "pk")
    first = {email.user_id: email for email in reversed(rows)}
    return sorted(first.values(), key=lambda email: email.address)[:ADMINS_MAILED]

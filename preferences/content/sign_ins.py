"""The e-mail about a sign-in from a new browser or network."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from preferences.models import SignInAlert
from workspace.addresses import absolute_url
from workspace.models import EmailAddress, GeneralSettings
from workspace.selectors.accounts import time_zone_of
from workspace.selectors.localization import page_language
from workspace.time_zones import zone


def alert_email(alert: SignInAlert) -> EmailMultiAlternatives | None:
    """Return the e-mail in the user's page language and time zone; None if the user has no verified address."""
    user = alert.user
    address = EmailAddress.objects.filter(user=user, verified=True).order_by("pk").first()
    if address is None:
        return None
    time_zone = time_zone_of(user)
    with translation.override(page_language(user)):
        site_name = GeneralSettings.current().site_name
        context = {
            "language": translation.get_language(),
            "site_name": site_name,
            "username": user.username,
            "program": alert.program or gettext("an unknown program"),
            "address": alert.address or gettext("an unknown address"),
            "at": f"{date_format(localtime(alert.at, zone(time_zone)), 'DATETIME_FORMAT')} ({time_zone})",
            "password_url": absolute_url(reverse("password-change")),
        }
        subject = gettext("New sign-in to your account on %(site)s") % {"site": site_name}
        message = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("preferences/mail/sign_in.txt", context),
            to=[address.address],
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string("preferences/mail/sign_in.html", context), "text/html")
    return message

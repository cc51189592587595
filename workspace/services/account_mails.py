"""Account e-mails: verifying an address, resetting a password, codes for signing in, and changed second factors."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMessage
from django.db.models import Value
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workspace.addresses import absolute_url
from workspace.models import EmailAddress, EmailCode, GeneralSettings, MailKind, User
from workspace.selectors.localization import page_language
from workspace.services.addresses import verification_token
from workspace.services.people.email_codes import LIFETIME, email_code_generate
from workspace.services.people.requested_mails import mail_sender_register
from workspace.services.people.security_notices import SecurityChange
from workspace.services.reset_tokens import reset_tokens

CHANGES = {
    SecurityChange.APP_ADDED: gettext_lazy("An authenticator app was set up."),
    SecurityChange.APP_REMOVED: gettext_lazy("The authenticator app and the recovery codes were removed."),
    SecurityChange.CODES_REPLACED: gettext_lazy("The recovery codes were replaced."),
    SecurityChange.EMAIL_CODES_ON: gettext_lazy("Codes by e-mail were turned on."),
    SecurityChange.EMAIL_CODES_OFF: gettext_lazy("Codes by e-mail were turned off."),
    SecurityChange.PASSKEY_ADDED: gettext_lazy("A passkey was added."),
    SecurityChange.PASSKEY_REMOVED: gettext_lazy("A passkey was removed."),
    SecurityChange.RESET: gettext_lazy("An administrator has removed all second factors and passkeys."),
}
AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def reset_mail_send(address: str) -> None:
    """Send a password-reset link if a user has verified this address; otherwise do nothing."""
    verified = EmailAddress.objects.filter(verified=True, user__is_active=True).select_related("user")
    email = verified.filter(address__lower=Lower(Value(address))).first()
    if email is None or not email.user.has_usable_password():
        return
    user = email.user
    key = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("password-reset-choose", args=[key, reset_tokens.make_token(email)])
    with translation.override(page_language(user)):
        mail_send(email.address, user, _("Choose a new password"), "pages/mails/reset.txt", path)


def verification_mail_send(email_pk: str) -> None:
    """Send a link to verify an address, unless it was verified or removed meanwhile."""
    email = EmailAddress.objects.filter(pk=email_pk, verified=False, user__is_active=True).first()
    if email is None:
        return
    path = reverse("address-verify", args=[verification_token(email)])
    with translation.override(page_language(email.user)):
        mail_send(email.address, email.user, _("Verify your e-mail address"), "pages/mails/verify.txt", path)


def email_code_mail_send(code_pk: str) -> None:
    """Generate a code that was requested, and send it to the account's first verified address."""
    requested = EmailCode.objects.filter(pk=code_pk, user__is_active=True).select_related("user").first()
    email = requested.user.emails.filter(verified=True).order_by("pk").first() if requested else None
    code = email_code_generate(code_pk=requested.pk) if requested and email else ""
    if requested is None or email is None or not code:
        return
    minutes = int(LIFETIME.total_seconds() // 60)
    with translation.override(page_language(requested.user)):
        subject, template = _("Your code for signing in"), "pages/mails/code.txt"
        mail_send(
            email.address, requested.user, subject, template, reverse("password-change"), code=code, minutes=minutes
        )


def security_mail_send(reference: str) -> None:
    """Inform the owner of an account that its second factors or passkeys have changed."""
    change, _separator, key = reference.partition(":")
    if change not in set(SecurityChange):
        return
    user = User.objects.filter(pk=key, is_active=True).first()
    email = user.emails.filter(verified=True).order_by("pk").first() if user else None
    if user is None or email is None:
        return
    with translation.override(page_language(user)):
        sentence = str(CHANGES[SecurityChange(change)])
        subject, template = _("The security of your account has changed"), "pages/mails/security.txt"
        mail_send(email.address, user, subject, template, reverse("security"), sentence=sentence)


def mail_send(address: str, user: User, subject: str, template: str, path: str, **details: Any) -> None:
    """Send an account e-mail with a link to the page at `path`. `details` are more variables of its template."""
    site_name = GeneralSettings.current().site_name
    context: dict[str, Any] = {"user": user, "site_name": site_name, "url": absolute_url(path), **details}
    body = render_to_string(template, context)
    EmailMessage(f"[{site_name}] {subject}", body, to=[address], headers=AUTOMATIC).send()


mail_sender_register(MailKind.RESET, reset_mail_send)
mail_sender_register(MailKind.VERIFICATION, verification_mail_send)
mail_sender_register(MailKind.CODE, email_code_mail_send)
mail_sender_register(MailKind.SECURITY, security_mail_send)

"""The second factors of an account, as administrators see them: which there are, but nothing secret."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workspace.models import EmailSecondFactor, User
from workspace.selectors.accounts import recovery_codes_remaining


def has_any_factor(user: User) -> bool:
    """Return True if the account has a second factor or a passkey, even if the workspace does not use them now."""
    has_authenticator = Authenticator.objects.filter(user=user).exists()
    return has_authenticator or EmailSecondFactor.objects.filter(user=user).exists()


def with_factors(users: QuerySet[User]) -> QuerySet[Any]:
    """Return the accounts with `has_factor`: whether they have an authenticator app or codes by e-mail."""
    apps = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    choices = EmailSecondFactor.objects.filter(user=OuterRef("pk"), user__emails__verified=True)
    return users.annotate(has_factor=Exists(apps) | Exists(choices))


def factor_lines(user: User) -> list[str]:
    """Return a sentence for each second factor and passkey of the account."""
    lines = []
    for authenticator in Authenticator.objects.filter(user=user).order_by("pk"):
        since = date_format(timezone.localtime(authenticator.created_at), "SHORT_DATE_FORMAT")
        match authenticator.type:
            case Authenticator.Type.TOTP:
                lines.append(_("Authenticator app since %(date)s") % {"date": since})
            case Authenticator.Type.RECOVERY_CODES:
                count = recovery_codes_remaining(user)
                text = ngettext("%(count)d unused recovery code", "%(count)d unused recovery codes", count)
                lines.append(text % {"count": count})
            case _other:
                lines.append(
                    _("Passkey “%(name)s” since %(date)s") % {"name": authenticator.wrap().name, "date": since}
                )
    choice = EmailSecondFactor.objects.filter(user=user).first()
    if choice is not None:
        since = date_format(timezone.localtime(choice.created_at), "SHORT_DATE_FORMAT")
        lines.append(_("Codes by e-mail since %(date)s") % {"date": since})
    return lines

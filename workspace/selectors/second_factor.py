"""Queries for second factors, which django-allauth stores."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db.models import QuerySet

from workspace.models import User


def authenticators_of(user: User, kind: Authenticator.Type) -> QuerySet[Authenticator]:
    """Return the account's second factor of this kind, if it has one."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=kind)
    return found


def has_second_factor(user: User) -> bool:
    """Return True if signing in to the account requires a code."""
    return authenticators_of(user, Authenticator.Type.TOTP).exists()


def recovery_codes_remaining(user: User) -> int:
    """Return how many unused recovery codes the account has."""
    codes = authenticators_of(user, Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(codes).get_unused_codes()) if codes else 0

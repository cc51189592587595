"""Checks whether sign-ins have ended."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone
from knox.models import AuthToken


def ended_sign_ins(digests: Collection[str | None]) -> set[str]:
    """Return the digests of API tokens that were removed, have expired, or belong to a deactivated account."""
    asked = {digest for digest in digests if digest}
    if not asked:
        return set()
    is_current = Q(expiry=None) | Q(expiry__gt=timezone.now())
    active = AuthToken.objects.filter(is_current, digest__in=asked, user__is_active=True)
    return asked - set(active.values_list("digest", flat=True))

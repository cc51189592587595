"""The browsers and apps in which an account is signed in."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from knox.models import AuthToken

from workspace.models import SignedInClient, User


def browsers_of(user: User) -> QuerySet[SignedInClient]:
    """Return the browsers in which the account is signed in, the most recently used first."""
    sessions = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    browsers = SignedInClient.objects.filter(Exists(sessions), user=user).exclude(session_key=None)
    return browsers.order_by("-used_at", "-pk")


def apps_of(user: User) -> QuerySet[AuthToken]:
    """Return the apps in which the account is signed in, and its personal access tokens, the newest first."""
    current = Q(expiry=None) | Q(expiry__gt=timezone.now())
    tokens: QuerySet[AuthToken] = AuthToken.objects.filter(current, user=user).select_related("client", "personal")
    return tokens.order_by("-created", "-pk")

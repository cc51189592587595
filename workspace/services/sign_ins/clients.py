"""The browsers and apps in which accounts are signed in."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from knox.models import AuthToken

from workspace.cache import first_within
from workspace.clients import NAME_LENGTH, session_client_prefix
from workspace.database.writes import write_if_possible
from workspace.models import SignedInClient, User
from workspace.services.accounts import digests_remaining, sign_out_everywhere
from workspace.services.presence import clients_disconnect
from workspace.services.sign_in import sign_out
from workspace.services.sign_ins.tokens import traits_of
from workspace.signals import signed_out

# A use is recorded at most once in this many seconds for each browser.
SEEN_EVERY = 600
# How long after a sign-in or a confirmation the password need not be entered again for changes of the second factor.
CONFIRMED_FOR = timedelta(minutes=10)


def session_remember(*, request: HttpRequest, user: User) -> None:
    """Record the browser in which the account has just been signed in. Does nothing for a sign-in to the API."""
    key = session_key_of(request)
    if key and request.session.get(SESSION_KEY) == str(user.pk):
        now = timezone.now()
        times = {"created_at": now, "used_at": now, "confirmed_at": now}
        SignedInClient.objects.update_or_create(session_key=key, defaults={"user": user, **traits_of(request), **times})
        first_within(seen_key(key), seconds=SEEN_EVERY)


def session_seen(*, request: HttpRequest, user: User) -> None:
    """Record that the account uses the browser, at most once in some minutes."""
    key = session_key_of(request)
    if key and first_within(seen_key(key), seconds=SEEN_EVERY):
        values = {"user": user, **traits_of(request), "used_at": timezone.now()}
        write_if_possible(lambda: SignedInClient.objects.update_or_create(session_key=key, defaults=values))


def session_forget(*, request: HttpRequest) -> None:
    """Forget the browser, whose session ends."""
    SignedInClient.objects.filter(session_key=session_key_of(request)).delete()


def session_key_of(request: HttpRequest) -> str:
    """Return the key of the request's session; empty without one."""
    return getattr(getattr(request, "session", None), "session_key", None) or ""


def seen_key(session_key: str) -> str:
    """Return the key in the cache of a browser that was seen. It does not reveal the session."""
    return f"seen:{session_client_prefix(session_key)}"


def identity_confirmed(*, request: HttpRequest) -> None:
    """Record that the person has just proven in this browser who they are."""
    SignedInClient.objects.filter(session_key=session_key_of(request)).update(confirmed_at=timezone.now())


def is_identity_confirmed(*, request: HttpRequest) -> bool:
    """Return True if the person has signed in, or entered the password or a code, recently in this browser."""
    recently = SignedInClient.objects.filter(confirmed_at__gt=timezone.now() - CONFIRMED_FOR)
    return recently.filter(session_key=session_key_of(request)).exists()


@transaction.atomic
def browser_sign_out(*, user: User, key: int) -> bool:
    """End a browser session of the account; returns False if it has ended already."""
    client = SignedInClient.objects.filter(user=user, pk=key).exclude(session_key=None).first()
    if client is None:
        return False
    Session.objects.filter(session_key=client.session_key).delete()
    digest = session_client_prefix(client.session_key or "")
    # Its device, and its open pages.
    signed_out.send(User, user=user, digest=digest)
    clients_disconnect(user=user, prefix=digest)
    client.delete()
    return True


@transaction.atomic
def app_sign_out(*, user: User, name: str) -> bool:
    """Sign out an app, or remove a personal access token; returns False if it has ended already.

    `name` is the beginning of the token's digest.
    """
    if len(name) != NAME_LENGTH:
        return False
    auth_token = AuthToken.objects.filter(user=user, digest__startswith=name).select_related("user").first()
    if auth_token is None:
        return False
    sign_out(auth_token=auth_token)
    return True


@transaction.atomic
def others_sign_out(*, request: HttpRequest, user: User) -> None:
    """Sign the account out of all other browsers and of all apps. Personal access tokens remain valid."""
    own = SignedInClient.objects.filter(user=user, session_key=session_key_of(request)).first()
    # Also ends sessions that were not recorded. The session of this browser gets a new key below.
    sign_out_everywhere(user=user, kept=digests_remaining(user=user))
    user.refresh_from_db(fields=["session_generation"])
    update_session_auth_hash(request, user)
    if own is not None:
        own.pk, own.session_key = None, session_key_of(request)
        own.save()


def ended_clients() -> QuerySet[SignedInClient]:
    """Return the recorded browsers whose sessions have ended."""
    sessions = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    return SignedInClient.objects.exclude(session_key=None).exclude(Exists(sessions)).order_by("pk")

"""Checks of sessions: an event stream ends when its user signs out."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from workspace.models import User
from workspace.selectors.sign_ins.requirements import users_needing_second_factor

# A user's key, a session's key, and the user's password hash.
SignIn = tuple[int, str, str]


def ended_sign_ins(sign_ins: Collection[SignIn]) -> set[SignIn]:
    """Return the sign-ins that have ended: signed out, account deactivated, or password changed.

    Those of accounts that must set up a second factor first count as ended.
    """
    users = User.objects.filter(pk__in={user for user, _session, _password in sign_ins}, is_active=True)
    passwords = dict(users.values_list("pk", "password"))
    for key in users_needing_second_factor(passwords):
        del passwords[key]
    active = active_sessions({session for _user, session, _password in sign_ins})
    return {
        (user, session, password)
        for user, session, password in sign_ins
        if session not in active or passwords.get(user) != password
    }


def active_sessions(keys: Collection[str]) -> set[str]:
    """Return the keys of the sessions that have not ended; with one query if they are stored in the database."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    model = getattr(store, "get_model_class", None)
    if model is None:
        return {key for key in keys if store().exists(key)}
    return set(model().objects.filter(session_key__in=keys).values_list("session_key", flat=True))


def users_signed_in(keys: Collection[str]) -> dict[str, User]:
    """Return the active user of each signed-in session, with two queries for all sessions.

    The conditions are the same as for pages (`django.contrib.auth.get_user`, `SecondFactorMiddleware`).
    """
    sessions = {
        key: data
        for key, data in sessions_read(keys).items()
        if data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and str(data.get(SESSION_KEY, "")).isdigit()
    }
    users = User.objects.filter(is_active=True).in_bulk({int(data[SESSION_KEY]) for data in sessions.values()})
    for needing in users_needing_second_factor(users):
        del users[needing]
    candidates = {key: users.get(int(data[SESSION_KEY])) for key, data in sessions.items()}
    return {
        key: user
        for key, user in candidates.items()
        if user and is_hash_of(user, sessions[key].get(HASH_SESSION_KEY, ""))
    }


def is_hash_of(user: User, session_hash: str) -> bool:
    """Return True if the session was started with the user's current password."""
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(session_hash, open_hash) for open_hash in hashes)


def sessions_read(keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the data of each active session; with one query if they are stored in the database."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    model = getattr(store, "get_model_class", None)
    if model is None:
        return {key: store(key).load() for key in keys}
    rows = model().objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return {row.session_key: row.get_decoded() for row in rows}

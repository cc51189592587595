"""Which sign-ins still hold: a stream ends with the one that it was opened with."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import Any

from django.conf import settings

from workspace.models import User

# A user's key, a session's key, and the user's password as it is kept.
SignIn = tuple[int, str, str]


def streams_ended(sign_ins: Collection[SignIn]) -> set[SignIn]:
    """Return those that have ended: signed out, account deactivated, or password changed."""
    users = User.objects.filter(pk__in={user for user, _session, _password in sign_ins}, is_active=True)
    passwords = dict(users.values_list("pk", "password"))
    living = sessions_living({session for _user, session, _password in sign_ins})
    return {
        (user, session, password)
        for user, session, password in sign_ins
        if session not in living or passwords.get(user) != password
    }


def sessions_living(keys: Collection[str]) -> set[str]:
    """Return the keys of the sessions that have not ended; of those kept in the database all at once."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    model = getattr(store, "get_model_class", None)
    if model is None:
        return {key for key in keys if store().exists(key)}
    return set(model().objects.filter(session_key__in=keys).values_list("session_key", flat=True))

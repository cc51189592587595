"""Logs sign-ins. The name that was entered is not logged: people enter passwords there."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from workspace.logs.events import LogEvent

USER = {"user": "the number of the user"}
SIGNED_IN = LogEvent("user.signed_in", "Somebody has signed in, with all factors.", USER)
SIGNED_OUT = LogEvent("user.signed_out", "Somebody has signed out of the pages.", USER)
SIGN_IN_FAILED = LogEvent("user.sign_in_failed", "A name, password or code was wrong.", level=logging.WARNING)


@receiver(user_logged_in, dispatch_uid="logs.signed_in")
def on_signed_in(user: Any, **_signal: Any) -> None:
    SIGNED_IN.log(user=user.pk)


@receiver(user_logged_out, dispatch_uid="logs.signed_out")
def on_signed_out(user: Any, **_signal: Any) -> None:
    if user is not None:
        SIGNED_OUT.log(user=user.pk)


@receiver(user_login_failed, dispatch_uid="logs.sign_in_failed")
def on_sign_in_failed(**_signal: Any) -> None:
    SIGN_IN_FAILED.log()

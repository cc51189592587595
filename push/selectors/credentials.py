"""Checks of the workspace's own keys, for pushes without a gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise

from push.models import AppRoute, PushSettings
from push.providers.registry import providers
from push.selectors.checks import Check, Light
from push.selectors.route_overview import Pause


def credential_checks(settings: PushSettings, paused: Mapping[str, Pause]) -> Iterator[Check]:
    """Yield a check for each provider that uses keys of the settings; `paused` are the paused routes by their keys."""
    for provider in providers():
        if provider.credentials_check:
            check = provider.credentials_check(settings)
            pause = paused.get(provider.kind)
            yield pause_check(check.title, pause) if pause and check.light != Light.RED else check


def app_credential_checks(route: AppRoute) -> Iterator[Check]:
    """Yield a check for each provider whose keys are set in an app's own route."""
    for provider in providers():
        fields = provider.key_fields
        if provider.credentials_check and fields and any(getattr(route, name) for name in fields.names):
            yield provider.credentials_check(route)


def pause_check(title: str | Promise, pause: Pause) -> Check:
    """Return the failed check for a paused route."""
    return Check(Light.RED, title, pause.sentence, pause.step_url, pause.step)

"""Checks keys for the services of Apple and Google by a real request, before they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from push.http.engine import Engine
from push.models import Answer, PushSettings
from push.providers.answers import SendAnswer
from push.providers.provider import Provider
from push.providers.pushes import Push
from push.providers.registry import providers
from push.providers.steps import steps_run
from workspace.database.connections import connections_release
from workspace.setting_groups.registry import settings_of

# An administrator waits for the result.
TIMEOUT_SECONDS = 8.0
# Sent as the app's name to Apple, which checks the credentials before it.
TOPIC = "callboard.setup"
# Apple's codes for an app that the keys may not push to.
WRONG_TOPIC = frozenset({"BadTopic", "TopicDisallowed"})


@dataclass(frozen=True, slots=True)
class KeysCheck:
    """How a provider responded to keys: `accepted` is None if it did not respond, so that nothing is known."""

    accepted: bool | None
    sentence: str


def keys_check(values: Mapping[str, Any], *, topic: str = "") -> list[KeysCheck]:
    """Send a push to a token of no device, with the stored keys and these values by setting id; nothing is saved.

    With a `topic`, the bundle ID of an app, keys that may not push to this app are refused, too.
    Returns a result for each provider with keys. A provider that complains of the token, not of the credentials, has
    accepted them.
    """
    source = PushSettings.stored()
    for entry in settings_of(PushSettings):
        if entry.id in values:
            setattr(source, entry.field.attname, values[entry.id])
    checked = [
        (provider, credentials)
        for provider in providers()
        if provider.token_of_nobody and provider.credentials and (credentials := provider.credentials(source))
    ]
    connections_release()
    engine = Engine(connect_timeout=TIMEOUT_SECONDS, timeout=TIMEOUT_SECONDS)
    try:
        steps = [
            provider.push_steps([probe_of(provider, topic)], credentials=credentials)
            for provider, credentials in checked
            if provider.push_steps
        ]
        answers = [answers[0] for answers in steps_run(steps, engine=engine)]
    finally:
        engine.close()
    return [
        _result(provider, answer, is_topic_checked=bool(topic))
        for (provider, _credentials), answer in zip(checked, answers, strict=True)
    ]


def probe_of(provider: Provider, topic: str = "") -> Push:
    """Return a silent push to nobody."""
    assert provider.device
    return Push(type=provider.device.type, token=provider.token_of_nobody, topic=topic or TOPIC, is_silent=True)


def _result(provider: Provider, answer: SendAnswer, *, is_topic_checked: bool) -> KeysCheck:
    name = str(provider.device.carrier) if provider.device else str(provider.label)
    values = {"service": name, "error": answer.detail or answer.reason}
    is_wrong_topic = is_topic_checked and answer.reason in WRONG_TOPIC
    if answer.answer == Answer.UNAUTHORIZED or is_wrong_topic:
        return KeysCheck(False, _("%(service)s refuses these keys: %(error)s") % values)
    if answer.answer == Answer.RETRY:
        sentence = _("%(service)s could not be reached, so the keys are not verified: %(error)s") % values
        return KeysCheck(None, sentence)
    return KeysCheck(True, _("%(service)s accepts the keys.") % values)

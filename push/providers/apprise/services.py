"""The services that Apprise may be used for: those whose plugin sends plain HTTP requests only.

Apprise builds the requests of a service; this application sends them (replay.py). Plugins that open connections or
start programs themselves (e-mail, MQTT, desktop notifications) can therefore not be used.
tests/push/providers/apprise checks that the plugins listed here do nothing of the kind.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from push.providers.apprise.replay import guard_requests

SCHEMA = re.compile(r"([a-z][a-z0-9]{1,15})://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its name, the schemas of its addresses, and Apprise's module and class for it.

    `has_own_servers`: its addresses contain the host of a server that people run themselves. `fixed` are parameters of
    the plugin that addresses cannot change.
    """

    name: str
    schemas: tuple[str, ...]
    module: str
    plugin: str
    has_own_servers: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict, hash=False)


# End-to-end encryption needs keys that are kept from one message to the next.
UNENCRYPTED = {"e2ee": False, "autoverify": False}

SERVICES = (
    Service("Bark", ("bark", "barks"), "bark", "NotifyBark", has_own_servers=True),
    Service("ClickSend (SMS)", ("clicksend",), "clicksend", "NotifyClickSend"),
    Service("Discord", ("discord",), "discord", "NotifyDiscord"),
    Service("Google Chat", ("gchat",), "google_chat", "NotifyGoogleChat"),
    Service("Gotify", ("gotify", "gotifys"), "gotify", "NotifyGotify", has_own_servers=True),
    Service("Home Assistant", ("hassio", "hassios"), "home_assistant", "NotifyHomeAssistant", has_own_servers=True),
    Service("Matrix", ("matrix", "matrixs"), "matrix", "NotifyMatrix", has_own_servers=True, fixed=UNENCRYPTED),
    Service("Mattermost", ("mmost", "mmosts"), "mattermost", "NotifyMattermost", has_own_servers=True),
    Service("MessageBird (SMS)", ("msgbird",), "messagebird", "NotifyMessageBird"),
    Service("Microsoft Teams", ("workflow", "workflows"), "workflows", "NotifyWorkflows"),
    Service("Nextcloud Talk", ("nctalk", "nctalks"), "nextcloudtalk", "NotifyNextcloudTalk", has_own_servers=True),
    Service("ntfy", ("ntfy", "ntfys"), "ntfy", "NotifyNtfy", has_own_servers=True),
    Service("PagerDuty", ("pagerduty",), "pagerduty", "NotifyPagerDuty"),
    Service("Prowl", ("prowl",), "prowl", "NotifyProwl"),
    Service("Pushbullet", ("pbul",), "pushbullet", "NotifyPushBullet"),
    Service("Pushover", ("pover",), "pushover", "NotifyPushover"),
    Service("Seven (SMS)", ("seven",), "seven", "NotifySeven"),
    Service("Signal", ("signal", "signals"), "signal_api", "NotifySignalAPI", has_own_servers=True),
    Service("Sinch (SMS)", ("sinch",), "sinch", "NotifySinch"),
    Service("Slack", ("slack",), "slack", "NotifySlack"),
    Service("Telegram", ("tgram",), "telegram", "NotifyTelegram"),
    Service("Threema", ("threema",), "threema", "NotifyThreema"),
    Service("Twilio (SMS)", ("twilio",), "twilio", "NotifyTwilio"),
    Service("Vonage (SMS)", ("vonage", "nexmo"), "vonage", "NotifyVonage"),
    Service("Webex", ("wxteams", "webex"), "webexteams", "NotifyWebexTeams"),
    Service("Zulip", ("zulip",), "zulip", "NotifyZulip"),
)
BY_SCHEMA = {schema: service for service in SERVICES for schema in service.schemas}
# Chats and apps in which the receiver is the person who entered the address. Text messages cost money, and the others
# alert a whole team: an administrator adds these.
ALLOWED_BY_DEFAULT = ("gotifys", "matrixs", "pbul", "pover", "signals", "tgram", "threema")


def schema_of(address: str) -> str:
    """Return the schema of an address in lower case; empty if it has none."""
    found = SCHEMA.match(address)
    return found[1].lower() if found else ""


def host_of(address: str) -> str:
    """Return the host of a server that people run themselves, else the service's schema. Neither is a secret."""
    schema = schema_of(address)
    if not BY_SCHEMA[schema].has_own_servers:
        return schema
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return schema
    return f"{parts.hostname or schema}:{port}" if port else parts.hostname or schema


@cache
def plugin_class(service: Service) -> Any:
    """Import and return Apprise's class for a service, with its requests under this application's control.

    Only the module of this service is imported: all of Apprise's take half a second and 45 MB, one takes 70
    milliseconds and 7 MB.
    """
    name = f"apprise.plugins.{service.module}"
    import_module(name)
    modules = [module for key, module in sys.modules.items() if key == name or key.startswith(f"{name}.")]
    for module in modules:
        guard_requests(module)
    return getattr(sys.modules[name], service.plugin)

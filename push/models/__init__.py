from push.models.alerts import InstallationAlert
from push.models.claims import ClaimedItem, Lease, LostItem, is_waiting
from push.models.counts import OutcomeCount
from push.models.desktop import DesktopEvent, DesktopStream
from push.models.devices import (
    NO_ERROR,
    Capability,
    Device,
    DisabledReason,
    SandboxPush,
    token_digest,
)
from push.models.gateway import GatewayApp, GatewayPush
from push.models.provider_values import ProviderValue
from push.models.queue import (
    DEFINITE,
    IS_UNFINISHED,
    TEST_RULE,
    WAITING,
    Answer,
    Attempt,
    Channel,
    Decision,
    Event,
    HeldBy,
    Notification,
    State,
)
from push.models.reasons import EndReason
from push.models.rollups import DeliveryHour, DurationHour, Measure, OutcomeHour, RollupDay, RollupHour, RollupState
from push.models.routes import AppRoute, AppRouteKind, RouteState
from push.models.settings import PushSettings
from push.models.setup import SetupProgress, SetupState
from push.models.shown import ShownMessage, ShownRoom
from push.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookSettings, WebhookTry
from push.models.webpush import VapidKeys
from push.models.worker import WorkerBeat

__all__ = [
    "DEFINITE",
    "IS_UNFINISHED",
    "NO_ERROR",
    "TEST_RULE",
    "WAITING",
    "Answer",
    "AppRoute",
    "AppRouteKind",
    "Attempt",
    "Capability",
    "Channel",
    "ClaimedItem",
    "Decision",
    "DeliveryHour",
    "DesktopEvent",
    "DesktopStream",
    "Device",
    "DisabledReason",
    "DurationHour",
    "EndReason",
    "Event",
    "GatewayApp",
    "GatewayPush",
    "HeldBy",
    "InstallationAlert",
    "Lease",
    "LostItem",
    "Measure",
    "Notification",
    "OutcomeCount",
    "OutcomeHour",
    "ProviderValue",
    "PushSettings",
    "RollupDay",
    "RollupHour",
    "RollupState",
    "RouteState",
    "SandboxPush",
    "SetupProgress",
    "SetupState",
    "ShownMessage",
    "ShownRoom",
    "State",
    "VapidKeys",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookSettings",
    "WebhookTry",
    "WorkerBeat",
    "is_waiting",
    "token_digest",
]

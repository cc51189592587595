from push.models.counts import OutcomeCount
from push.models.devices import Device, DeviceType, SandboxPush, token_digest
from push.models.gateway import GatewayPush
from push.models.queue import (
    DEFINITE,
    IS_WAITING,
    TEST_RULE,
    UNFINISHED,
    WAITING,
    Answer,
    Attempt,
    Channel,
    Decision,
    Event,
    Notification,
    State,
)
from push.models.reasons import EndReason
from push.models.settings import PushSettings
from push.models.worker import WorkerBeat

__all__ = [
    "DEFINITE",
    "IS_WAITING",
    "TEST_RULE",
    "UNFINISHED",
    "WAITING",
    "Answer",
    "Attempt",
    "Channel",
    "Decision",
    "Device",
    "DeviceType",
    "EndReason",
    "Event",
    "GatewayPush",
    "Notification",
    "OutcomeCount",
    "PushSettings",
    "SandboxPush",
    "State",
    "WorkerBeat",
    "token_digest",
]

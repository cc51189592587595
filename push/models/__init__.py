from push.models.devices import Device, DeviceType, SandboxPush, token_digest
from push.models.queue import (
    DEFINITE,
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
from push.models.settings import PushSettings

__all__ = [
    "DEFINITE",
    "UNFINISHED",
    "WAITING",
    "Answer",
    "Attempt",
    "Channel",
    "Decision",
    "Device",
    "DeviceType",
    "Event",
    "Notification",
    "PushSettings",
    "SandboxPush",
    "State",
    "token_digest",
]

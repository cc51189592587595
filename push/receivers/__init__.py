"""Signal receivers of the push app; imported once, when the app is ready."""

from push.receivers import cloud, devices, messages, queue, restored, routes

__all__ = ["cloud", "devices", "messages", "queue", "restored", "routes"]

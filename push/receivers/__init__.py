"""What push does when the rooms below announce something; imported once, when the app is ready."""

from push.receivers import devices, messages, queue

__all__ = ["devices", "messages", "queue"]

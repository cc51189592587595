"""The workspace itself: accounts, presence, rooms, messages, and the site."""

__version__ = "0.1.0"

"""The place itself: accounts, presence, rooms and messages, and the site that serves them."""

__version__ = "0.1.0"

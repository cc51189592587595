"""Endpoints of messages: posting, reading, changing and deleting them, and threads."""

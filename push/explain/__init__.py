"""Explains why a member was or was not notified of a message, and what became of each notification."""

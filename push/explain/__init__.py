"""Explains why a member was or was not notified of a message, and what happened to each notification."""

"""Incoming webhooks: managing them, and posting what they receive."""

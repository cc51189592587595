"""Incoming webhooks: the addresses that programs post to, and managing them."""

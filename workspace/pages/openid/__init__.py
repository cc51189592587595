"""Signing in with identity providers, and linking accounts to them."""

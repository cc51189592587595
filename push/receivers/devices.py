"""Receivers of the workspace's signals."""

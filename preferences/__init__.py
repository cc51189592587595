"""Notification preferences: workspace defaults, account and room preferences, and the effective values."""

"""Endpoints of roles and their permissions."""

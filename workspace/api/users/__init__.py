"""Endpoints of accounts: reading them, and creating and changing those of others."""

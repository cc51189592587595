"""Protects accounts and stored secrets: limits on failed sign-ins, password hashes and encryption at rest."""

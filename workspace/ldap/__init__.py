"""Signing in with a directory (LDAP). The library is optional: `pip install callboard[ldap]`."""

"""The endpoints of accounts: reading them, and making and changing those of others."""

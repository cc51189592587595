"""The contents of e-mails from this app."""

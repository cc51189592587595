"""The mail server: which one is used, by the environment or by the settings, and the connection to it."""

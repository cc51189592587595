"""Admin pages of the cloud: this workspace's registration, and the console for workspaces registered here."""

from cloud.admin import connection, console, events, terms, tokens, workspaces

__all__ = ["connection", "console", "events", "terms", "tokens", "workspaces"]

"""ntfy: notifications for topics that people subscribe to in the ntfy app, on ntfy.sh or a server of one's own."""

"""The methods for push notifications (see `workspace/api/methods/`)."""

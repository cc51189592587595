"""The methods for preferences and subscriptions (see `workspace/api/methods/`)."""

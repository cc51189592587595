"""Settings in the API: `settings.public` for anyone, the others for users who may view or edit settings."""

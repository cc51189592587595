"""Administration > Workspace > Settings: the screens, built from the settings' declarations."""

"""Administration > Workspace > Settings: screens generated from the declarations of the settings."""

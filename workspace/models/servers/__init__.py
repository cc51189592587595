"""Settings of the servers that the workspace uses to sign users in."""

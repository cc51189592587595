"""The cloud, both ends: the client in each workspace and the service that workspaces connect to."""

"""Both ends of the cloud: the workspace that connects, and the service that it connects to."""

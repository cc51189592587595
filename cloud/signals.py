"""What the room above may hear of the cloud; sent inside the transaction that makes it true."""

from django.dispatch import Signal

# sender: CloudConnection, gateway_url: str (empty where the cloud tells none)
workspace_connected = Signal()

# sender: CloudConnection. What the cloud refused for the workspace's own sake may be accepted from now on: it was told
# of an agreement, or has answered again after something was wrong.
workspace_admitted = Signal()

"""What the room above may hear of the cloud; sent inside the transaction that makes it true."""

from django.dispatch import Signal

# sender: CloudConnection, gateway_url: str (empty where the cloud tells none)
workspace_connected = Signal()

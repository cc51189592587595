"""The client of push gateways, which hold the apps' keys."""

"""Alerts to administrators about the installation: `problems` finds what is wrong, `sending` tells them."""

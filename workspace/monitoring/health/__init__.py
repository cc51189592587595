"""The checks behind `/health/ready`. Other apps add theirs to :mod:`workspace.monitoring.health.registry`."""

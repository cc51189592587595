"""Health checks and metrics, for probes and Prometheus."""

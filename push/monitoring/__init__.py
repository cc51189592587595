"""Health checks and metrics of the queue, the worker and the routes."""

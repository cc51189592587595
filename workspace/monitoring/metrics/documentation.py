"""The table of metrics in docs/operate/monitoring.md."""

from __future__ import annotations

from workspace.monitoring.metrics.declarations import Reading, metrics_declared


def metrics_table() -> str:
    """Return a row for each metric, in Markdown."""
    return "\n".join(
        f"| `{name}`{' ●' if isinstance(metric, Reading) else ''} | {metric.type} "
        f"| {', '.join(f'`{label}`' for label in metric.labels)} | {metric.help} |"
        for name, metric in sorted(metrics_declared().items())
    )

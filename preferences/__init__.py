"""Who wants what: workspace defaults, account and room preferences, and what results from them."""

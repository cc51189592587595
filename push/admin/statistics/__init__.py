"""The statistics on the dashboard: what was asked for, cards, charts, tables, links to lists, and the CSV file."""

"""Metrics in the format of Prometheus.

What happens is counted in files of each process (`files`), which a scrape adds up. What is stored is read from the
database when it is scraped (`readings`).
"""

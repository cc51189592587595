"""Outgoing webhooks: what happens here is reported to other programs.

`events` stores events for the endpoints that `subscriptions` knows; `sending` sends them, signed by `signatures`, and
stores the answers with `deliveries`; `endpoints` is for administrators.
"""

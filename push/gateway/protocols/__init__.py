"""The protocols that the gateway speaks: one folder here and one line in the list for each.

A protocol's folder has a module `protocol` with its description, `PROTOCOL` (push/gateway/protocols/protocol.py): its
endpoints, how it reports errors, and what the cloud's console shows about it. Every protocol uses the gateway's
admission, apps, quota, ledger and sending. docs/adding-a-gateway-protocol.md explains how to add one.
"""

# In the order in which people see them.
PROTOCOLS = (
    "rocketchat",
    "matrix",
    "mattermost",
    "generic",
)

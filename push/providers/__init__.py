"""The providers that notifications are delivered through: one folder here and one line in the list for each.

A provider's folder has a module `provider` with its description, `PROVIDER` (push/providers/provider.py). Everything
that depends on the provider, from the types of devices to docs/answers.md, is derived from these descriptions
(push/providers/registry.py). docs/adding-a-provider.md explains how to add one.

The folders `email` and `sandbox` are not in the list: no device is registered for e-mail, and the sandbox takes the
place of providers for simulated phones.
"""

# In the order in which people see them.
PROVIDERS = (
    "apple",
    "google",
    "web_push",
    "ntfy",
    "apprise",
    "gateway",
)

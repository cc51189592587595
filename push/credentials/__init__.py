"""Reading the keys to Apple's and Google's push services, with a clear sentence for whatever is wrong with one."""

from push.credentials.apple import Certificate, certificate_read, key_matches, private_key_read, token_key_read
from push.credentials.google import ServiceAccount, service_account_read

__all__ = [
    "Certificate",
    "ServiceAccount",
    "certificate_read",
    "key_matches",
    "private_key_read",
    "service_account_read",
    "token_key_read",
]

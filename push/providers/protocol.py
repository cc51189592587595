"""The services of the push gateway protocol, as it spells them."""

APN = "apn"
GCM = "gcm"

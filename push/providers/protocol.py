"""Names of the push gateway protocol, which its client and the server share."""

# The services.
APN = "apn"
GCM = "gcm"
# The header in which a Callboard gateway reports the percentage of its quota for the month that is used, from 80 on.
QUOTA_HEADER = "Callboard-Quota-Used"
# The header, or the field of a device in a batch, that names the span of sending a push (W3C Trace Context).
TRACEPARENT = "traceparent"

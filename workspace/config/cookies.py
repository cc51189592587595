"""The names of cookies."""

from __future__ import annotations

from urllib.parse import urlsplit


def cookie_name(name: str, site_url: str) -> str:
    """Return the name of one of the site's cookies.

    Browsers accept `__Host-` and `__Secure-` cookies only over https. With `__Host-`, no other host of the domain can
    set the cookie either, but the site must not be at a path of its host (RFC 6265bis, section 4.1.3). Browsers share
    cookies between the ports of a host, where another installation may run, so the name contains the port.
    """
    site = urlsplit(site_url)
    port = f"_{site.port}" if site.port else ""
    if site.scheme != "https":
        return f"{name}{port}"
    return f"{'__Secure-' if site.path.strip('/') else '__Host-'}{name}{port}"

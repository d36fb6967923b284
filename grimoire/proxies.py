"""The proxy that the environment, or the system, has for a URL."""

from __future__ import annotations


def proxy_for(scheme: str, place: str) -> str:
    """The proxy's URL, with a scheme of its own, or "" where there is none. `place` is a host, or host and port."""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all") or ""
    if not proxy or proxy_bypass(place):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def scheme_of(proxy: str) -> str:
    """What is spoken with a proxy; "" where its URL cannot be read or names no host."""
    from yarl import URL

    try:
        url = URL(proxy)
    except ValueError:
        return ""
    return url.scheme if url.host else ""

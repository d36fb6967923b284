"""The proxy that the environment, or the system, has for a URL."""

from __future__ import annotations

from urllib.request import getproxies, proxy_bypass

from grimoire.errors import UsageError


def proxy_for(scheme: str, host: str) -> str:
    """The proxy's URL, "" where there is none.

    Raises:
        UsageError: it cannot be used; the message says nothing of it, for a password may be in it.
    """
    from yarl import URL

    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all") or ""
    if not proxy or proxy_bypass(host):
        return ""
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        usable = URL(proxy).scheme in {"http", "https"} and bool(URL(proxy).host)
    except ValueError:
        usable = False
    if not usable:
        hint = "check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, or name the host in NO_PROXY"
        raise UsageError("a page is read through an http or https proxy only", hint=hint)
    return proxy

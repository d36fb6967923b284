"""Which addresses are everybody's, and which lead into this machine or its own network (pure).

The tables follow IANA's registries of special-purpose addresses: Python's own `is_global` follows them too, but a
different state of them in each version.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_V4 = {
    "0.0.0.0/8": "an address of no host",
    "10.0.0.0/8": "a private address",
    "100.64.0.0/10": "an address inside a provider's network",
    "127.0.0.0/8": "an address of this machine",
    "168.63.129.16/32": "a cloud's metadata address",
    "169.254.0.0/16": "a link-local address",
    "172.16.0.0/12": "a private address",
    "192.0.0.0/24": "a reserved address",
    "192.0.2.0/24": "an address for examples",
    "192.88.99.0/24": "a reserved address",
    "192.168.0.0/16": "a private address",
    "198.18.0.0/15": "an address for measurements",
    "198.51.100.0/24": "an address for examples",
    "203.0.113.0/24": "an address for examples",
    "224.0.0.0/4": "a multicast address",
    "240.0.0.0/4": "a reserved address",
}
_V6 = {
    "::/128": "an address of no host",
    "::1/128": "an address of this machine",
    "100::/64": "a reserved address",
    "2001::/23": "a reserved address",
    "2001:db8::/32": "an address for examples",
    "3fff::/20": "an address for examples",
    "fc00::/7": "a private address",
    "fe80::/10": "a link-local address",
    "fec0::/10": "a private address",
    "ff00::/8": "a multicast address",
}
_V4_NETWORKS = {IPv4Network(text): kind for text, kind in _V4.items()}
_V6_NETWORKS = {IPv6Network(text): kind for text, kind in _V6.items()}
PRIVATE = IPv4Address("10.0.0.1")
"""One that stands for all that are somebody's own."""
_GLOBAL_V6 = IPv6Network("2000::/3")

# Where an IPv4 address stands in one of IPv6: how many bits are to its right.
_INSIDE = {IPv6Network("::ffff:0:0/96"): 0, IPv6Network("64:ff9b::/96"): 0, IPv6Network("2002::/16"): 80}


def describe(address: Address) -> str:
    """What is wrong with connecting to an address, such as "a private address"; "" for one that is everybody's."""
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _V4_NETWORKS.items() if address in network), "")
    for network, right in _INSIDE.items():
        if address in network:
            return describe(IPv4Address((int(address) >> right) & 0xFFFFFFFF))
    kind = next((kind for network, kind in _V6_NETWORKS.items() if address in network), "")
    return kind or ("" if address in _GLOBAL_V6 else "a reserved address")


def parse(text: str) -> Address:
    """The address a socket is given, its zone left out. Raises ValueError."""
    return ip_address(text.partition("%")[0])

"""Connections to addresses that are everybody's, and to no others.

What counts is the address a socket is really connected to: a name can be another address the second time it is looked
up, and a number can be written in many ways.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from grimoire.pages import addresses
from grimoire.pages.addresses import Address

if TYPE_CHECKING:
    from aiohttp import TCPConnector
    from aiohttp.abc import AbstractResolver

Rule = Callable[[Address], str]
"""What is wrong with an address; "" where nothing is."""
_OWN_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


class AddressRefused(OSError):
    """The rule is against an address that was about to be connected to."""


class Guard:
    """Makes the sockets of a connector, and remembers what it refused."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.refused = ""

    def open_socket(self, info: Any) -> socket.socket:  # noqa: ANN401  # a row of getaddrinfo; its address has two shapes
        """A socket for one of a host's addresses. Raises AddressRefused."""
        family, kind, protocol, _, address = info
        self.check(address[0])
        return socket.socket(family=family, type=kind, proto=protocol)

    def check(self, text: str) -> None:
        """Raises AddressRefused."""
        try:
            wrong = self._rule(addresses.parse(text))
        except ValueError:
            wrong = "an address of no known kind"
        if wrong:
            self.refused = f"{text} is {wrong}"
            raise AddressRefused(self.refused)

    def connector(self, **options: Any) -> TCPConnector:  # noqa: ANN401  # as aiohttp has them
        """A connector whose every connection is checked."""
        from aiohttp import TCPConnector

        return TCPConnector(socket_factory=self.open_socket, **options)

    async def check_behind_proxy(self, host: str, port: int, resolver: AbstractResolver) -> None:
        """The addresses a host has from here: the connection is the proxy's, who may find others.

        A name that only the proxy can look up is let through where it can be a public one.
        Raises AddressRefused.
        """
        with suppress(ValueError):
            addresses.parse(host)
            self.check(host)
            return
        try:
            found = await resolver.resolve(host, port, family=socket.AF_UNSPEC)
        except (OSError, UnicodeError):
            if "." in host.rstrip(".") and not host.rstrip(".").lower().endswith(_OWN_NAMES):
                return
            self.check_name(host)
            return
        for each in found:
            self.check(each["host"])

    def check_name(self, host: str) -> None:
        """A name of one's own network stands for an address in it. Raises AddressRefused."""
        if self._rule(addresses.PRIVATE):
            self.refused = f"{host} is a name of a private network"
            raise AddressRefused(self.refused)

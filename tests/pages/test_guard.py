"""The guard of a connector, without a connection."""

from __future__ import annotations

import socket

import pytest

from grimoire.pages.addresses import describe
from grimoire.pages.guard import AddressRefused, Guard


def test_a_socket_is_made_for_an_address_that_is_everybodys() -> None:
    with Guard(describe).open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("9.9.9.9", 80))) as made:
        assert made.family == socket.AF_INET


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "fe80::1%lo", "a.name", ""])
def test_none_is_made_for_any_other_and_the_guard_remembers(address: str) -> None:
    watch = Guard(describe)
    with pytest.raises(AddressRefused):
        watch.open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 80)))
    assert watch.refused.startswith(f"{address} is ")

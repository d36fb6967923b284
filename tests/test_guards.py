"""The guards of conftest.py work: without them a mistake in a test could cost money or touch a home directory."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.conftest import NetworkForbidden


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("198.51.100.7", 443), ("example.com", 80)])
def test_no_socket_leaves_this_machine(address: tuple[str, int]) -> None:
    with socket.socket() as connection, pytest.raises(NetworkForbidden):
        connection.connect(address)
    with socket.socket() as connection, pytest.raises(NetworkForbidden):
        connection.connect_ex(address)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as connection:
        connection.connect(server.getsockname())


def test_home_is_not_the_developers(clean_environment: Path) -> None:
    assert Path.home() == clean_environment
    assert list(clean_environment.iterdir()) == []


def test_no_key_and_no_setting_is_in_the_environment() -> None:
    for name in os.environ:
        assert not name.endswith(("_API_KEY", "_AUTH_KEY"))
        assert not name.startswith("GRIMOIRE_")

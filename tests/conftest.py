"""Guards that make mistakes impossible: no home directory, no network beyond loopback, no real key."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("grimoire", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "grimoire"))

SECRETS = ("_API_KEY", "_AUTH_KEY", "_TOKEN", "_BASE_URL")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class NetworkForbidden(AssertionError):
    """A test reached for something that is not on this machine."""


def is_loopback(address: object) -> bool:
    """Unix sockets, and IP addresses of the loopback range; a host name must be localhost."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: object) -> None:
        if not is_loopback(address):
            raise NetworkForbidden(f"tests may only use loopback, not {address}")
        connect(self, address)  # type: ignore[arg-type]  # a guard takes whatever the real one takes

    def guarded_ex(self: socket.socket, address: object) -> int:
        if not is_loopback(address):
            raise NetworkForbidden(f"tests may only use loopback, not {address}")
        return connect_ex(self, address)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own for every test, and no variable of the developer's that could change what is tested."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("GRIMOIRE_") or name.endswith(SECRETS) or name.lower() in PROXIES:
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    return home
